#include <QTest>

#include "app/syntax/language.h"
#include "app/syntax/predicate.h"
#include "app/syntax/query.h"
#include "app/syntax/syntax_tree.h"
#include "storage/project/file_kind.h"

using namespace sidewinder::syntax;

/// Which language is meant, and the tests that a query puts to texts.
class TestLanguageTags : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void initTestCase() {
        if (languages().empty()) QSKIP("built without grammars");
    }

    void languageOfATag_data() {
        QTest::addColumn<QByteArray>("tag");
        QTest::addColumn<QByteArray>("name");
        const std::pair<const char*, const char*> rows[] = {
            {"cpp", "cpp"},
            {"c++", "cpp"},
            {"C++", "cpp"},
            {"py", "python"},
            {"Python3", "python"},
            {"js", "javascript"},
            {"jsx", "javascript"},
            {"ts", "typescript"},
            {"tsx", "tsx"},
            {"sh", "bash"},
            {"console", "bash"},
            {"cs", "csharp"},
            {"c#", "csharp"},
            {"rs", "rust"},
            {"yml", "yaml"},
            {"md", "markdown"},
            {"cpp title=a.cpp", "cpp"},
            {"cpp:src/a.cpp", "cpp"},
            {"{.python}", "python"},
            {" go ", "go"},
            {"", ""},
            {"klingon", ""},
            {"markdown_inline", ""},
            {"text", ""},
        };
        for (const auto& [tag, name] : rows) QTest::newRow(tag) << QByteArray(tag) << QByteArray(name);
    }

    void languageOfATag() {
        QFETCH(QByteArray, tag);
        QFETCH(QByteArray, name);
        const Language* language = find_language({tag.data(), static_cast<std::size_t>(tag.size())});
        QCOMPARE(
            language == nullptr ? QByteArray() : QByteArray::fromStdString(std::string(language->name())),
            name);
    }

    void languageOfAFirstLine() {
        const auto name = [](std::string_view tag, std::string_view line) {
            const Language* language = find_language(tag, line);
            return QByteArray::fromStdString(language == nullptr ? "" : std::string(language->name()));
        };
        QCOMPARE(name("", "#!/usr/bin/env python3.11\n"), QByteArray("python"));
        QCOMPARE(name("", "#!/bin/sh -e"), QByteArray("bash"));
        QCOMPARE(name("", "#!/usr/bin/env -S node --x"), QByteArray("javascript"));
        QCOMPARE(name("", "#!"), QByteArray(""));
        QCOMPARE(name("", "#!/usr/bin/env"), QByteArray(""));
        QCOMPARE(name("", "<?php echo 1;"), QByteArray("php"));
        QCOMPARE(name("", "<!DOCTYPE html>"), QByteArray("html"));
        QCOMPARE(name("cpp", "#!/bin/sh"), QByteArray("cpp"));
        QCOMPARE(name("text", "hello"), QByteArray(""));
    }

    void headersOfCpp() {
        const auto name = [](std::string_view text) { return find_language("c", text)->name(); };
        QVERIFY(name("#pragma once\n#include <string.h>\nint f(void);\n") == "c");
        QVERIFY(name("/* a class of things, using that */\nstruct a;\n") == "c");
        QVERIFY(name("#pragma once\n\nnamespace a {\n") == "cpp");
        QVERIFY(name("struct A {\n  public:\n};") == "cpp");
        QVERIFY(name("int f(const std::string& s);") == "cpp");
        QVERIFY(name("") == "c");
        QVERIFY(name("\n\n") == "c");
    }

    /// The table of extensions is storage's; what it names and we know must agree.
    void filesFindTheirLanguage() {
        const std::pair<const char*, const char*> rows[] = {
            {"a/b.cpp", "cpp"},      {"x.h", "c"},       {"k.cu", "cpp"},     {"x.py", "python"},
            {"x.jsx", "javascript"}, {"x.tsx", "tsx"},   {"x.rs", "rust"},    {"x.cs", "csharp"},
            {"Makefile", "make"},    {"x.kt", "kotlin"}, {"x.yml", "yaml"},   {"x.xml", "html"},
            {"x.md", "markdown"},    {"x.sql", "sql"},   {"x.swift", "swift"}};
        for (const auto& [path, name] : rows) {
            const Language* language = find_language(sidewinder::project::language_of(path));
            QVERIFY2(language != nullptr && language->name() == name, path);
        }
    }

    void predicates_data() {
        QTest::addColumn<QByteArray>("query");
        QTest::addColumn<int>("matches");
        // On: a = alpha; B = "beta"; c = c
        const std::pair<const char*, int> rows[] = {
            {"((identifier) @x)", 5},
            {"((identifier) @x (#eq? @x \"c\"))", 2},
            {"((identifier) @x (#not-eq? @x \"c\"))", 3},
            {"((assignment left: (_) @l right: (_) @r) (#eq? @l @r))", 1},
            {"((assignment left: (_) @l right: (_) @r) (#not-eq? @l @r))", 2},
            {"((identifier) @x (#match? @x \"^[A-Z]\"))", 1},
            {"((identifier) @x (#match? @x \"^[a-z]$\"))", 3},
            {"((identifier) @x (#not-match? @x \"^[A-Z]\"))", 4},
            {"((identifier) @x (#any-of? @x \"a\" \"B\"))", 2},
            {"((identifier) @x (#not-any-of? @x \"a\" \"B\"))", 3},
            {"((identifier) @x (#lua-match? @x \"^%u$\"))", 1},
            {"((identifier) @x (#not-lua-match? @x \"^%l+$\"))", 1},
            {"((identifier) @x (#contains? @x \"lph\"))", 1},
            {"((module (expression_statement (assignment left: (_) @x))+) (#any-eq? @x \"B\"))", 1},
            {"((identifier) @x (#has-parent? @x assignment))", 5},
            {"((identifier) @x (#has-ancestor? @x string))", 0},
            {"((identifier) @x (#is-not? local))", 5},
            {"((identifier) @x (#set! a b))", 5},
            {"((identifier) @x (#who-knows? @x))", -1},
            {"((identifier) @x (#match? @x \"(\"))", -1},
            {"((identifier) @x (#eq? @x))", -1},
            {"((nonsense) @x)", -1},
            {"((identifier", -1},
        };
        for (const auto& [query, matches] : rows) QTest::newRow(query) << QByteArray(query) << matches;
    }

    /// -1: the pattern is reported, and matches nothing.
    void predicates() {
        QFETCH(QByteArray, query);
        QFETCH(int, matches);
        const std::string text = "a = alpha\nB = \"beta\"\nc = c\n";
        std::vector<std::string> problems;
        const Query compiled(find_language("python")->grammar(), query.toStdString(), problems);
        QCOMPARE(problems.empty(), matches >= 0);
        if (compiled.empty()) {
            QCOMPARE(matches, -1);
            return;
        }
        const ParserHandle parser(ts_parser_new());
        ts_parser_set_language(parser.get(), find_language("python")->grammar());
        const TreeHandle tree(ts_parser_parse_string(parser.get(), nullptr, text.data(),
                                                     static_cast<std::uint32_t>(text.size())));
        const CursorHandle cursor(ts_query_cursor_new());
        ts_query_cursor_exec(cursor.get(), compiled.get(), ts_tree_root_node(tree.get()));
        int found = 0;
        TSQueryMatch match;
        while (ts_query_cursor_next_match(cursor.get(), &match)) found += compiled.accepts(match, text);
        QCOMPARE(found, std::max(matches, 0));
    }

    void luaPatterns() {
        const auto same = [](const char* lua, const char* expression) {
            return expression_of_lua(lua) == expression;
        };
        QVERIFY(same("^[-+]?%d+$", "^[-+]?[[:digit:]]+$"));
        QVERIFY(same("[%d%u_]", "[[:digit:][:upper:]_]"));
        QVERIFY(same("a.-b", "a.*?b"));
        QVERIFY(same("%.x", "\\.x"));
        QVERIFY(same("a|b", "a\\|b"));
        QVERIFY(same("%bxy", ""));
        QVERIFY(same("%", ""));
    }

    void theGrammarsHaveLicences() {
        QVERIFY(grammar_packages().size() >= 20);
        for (const GrammarPackage& package : grammar_packages())
            QVERIFY(!package.name.empty() && !package.version.empty() && package.licence == "MIT");
    }
};

QTEST_APPLESS_MAIN(TestLanguageTags)
#include "test_language_tags.moc"
