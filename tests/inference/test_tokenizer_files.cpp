#include <fcntl.h>
#include <pthread.h>
#include <sys/stat.h>
#include <unistd.h>

#include <QTemporaryDir>
#include <QtTest>
#include <limits>

#include "inference/error.h"
#include "inference/sentencepiece_model.h"
#include "inference/tokenizer.h"
#include "tests/support/tokenizer_files.h"

using namespace sidewinder;
using namespace sidewinder::inference;
using test::TestPiece;
using test::TokenizerFile;

namespace {

/// The message of the refusal, empty when the file was accepted.
std::string refusal(const std::string& file) {
    try {
        Tokenizer::from_bytes(file);
    } catch (const Error& error) {
        if (error.fault() != Fault::BadTokenizer) return "wrong fault";
        return error.what();
    }
    return {};
}

std::string with_piece(TestPiece piece) {
    TokenizerFile file = test::small_tokenizer();
    file.pieces.push_back(std::move(piece));
    return file.bytes();
}

}  // namespace

/// Hostile and odd tokenizer files: P71 to P84 of reliability.md, and more.
class TestTokenizerFiles : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void refusesHostileFiles_data();
    void refusesHostileFiles();
    void acceptsHarmlessVariants();
    void survivesEveryTruncationAndFlip();
    void needsLittleStack();
    void refusesWhatIsNoFile();
};

void TestTokenizerFiles::refusesHostileFiles_data() {
    QTest::addColumn<QByteArray>("file");
    QTest::addColumn<QString>("says");
    const auto row = [](const char* name, const std::string& file, const char* says) {
        QTest::newRow(name) << QByteArray::fromStdString(file) << QString::fromLatin1(says);
    };
    const TokenizerFile good = test::small_tokenizer();
    const auto changed = [&good](auto change) {
        TokenizerFile file = good;
        change(file);
        return file.bytes();
    };
    const auto raw_piece = [&good](const std::string& message) {
        return good.bytes() + test::bytes_field(1, message);
    };

    // P71 - P74: the container
    row("varint of 11 bytes", good.bytes() + std::string(10, '\xFF') + '\x01', "longer than 64 bits");
    row("varint of 70 bits", good.bytes() + "\x20" + std::string(9, '\xFF') + '\x7F', "longer than 64 bits");
    row("varint cut off", good.bytes() + "\x20\xFF", "only 0 left");
    row("length past end", good.bytes() + "\x0A\x64" + "abc", "only 3 left");
    row("length of 2^63", good.bytes() + "\x0A" + test::varint(1ull << 63), "only 0 left");
    row("length past the piece", raw_piece(std::string("\x0A\x64") + "abc"), "only 3 left");
    row("group", good.bytes() + "\x0B\x0C", "wire type 3");
    row("nested groups", good.bytes() + std::string(100'000, '\x0B'), "wire type 3");
    row("wire type 7", good.bytes() + "\x0F", "wire type 7");
    row("field number 0", good.bytes() + std::string(1, '\0') + "\x01", "field number 0");
    row("field number 2^32", good.bytes() + test::varint(1ull << 35) + "\x01", "field number");
    row("float cut off", raw_piece("\x0A\x01q\x15\x01"), "only 1 left");
    row("pieces as varint", good.bytes() + "\x08\x01", "wrong wire type");
    row("piece as varint", raw_piece("\x08\x01"), "wrong wire type");
    row("score as varint", raw_piece("\x0A\x01q\x10\x01"), "wrong wire type");
    row("type as float", raw_piece(test::bytes_field(1, "q") + test::float_field(3, 1)), "wrong wire type");
    row("trainer as varint", good.piece_bytes() + test::number_field(2, 2), "wrong wire type");
    row("normaliser as varint", good.piece_bytes() + test::number_field(3, 2), "wrong wire type");
    row("empty file", "", "empty");
    row("17 MiB", std::string(17u << 20, '\0'), "the limit is 16777216");
    row("text", "<!DOCTYPE html><html></html>", "damaged");
    row("two trainers", good.bytes() + test::bytes_field(2, good.trainer), "two trainer");
    row("two normalisers", good.bytes() + test::bytes_field(3, good.normalizer), "two normaliser");

    // P75 - P84: the pieces
    row("no pieces", test::bytes_field(2, good.trainer) + test::bytes_field(3, good.normalizer),
        "has 0 pieces");
    row("15 pieces", changed([](auto& f) { f.pieces.resize(15); }), "has 15 pieces");
    row("no unknown", changed([](auto& f) { f.pieces[0].type = test::kNormal; }), "token 0");
    row("two unknowns", with_piece({"<unk2>", 0, test::kUnknownType}), "second unknown");
    row("unknown at the end", changed([](auto& f) { std::swap(f.pieces[0], f.pieces.back()); }), "token 0");
    row("bos and eos swapped", changed([](auto& f) { std::swap(f.pieces[1], f.pieces[2]); }), "token 1");
    row("inst renamed", changed([](auto& f) { f.pieces[3].text = "[INS]"; }), "[INST]");
    row("inst as text", changed([](auto& f) { f.pieces[4].type = test::kNormal; }), "[/INST]");
    row("tool token missing", changed([](auto& f) { f.pieces.erase(f.pieces.begin() + 9); }),
        "[/TOOL_RESULTS]");
    row("empty piece", with_piece({"", 0, test::kNormal}), "is empty");
    row("piece without text", raw_piece(test::float_field(2, 1)), "is empty");
    row("duplicate",
        with_piece({"the", 0, test::kNormal}) + test::bytes_field(1, TokenizerFile::piece_message({"the"})),
        "is there twice");
    row("duplicate of a control token", with_piece({"[INST]", 0, test::kNormal}), "'[INST]' is there twice");
    row("piece of 513 bytes", with_piece({std::string(513, 'q'), 0, test::kNormal}), "513 bytes");
    row("piece of 100 KB", with_piece({std::string(100'000, 'q'), 0, test::kNormal}), "100000 bytes");
    row("piece of 1 MB", with_piece({std::string(1'000'000, 'q'), 0, test::kUserDefined}), "1000000 bytes");
    row("user-defined of 129 bytes", with_piece({std::string(129, 'q'), 0, test::kUserDefined}),
        "limit is 128");
    row("255 byte pieces", changed([](auto& f) { f.pieces.erase(f.pieces.begin() + 50); }),
        "only 255 of the 256");
    row("no byte pieces",
        changed([](auto& f) { f.pieces.erase(f.pieces.begin() + 13, f.pieces.begin() + 269); }),
        "only 0 of the 256");
    row("byte piece <0x-1>", with_piece({"<0x-1>", 0, test::kByte}), "names no byte");
    row("byte piece <0xZZ>", with_piece({"<0xZZ>", 0, test::kByte}), "names no byte");
    row("byte piece <0x0a>", with_piece({"<0x0a>", 0, test::kByte}), "names no byte");
    row("byte piece <0x100>", with_piece({"<0x100>", 0, test::kByte}), "names no byte");
    row("byte twice", with_piece({"<0x0A>", 0, test::kByte}), "is there twice");
    row("NUL piece", with_piece({std::string(1, '\0'), 0, test::kNormal}), "NUL");
    row("NUL inside", with_piece({std::string("a\0b", 3), 0, test::kUserDefined}), "NUL");
    row("not UTF-8", with_piece({"\xC0\x80", 0, test::kNormal}), "not UTF-8");
    row("surrogate", with_piece({"\xED\xA0\x80", 0, test::kNormal}), "not UTF-8");
    row("NaN score", with_piece({"q q", std::numeric_limits<float>::quiet_NaN(), test::kNormal}), "score");
    row("infinite score", with_piece({"q q", -std::numeric_limits<float>::infinity(), test::kNormal}),
        "score");
    row("unused piece", with_piece({"q q", 0, test::kUnused}), "unused");
    row("type 0", with_piece({"q q", 0, 0}), "unknown type 0");
    row("type 7", with_piece({"q q", 0, 7}), "unknown type 7");
    row("type 2^40 + 1", with_piece({"q q", 0, (1ull << 40) + 1}), "unknown type");
    row("nested user-defined pieces", changed([](auto& f) {
            for (std::size_t n = 1; n <= 100; ++n)
                f.pieces.push_back({"{" + std::string(n, 'q'), 0, test::kUserDefined});
        }),
        "begin with each other");

    // what the file asks of the encoder
    row("charsmap of 4 bytes",
        changed([](auto& f) { f.normalizer += test::bytes_field(2, "\x01\x02\x03\x04"); }), "identity");
    row("charsmap with a self-looping trie", changed([](auto& f) {
            f.normalizer += test::bytes_field(2, std::string("\4\0\0\0\0\0\0\0abc", 11));
        }),
        "identity");
    row("no dummy prefix", changed([](auto& f) { f.normalizer += test::number_field(3, 0); }),
        "add_dummy_prefix");
    row("extra spaces removed", changed([](auto& f) { f.normalizer += test::number_field(4, 1); }),
        "remove_extra");
    row("spaces not escaped", changed([](auto& f) { f.normalizer += test::number_field(5, 0); }),
        "escape_whitespaces");
    row("no normaliser", good.piece_bytes() + test::bytes_field(2, good.trainer), "remove_extra");
    row("unigram", changed([](auto& f) { f.trainer += test::number_field(3, 1); }), "not BPE");
    row("no trainer", good.piece_bytes() + test::bytes_field(3, good.normalizer), "not BPE");
    row("no byte fallback", changed([](auto& f) { f.trainer += test::number_field(35, 0); }),
        "byte fallback");
    row("whitespace as suffix", changed([](auto& f) { f.trainer += test::number_field(24, 1); }), "suffix");
}

void TestTokenizerFiles::refusesHostileFiles() {
    QFETCH(QByteArray, file);
    QFETCH(QString, says);
    const QString message = QString::fromStdString(refusal(file.toStdString()));
    QVERIFY2(message.contains(says), qPrintable("it said: " + message));
    QVERIFY2(message.startsWith("The tokenizer file ") && message.endsWith("."), qPrintable(message));
}

void TestTokenizerFiles::acceptsHarmlessVariants() {
    const TokenizerFile good = test::small_tokenizer();
    QCOMPARE(refusal(good.bytes()), std::string());
    // Unknown fields, specifications first, self test data and a denormaliser that libsentencepiece must
    // never see.
    const std::string odd = test::bytes_field(3, good.normalizer) + test::bytes_field(2, good.trainer) +
                            good.piece_bytes() +
                            test::bytes_field(4, test::bytes_field(1, "\x0A\x01x\x12\x01y")) +
                            test::bytes_field(5, test::bytes_field(2, "\xFF\xFF\xFF\xFF____")) +
                            test::number_field(200, 5) + test::float_field(201, 2);
    QCOMPARE(refusal(odd), std::string());
    QCOMPARE(Tokenizer::from_bytes(odd)->encode("the return"),
             Tokenizer::from_bytes(good.bytes())->encode("the return"));
    TokenizerFile nested = good;
    for (std::size_t n = 1; n <= SentencePieceModel::kMaxUserDefinedNesting; ++n) {
        nested.pieces.push_back({"{" + std::string(n, 'q'), 0, test::kUserDefined});
    }
    QCOMPARE(Tokenizer::from_bytes(nested.bytes())->encode("{" + std::string(20, 'q')).size(),
             std::size_t{6});
}

void TestTokenizerFiles::survivesEveryTruncationAndFlip() {
    const std::string good = test::small_tokenizer().bytes();
    for (std::size_t length = 0; length < good.size();
         length += length < 200 || length + 200 > good.size() ? 1 : 7) {
        QVERIFY2(!refusal(good.substr(0, length)).empty(), qPrintable(QString::number(length)));
    }
    for (std::size_t at = 0; at < good.size(); ++at) {
        std::string flipped = good;
        flipped[at] = static_cast<char>(flipped[at] ^ (1 << at % 8));
        try {
            const auto tokenizer = Tokenizer::from_bytes(flipped);
            tokenizer->decode(tokenizer->encode("the return [DOC_1]x 日本"));
        } catch (const Error& error) {
            QCOMPARE(static_cast<int>(error.fault()), static_cast<int>(Fault::BadTokenizer));
        }
    }
}

void TestTokenizerFiles::needsLittleStack() {
    TokenizerFile file = test::small_tokenizer();
    for (char c = 'a'; c <= 'z'; ++c) {
        file.pieces.push_back(
            {std::string(SentencePieceModel::kMaxUserDefinedBytes, c), 0, test::kUserDefined});
        file.pieces.push_back({std::string(SentencePieceModel::kMaxPieceBytes, c), 0, test::kNormal});
    }
    struct Work {
        std::string bytes;
        std::size_t ids = 0;
    } work{file.bytes()};
    pthread_attr_t small;
    QCOMPARE(pthread_attr_init(&small), 0);
    QCOMPARE(pthread_attr_setstacksize(&small, 256 * 1024), 0);
    pthread_t thread{};
    const auto run = [](void* argument) -> void* {
        auto* item = static_cast<Work*>(argument);
        item->ids = Tokenizer::from_bytes(item->bytes)->encode(std::string(100'000, 'a')).size();
        return nullptr;
    };
    QCOMPARE(pthread_create(&thread, &small, run, &work), 0);
    QCOMPARE(pthread_join(thread, nullptr), 0);
    QVERIFY(work.ids > 0);
    pthread_attr_destroy(&small);
}

void TestTokenizerFiles::refusesWhatIsNoFile() {
    QTemporaryDir folder;
    const std::filesystem::path path(folder.path().toStdString());
    const auto fault_of = [](const std::filesystem::path& file) {
        try {
            Tokenizer::load(file);
        } catch (const Error& error) {
            return static_cast<int>(error.fault());
        }
        return 0;
    };
    QCOMPARE(fault_of(path / "missing"), static_cast<int>(Fault::Io));
    QCOMPARE(fault_of(path), static_cast<int>(Fault::Io));
    QCOMPARE(mkfifo((path / "fifo").c_str(), 0600), 0);
    QCOMPARE(fault_of(path / "fifo"), static_cast<int>(Fault::Io));
    QCOMPARE(fault_of("/dev/zero"), static_cast<int>(Fault::Io));
    std::ofstream(path / "empty");
    QCOMPARE(fault_of(path / "empty"), static_cast<int>(Fault::BadTokenizer));
    std::ofstream(path / "sparse");
    QCOMPARE(truncate((path / "sparse").c_str(), 20ll << 30), 0);
    QCOMPARE(fault_of(path / "sparse"), static_cast<int>(Fault::BadTokenizer));
    std::ofstream(path / "good", std::ios::binary) << test::small_tokenizer().bytes();
    QCOMPARE(fault_of(path / "good"), 0);
}

QTEST_APPLESS_MAIN(TestTokenizerFiles)
#include "test_tokenizer_files.moc"
