#include <QTest>

#include <algorithm>
#include <cctype>

#include "app/syntax/syntax_tree.h"
#include "tests/support/syntax_samples.h"

using namespace sidewinder;
using namespace sidewinder::syntax;

/// Each language with its grammar and queries, on a small text.
class TestLanguages : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void initTestCase() {
        if (languages().empty()) QSKIP("built without grammars");
    }

    void theQueriesCompile() {
        for (const std::string_view name : languages()) {
            const std::vector<std::string> problems = find_language(name)->problems();
            for (const std::string& problem : problems) qWarning("%s: %s", name.data(), problem.c_str());
            QVERIFY2(problems.empty(), std::string(name).c_str());
        }
    }

    void eachHasASample() {
        for (const std::string_view name : languages()) {
            const bool has = std::any_of(test::syntax_samples().begin(), test::syntax_samples().end(),
                                         [&](const auto& sample) { return sample.language == name; });
            QVERIFY2(has, std::string(name).c_str());
        }
    }

    void symbolsAndHighlights_data() {
        QTest::addColumn<int>("index");
        for (std::size_t i = 0; i < test::syntax_samples().size(); ++i)
            QTest::newRow(std::string(test::syntax_samples()[i].language).c_str()) << static_cast<int>(i);
    }

    void symbolsAndHighlights() {
        QFETCH(int, index);
        const test::SyntaxSample& sample = test::syntax_samples()[static_cast<std::size_t>(index)];
        const Language* language = find_language(sample.language);
        QVERIFY(language != nullptr);
        SyntaxTree tree(*language, std::string(sample.text));
        QVERIFY(tree.update().parsed == Parsed::Ready);
        QVERIFY(tree.current());
        const std::string structure = tree.structure();
        QVERIFY2(
            structure.find("ERROR") == std::string::npos && structure.find("MISSING") == std::string::npos,
            structure.c_str());
        QCOMPARE(QString::fromStdString(listing(tree)), QString::fromUtf8(sample.symbols.data()));
        const std::vector<Highlight> spans =
            tree.highlights({0, static_cast<std::uint32_t>(sample.text.size())});
        for (const auto& [piece, kind] : sample.highlights) {
            if (kind.empty()) continue;
            const auto begin = static_cast<std::uint32_t>(find_word(sample.text, piece));
            const std::string found = kind_at(spans, begin, begin + static_cast<std::uint32_t>(piece.size()));
            QVERIFY2(found == kind,
                     (std::string(piece) + " is " + found + ", not " + std::string(kind)).c_str());
        }
    }

  private:
    static std::string listing(const SyntaxTree& tree) {
        std::string list;
        for (const Symbol& symbol : tree.symbols()) {
            const std::string separator(tree.language().name_separator());
            list += symbol.declares_only ? "~" : "";
            list += std::string(name_of(symbol.kind)) + " ";
            list += (symbol.container.empty() ? "" : symbol.container + separator) + symbol.name + " ";
            list += std::to_string(symbol.first_line + 1) + "-" + std::to_string(symbol.last_line + 1) + "\n";
        }
        return list;
    }

    static bool in_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

    /// The first place that is not a part of a longer word.
    static std::size_t find_word(std::string_view text, std::string_view piece) {
        for (std::size_t at = text.find(piece); at != text.npos; at = text.find(piece, at + 1)) {
            const std::size_t end = at + piece.size();
            const bool begins = at == 0 || !in_word(text[at - 1]) || !in_word(piece.front());
            if (begins && (end == text.size() || !in_word(text[end]) || !in_word(piece.back()))) return at;
        }
        return text.npos;
    }

    /// The one kind of all the bytes, or what is wrong with them.
    static std::string kind_at(const std::vector<Highlight>& spans, std::uint32_t begin, std::uint32_t end) {
        for (const Highlight& span : spans) {
            if (span.begin <= begin && end <= span.end) return std::string(name_of(span.kind));
            if (span.begin < end && begin < span.end) return "in part " + std::string(name_of(span.kind));
        }
        return "plain";
    }
};

QTEST_APPLESS_MAIN(TestLanguages)
#include "test_languages.moc"
