#include <QtTest>

#include "storage/project/search_chunks.h"
#include "storage/project/search_symbols.h"

using namespace sidewinder::project;

namespace {

/// "kind container::name first-last", one a line.
QByteArray shown(const std::vector<Symbol>& symbols) {
    QByteArray text;
    for (const Symbol& symbol : symbols)
        text += QByteArray::fromStdString(
            symbol.kind + " " + (symbol.container.empty() ? "" : symbol.container + "::") + symbol.name +
            " " + std::to_string(symbol.first_line) + "-" + std::to_string(symbol.last_line) + "\n");
    return text;
}

}  // namespace

class TestSearchSymbols : public QObject {
    Q_OBJECT

  private slots:
    void finds_data();
    void finds();
    void survives_anything();
    void deep_nesting_is_linear();
    void chunks_cover_every_line();
    void chunks_take_comments_along();
    void large_definitions_are_cut();
    void wrong_symbols_do_no_harm();
};

void TestSearchSymbols::finds_data() {
    QTest::addColumn<QByteArray>("language");
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QByteArray>("symbols");
    QTest::newRow("C++")
        << QByteArray("cpp")
        << QByteArray(
               "#define MAX(a, b) \\\n  ((a))\n"
               "namespace app {\n"
               "class EXPORT Foo final : public Bar<int> {\n"
               "  public:\n"
               "    Foo() : a_{1}, b_(2) {}\n"
               "    int get() const { return 1; }  // class Nope {\n"
               "    bool operator==(const Foo& o) const { return \"}{\" == '{'; }\n"
               "};\n"
               "const int kSize = 3;\n"
               "template <typename T>\n"
               "std::vector<int> Foo::list(int n,\n"
               "                           int m)\n"
               "{\n"
               "    for (int i = 0; i < n; ++i) {\n"
               "        if (i) { call(); }\n"
               "    }\n"
               "}\n"
               "}  // namespace\n"
               "struct tm* now(void) {\n"
               "    return R\"x(}}} class X {)x\";\n"
               "}\n")
        << QByteArray(
               "macro MAX 1-2\nnamespace app 3-19\nclass app::Foo 4-9\nfunction Foo::Foo 6-6\n"
               "function Foo::get 7-7\nfunction Foo::operator== 8-8\n"
               "variable app::kSize 10-10\n"
               "function Foo::list 11-18\nfunction now 20-22\n");
    QTest::newRow("Python") << QByteArray("python")
                            << QByteArray(
                                   "LIMIT = 3\n\n"
                                   "@decorated\n"
                                   "class A(B):\n"
                                   "    \"\"\"Text.\n\ndef nothing():\n    \"\"\"\n"
                                   "    async def f(\n"
                                   "        self,\n"
                                   "    ):\n"
                                   "        def inner(): pass\n"
                                   "        return 1\n"
                                   "\n"
                                   "    x = 1\n"
                                   "# comment\n"
                                   "def g(): return 2\n"
                                   "if LIMIT == 3: pass\n")
                            << QByteArray(
                                   "variable LIMIT 1-1\nclass A 4-15\nfunction A::f 9-13\n"
                                   "function f::inner 12-12\nfunction g 17-17\n");
    QTest::newRow("Go") << QByteArray("go")
                        << QByteArray(
                               "package x\nfunc (s *Server) Serve(a int) error {\n\tgo func() {\n\t}()\n}\n"
                               "type Pair struct {\n\tA int\n}\nfunc plain() {}\n")
                        << QByteArray("function Server::Serve 2-5\nclass Pair 6-8\nfunction plain 9-9\n");
    QTest::newRow("JavaScript")
        << QByteArray("javascript")
        << QByteArray(
               "export class A extends B {\n  run(x) {\n    return `}${x}{`;\n  }\n}\n"
               "const f = async (a) => {\n};\n"
               "function g() { it('does {', function () {}); }\n"
               "module.exports.h = function () {\n};\n")
        << QByteArray(
               "class A 1-5\nfunction A::run 2-4\nfunction f 6-7\nfunction g 8-8\n"
               "function module::exports::h 9-10\n");
    QTest::newRow("Rust")
        << QByteArray("rust")
        << QByteArray(
               "impl<'a> Foo<'a> {\n    pub fn new(x: &'a str) -> Self {\n        Foo { x }\n    }\n}\n"
               "pub enum Kind { A, B }\n")
        << QByteArray("class Foo 1-5\nfunction Foo::new 2-4\nclass Kind 6-6\n");
    QTest::newRow("Java")
        << QByteArray("java")
        << QByteArray(
               "@Note(\"x\")\npublic class A {\n    @Override\n    public void run() throws E {\n    }\n"
               "    interface I { }\n}\n")
        << QByteArray("class A 1-7\nfunction A::run 3-5\nclass A::I 6-6\n");
    QTest::newRow("Ruby") << QByteArray("ruby")
                          << QByteArray(
                                 "module M\n  class A\n    def self.go?\n      1\n    end\n  end\nend\n")
                          << QByteArray("namespace M 1-7\nclass M::A 2-6\nfunction self::go? 3-5\n");
    QTest::newRow("shell") << QByteArray("bash") << QByteArray("# not { here\ngo() {\n  echo \"}\"\n}\n")
                           << QByteArray("function go 2-4\n");
    QTest::newRow("Markdown") << QByteArray("markdown")
                              << QByteArray("# One\ntext\n```\n# not\n```\n## Two\nmore\n# Three\n")
                              << QByteArray("section One 1-7\nsection One::Two 6-7\nsection Three 8-8\n");
    QTest::newRow("unknown") << QByteArray("json") << QByteArray("{\"class\": {}}") << QByteArray();
}

void TestSearchSymbols::finds() {
    QFETCH(QByteArray, language);
    QFETCH(QByteArray, text);
    QFETCH(QByteArray, symbols);
    QCOMPARE(shown(find_symbols(text.toStdString(), language.toStdString())), symbols);
}

void TestSearchSymbols::survives_anything() {
    std::uint32_t seed = 3;
    const std::string_view pieces[] = {
        "{", "}", "(",     ")",      "\n", "class A", "def f", " ",  "\"",       "'",    "/*",  "*/", "//",
        "#", "=", "R\"x(", "\"\"\"", "\\", ";",       "fn",    "::", "operator", "\xff", "# h", "a",  "="};
    for (int round = 0; round < 3000; ++round) {
        std::string text;
        for (int i = 0; i < 60; ++i) {
            seed = seed * 1664525 + 1013904223;
            text += pieces[(seed >> 16) % std::size(pieces)];
        }
        const auto lines = TextLines(text).count();
        for (const char* language :
             {"cpp", "python", "rust", "javascript", "markdown", "bash", "ruby", "java"}) {
            for (const Symbol& symbol : find_symbols(text, language)) {
                QVERIFY(!symbol.name.empty());
                QVERIFY(symbol.first_line >= 1 && symbol.first_line <= symbol.last_line);
                QVERIFY(symbol.last_line <= lines + 1);
            }
            chunks_of(TextLines(text), find_symbols(text, language));
        }
    }
}

void TestSearchSymbols::deep_nesting_is_linear() {
    std::string text;
    for (int i = 0; i < 100'000; ++i) text += "class A" + std::to_string(i) + " {\n";
    const TextLines lines(text);
    const auto symbols = find_symbols(text, "cpp");
    QCOMPARE(symbols.size(), std::size_t(100'000));
    std::size_t bytes = 0;
    for (const Chunk& chunk : chunks_of(lines, symbols)) bytes += chunk.names.size();
    QVERIFY(bytes < 20'000'000);
    find_symbols(std::string(2'000'000, '{'), "cpp");
    find_symbols(std::string(2'000'000, '\''), "cpp");
    find_symbols(std::string(2'000'000, '('), "java");
}

void TestSearchSymbols::chunks_cover_every_line() {
    std::uint32_t seed = 11;
    const auto random = [&](std::uint32_t below) {
        return (seed = seed * 1664525 + 1013904223) >> 8 & 0xffff ? (seed >> 8) % below : 0;
    };
    for (int round = 0; round < 500; ++round) {
        std::string text;
        const std::uint32_t count = 1 + random(300);
        for (std::uint32_t i = 0; i < count; ++i)
            text += random(5) == 0 ? "\n" : "x" + std::to_string(i) + "\n";
        std::vector<Symbol> symbols;
        for (std::uint32_t i = random(8); i > 0; --i) {
            const std::uint32_t first = 1 + random(count);
            symbols.push_back({"s" + std::to_string(i),
                               random(2) == 0 ? "function" : "class",
                               {},
                               first,
                               first + random(120)});
        }
        const TextLines lines(text);
        std::vector<int> times(count + 1, 0);
        std::uint32_t last = 0;
        for (const Chunk& chunk : chunks_of(lines, symbols)) {
            QVERIFY(chunk.first_line > last && chunk.first_line <= chunk.last_line);
            QVERIFY(chunk.last_line - chunk.first_line < 2 * kChunkLines);
            last = chunk.last_line;
            for (std::uint32_t line = chunk.first_line; line <= chunk.last_line; ++line) ++times[line];
        }
        QVERIFY(last <= count);
        for (std::uint32_t line = 1; line <= count; ++line) QVERIFY(lines.is_blank(line) || times[line] == 1);
    }
}

void TestSearchSymbols::chunks_take_comments_along() {
    const std::string text =
        "import os\n\n# What it does.\n@decorated\ndef f():\n    pass\n\ndef g():\n    pass\n";
    const auto chunks = chunks_of(TextLines(text), find_symbols(text, "python"));
    QCOMPARE(chunks.size(), std::size_t(3));
    QCOMPARE(chunks[1].first_line, 3u);
    QCOMPARE(chunks[1].last_line, 6u);
    QVERIFY(chunks[1].names.find('f') != std::string::npos);
}

void TestSearchSymbols::large_definitions_are_cut() {
    std::string text = "class Big {\n";
    for (int i = 0; i < 30; ++i) text += "void m" + std::to_string(i) + "() {\n\n  x;\n}\n";
    text += "};\n";
    const auto chunks = chunks_of(TextLines(text), find_symbols(text, "cpp"));
    QCOMPARE(chunks.size(), std::size_t(32));  // head, methods, the end
    QVERIFY(chunks[3].names.find("Big") != std::string::npos &&
            chunks[3].names.find("m2") != std::string::npos);
    std::string flat;
    for (int i = 0; i < 200; ++i) flat += i % 35 == 34 ? "\n" : "line\n";
    for (const Chunk& chunk : chunks_of(TextLines(flat), {}))
        QVERIFY(chunk.last_line - chunk.first_line < 50);
}

void TestSearchSymbols::wrong_symbols_do_no_harm() {
    const std::string text = "a\nb\nc\n";
    const std::vector<Symbol> wrong = {{"x", "function", {}, 0, 5},
                                       {"x", "function", {}, 9, 12},
                                       {"x", "function", {}, 3, 2},
                                       {"x", "function", {}, 2, 4000000000u},
                                       {"x", "function", {}, 1, 2}};
    const auto chunks = chunks_of(TextLines(text), wrong);
    QVERIFY(!chunks.empty());
    QCOMPARE(chunks.back().last_line, 3u);
    QVERIFY(chunks_of(TextLines(""), wrong).empty());
}

QTEST_APPLESS_MAIN(TestSearchSymbols)
#include "test_search_symbols.moc"
