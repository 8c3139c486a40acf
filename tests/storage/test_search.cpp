#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>
#include <SQLiteCpp/Transaction.h>

#include <QElapsedTimer>
#include <QtTest>
#include <random>

#include "storage/conversations.h"
#include "tests/support/store_files.h"

using namespace sidewinder::storage;
using namespace sidewinder::tests;

/// Search with what people type, and list and search with 100,000 messages.
class TestSearch : public QObject {
    Q_OBJECT

  private slots:
    void finds_data();
    void finds();
    void hits_tell_where();
    void hostile_queries_never_fail();
    void large_store();

  private:
    static RowId say(Conversations& store, RowId conversation, std::string_view text) {
        return store.add_user_message(conversation, std::nullopt, text, {});
    }
};

void TestSearch::finds_data() {
    QTest::addColumn<QByteArray>("query");
    QTest::addColumn<int>("hits");
    QTest::newRow("word") << QByteArray("selective") << 1;
    QTest::newRow("other case") << QByteArray("SELECTIVE") << 1;
    QTest::newRow("part of an identifier") << QByteArray("hunkSc") << 1;
    QTest::newRow("two words, any order") << QByteArray("scan selective") << 1;
    QTest::newRow("words of two messages") << QByteArray("selective parser") << 0;
    QTest::newRow("two characters") << QByteArray("++") << 1;
    QTest::newRow("one CJK character") << QByteArray("漢") << 1;
    QTest::newRow("three CJK characters") << QByteArray("漢字の") << 1;
    QTest::newRow("short and long") << QByteArray("C selective") << 1;
    QTest::newRow("umlaut, other case") << QByteArray("GRÖßE") << 1;
    QTest::newRow("quotes") << QByteArray("\"quoted\"") << 1;
    QTest::newRow("percent is itself") << QByteArray("5%") << 1;
    QTest::newRow("underscore is itself") << QByteArray("_") << 0;
    QTest::newRow("operator is a word") << QByteArray("NOT") << 1;
    QTest::newRow("title") << QByteArray("groceries") << 1;
    QTest::newRow("absent") << QByteArray("zebra") << 0;
    QTest::newRow("nothing") << QByteArray(" \t ") << 0;
}

void TestSearch::finds() {
    QFETCH(QByteArray, query);
    QFETCH(int, hits);
    auto database = Database::in_memory();
    Conversations store(database);
    const RowId conversation = store.create("Groceries");
    say(store, conversation, "The selective scan in chunkScan() of C++");
    say(store, conversation, "A parser for \"quoted\" strings is NOT hard, 5% of it");
    say(store, conversation, "漢字のテスト, Größe");
    QCOMPARE(int(store.search(query.toStdString()).size()), hits);
}

void TestSearch::hits_tell_where() {
    auto database = Database::in_memory();
    Conversations store(database);
    const RowId first = store.create("Needle work");
    const RowId message =
        say(store, first, std::string(500, 'x') + "\nthe Needle, and a needle\n" + std::string(500, 'y'));
    const RowId second = store.create("Other");
    const RowId newer = say(store, second, "needle");
    const auto hits = store.search("needle");
    QCOMPARE(hits.size(), std::size_t{3});
    QVERIFY(hits[0].conversation == first && !hits[0].message);
    QCOMPARE(hits[1].message, std::optional<RowId>(newer));
    QCOMPARE(hits[2].message, std::optional<RowId>(message));
    QCOMPARE(hits[2].title, std::string("Needle work"));
    const Snippet& snippet = hits[2].snippet;
    QVERIFY(snippet.text.size() <= 160);
    QCOMPARE(snippet.matches.size(), std::size_t{2});
    QCOMPARE(snippet.text.substr(snippet.matches[0].first, 6), std::string("Needle"));
    QCOMPARE(snippet.text.substr(snippet.matches[1].first, 6), std::string("needle"));
    QCOMPARE(store.search("needle", 1).size(), std::size_t{1});
}

void TestSearch::hostile_queries_never_fail() {
    auto database = Database::in_memory();
    Conversations store(database);
    const RowId conversation = store.create("title");
    say(store, conversation, "a text with AND, OR, NOT and NEAR in it");
    const std::vector<std::string> queries = {"\"",
                                              "\"\"",
                                              "\"\"\"",
                                              "'",
                                              "a'b",
                                              "*",
                                              "a*",
                                              "^a",
                                              "NEAR(a b, 2)",
                                              "NOT",
                                              "AND OR NOT",
                                              "(",
                                              ")",
                                              "((((",
                                              "text:",
                                              "text : a",
                                              "-text",
                                              "+",
                                              "{text}: a",
                                              ";",
                                              "--",
                                              "\\",
                                              "%",
                                              "_",
                                              "\\%",
                                              "漢",
                                              "漢字",
                                              "🐍",
                                              std::string("\0", 1),
                                              std::string("a\0b c\0\0d", 8),
                                              "\xff\xfe\xfd",
                                              "\xed\xa0\x80",
                                              "\xe6\xbc",
                                              "abc\xe6",
                                              std::string(1'000'000, 'a'),
                                              std::string(100'000, '"'),
                                              std::string(100'000, ' '),
                                              "a b c d e f g h i j k l m n o p q r s t u v w x y z",
                                              "\xcc\x81\xcc\x81\xcc\x81",
                                              "\xe2\x80\x8d\xe2\x80\x8d\xe2\x80\x8d"};
    for (const auto& query : queries) store.search(query);
    std::mt19937 random(7);
    const std::string alphabet = "\"'*^()+-:{}~ aANDORTE\\%_\x01\xe6\xbc\xa2\xff";
    for (int i = 0; i < 3000; ++i) {
        std::string query(random() % 20, ' ');
        for (char& c : query) c = alphabet[random() % alphabet.size()];
        store.search(query);
    }
    QVERIFY(!store.search("near").empty());
}

void TestSearch::large_store() {
    constexpr int kConversations = 2000, kEach = 50;
    TemporaryDirectory directory;
    QElapsedTimer timer;
    {
        Database database(store_file(directory.path()));
        database.write([&] {  // in one transaction: what is measured is reading
            SQLite::Statement conversation(
                database.connection(),
                "INSERT INTO conversations (title, title_is_automatic, created, updated, recency, preview)"
                " VALUES ('Conversation ' || ?1, 1, ?1, ?1, ?1, 'preview')");
            SQLite::Statement message(
                database.connection(),
                "INSERT INTO messages (conversation_id, parent_id, role, status, text, tokens, created)"
                " VALUES (?1, nullif(?2, 0), 'user', 'done', ?3, zeroblob(800), ?1)");
            std::int64_t id = 0;
            for (int c = 1; c <= kConversations; ++c) {
                conversation.bind(1, c);
                conversation.exec();
                conversation.reset();
                for (int m = 0; m < kEach; ++m) {
                    message.bind(1, c);
                    message.bind(2, m == 0 ? std::int64_t{0} : id);
                    message.bind(3, "message " + std::to_string(c * kEach + m) +
                                        ": for (int i = 0; i < n; ++i) sum += values[i] * "
                                        "weights[(i * 7 + " +
                                        std::to_string(c % 97) +
                                        ") % n]; // accumulate in double precision\n"
                                        "return std::sqrt(sum / static_cast<double>(n));");
                    message.exec();
                    message.reset();
                    id = database.connection().getLastInsertRowid();
                }
            }
            database.connection().exec(
                "UPDATE conversations SET current_leaf = (SELECT max(id) FROM messages WHERE conversation_id "
                "= conversations.id)");
            database.connection().exec("INSERT INTO messages_search (messages_search) VALUES ('rebuild')");
            database.connection().exec("INSERT INTO titles_search (titles_search) VALUES ('rebuild')");
        });
    }
    timer.start();
    Database database(store_file(directory.path()));
    qInfo("open and check %lld ms, file %lld MB", static_cast<long long>(timer.restart()),
          static_cast<long long>(std::filesystem::file_size(store_file(directory.path())) >> 20));
    Conversations store(database);
    const auto list = store.list();
    qInfo("list of %zu: %lld ms", list.size(), static_cast<long long>(timer.restart()));
    QCOMPARE(list.size(), std::size_t{1000});
    QCOMPARE(list.front().id, RowId{kConversations});
    const auto path = store.path(*list.front().current_leaf);
    qInfo("path of %zu messages: %lld ms", path.size(), static_cast<long long>(timer.restart()));
    QCOMPARE(path.size(), std::size_t{kEach});
    for (const char* query : {"message 54321", "precision", "weights sqrt", "if", "漢", "no such thing"}) {
        const auto hits = store.search(query);
        qInfo("search '%s': %zu hits, %lld ms", query, hits.size(), static_cast<long long>(timer.restart()));
    }
    QCOMPARE(store.search("54321:").size(), std::size_t{1});
    timer.restart();
    say(store, list.front().id, "one more");
    qInfo("save a message: %lld ms", static_cast<long long>(timer.restart()));
    database.backup_now();
    qInfo("backup: %lld ms", static_cast<long long>(timer.restart()));
    QVERIFY(store.check_search());
    qInfo("check search: %lld ms", static_cast<long long>(timer.restart()));
}

QTEST_APPLESS_MAIN(TestSearch)
#include "test_search.moc"
