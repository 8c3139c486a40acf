#include <QtTest>

#include "storage/project/answer_links.h"

using namespace sidewinder::project;

namespace {

const std::vector<std::string> kPaths = {
    "src/core/engine.h", "src/core/engine.cpp", "src/ui/engine.cpp", "Makefile",   "docs/a b.md",
    "http/client.py",    "x/\xc3\xa4.py",       "bad\xff.c",         "etc/passwd", "a(1).c",
    "[id].tsx",          "deep/x.y/z.txt"};

/// "text -> path first-last:column" of each, one a line.
QByteArray shown(const std::string& text, const PathIndex& paths) {
    QByteArray lines;
    for (const Location& found : find_locations(text, paths)) {
        lines += QByteArray::fromStdString(text.substr(found.begin, found.end - found.begin) + " -> " +
                                           found.path);
        if (found.line > 0)
            lines += ' ' + QByteArray::number(found.line) + '-' + QByteArray::number(found.last_line);
        if (found.column > 0) lines += ':' + QByteArray::number(found.column);
        lines += '\n';
    }
    return lines;
}

}  // namespace

class TestAnswerLinks : public QObject {
    Q_OBJECT

  private slots:
    void links_data();
    void links();
    void absolute_paths_only_beneath_the_root();
    void names_mean_one_file();
    void spans_are_whole_and_apart();
    void long_texts_are_linear();
};

void TestAnswerLinks::links_data() {
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QByteArray>("found");
    const auto row = [](const char* text, const char* found) {
        QTest::newRow(text) << QByteArray(text) << QByteArray(found);
    };
    row("see src/core/engine.h:12.", "src/core/engine.h:12 -> src/core/engine.h 12-12\n");
    row("engine.h:12:5, then", "engine.h:12:5 -> src/core/engine.h 12-12:5\n");
    row("(core/engine.cpp:12-20)", "core/engine.cpp:12-20 -> src/core/engine.cpp 12-20\n");
    row("http/client.py#L7", "http/client.py#L7 -> http/client.py 7-7\n");
    row("client.py#L7-L9 and client.py#L3C4",
        "client.py#L7-L9 -> http/client.py 7-9\nclient.py#L3C4 -> http/client.py 3-3:4\n");
    row("engine.h(12) engine.h(3,4)",
        "engine.h(12) -> src/core/engine.h 12-12\nengine.h(3,4) -> src/core/engine.h 3-3:4\n");
    row("File \"http/client.py\", line 33, in x", "http/client.py\", line 33 -> http/client.py 33-33\n");
    row("`engine.h`, `Makefile` and `docs/a b.md:4`",
        "engine.h -> src/core/engine.h\nMakefile -> Makefile\ndocs/a b.md:4 -> docs/a b.md 4-4\n");
    row("`engine.h`:12", "engine.h`:12 -> src/core/engine.h 12-12\n");
    row("**src/core/engine.h** is it. Is it client.py?",
        "src/core/engine.h -> src/core/engine.h\nclient.py -> http/client.py\n");
    row("[client.py:3]", "client.py:3 -> http/client.py 3-3\n");
    row("[id].tsx:3", "[id].tsx:3 -> [id].tsx 3-3\n");
    row("x/\xc3\xa4.py:2 \xe2\x80\x9c"
        "client.py:2\xe2\x80\x9d",
        "x/\xc3\xa4.py:2 -> x/\xc3\xa4.py 2-2\nclient.py:2 -> http/client.py 2-2\n");
    row("bad\\xff.c:2", "bad\\xff.c:2 -> bad\xff.c 2-2\n");
    row("./client.py", "./client.py -> http/client.py\n");
    row("client.py:0 client.py:12a client.py:1234567890",
        "client.py -> http/client.py\nclient.py -> http/client.py\nclient.py -> http/client.py\n");
    row("client.py:20-10", "client.py:20 -> http/client.py 20-20\n");
    // Two files end so; not files; outside of the project; parts of words; addresses.
    row("engine.cpp:3", "");
    row("Makefile is a word, make:3 too", "");
    row("Makefile:3", "Makefile:3 -> Makefile 3-3\n");
    row("/etc/passwd:1 ../etc/passwd:1 src/../etc/passwd ~/client.py a//client.py", "");
    row("myclient.py:3 client.pyc client.py2", "");
    row("https://example.org/client.py:3 http://x/src/core/engine.h#L3", "");
    row("unknown.c:3 `rm -rf /` `", "");
    row("", "");
}

void TestAnswerLinks::links() {
    QFETCH(QByteArray, text);
    QFETCH(QByteArray, found);
    QCOMPARE(shown(text.toStdString(), PathIndex(kPaths)), found);
}

void TestAnswerLinks::absolute_paths_only_beneath_the_root() {
    const PathIndex paths(kPaths, "/home/me/project");
    QCOMPARE(shown("/home/me/project/http/client.py:3", paths),
             QByteArray("/home/me/project/http/client.py:3 -> http/client.py 3-3\n"));
    for (const char* text :
         {"/home/me/project/client.py", "/home/me/project/../client.py", "/home/me/http/client.py",
          "/home/me/project2/http/client.py", "/etc/passwd", "/home/me/project//etc/passwd"})
        QCOMPARE(shown(text, paths), QByteArray());
}

void TestAnswerLinks::names_mean_one_file() {
    const PathIndex paths(kPaths);
    QVERIFY(paths.resolve("core/engine.cpp") == "src/core/engine.cpp");
    QVERIFY(!paths.resolve("engine.cpp") && !paths.resolve("ngine.h") && !paths.resolve("") &&
            !paths.resolve("/"));
    QVERIFY(paths.resolve_module("http.client") == "http/client.py" &&
            paths.resolve_module("client") == "http/client.py");
    QVERIFY(!paths.resolve_module("core.engine") && !paths.resolve_module("..client") &&
            !paths.resolve_module(""));
    QVERIFY(PathIndex({"a", "b/a"}).resolve("a") == "a");  // the whole path beats an end
}

void TestAnswerLinks::spans_are_whole_and_apart() {
    std::uint32_t seed = 9;
    const std::string_view pieces[] = {"client.py",
                                       ":",
                                       "12",
                                       "-",
                                       "`",
                                       "\"",
                                       "#L",
                                       "(",
                                       ")",
                                       " ",
                                       "src/core/engine.h",
                                       "\xc3\xa4",
                                       ", line ",
                                       "/",
                                       "..",
                                       "://",
                                       "\n",
                                       "[",
                                       "]",
                                       "\xe2\x80\x93",
                                       "\xff",
                                       "docs/a b.md",
                                       "."};
    const PathIndex paths(kPaths);
    std::size_t found = 0;
    for (int round = 0; round < 20'000; ++round) {
        std::string text;
        for (int i = 0; i < 12; ++i)
            text += pieces[((seed = seed * 1664525 + 1013904223) >> 16) % std::size(pieces)];
        std::size_t last = 0;
        for (const Location& location : find_locations(text, paths)) {
            QVERIFY(location.begin >= last && location.begin < location.end && location.end <= text.size());
            QVERIFY(location.line <= location.last_line);
            QVERIFY(location.end == text.size() ||
                    (static_cast<unsigned char>(text[location.end]) & 0xc0) != 0x80);
            QVERIFY(std::find(kPaths.begin(), kPaths.end(), location.path) != kPaths.end());
            last = location.end;
            ++found;
        }
    }
    QVERIFY(found > 1'000);
}

void TestAnswerLinks::long_texts_are_linear() {
    const PathIndex paths(kPaths);
    for (const std::string& piece : {std::string("a"), std::string("`"), std::string("a/"), std::string("\""),
                                     std::string(":1"), std::string("client.py:1 ")}) {
        std::string text;
        while (text.size() < 1'000'000) text += piece;
        find_locations(text, paths);
    }
}

QTEST_APPLESS_MAIN(TestAnswerLinks)
#include "test_answer_links.moc"
