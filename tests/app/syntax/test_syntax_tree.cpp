#include <QTest>

#include <algorithm>
#include <random>
#include <thread>

#include "app/syntax/syntax_tree.h"
#include "tests/support/syntax_samples.h"

using namespace sidewinder;
using namespace sidewinder::syntax;

namespace {

const Language& language(std::string_view name) {
    return *find_language(name);
}

SyntaxTree parsed(std::string_view name, std::string text) {
    SyntaxTree tree(language(name), std::move(text));
    tree.update();
    return tree;
}

ByteRange all_of(const SyntaxTree& tree) {
    return {0, static_cast<std::uint32_t>(tree.text().size())};
}

std::string long_cpp(int functions) {
    std::string text;
    for (int i = 0; i < functions; ++i)
        text += "// Number " + std::to_string(i) + ".\nint function_" + std::to_string(i) +
                "(int a) {\n    return a * 2 + f(\"x\", a);\n}\n\n";
    return text;
}

}  // namespace

/// The tree under edits, stops, hostile texts; ranges and positions.
class TestSyntaxTree : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void initTestCase() {
        if (languages().empty()) QSKIP("built without grammars");
    }

    void nothingBeforeTheFirstUpdate() {
        SyntaxTree tree(language("cpp"), "int x;");
        QVERIFY(!tree.current());
        QVERIFY(tree.highlights({0, 6}).empty());
        QVERIFY(tree.symbols().empty());
        QVERIFY(tree.structure().empty());
        const Update update = tree.update();
        QVERIFY(update.parsed == Parsed::Ready);
        QVERIFY(update.changed == (std::vector<ByteRange>{{0, 6}}));
        QVERIFY(tree.current() && !tree.highlights({0, 6}).empty());
    }

    void anEmptyText() {
        for (const std::string_view name : languages()) {
            SyntaxTree tree(language(name), "");
            QVERIFY(tree.update().parsed == Parsed::Ready);
            QVERIFY(tree.highlights({0, 10}).empty());
            QVERIFY(tree.symbols().empty());
            QCOMPARE(tree.line_count(), 1u);
            tree.edit({0, 0}, "x");
            QVERIFY(tree.update().parsed == Parsed::Ready);
        }
    }

    void linesFollowEdits() {
        SyntaxTree tree(language("python"), "a\nbb\n\nc");
        QCOMPARE(tree.line_count(), 4u);
        QCOMPARE(tree.line_of(2), 1u);
        QCOMPARE(tree.line_of(7), 3u);
        QCOMPARE(tree.line_begin(3), 6u);
        QCOMPARE(tree.line_begin(4), 7u);
        tree.edit({1, 5}, "\n\n\n");  // "a\n\n\n\nc"
        QCOMPARE(QByteArray::fromStdString(std::string(tree.text())), QByteArray("a\n\n\n\nc"));
        QCOMPARE(tree.line_count(), 5u);
        QCOMPARE(tree.line_begin(4), 5u);
        tree.edit({2, 100}, "xy");  // clamped
        QCOMPARE(QByteArray::fromStdString(std::string(tree.text())), QByteArray("a\nxy"));
        QCOMPARE(tree.line_count(), 2u);
    }

    void editsAreCheapUntilTheUpdate() {
        SyntaxTree tree = parsed("cpp", "int x = 1;\n");
        tree.edit({0, 0}, "// why\n");
        QVERIFY(!tree.current());
        // The old tree, moved along: "int" is where it went.
        const std::vector<Highlight> moved = tree.highlights({7, 10});
        QCOMPARE(moved.size(), 1u);
        QVERIFY(moved[0] == (Highlight{7, 10, Kind::Type}));
        tree.update();
        QVERIFY(tree.highlights({0, 6}) == (std::vector<Highlight>{{0, 6, Kind::Comment}}));
    }

    void saysWhatChanged() {
        SyntaxTree tree = parsed("cpp", "int a;\nint b;\nint c;\n");
        tree.edit({7, 7}, "/* ");
        const Update opened = tree.update();
        QVERIFY(!opened.changed.empty());
        QVERIFY(opened.changed.back().end > 14);  // the comment swallows what follows
        QVERIFY(tree.update().changed.empty());   // nothing since
    }

    void highlightsAreDisjointAndWithinTheRange() {
        for (const test::SyntaxSample& sample : test::syntax_samples()) {
            SyntaxTree tree = parsed(sample.language, std::string(sample.text));
            const std::vector<Highlight> all = tree.highlights(all_of(tree));
            std::uint32_t end = 0;
            for (const Highlight& span : all) {
                QVERIFY(span.begin >= end && span.begin < span.end && span.kind != Kind::None);
                end = span.end;
            }
            QVERIFY(end <= tree.text().size());
            // A part looks as it does in the whole.
            for (std::uint32_t begin = 0; begin + 7 < tree.text().size(); begin += 7) {
                const ByteRange range{begin, begin + 7};
                const std::string where = std::string(sample.language) + " at " + std::to_string(begin);
                QVERIFY2(painted(tree.highlights(range), range) == painted(all, range), where.c_str());
            }
        }
    }

    void randomEditsGiveTheTreeOfTheText_data() {
        QTest::addColumn<int>("index");
        for (std::size_t i = 0; i < test::syntax_samples().size(); ++i)
            QTest::newRow(std::string(test::syntax_samples()[i].language).c_str()) << static_cast<int>(i);
    }

    /// Anything at all is typed in, also into the middle of characters, and taken out again: the tree is that
    /// of the text read anew. (While a text is broken, tree-sitter may mend it one way or another; lines
    /// always agree.)
    void randomEditsGiveTheTreeOfTheText() {
        QFETCH(int, index);
        const test::SyntaxSample& sample = test::syntax_samples()[static_cast<std::size_t>(index)];
        const std::string original = "\n" + std::string(sample.text) + "\n";
        SyntaxTree tree = parsed(sample.language, original);
        const std::string structure = tree.structure();
        const std::vector<Highlight> highlights = tree.highlights(all_of(tree));
        std::mt19937 random(static_cast<unsigned>(index));
        const std::string_view pieces[] = {"{", "}",   "\"", "\xC3", "\xC3\xA4", "\xFF",    "\n",
                                           "x", "/*",  " ",  "é漢",  "\0z",      "'",       "<",
                                           "#", "```", "\t", "(",    "0",        "\xF0\x9F"};
        for (int round = 0; round < 150; ++round) {
            const auto at = static_cast<std::uint32_t>(random() % tree.text().size());
            const auto length =
                static_cast<std::uint32_t>(random() % std::min<std::size_t>(12, tree.text().size() - at));
            const std::string removed(tree.text().substr(at, length));
            const std::string_view piece = pieces[random() % std::size(pieces)];
            tree.edit({at, at + length}, piece);
            QVERIFY(tree.update().parsed == Parsed::Ready);
            tree.highlights(all_of(tree));
            tree.symbols();
            SyntaxTree anew = parsed(sample.language, std::string(tree.text()));
            QCOMPARE(tree.line_count(), anew.line_count());
            tree.edit({at, at + static_cast<std::uint32_t>(piece.size())}, removed);
            QVERIFY(tree.update().parsed == Parsed::Ready);
            QVERIFY(tree.text() == original);
            QCOMPARE(QByteArray::fromStdString(tree.structure()), QByteArray::fromStdString(structure));
            QVERIFY(tree.highlights(all_of(tree)) == highlights);
        }
    }

    /// A program grows statement by statement, in no order: always the tree of the text read anew.
    void validEditsGiveTheTreeOfTheText() {
        std::mt19937 random(7);
        SyntaxTree tree = parsed("cpp", "int a() {\n    return 1;\n}\n");
        const std::string_view pieces[] = {"int b(int é) { return é; }\n", "struct S { int x; };\n",
                                           "// wörds\n", "const char* t = \"漢字\";\n"};
        for (int round = 0; round < 60; ++round) {
            std::vector<std::uint32_t> places;  // beginnings of lines that are not within braces
            for (std::uint32_t line = 0; line < tree.line_count(); ++line)
                if (tree.text().substr(tree.line_begin(line), 4) != "    " &&
                    tree.text()[tree.line_begin(line)] != '}')
                    places.push_back(tree.line_begin(line));
            const std::uint32_t at = places[random() % places.size()];
            tree.edit({at, at}, pieces[random() % std::size(pieces)]);
            QVERIFY(tree.update().parsed == Parsed::Ready);
            SyntaxTree anew = parsed("cpp", std::string(tree.text()));
            QCOMPARE(QByteArray::fromStdString(tree.structure()),
                     QByteArray::fromStdString(anew.structure()));
            QVERIFY(tree.highlights(all_of(tree)) == anew.highlights(all_of(anew)));
            QVERIFY(tree.symbols() == anew.symbols());
        }
    }

    void embeddedPiecesFollowEdits() {
        SyntaxTree tree = parsed("html", "<p>a</p>\n<script>\nconst x = 1;\n</script>\n");
        const auto kind_of = [&](std::string_view word) {
            const auto at = static_cast<std::uint32_t>(tree.text().find(word));
            const auto spans = tree.highlights({at, at + static_cast<std::uint32_t>(word.size())});
            return spans.size() == 1 ? spans[0].kind : Kind::None;
        };
        QVERIFY(kind_of("const") == Kind::Keyword);
        tree.edit({0, 0}, "<b>more</b>\n\n");  // moves it
        tree.update();
        QVERIFY(kind_of("const") == Kind::Keyword);
        QVERIFY(kind_of("1") == Kind::Number);
        const auto at = static_cast<std::uint32_t>(tree.text().find("const"));
        tree.edit({at, at}, "// ");
        tree.update();
        QVERIFY(kind_of("const") == Kind::Comment);
        tree.edit({at, at + 3}, "");
        tree.update();
        QVERIFY(kind_of("const") == Kind::Keyword);
    }

    void stopsAndGoesOn() {
        const std::string text = long_cpp(20'000);
        SyntaxTree tree(language("cpp"), text);
        std::stop_source stopped;
        stopped.request_stop();
        QVERIFY(tree.update(stopped.get_token()).parsed == Parsed::Stopped);
        QVERIFY(!tree.current());
        int slices = 0;
        Update update;
        for (; slices < 100'000; ++slices) {
            update = tree.update({}, std::chrono::milliseconds(2));
            if (update.parsed != Parsed::OutOfTime) break;
        }
        QVERIFY(update.parsed == Parsed::Ready);
        QVERIFY(slices > 0);
        QCOMPARE(tree.symbols().size(), 20'000u);
        QVERIFY(tree.symbols(stopped.get_token()).empty());
    }

    void stopFromAnotherThread() {
        const std::string text = long_cpp(60'000);
        SyntaxTree tree(language("cpp"), text);
        std::stop_source source;
        std::jthread other([&] {
            std::this_thread::sleep_for(std::chrono::milliseconds(20));
            source.request_stop();
        });
        const Update update = tree.update(source.get_token(), std::chrono::minutes(5));
        QVERIFY(update.parsed == Parsed::Stopped);
        tree.edit({0, 0}, "int first;\n");  // what was begun is dropped
        QVERIFY(tree.update({}, std::chrono::minutes(5)).parsed == Parsed::Ready);
        QCOMPARE(QByteArray::fromStdString(tree.symbols().front().name), QByteArray("function_0"));
    }

    void tooLarge() {
        SyntaxTree tree(language("json"), std::string(SyntaxTree::max_bytes, ' '));
        tree.edit({0, 0}, "1");
        QVERIFY(tree.update().parsed == Parsed::TooLarge);
        QVERIFY(tree.highlights({0, 10}).empty());
        tree.edit({1, 100}, "");
        QVERIFY(tree.update().parsed == Parsed::Ready);
    }

    void deepNestingAndNoise() {
        std::mt19937 random(3);
        std::string noise;
        for (int i = 0; i < 20'000; ++i) noise += static_cast<char>(random());
        std::string open, tags;
        for (int i = 0; i < 50'000; ++i) open += "([{"[i % 3];
        for (int i = 0; i < 5'000; ++i) tags += "<div><script>";
        for (const std::string_view name : languages())
            for (const std::string* text : {&noise, &open, &tags}) {
                SyntaxTree tree(language(name), *text);
                const Parsed parsed = tree.update({}, std::chrono::milliseconds(500)).parsed;
                QVERIFY(parsed == Parsed::Ready || parsed == Parsed::OutOfTime);
                tree.highlights({1000, 3000});
                tree.symbols();
            }
    }

    void enclosingSymbols() {
        const std::string text =
            "class A:\n    # Why.\n    def f(self):\n        pass\n\n    x = 1\n\ndef g(): pass\n";
        const SyntaxTree tree = parsed("python", text);
        const auto names = [&](std::string_view at) {
            QStringList list;
            for (const Symbol& symbol : tree.enclosing(static_cast<std::uint32_t>(text.find(at))))
                list << QString::fromStdString(symbol.name);
            return list.join(u'/');
        };
        QCOMPARE(names("pass\n\n"), QStringLiteral("A/f"));
        QCOMPARE(names("# Why."), QStringLiteral("A/f"));
        QCOMPARE(names("x = 1"), QStringLiteral("A"));
        QCOMPARE(names("def g"), QStringLiteral("g"));
        QCOMPARE(names("\n\ndef g"), QStringLiteral(""));
    }

    void movesBetweenThreads() {
        SyntaxTree tree(language("python"), "def f(): pass\n");
        std::size_t symbols = 0;
        std::jthread([&, moved = std::move(tree)]() mutable {
            moved.update();
            symbols = moved.symbols().size();
        }).join();
        QCOMPARE(symbols, 1u);
    }

    void sharedQueriesFromManyThreads() {
        std::vector<std::jthread> threads;
        std::atomic<int> right = 0;
        for (int i = 0; i < 4; ++i)
            threads.emplace_back([&] {
                for (int round = 0; round < 20; ++round) {
                    SyntaxTree tree = parsed("rust", "fn main() { let x = 1; }\n");
                    right += tree.symbols().size() == 1 && !tree.highlights({0, 20}).empty();
                }
            });
        threads.clear();
        QCOMPARE(right.load(), 80);
    }

  private:
    static std::vector<Kind> painted(const std::vector<Highlight>& spans, ByteRange range) {
        std::vector<Kind> bytes(range.end - range.begin, Kind::None);
        for (const Highlight& span : spans)
            for (std::uint32_t at = std::max(span.begin, range.begin); at < std::min(span.end, range.end);
                 ++at)
                bytes[at - range.begin] = span.kind;
        return bytes;
    }
};

QTEST_APPLESS_MAIN(TestSyntaxTree)
#include "test_syntax_tree.moc"
