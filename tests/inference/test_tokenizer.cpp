#include "inference/tokenizer.h"

#include <fcntl.h>
#include <pthread.h>
#include <sentencepiece_processor.h>
#include <sys/stat.h>
#include <unistd.h>

#include <QTemporaryDir>
#include <QtTest>
#include <limits>
#include <random>
#include <thread>

#include "inference/error.h"
#include "inference/sentencepiece_model.h"
#include "tests/support/reference_bpe.h"
#include "tests/support/tokenizer_files.h"

using namespace sidewinder;
using namespace sidewinder::inference;
using test::TestPiece;
using test::TokenizerFile;
using Ids = std::vector<TokenId>;

Q_DECLARE_METATYPE(Ids)
Q_DECLARE_METATYPE(std::string)

namespace {

/// Pieces of code, Unicode, control tokens typed as text, long runs of spaces.
std::string random_text(std::mt19937& random) {
    static const std::vector<std::string> parts = {" ",
                                                   "  ",
                                                   "    ",
                                                   "\n",
                                                   "\t",
                                                   "the",
                                                   " the",
                                                   "return",
                                                   " a",
                                                   "aaaa",
                                                   "[INST]",
                                                   "</s>",
                                                   "<0x0A>",
                                                   "[DOC_1]",
                                                   "[DOC_1]x",
                                                   "\xE2\x96\x81",
                                                   "é",
                                                   "日本語",
                                                   "🦙",
                                                   "\xEF\xBF\xBD",
                                                   "0",
                                                   "42",
                                                   "()",
                                                   ";",
                                                   "x",
                                                   "\xC2\xA0",
                                                   std::string(1, '\0'),
                                                   "\xF0\x9F\x91\xA9\xE2\x80\x8D",
                                                   "int main() {",
                                                   "\r\n",
                                                   "[REFERENCE_DOC_3]"};
    std::string text;
    for (unsigned count = random() % 40; count > 0; --count) text += parts[random() % parts.size()];
    return text;
}

std::vector<TestPiece> pieces_of(const std::string& file) {
    std::vector<TestPiece> pieces;
    for (const auto& piece : SentencePieceModel::parse(file).pieces) {
        pieces.push_back({piece.text, piece.score, static_cast<std::uint64_t>(piece.type)});
    }
    return pieces;
}

/// libsentencepiece itself, on the file as it is (trusted here).
void compare_decode_with_library(const Tokenizer& tokenizer, const std::string& file) {
    sentencepiece::SentencePieceProcessor oracle;
    QVERIFY(oracle.LoadFromSerializedProto(file).ok());
    std::mt19937 random(7);
    for (int round = 0; round < 10'000; ++round) {
        Ids ids(random() % 24);
        // Half of the draws from the low ids, where controls and bytes are.
        for (TokenId& id : ids) {
            const auto limit =
                random() % 2 ? std::min<std::int64_t>(1200, tokenizer.vocab_size()) : tokenizer.vocab_size();
            id = static_cast<TokenId>(random() % static_cast<std::uint64_t>(limit));
        }
        std::string expected;
        QVERIFY(oracle.Decode(ids, &expected).ok());
        QCOMPARE(QByteArray::fromStdString(tokenizer.decode(ids)), QByteArray::fromStdString(expected));
    }
}

void compare_encode_with_reference(const Tokenizer& tokenizer, const std::string& file, int rounds) {
    const test::ReferenceBpe reference(pieces_of(file));
    std::mt19937 random(11);
    for (int round = 0; round < rounds; ++round) {
        const std::string text = random_text(random);
        const Ids ids = tokenizer.encode(text);
        QVERIFY2(ids == reference.encode(text), text.c_str());
        // What comes back is the text, but for literal U+2581, which is a space.
        std::string spaces = text;
        for (std::size_t at; (at = spaces.find("\xE2\x96\x81")) != std::string::npos;)
            spaces.replace(at, 3, " ");
        QCOMPARE(QByteArray::fromStdString(tokenizer.decode(ids)), QByteArray::fromStdString(spaces));
    }
}

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

class TestTokenizer : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void encodesTheVectorsOfTheFormat_data();
    void encodesTheVectorsOfTheFormat();
    void realFileMatchesReferenceAndLibrary();
    void demoFileLoads();
    void smallFileMatchesReferenceAndLibrary();
    void describesPieces();
    void replacesInvalidUtf8_data();
    void replacesInvalidUtf8();
    void typedControlTokensStayText();
    void dropsOneLeadingSpace();
    void refusesHostileFiles_data();
    void refusesHostileFiles();
    void acceptsHarmlessVariants();
    void survivesEveryTruncationAndFlip();
    void needsLittleStack();
    void refusesWhatIsNoFile();
    void longTextsAreNotQuadratic();
    void servesSeveralThreads();
};

void TestTokenizer::encodesTheVectorsOfTheFormat_data() {
    QTest::addColumn<std::string>("text");
    QTest::addColumn<Ids>("ids");
    const auto row = [](const char* name, std::string text, Ids ids) { QTest::newRow(name) << text << ids; };
    row("a", "a", {1032});
    row("empty", "", {});
    row("space", " ", {1027});
    row("space a", " a", {29473, 1032});
    row("a space", "a ", {1032, 29473});
    row("two spaces", "  two", {1027, 1757});
    row("newline", "\n", {29473, 781});
    row("hello world", "Write a hello world program in C++.",
        {12786, 1032, 7080, 29477, 2294, 2775, 1065, 1102, 2448, 29491});
    row("hello", "Hello, world!\n", {23325, 29493, 2294, 29576, 781});
    row("def", "def f(", {1569, 1053, 29500});
    row("smile", "☺return a + b", {29473, 31369, 1575, 1032, 1416, 1055});
    row("indent", "    x = 1\n\n\n", {1028, 2086, 1095, 29473, 29508, 781, 781, 781});
    row("main", "int main() {\n    return 0;\n}\n",
        {1484, 2959, 1238, 1139, 781, 3055, 1372, 29473, 29502, 29513, 781, 29520, 781});
    row("rust", "fn f<'a>(x: &'a str) -> u32 { 42 }",
        {5379,  1053, 13497, 29476, 4091,  29512, 29515, 1335,  29510, 29476, 1885,
         29499, 3961, 1100,  29538, 29518, 1139,  29473, 29549, 29518, 1211});
    row("tab", "if x:\n\tpass", {1281, 2086, 29515, 781, 780, 4887});
    row("tabs", "\t\tfoo", {29473, 780, 780, 8782});
    row("crlf", "a\r\nb", {1032, 29569, 781, 29494});
    row("digits", "1234567", {29473, 29508, 29518, 29538, 29549, 29550, 29552, 29555});
    row("typed inst", "[INST] hi [/INST]", {1501, 17057, 29561, 12782, 1501, 29516, 17057, 29561});
    row("typed eos", "</s>", {2635, 29481, 29535});
    row("typed byte", "<0x0A>", {1291, 29502, 29512, 29502, 29509, 29535});
    row("unicode", "héllo 🦙 日本語",
        {1063, 29565, 1352, 29477, 29473, 1011, 930, 937, 924, 29473, 29910, 29887, 31089});
    row("family", "\xF0\x9F\x91\xA9\xE2\x80\x8D\xF0\x9F\x91\xA9\xE2\x80\x8D\xF0\x9F\x91\xA7",
        {29473, 1011, 930, 916, 940, 30042, 1011, 930, 916, 940, 30042, 1011, 930, 916, 938});
    row("reference", "[REFERENCE_DOC_3] x", {29473, 767, 2086});
    row("references", "[REFERENCE_DOC_0][REFERENCE_DOC_19]", {29473, 770, 751});
    row("nul", std::string("x\0y", 3), {2086, 771, 29492});
    row("nbsp", "\xC2\xA0x", {29473, 29768, 29512});
    row("replacement", "\xEF\xBF\xBD", {29473, 29905});
    row("lower block", "a▁b", {1032, 1055});
    row("system", "SYSTEM\n\nc", {17889, 23294, 781, 781, 29485});
}

void TestTokenizer::encodesTheVectorsOfTheFormat() {
    if (!std::filesystem::exists(test::v3_tokenizer_path())) QSKIP("the fixtures are not here");
    static const std::unique_ptr<Tokenizer> tokenizer = Tokenizer::load(test::v3_tokenizer_path());
    QFETCH(std::string, text);
    QFETCH(Ids, ids);
    QCOMPARE(tokenizer->encode(text), ids);
}

void TestTokenizer::realFileMatchesReferenceAndLibrary() {
    if (!std::filesystem::exists(test::v3_tokenizer_path())) QSKIP("the fixtures are not here");
    const std::string file = test::read_file(test::v3_tokenizer_path());
    const auto tokenizer = Tokenizer::load(test::v3_tokenizer_path());
    QCOMPARE(tokenizer->vocab_size(), 32768);
    QCOMPARE(tokenizer->piece(781).byte, static_cast<unsigned char>('\n'));
    QCOMPARE(tokenizer->piece(29473).text, std::string_view("\xE2\x96\x81"));
    compare_encode_with_reference(*tokenizer, file, 5000);
    compare_decode_with_library(*tokenizer, file);
}

void TestTokenizer::demoFileLoads() {
    if (!std::filesystem::exists(test::demo_tokenizer_path())) QSKIP("the demo model is not here");
    const std::string file = test::read_file(test::demo_tokenizer_path());
    const auto tokenizer = Tokenizer::load(test::demo_tokenizer_path());
    QVERIFY(tokenizer->vocab_size() >= 1000);
    compare_encode_with_reference(*tokenizer, file, 2000);
    compare_decode_with_library(*tokenizer, file);
}

void TestTokenizer::smallFileMatchesReferenceAndLibrary() {
    const std::string file = test::small_tokenizer().bytes();
    const auto tokenizer = Tokenizer::from_bytes(file);
    compare_encode_with_reference(*tokenizer, file, 5000);
    compare_decode_with_library(*tokenizer, file);
}

void TestTokenizer::describesPieces() {
    const auto tokenizer = Tokenizer::from_bytes(test::small_tokenizer().bytes());
    using Kind = Tokenizer::PieceKind;
    QCOMPARE(tokenizer->piece(token::kUnknown).kind, Kind::Unknown);
    QCOMPARE(tokenizer->piece(token::kToolResultsEnd).text, std::string_view("[/TOOL_RESULTS]"));
    QCOMPARE(tokenizer->piece(token::kEos).kind, Kind::Control);
    QCOMPARE(tokenizer->piece(11).kind, Kind::UserDefined);
    QCOMPARE(tokenizer->piece(13 + 0xA7).kind, Kind::Byte);
    QCOMPARE(tokenizer->piece(13 + 0xA7).byte, static_cast<unsigned char>(0xA7));
    QVERIFY(tokenizer->piece(13 + 0xA7).text.empty());
    QCOMPARE(tokenizer->piece(269).kind, Kind::Normal);
    for (const TokenId id : {-1, static_cast<TokenId>(tokenizer->vocab_size()), 1 << 30}) {
        QVERIFY_EXCEPTION_THROWN(tokenizer->piece(id), Error);
        QVERIFY_EXCEPTION_THROWN(tokenizer->decode(Ids{id}), Error);
    }
}

void TestTokenizer::replacesInvalidUtf8_data() {
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<QByteArray>("expected");
    const QByteArray bad("\xEF\xBF\xBD");
    QTest::newRow("lone trail") << QByteArray("a\x80z") << "a" + bad + "z";
    QTest::newRow("cut at the end") << QByteArray("a\xE2\x96") << "a" + bad;
    QTest::newRow("cut inside") << QByteArray("\xF0\x9F\x91z") << bad + "z";
    QTest::newRow("overlong") << QByteArray("\xC0\xAF") << bad + bad;
    QTest::newRow("overlong 3") << QByteArray("\xE0\x80\xAF") << bad + bad + bad;
    QTest::newRow("surrogate") << QByteArray("\xED\xA0\x80") << bad + bad + bad;
    QTest::newRow("too high") << QByteArray("\xF4\x90\x80\x80") << bad + bad + bad + bad;
    QTest::newRow("f5") << QByteArray("\xF5\x80") << bad + bad;
    QTest::newRow("last character") << QByteArray("\xF4\x8F\xBF\xBF") << QByteArray("\xF4\x8F\xBF\xBF");
    // The table of Unicode 15, chapter 3.9.
    QTest::newRow("unicode table 3-8") << QByteArray("\xC0\xAF\xE0\x80\xBF\xF0\x81\x82\x41")
                                       << bad + bad + bad + bad + bad + bad + bad + bad + "A";
    QTest::newRow("unicode table 3-11")
        << QByteArray("\xE1\x80\xE2\xF0\x91\x92\xF1\xBF\x41") << bad + bad + bad + bad + "A";
}

void TestTokenizer::replacesInvalidUtf8() {
    QFETCH(QByteArray, bytes);
    QFETCH(QByteArray, expected);
    const auto tokenizer = Tokenizer::from_bytes(test::small_tokenizer().bytes());
    const Ids ids = tokenizer->encode(bytes.toStdString());
    QCOMPARE(ids, tokenizer->encode(expected.toStdString()));
    QCOMPARE(QByteArray::fromStdString(tokenizer->decode(ids)), expected);
}

void TestTokenizer::typedControlTokensStayText() {
    const auto tokenizer = Tokenizer::from_bytes(test::small_tokenizer().bytes());
    for (TokenId control = 0; control <= 10; ++control) {
        const std::string typed(tokenizer->piece(control).text);
        const Ids ids = tokenizer->encode("x" + typed + typed);
        for (const TokenId id : ids) QVERIFY(id > 10);
        QCOMPARE(tokenizer->decode(ids), "x" + typed + typed);
    }
    for (const TokenId id : tokenizer->encode("<0x41>")) {
        QCOMPARE(tokenizer->piece(id).kind, Tokenizer::PieceKind::Normal);
    }
}

void TestTokenizer::dropsOneLeadingSpace() {
    const auto tokenizer = Tokenizer::from_bytes(test::small_tokenizer().bytes());
    const TokenId the = tokenizer->encode("the").at(0);
    QCOMPARE(tokenizer->decode(Ids{the, the}), std::string("the the"));
    QCOMPARE(tokenizer->decode(Ids{token::kBos, token::kInstBegin, the, token::kInstEnd, the}),
             std::string("the the"));
    QCOMPARE(tokenizer->decode(Ids{13 + 'A', the}), std::string("A the"));
    QCOMPARE(tokenizer->decode(Ids{token::kUnknown, the}), std::string(" \xE2\x81\x87  the"));
    QCOMPARE(tokenizer->decode(Ids{}), std::string());
}

void TestTokenizer::refusesHostileFiles_data() {
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

void TestTokenizer::refusesHostileFiles() {
    QFETCH(QByteArray, file);
    QFETCH(QString, says);
    const QString message = QString::fromStdString(refusal(file.toStdString()));
    QVERIFY2(message.contains(says), qPrintable("it said: " + message));
    QVERIFY2(message.startsWith("The tokenizer file ") && message.endsWith("."), qPrintable(message));
}

void TestTokenizer::acceptsHarmlessVariants() {
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

void TestTokenizer::survivesEveryTruncationAndFlip() {
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

void TestTokenizer::needsLittleStack() {
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

void TestTokenizer::refusesWhatIsNoFile() {
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

// No time is asserted: a quadratic encoder would run into the time limit of the test.
void TestTokenizer::longTextsAreNotQuadratic() {
    const bool real = std::filesystem::exists(test::v3_tokenizer_path());
    const auto tokenizer = real ? Tokenizer::load(test::v3_tokenizer_path())
                                : Tokenizer::from_bytes(test::small_tokenizer().bytes());
    constexpr std::size_t kSize = 1'000'000;
    std::string code;
    for (std::mt19937 random(3); code.size() < kSize;) code += random_text(random);
    std::string one_line = code;
    std::erase(one_line, '\n');
    std::string letters;
    for (std::mt19937 random(5); letters.size() < kSize;)
        letters.push_back(static_cast<char>('a' + random() % 26));
    const std::vector<std::pair<const char*, std::string>> texts = {
        {"spaces", std::string(kSize, ' ')},
        {"a", std::string(kSize, 'a')},
        {"code", code},
        {"one line", one_line},
        {"letters", letters},
        {"newlines", std::string(kSize, '\n')},
        {"bad bytes", std::string(kSize, '\xFF')}};
    for (const auto& [name, text] : texts) {
        QElapsedTimer timer;
        timer.start();
        const Ids ids = tokenizer->encode(text);
        const qint64 encoded = timer.restart();
        const std::string back = tokenizer->decode(ids);
        qInfo("1 MB of %s: %zu tokens, encoded in %lld ms, decoded in %lld ms", name, ids.size(),
              static_cast<long long>(encoded), static_cast<long long>(timer.elapsed()));
        QCOMPARE(tokenizer->encode(back), ids);
    }
}

void TestTokenizer::servesSeveralThreads() {
    const auto tokenizer = Tokenizer::from_bytes(test::small_tokenizer().bytes());
    std::vector<int> wrong(4, 0);
    std::vector<std::thread> threads;
    for (std::size_t i = 0; i < wrong.size(); ++i) {
        threads.emplace_back([&tokenizer, &wrong, i] {
            std::mt19937 random(static_cast<unsigned>(i));
            for (int round = 0; round < 500; ++round) {
                const std::string text = random_text(random);
                const Ids ids = tokenizer->encode(text);
                if (tokenizer->encode(tokenizer->decode(ids)) != ids) ++wrong[i];
            }
        });
    }
    for (std::thread& thread : threads) thread.join();
    QCOMPARE(wrong, std::vector<int>(4, 0));
}

QTEST_APPLESS_MAIN(TestTokenizer)
#include "test_tokenizer.moc"
