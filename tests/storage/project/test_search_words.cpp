#include <QtTest>
#include <set>

#include "storage/project/search_words.h"

using namespace sidewinder::project;

class TestSearchWords : public QObject {
    Q_OBJECT

  private slots:
    void splits_data();
    void splits();
    void one_name_in_all_styles();
    void stems_alike_data();
    void stems_alike();
    void questions();
    void data_is_left_out();
};

void TestSearchWords::splits_data() {
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QByteArray>("words");
    QTest::newRow("camel") << QByteArray("getWordCount") << QByteArray("get word count getwordcount ");
    QTest::newRow("acronym") << QByteArray("HTTPConnection") << QByteArray("http connection httpconnection ");
    QTest::newRow("snake") << QByteArray("__read_long__") << QByteArray("read long readlong ");
    QTest::newRow("kebab") << QByteArray("word-count") << QByteArray("word count wordcount ");
    QTest::newRow("minus") << QByteArray("a1 - b2") << QByteArray("a1 b2 ");
    QTest::newRow("digits") << QByteArray("utf8 sha256sum") << QByteArray("utf utf8 sha sum sha256sum ");
    QTest::newRow("numbers") << QByteArray("0x1f 42 7") << QByteArray("0x1f 42 ");
    QTest::newRow("operators") << QByteArray("a->bb.cc(dd);") << QByteArray("bb cc dd ");
    QTest::newRow("beyond ASCII") << QByteArray("\xc3\x84RGER \xd0\x9c\xd0\x98\xd0\xa0")
                                  << QByteArray("\xc3\xa4rg \xd0\xbc\xd0\xb8\xd1\x80 ");
    QTest::newRow("broken UTF-8") << QByteArray(
                                         "ab\xff"
                                         "cd")
                                  << QByteArray(
                                         "ab\xff"
                                         "cd ");
    QTest::newRow("nothing") << QByteArray(" \n\t(){};") << QByteArray();
}

void TestSearchWords::splits() {
    QFETCH(QByteArray, text);
    QFETCH(QByteArray, words);
    std::string found;
    append_words(found, text.toStdString());
    QCOMPARE(QByteArray::fromStdString(found), words);
}

void TestSearchWords::one_name_in_all_styles() {
    std::set<std::string> forms;
    for (const char* name :
         {"maxLineCount", "MaxLineCount", "max_line_count", "MAX_LINE_COUNT", "max-line-count"}) {
        std::string words;
        append_words(words, name);
        forms.insert(words);
    }
    QCOMPARE(forms, (std::set<std::string>{"max lin count maxlinecount "}));
}

void TestSearchWords::stems_alike_data() {
    QTest::addColumn<QByteArrayList>("words");
    QTest::newRow("parse") << QByteArrayList{"parse", "parses", "parsed", "parsing", "parser", "parsers"};
    QTest::newRow("run") << QByteArrayList{"run", "runs", "running"};
    QTest::newRow("query") << QByteArrayList{"query", "queries"};
    QTest::newRow("call") << QByteArrayList{"call", "calls", "called", "calling"};
    QTest::newRow("class") << QByteArrayList{"class"};
}

void TestSearchWords::stems_alike() {
    QFETCH(QByteArrayList, words);
    std::set<std::string> stems;
    for (const QByteArray& word : words) stems.insert(std::string(stem(word.toStdString())));
    QCOMPARE(stems.size(), std::size_t(1));
    QVERIFY(stem("class") != stem("clas"));
    QVERIFY(stem("is") == "is" && stem("") == "" && stem("ing") == "ing");
}

void TestSearchWords::questions() {
    using Words = std::vector<std::string>;
    QCOMPARE(question_words("How does the parser handle nested parentheses?"),
             (Words{"pars", "handl", "nest", "parenthes"}));
    QCOMPARE(question_words("What is it, and why? Please explain!"), Words{});
    QCOMPARE(question_words("copyTree copy tree copy_tree"), (Words{"cop", "tre", "copytre"}));
    QCOMPARE(question_words("alpha beta gamma", 2), (Words{"alpha", "beta"}));
    // Nothing of FTS5's language survives.
    for (const std::string& word :
         question_words("\"a\" OR NEAR(x y) AND foo* ^bar {col}: -baz + 'q' \x01 ; DROP"))
        for (const char c : word) QVERIFY((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'));
}

void TestSearchWords::data_is_left_out() {
    std::string words;
    append_words(words, std::string(101, 'a') + " short " + std::string(2'000'000, 'A'));
    QCOMPARE(words, std::string("short "));
}

QTEST_APPLESS_MAIN(TestSearchWords)
#include "test_search_words.moc"
