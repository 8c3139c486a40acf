#include "inference/text_stream.h"

#include <QtTest>
#include <random>

#include "inference/error.h"
#include "inference/utf8_text.h"
#include "tests/support/tokenizer_files.h"

using namespace sidewinder;
using namespace sidewinder::inference;
using Ids = std::vector<TokenId>;

namespace {

constexpr TokenId kFirstByte = 13;  // of the small tokenizer

/// model-format.md 3.3, in one pass over the whole list: the oracle. Invalid bytes are found by Qt.
std::string decode_at_once(const Tokenizer& tokenizer, const Ids& ids) {
    std::string text, run;
    bool first = true;
    const auto end_run = [&text, &run] {
        for (std::size_t at = 0; at < run.size();) {
            // The longest valid character at `at`, by trying all lengths.
            std::size_t length = 4;
            for (; length > 0; --length) {
                if (at + length > run.size()) continue;
                QStringDecoder decoder(QStringDecoder::Utf8, QStringDecoder::Flag::Stateless |
                                                                 QStringDecoder::Flag::ConvertInitialBom);
                const QString decoded =
                    decoder.decode(QByteArrayView(run.data() + at, static_cast<qsizetype>(length)));
                if (!decoder.hasError() && decoded.toUcs4().size() == 1) break;
            }
            text += length > 0 ? run.substr(at, length) : std::string("\xEF\xBF\xBD");
            at += std::max<std::size_t>(length, 1);
        }
        run.clear();
    };
    for (const TokenId id : ids) {
        const Tokenizer::Piece piece = tokenizer.piece(id);
        if (piece.kind == Tokenizer::PieceKind::Byte) {
            run.push_back(static_cast<char>(piece.byte));
            first = false;
            continue;
        }
        end_run();
        if (piece.kind == Tokenizer::PieceKind::Control) continue;
        std::string surface(piece.kind == Tokenizer::PieceKind::Unknown ? " ⁇ " : piece.text);
        if (first && surface.starts_with("▁")) surface.erase(0, std::string_view("▁").size());
        first = false;
        for (std::size_t at; (at = surface.find("▁")) != std::string::npos;) surface.replace(at, 3, " ");
        text += surface;
    }
    end_run();
    return text;
}

/// Random ids, rich in bytes: runs of one character's bytes, whole, cut and mixed.
Ids random_ids(const Tokenizer& tokenizer, TokenId first_byte, std::mt19937& random) {
    static const std::vector<std::string> characters = {"é",
                                                        "日",
                                                        "🦙",
                                                        "\xED\xA0\x80",
                                                        "\xF4\x90\x80\x80",
                                                        "\xE0\x80\x80",
                                                        "\xC0\x80",
                                                        "A",
                                                        std::string(1, '\0')};
    Ids ids;
    for (unsigned parts = random() % 12; parts > 0; --parts) {
        switch (random() % 4) {
            case 0:
                ids.push_back(
                    static_cast<TokenId>(random() % static_cast<std::uint64_t>(tokenizer.vocab_size())));
                break;
            case 1:
                ids.push_back(static_cast<TokenId>(random() % 11));
                break;
            case 2:
                ids.push_back(first_byte + static_cast<TokenId>(random() % 256));
                break;
            default: {
                const std::string& character = characters[random() % characters.size()];
                const std::size_t length =
                    random() % 3 ? character.size() : random() % (character.size() + 1);
                for (const char c : character.substr(0, length)) {
                    ids.push_back(first_byte + static_cast<unsigned char>(c));
                }
            }
        }
    }
    return ids;
}

void compare(const Tokenizer& tokenizer, TokenId first_byte, int rounds) {
    std::mt19937 random(17);
    for (int round = 0; round < rounds; ++round) {
        const Ids ids = random_ids(tokenizer, first_byte, random);
        TextStream stream(tokenizer);
        std::string text;
        for (const TokenId id : ids) {
            const std::string part = stream.push(id);
            QVERIFY(is_utf8(part));
            text += part;
        }
        const std::string rest = stream.finish();
        QVERIFY(is_utf8(rest));
        text += rest;
        QCOMPARE(QByteArray::fromStdString(text), QByteArray::fromStdString(tokenizer.decode(ids)));
        QCOMPARE(QByteArray::fromStdString(text), QByteArray::fromStdString(decode_at_once(tokenizer, ids)));
    }
}

}  // namespace

class TestTextStream : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void streamsWhatDecodeGives();
    void streamsWhatDecodeGivesForTheRealFile();
    void holdsBytesUntilACharacterIsWhole();
    void givesUpOnBytesAsSoonAsTheyAreWrong();
    void dropsOneLeadingSpace();
    void finishStartsNothingAnew();
    void encodedTextComesBack();
    void refusesStrangeIds();
};

void TestTextStream::streamsWhatDecodeGives() {
    const auto tokenizer = Tokenizer::from_bytes(test::small_tokenizer().bytes());
    compare(*tokenizer, kFirstByte, 15'000);
}

void TestTextStream::streamsWhatDecodeGivesForTheRealFile() {
    if (!std::filesystem::exists(test::v3_tokenizer_path())) QSKIP("the fixtures are not here");
    compare(*Tokenizer::load(test::v3_tokenizer_path()), 771, 15'000);
}

void TestTextStream::holdsBytesUntilACharacterIsWhole() {
    const auto tokenizer = Tokenizer::from_bytes(test::small_tokenizer().bytes());
    TextStream stream(*tokenizer);
    QCOMPARE(stream.push(kFirstByte + 0xF0), std::string());
    QCOMPARE(stream.push(kFirstByte + 0x9F), std::string());
    QCOMPARE(stream.push(kFirstByte + 0xA6), std::string());
    QCOMPARE(stream.push(kFirstByte + 0x99), std::string("🦙"));
    QCOMPARE(stream.push(kFirstByte + '\n'), std::string("\n"));
    QCOMPARE(stream.push(kFirstByte + 0xE6), std::string());
    QCOMPARE(stream.finish(), std::string("\xEF\xBF\xBD"));
    QCOMPARE(stream.finish(), std::string());
}

void TestTextStream::givesUpOnBytesAsSoonAsTheyAreWrong() {
    const auto tokenizer = Tokenizer::from_bytes(test::small_tokenizer().bytes());
    const std::string bad = "\xEF\xBF\xBD";
    TextStream stream(*tokenizer);
    QCOMPARE(stream.push(kFirstByte + 0x80), bad);
    QCOMPARE(stream.push(kFirstByte + 0xE0), std::string());
    QCOMPARE(stream.push(kFirstByte + 0x80), bad + bad);
    QCOMPARE(stream.push(kFirstByte + 0xE6), std::string());
    QCOMPARE(stream.push(kFirstByte + 0xC3), bad);
    QCOMPARE(stream.push(kFirstByte + 0xA9), std::string("é"));
    // A control token and text end a run of bytes.
    QCOMPARE(stream.push(kFirstByte + 0xE6), std::string());
    QCOMPARE(stream.push(token::kEos), bad);
    QCOMPARE(stream.push(kFirstByte + 0x97), bad);
    QCOMPARE(stream.push(kFirstByte + 0xE6), std::string());
    QCOMPARE(stream.push(tokenizer->encode("the").at(0)), bad + " the");
}

void TestTextStream::dropsOneLeadingSpace() {
    const auto tokenizer = Tokenizer::from_bytes(test::small_tokenizer().bytes());
    const TokenId the = tokenizer->encode("the").at(0);
    TextStream stream(*tokenizer);
    QCOMPARE(stream.push(token::kInstEnd), std::string());
    QCOMPARE(stream.push(the), std::string("the"));
    QCOMPARE(stream.push(the), std::string(" the"));
    TextStream spaces(*tokenizer);
    const TokenId space = tokenizer->encode("\n").at(0);
    QCOMPARE(spaces.push(space), std::string());
    QCOMPARE(spaces.push(space), std::string(" "));
    TextStream after_byte(*tokenizer);
    QCOMPARE(after_byte.push(kFirstByte + 'A'), std::string("A"));
    QCOMPARE(after_byte.push(the), std::string(" the"));
}

void TestTextStream::finishStartsNothingAnew() {
    const auto tokenizer = Tokenizer::from_bytes(test::small_tokenizer().bytes());
    const TokenId the = tokenizer->encode("the").at(0);
    TextStream stream(*tokenizer);
    stream.push(the);
    QCOMPARE(stream.finish(), std::string());
    QCOMPARE(stream.push(the), std::string(" the"));
}

void TestTextStream::encodedTextComesBack() {
    const auto tokenizer = Tokenizer::from_bytes(test::small_tokenizer().bytes());
    const std::string text = "  return 日本語 🦙\n\tthe end\r\n";
    TextStream stream(*tokenizer);
    std::string back;
    for (const TokenId id : tokenizer->encode(text)) back += stream.push(id);
    QCOMPARE(back + stream.finish(), text);
}

void TestTextStream::refusesStrangeIds() {
    const auto tokenizer = Tokenizer::from_bytes(test::small_tokenizer().bytes());
    TextStream stream(*tokenizer);
    QVERIFY_EXCEPTION_THROWN(stream.push(-1), Error);
    QVERIFY_EXCEPTION_THROWN(stream.push(static_cast<TokenId>(tokenizer->vocab_size())), Error);
}

QTEST_APPLESS_MAIN(TestTextStream)
#include "test_text_stream.moc"
