#include <QTest>

#include "app/syntax/answer_parser.h"
#include "storage/project/file_kind.h"

using namespace sidewinder;
using namespace sidewinder::syntax;

namespace {

std::vector<AnswerBlock> parse(std::string_view markdown) {
    return parse_answer(markdown, project::language_of);
}

QByteArray bytes(std::string_view text) {
    return QByteArray(text.data(), static_cast<qsizetype>(text.size()));
}

/// "-a|+b| c"
QByteArray shown(const Hunk& hunk) {
    QByteArray text;
    for (const ChangeLine& line : hunk.lines) {
        if (!text.isEmpty()) text += '|';
        text += line.role == ChangeLine::Role::Added     ? '+'
                : line.role == ChangeLine::Role::Removed ? '-'
                                                         : ' ';
        text += line.text.c_str();
    }
    return text;
}

QByteArray joined(const std::vector<std::string_view>& lines) {
    QByteArray text;
    for (const std::string_view line : lines) text += bytes(line) + '|';
    return text;
}

}  // namespace

/// What an answer proposes: code, for which file, and which changes.
class TestAnswerParser : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void plainTextHasNoBlocks() {
        QVERIFY(parse("").empty());
        QVERIFY(parse("Just `code` and words.\n").empty());
    }

    void blocksInOrder() {
        const auto blocks =
            parse("One:\n\n```cpp\nint a;\n\nint b;\n```\ntwo\n~~~~ py\n```\nx\n~~~~\n\n    indented\n");
        QCOMPARE(blocks.size(), 3u);
        QCOMPARE(bytes(blocks[0].code), QByteArray("int a;\n\nint b;"));
        QCOMPARE(bytes(blocks[0].language), QByteArray("cpp"));
        QCOMPARE(bytes(blocks[1].code), QByteArray("```\nx"));
        QCOMPARE(bytes(blocks[1].language), QByteArray("py"));
        QCOMPARE(bytes(blocks[2].code), QByteArray("indented"));
        QVERIFY(blocks[0].fenced && blocks[1].fenced && !blocks[2].fenced);
        for (const AnswerBlock& block : blocks) QVERIFY(block.closed && block.path.empty());
    }

    void blocksInListsAndQuotes() {
        const auto blocks =
            parse("1. Change `src/a.cpp`:\n   ```cpp\n   int a;\n     int b;\n   ```\n> ```py\n> x\n> ```\n");
        QCOMPARE(blocks.size(), 2u);
        QCOMPARE(bytes(blocks[0].code), QByteArray("int a;\n  int b;"));
        QCOMPARE(bytes(blocks[0].path), QByteArray("src/a.cpp"));
        QCOMPARE(bytes(blocks[1].code), QByteArray("x"));
    }

    void anAnswerThatWasCutOff_data() {
        QTest::addColumn<QByteArray>("markdown");
        QTest::addColumn<bool>("closed");
        QTest::newRow("closed") << QByteArray("```cpp\nint a;\n```") << true;
        QTest::newRow("closed, blank lines") << QByteArray("```cpp\nint a;\n```\n\n") << true;
        QTest::newRow("text behind") << QByteArray("```cpp\nint a;\n```\nwords") << true;
        QTest::newRow("open") << QByteArray("```cpp\nint a;\n") << false;
        QTest::newRow("open, nothing yet") << QByteArray("```cpp") << false;
        QTest::newRow("a shorter fence") << QByteArray("````cpp\nint a;\n``") << false;
        QTest::newRow("in a quote") << QByteArray("> ```cpp\n> int a;\n> ```\n") << true;
    }

    void anAnswerThatWasCutOff() {
        QFETCH(QByteArray, markdown);
        QFETCH(bool, closed);
        const auto blocks = parse(markdown.toStdString());
        QCOMPARE(blocks.size(), 1u);
        QCOMPARE(blocks[0].closed, closed);
    }

    void paths_data() {
        QTest::addColumn<QByteArray>("before");
        QTest::addColumn<QByteArray>("info");
        QTest::addColumn<QByteArray>("first");
        QTest::addColumn<QByteArray>("path");
        const auto row = [](const char* name, const char* before, const char* info, const char* first,
                            const char* path) {
            QTest::newRow(name) << QByteArray(before) << QByteArray(info) << QByteArray(first)
                                << QByteArray(path);
        };
        row("info: second word", "", "cpp src/a.cpp", "x", "src/a.cpp");
        row("info: colon", "", "cpp:src/a.cpp", "x", "src/a.cpp");
        row("info: title", "", "cpp title=\"src/a b.cpp\"", "x", "src/a b.cpp");
        row("info: braces", "", "{.cpp file=src/a.cpp}", "x", "src/a.cpp");
        row("info: only a path", "", "src/a.cpp", "x", "src/a.cpp");
        row("info: with line", "", "cpp src/a.cpp:12-20", "x", "src/a.cpp");
        row("info: a flag", "", "cpp linenums", "x", "");
        row("before: backticks", "`src/a.cpp`:", "cpp", "x", "src/a.cpp");
        row("before: sentence", "Change `src/a.cpp` like this:", "cpp", "x", "src/a.cpp");
        row("before: with code", "In `src/a.cpp` the function `f()` leaks.", "cpp", "x", "src/a.cpp");
        row("before: two files", "Between `src/a.cpp` and `src/b.cpp`:", "cpp", "x", "");
        row("before: one file twice", "`src/a.cpp` (was `src/a.cpp`):", "cpp", "x", "src/a.cpp");
        row("before: label", "File: src/a.cpp", "cpp", "x", "src/a.cpp");
        row("before: bold", "**src/a.cpp**", "cpp", "x", "src/a.cpp");
        row("before: bold label", "**File: `src/a.cpp`**", "cpp", "x", "src/a.cpp");
        row("before: heading", "### src/a.cpp", "cpp", "x", "src/a.cpp");
        row("before: plain name", "Now main.py:", "python", "x", "main.py");
        row("before: Makefile", "Put this into `Makefile`:", "make", "x", "Makefile");
        row("before: unknown ending in a folder", "`conf/app.foorc`", "", "x", "conf/app.foorc");
        row("before: an attribute", "`self.items` is wrong", "python", "x", "");
        row("before: e.g.", "See e.g. this:", "cpp", "x", "");
        row("before: an address", "From https://example.org/a.cpp:", "cpp", "x", "");
        row("before: last line counts", "In `src/a.cpp`\nreplace it:", "cpp", "x", "");
        row("first: slashes", "", "cpp", "// src/a.cpp", "src/a.cpp");
        row("first: hash", "", "py", "# tools/run.py", "tools/run.py");
        row("first: html", "", "html", "<!-- web/index.html -->", "web/index.html");
        row("first: block", "", "c", "/* src/a.c */", "src/a.c");
        row("first: label", "", "cpp", "// File: src/a.cpp", "src/a.cpp");
        row("first: words", "", "cpp", "// as in a.cpp and b.cpp", "");
        row("first: shebang", "", "sh", "#!/bin/run.sh", "");
        row("info before text", "`src/b.cpp`", "cpp src/a.cpp", "// src/c.cpp", "src/a.cpp");
        row("text before code", "`src/b.cpp`", "cpp", "// src/c.cpp", "src/b.cpp");
        row("kept as written", "`../../etc/passwd.conf`", "", "x", "../../etc/passwd.conf");
        row("no control characters", "`src/a\x01.cpp`", "cpp", "x", "");
    }

    void paths() {
        QFETCH(QByteArray, before);
        QFETCH(QByteArray, info);
        QFETCH(QByteArray, first);
        QFETCH(QByteArray, path);
        const auto blocks = parse((before + "\n\n```" + info + "\n" + first + "\ny\n```\n").toStdString());
        QCOMPARE(blocks.size(), 1u);
        QCOMPARE(bytes(blocks[0].path), path);
        QCOMPARE(blocks[0].path_source == PathSource::None, path.isEmpty());
    }

    void aPathBelongsToTheNextBlockOnly() {
        const auto blocks = parse("`src/a.cpp`:\n```cpp\na\n```\n```cpp\nb\n```\n");
        QCOMPARE(bytes(blocks[0].path), QByteArray("src/a.cpp"));
        QCOMPARE(bytes(blocks[1].path), QByteArray());
    }

    void unifiedDiff() {
        const auto blocks = parse(
            "```diff\ndiff --git a/src/a.cpp b/src/a.cpp\nindex 1..2 100644\n--- a/src/a.cpp\n+++ "
            "b/src/a.cpp\n"
            "@@ -12,3 +12,4 @@ void f()\n int a;\n-int b;\n+int c;\n+int d;\n\n@@ -40 +41 @@\n-x\n\\ No "
            "newline at end of "
            "file\n+y\n--- a/b.py\n+++ b/b.py\n@@ -1 +1 @@\n--- old\n+++ new\n```\n");
        QCOMPARE(blocks.size(), 1u);
        QVERIFY(blocks[0].form == AnswerBlock::Form::Diff);
        QCOMPARE(blocks[0].changes.size(), 2u);
        const FileChange& first = blocks[0].changes[0];
        QCOMPARE(bytes(first.path), QByteArray("src/a.cpp"));
        QVERIFY(first.action == FileChange::Action::Change);
        QCOMPARE(first.hunks.size(), 2u);
        QCOMPARE(first.hunks[0].claimed_line, 12u);
        QCOMPARE(shown(first.hunks[0]), QByteArray(" int a;|-int b;|+int c;|+int d;"));
        QCOMPARE(joined(first.hunks[0].before()), QByteArray("int a;|int b;|"));
        QCOMPARE(joined(first.hunks[0].after()), QByteArray("int a;|int c;|int d;|"));
        QCOMPARE(shown(first.hunks[1]), QByteArray("-x|+y"));
        QCOMPARE(bytes(blocks[0].changes[1].path), QByteArray("b.py"));
        QVERIFY(blocks[0].path.empty());  // two files: no one path
    }

    void sloppyDiffs() {
        // No headers, no numbers, the blank before a context line forgotten, the path in the text.
        const auto blocks = parse("In `src/a.cpp`:\n```diff\n@@ ... @@\nint a;\n-int b;\n+int c;\n```\n");
        QVERIFY(blocks[0].form == AnswerBlock::Form::Diff);
        QCOMPARE(bytes(blocks[0].changes[0].path), QByteArray("src/a.cpp"));
        QCOMPARE(blocks[0].changes[0].hunks[0].claimed_line, 0u);
        QCOMPARE(shown(blocks[0].changes[0].hunks[0]), QByteArray(" int a;|-int b;|+int c;"));
        // Without a language, and CR LF.
        const auto plain = parse("```\r\n--- a.py\r\n+++ a.py\r\n@@ -1 +1 @@\r\n-x\r\n+y\r\n```\r\n");
        QVERIFY(plain[0].form == AnswerBlock::Form::Diff);
        QCOMPARE(shown(plain[0].changes[0].hunks[0]), QByteArray("-x|+y"));
    }

    void newRemovedAndMovedFiles() {
        const auto blocks = parse(
            "```diff\n--- /dev/null\n+++ b/new.py\n@@ -0,0 +1 @@\n+x\n--- a/old.py\n+++ /dev/null\n@@ -1 "
            "+0,0 @@\n-x\n"
            "diff --git a/from.py b/to.py\nrename from from.py\nrename to to.py\n```\n");
        const std::vector<FileChange>& changes = blocks[0].changes;
        QCOMPARE(changes.size(), 3u);
        QVERIFY(changes[0].action == FileChange::Action::Create && changes[0].path == "new.py");
        QVERIFY(changes[1].action == FileChange::Action::Delete && changes[1].path == "old.py");
        QVERIFY(changes[2].action == FileChange::Action::Rename && changes[2].path == "to.py");
        QCOMPARE(bytes(changes[2].old_path), QByteArray("from.py"));
    }

    void aDiffThatIsNone() {
        const auto none = parse("```diff\n@@ -1,2 +1,2 @@\n a\n b\n```\n");
        QVERIFY(none[0].form == AnswerBlock::Form::Code);
        QVERIFY(!none[0].problem.empty());
        const auto words =
            parse("```diff\n- old way\n+ new way\n```\n");  // no hunk: shown, not to be applied
        QVERIFY(words[0].form == AnswerBlock::Form::Code);
        const auto markdown = parse("```markdown\n--- \n+++ \n```\n");
        QVERIFY(markdown[0].form == AnswerBlock::Form::Code);
    }

    void searchAndReplace() {
        const auto blocks = parse(
            "src/a.cpp\n```cpp\n<<<<<<< SEARCH\nint a;\n=======\nint b;\nint c;\n>>>>>>> REPLACE\n\n<<<<<<< "
            "SEARCH\nx\n"
            "=======\n>>>>>>> REPLACE\n```\n");
        QVERIFY(blocks[0].form == AnswerBlock::Form::SearchReplace);
        QCOMPARE(blocks[0].changes.size(), 1u);
        QCOMPARE(bytes(blocks[0].changes[0].path), QByteArray("src/a.cpp"));
        QCOMPARE(blocks[0].changes[0].hunks.size(), 2u);
        QCOMPARE(shown(blocks[0].changes[0].hunks[0]), QByteArray("-int a;|+int b;|+int c;"));
        QCOMPARE(shown(blocks[0].changes[0].hunks[1]), QByteArray("-x"));
    }

    void searchAndReplaceWithPathsInside() {
        const auto blocks = parse(
            "```\na.py\n<<<<<<< SEARCH\n1\n=======\n2\n>>>>>>> REPLACE\nb.py\n<<<<<<< "
            "SEARCH\n=======\nnew\n>>>>>>> "
            "REPLACE\n```\n");
        QCOMPARE(blocks[0].changes.size(), 2u);
        QCOMPARE(bytes(blocks[0].changes[0].path), QByteArray("a.py"));
        QCOMPARE(bytes(blocks[0].changes[1].path), QByteArray("b.py"));
        QCOMPARE(shown(blocks[0].changes[1].hunks[0]), QByteArray("+new"));
    }

    void searchAndReplaceNotFinished_data() {
        QTest::addColumn<QByteArray>("code");
        QTest::newRow("no end") << QByteArray("<<<<<<< SEARCH\na\n=======\nb\n");
        QTest::newRow("no middle") << QByteArray("<<<<<<< SEARCH\na\n>>>>>>> REPLACE\n");
        QTest::newRow("twice begun") << QByteArray(
            "<<<<<<< SEARCH\n<<<<<<< SEARCH\na\n=======\nb\n>>>>>>> REPLACE\n");
    }

    void searchAndReplaceNotFinished() {
        QFETCH(QByteArray, code);
        const auto blocks = parse(("```cpp\n" + code + "```\n").toStdString());
        QVERIFY(blocks[0].form == AnswerBlock::Form::Code);
        QVERIFY(!blocks[0].problem.empty() && blocks[0].changes.empty());
    }

    void aConflictOfGitIsCode() {
        const auto blocks = parse("```cpp\n<<<<<<< HEAD\na\n=======\nb\n>>>>>>> other\n```\n");
        QVERIFY(blocks[0].form == AnswerBlock::Form::Code && blocks[0].problem.empty());
    }

    void anyBytes() {
        const std::string bad = std::string("```cpp \xFF/a.cpp\n\xC3\x00\x01x\n```", 22);
        QCOMPARE(parse(bad).size(), 1u);
        QVERIFY(parse(bad)[0].code.find('\0') == std::string::npos);
        std::string huge = "```\n";
        huge.append(3u << 20, 'x');
        const auto blocks = parse(huge);
        QCOMPARE(blocks.size(), 1u);
        QVERIFY(blocks[0].code.size() <= (1u << 20));
    }
};

QTEST_APPLESS_MAIN(TestAnswerParser)
#include "test_answer_parser.moc"
