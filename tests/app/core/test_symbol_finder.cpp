#include "app/core/symbol_finder.h"

#include <QtTest>

#include "app/syntax/language.h"

using namespace sidewinder;

class TestSymbolFinder : public QObject {
    Q_OBJECT

    static std::vector<project::Symbol> found(const std::string& text, const std::string& language) {
        return app::symbol_finder()("file", text, language);
    }

  private Q_SLOTS:
    void definitionsStandWhereTheyAre() {
        const std::string text = "namespace a {\nclass B {\n    int c;\n    void d() {\n    }\n};\n}\n";
        bool method = false;
        for (const project::Symbol& symbol : found(text, "cpp")) {
            if (symbol.name != "d") continue;
            method = true;
            QCOMPARE(symbol.first_line, 4u);
            QCOMPARE(symbol.last_line, 5u);
            QCOMPARE(symbol.container, std::string("a::B"));
        }
        QVERIFY(method);
    }

    void keysAndPropertiesAreLeftOut() {
        if (syntax::languages().empty()) QSKIP("skipped: built without grammars");
        QVERIFY(found("{\"name\": 1, \"version\": 2}\n", "json").empty());
    }

    void patternsServeWhereThereIsNoGrammar() {
        QVERIFY(syntax::find_language("julia") == nullptr);
        const auto symbols = found("function area(r)\n  return 3 * r\nend\n", "julia");
        QCOMPARE(symbols.size(), std::size_t(1));
        QCOMPARE(symbols.front().name, std::string("area"));
    }

    void theNameTellsGrammarsApart() {
        const std::string name = app::symbol_finder_name();
        for (const syntax::GrammarPackage& package : syntax::grammar_packages())
            QVERIFY(name.find(std::string(package.version)) != std::string::npos);
        QVERIFY(name.starts_with("trees "));
    }
};

QTEST_APPLESS_MAIN(TestSymbolFinder)
#include "test_symbol_finder.moc"
