#include "inference/tokenizer.h"

#include <sentencepiece_processor.h>

#include <QtTest>
#include <random>
#include <thread>

#include "inference/error.h"
#include "inference/sentencepiece_model.h"
#include "tests/support/reference_bpe.h"
#include "tests/support/tokenizer_files.h"

using namespace sidewinder;
using namespace sidewinder::inference;
using test::TestPiece;
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
    EncodeMemory memory;
    for (int round = 0; round < rounds; ++round) {
        std::string text = random_text(random);
        // Now and then long enough to be cut into parts.
        for (int i = 0; round % 16 == 0 && i < 20; ++i) text += random_text(random);
        const Ids ids = tokenizer.encode(text);
        QVERIFY2(ids == reference.encode(text), text.c_str());
        QVERIFY2(tokenizer.encode(text, memory) == ids, text.c_str());
        // What comes back is the text, but for literal U+2581, which is a space.
        std::string spaces = text;
        for (std::size_t at; (at = spaces.find("\xE2\x96\x81")) != std::string::npos;)
            spaces.replace(at, 3, " ");
        QCOMPARE(QByteArray::fromStdString(tokenizer.decode(ids)), QByteArray::fromStdString(spaces));
    }
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
    void longTextsEncodeAsWholeAndNotQuadratically();
    void aMemoryHoldsWhatItMayAndNoMore();
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
    compare_encode_with_reference(*tokenizer, file, 1500);
    compare_decode_with_library(*tokenizer, file);
}

void TestTokenizer::demoFileLoads() {
    if (!std::filesystem::exists(test::demo_tokenizer_path())) QSKIP("the demo model is not here");
    const std::string file = test::read_file(test::demo_tokenizer_path());
    const auto tokenizer = Tokenizer::load(test::demo_tokenizer_path());
    QVERIFY(tokenizer->vocab_size() >= 1000);
    compare_encode_with_reference(*tokenizer, file, 1500);
    compare_decode_with_library(*tokenizer, file);
}

void TestTokenizer::smallFileMatchesReferenceAndLibrary() {
    const std::string file = test::small_tokenizer().bytes();
    const auto tokenizer = Tokenizer::from_bytes(file);
    compare_encode_with_reference(*tokenizer, file, 1500);
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

// No time is asserted: a quadratic encoder would run into the time limit of the test.
void TestTokenizer::longTextsEncodeAsWholeAndNotQuadratically() {
    const bool real = std::filesystem::exists(test::v3_tokenizer_path());
    const std::string file =
        real ? test::read_file(test::v3_tokenizer_path()) : test::small_tokenizer().bytes();
    const auto tokenizer = Tokenizer::from_bytes(file);
    sentencepiece::SentencePieceProcessor oracle;
    QVERIFY(oracle.LoadFromSerializedProto(file).ok());
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
        Ids whole;
        QVERIFY(oracle.Encode(back, &whole).ok());
        QVERIFY2(ids == whole, name);
    }
}

void TestTokenizer::aMemoryHoldsWhatItMayAndNoMore() {
    EncodeMemory memory;
    QVERIFY(memory.find("\x01") == nullptr);
    memory.keep("\x01", Ids{1, 2});
    memory.keep("\x01", Ids{3});  // what is known stays
    QCOMPARE(*memory.find("\x01"), (Ids{1, 2}));
    memory.keep("", Ids{});
    memory.keep(std::string(EncodeMemory::kLongestPart + 1, 'x'), Ids{5});
    QCOMPARE(memory.size(), std::size_t(1));
    for (std::size_t i = 0; i < EncodeMemory::kMostParts + 10; ++i)
        memory.keep("\x01 " + std::to_string(i), Ids{static_cast<TokenId>(i)});
    QCOMPARE(memory.size(), EncodeMemory::kMostParts);
    QCOMPARE(*memory.find("\x01 7"), Ids{7});
    QVERIFY(memory.find("\x01 " + std::to_string(EncodeMemory::kMostParts + 5)) == nullptr);
    // One that is full still encodes right.
    const auto tokenizer = Tokenizer::from_bytes(test::small_tokenizer().bytes());
    std::mt19937 random(3);
    for (int round = 0; round < 100; ++round) {
        const std::string text = random_text(random);
        QCOMPARE(tokenizer->encode(text, memory), tokenizer->encode(text));
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
