#include <QtTest>

#include "storage/project/completion.h"

using namespace sidewinder::project;

namespace {

Completion small() {
    std::vector<CompletionEntry> entries;
    for (const char* path : {"src/core/engine.h", "src/core/engine.cpp", "src/core/model_choice.cpp",
                             "README.md", "tests/engine/readme.txt"})
        entries.push_back({path, path, 0, "file"});
    entries.push_back({"Engine::loadModel", "src/core/engine.cpp", 10, "function"});
    entries.push_back({"Engine", "src/core/engine.h", 3, "class"});
    entries.push_back({"load_model_file", "src/core/model_choice.cpp", 7, "function"});
    entries.push_back({"HTTPServer", "x", 7, "class"});
    return Completion(std::move(entries));
}

std::string first(const Completion& completion, const char* typed) {
    const auto matches = completion.complete(typed, 1);
    return matches.empty() ? "" : matches[0].entry->text;
}

}  // namespace

class TestCompletion : public QObject {
    Q_OBJECT

  private slots:
    void ranks_data();
    void ranks();
    void shows_what_matched();
    void limits_and_nothing();
    void matches_are_subsequences();
};

void TestCompletion::ranks_data() {
    QTest::addColumn<QByteArray>("typed");
    QTest::addColumn<QByteArray>("best");
    const auto row = [](const char* typed, const char* best) {
        QTest::newRow(typed) << QByteArray(typed) << QByteArray(best);
    };
    row("engine", "Engine");
    row("engine.h", "src/core/engine.h");
    row("ENGINE.C", "src/core/engine.cpp");
    row("read", "README.md");
    row("lm", "Engine::loadModel");
    row("lmf", "load_model_file");
    row("mc", "src/core/model_choice.cpp");
    row("sceh", "src/core/engine.h");
    row("core/mod", "src/core/model_choice.cpp");
    row("Engine::lo", "Engine::loadModel");
    row("hs", "HTTPServer");
    row("serv", "HTTPServer");
    row("tests/eng", "tests/engine/readme.txt");
    row("ngine", "");  // begins no word
    row("zq", "");
}

void TestCompletion::ranks() {
    QFETCH(QByteArray, typed);
    QFETCH(QByteArray, best);
    QCOMPARE(QByteArray::fromStdString(first(small(), typed.constData())), best);
}

void TestCompletion::shows_what_matched() {
    const Completion completion = small();
    const auto matches = completion.complete("lomf", 5);
    QCOMPARE(matches.size(), std::size_t(1));
    QCOMPARE(matches[0].matched, (std::vector<std::uint32_t>{0, 1, 5, 11}));
    QCOMPARE(completion.complete("engine.h", 1)[0].matched.front(), 9u);
}

void TestCompletion::limits_and_nothing() {
    const Completion completion = small();
    QCOMPARE(completion.complete("", 3).size(), std::size_t(3));
    QCOMPARE(completion.complete("", 3)[0].entry->kind, std::string("file"));
    QCOMPARE(completion.complete("e", 100).size(), completion.complete("e", 1000).size());
    QVERIFY(completion.complete("e", 0).empty());
    QVERIFY(completion.complete(std::string(100'000, 'e'), 10).empty());
    QVERIFY(Completion({}).complete("x", 10).empty());
    QVERIFY(Completion({{"", "", 0, "file"}}).complete("x", 10).empty());
}

void TestCompletion::matches_are_subsequences() {
    std::uint32_t seed = 4;
    const auto letter = [&] {
        return "abAB_/.:1\xc3\xa4"[((seed = seed * 1664525 + 1013904223) >> 16) % 11];
    };
    std::vector<CompletionEntry> entries;
    for (std::uint32_t i = 0; i < 500; ++i) {
        std::string text;
        for (int j = 0; j < 12; ++j) text += letter();
        entries.push_back({text, text, i % 2, "file"});
    }
    const Completion completion(std::move(entries));
    std::size_t found = 0;
    for (int round = 0; round < 300; ++round) {
        std::string typed;
        for (int j = 0; j < 1 + round % 4; ++j) typed += letter();
        int last_score = INT_MAX;
        for (const CompletionMatch& match : completion.complete(typed, 500)) {
            QCOMPARE(match.matched.size(), typed.size());
            QVERIFY(match.score <= last_score);
            last_score = match.score;
            for (std::size_t i = 0; i < typed.size(); ++i) {
                QVERIFY(i == 0 || match.matched[i] > match.matched[i - 1]);
                const char a = typed[i], b = match.entry->text.at(match.matched[i]);
                QVERIFY(a == b || (a | 32) == (b | 32));
            }
            ++found;
        }
    }
    QVERIFY(found > 1000);
}

QTEST_APPLESS_MAIN(TestCompletion)
#include "test_completion.moc"
