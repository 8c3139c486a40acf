#include <SQLiteCpp/Database.h>

#include <QtTest>

#include "storage/backups.h"
#include "storage/connection.h"
#include "storage/excerpts.h"
#include "storage/projects.h"
#include "tests/support/store_files.h"

using namespace sidewinder::storage;
using namespace sidewinder::tests;

namespace {

const std::vector<KeptExcerpt> kExcerpts = {{"a\xff\n.c", 3, 9, 120, "mention", true},
                                            {"b.c", 1, 1, 0, "search", false},
                                            {"b.c", 4000000000u, 4294967295u, 7, "", true}};

int rows_of(Database& database, const char* table) {
    return database.connection().execAndGet(std::string("SELECT count(*) FROM ") + table).getInt();
}

}  // namespace

class TestExcerpts : public QObject {
    Q_OBJECT

  private slots:
    void migrates_older_stores_data();
    void migrates_older_stores();
    void keeps_what_was_put_in();
    void branches_have_their_own();
    void purging_forgets_them();
    void refuses_what_is_not_there();
};

void TestExcerpts::migrates_older_stores_data() {
    QTest::addColumn<int>("version");
    QTest::newRow("of conversations only") << 1;
    QTest::newRow("with projects") << 2;
}

void TestExcerpts::migrates_older_stores() {
    QFETCH(int, version);
    TemporaryDirectory directory;
    Database::Options options{store_file(directory.path()),
                              {},
                              embedded_migrations().first(static_cast<std::size_t>(version)),
                              {},
                              1500};
    {
        Database old(options);
        QCOMPARE(schema_version(old.connection()), version);
        const RowId conversation = add_conversation(old, "before", 5);
        if (version == 2) {
            Projects projects(old);
            const std::vector<TokenId> tokens = {1, 2, 3};
            projects.link(conversation,
                          projects.begin_reading(projects.open("/x", "x"), "f", "t", tokens, {}), 2);
        }
    }
    options.migrations = embedded_migrations();
    Database database(options);
    QCOMPARE(schema_version(database.connection()), newest_version(embedded_migrations()));
    QCOMPARE(int(database.recovery().kind), int(Recovery::Kind::None));
    const auto row = Conversations(database).list().at(0);
    QCOMPARE(Conversations(database).path(*row.current_leaf).size(), std::size_t(5));
    if (version == 2) QCOMPARE(Projects(database).link_of(row.id)->position, 2);
    const auto backups = Backups(directory / "backups").newest_first();
    QCOMPARE(backups.size(), static_cast<std::size_t>(newest_version(embedded_migrations()) - version));
    std::vector<std::uint32_t> versions;
    for (const auto& backup : backups) versions.push_back(inspect(backup).version);
    std::sort(versions.begin(), versions.end());
    for (std::size_t i = 0; i < versions.size(); ++i)
        QCOMPARE(versions[i], static_cast<std::uint32_t>(version) + static_cast<std::uint32_t>(i));
    Excerpts(database).set(*row.current_leaf, kExcerpts, "prompt");
    QCOMPARE(Excerpts(database).of(*row.current_leaf), kExcerpts);
}

void TestExcerpts::keeps_what_was_put_in() {
    TemporaryDirectory directory;
    RowId message = 0;
    const std::string prompt =
        "2 excerpts\n\nFile: a\\xff\\n.c:3-9\n```c\n\xc3\xa4\n```\n" + std::string(1, '\0') + "\xff";
    {
        Database database(store_file(directory.path()));
        message = *Conversations(database).get(add_conversation(database, "c", 2)).current_leaf;
        Excerpts excerpts(database);
        excerpts.set(message, kExcerpts, "other");
        excerpts.set(message, kExcerpts, prompt);
    }
    Database database(store_file(directory.path()));
    Excerpts excerpts(database);
    QCOMPARE(excerpts.of(message), kExcerpts);
    QCOMPARE(excerpts.prompt_text(message), prompt);
    QVERIFY(excerpts.of(message - 1).empty() && excerpts.prompt_text(message - 1).empty());
    excerpts.set(message, {}, {});
    QVERIFY(excerpts.of(message).empty() && excerpts.prompt_text(message).empty());
    QCOMPARE(rows_of(database, "message_prompts") + rows_of(database, "message_excerpts"), 0);
}

void TestExcerpts::branches_have_their_own() {
    Database database = Database::in_memory();
    Conversations conversations(database);
    Excerpts excerpts(database);
    const RowId conversation = conversations.create("c");
    const RowId first = conversations.add_user_message(conversation, {}, "first", {});
    const RowId asked = conversations.add_user_message(conversation, first, "asked", {});
    const RowId edited = conversations.add_user_message(conversation, first, "asked otherwise", {});
    excerpts.set(first, std::span(kExcerpts).first(1), "p1");
    excerpts.set(asked, std::span(kExcerpts).last(1), "p2");
    excerpts.set(edited, {}, "p3");
    QCOMPARE(excerpts.prompt_texts(asked), (std::map<RowId, std::string>{{first, "p1"}, {asked, "p2"}}));
    QCOMPARE(excerpts.prompt_texts(edited), (std::map<RowId, std::string>{{first, "p1"}, {edited, "p3"}}));
    QCOMPARE(excerpts.prompt_texts(first).size(), std::size_t(1));
    QVERIFY(excerpts.of(edited).empty());
    QCOMPARE(excerpts.of(asked).size(), std::size_t(1));
}

void TestExcerpts::purging_forgets_them() {
    Database database = Database::in_memory();
    Conversations conversations(database);
    Excerpts excerpts(database);
    const RowId gone = add_conversation(database, "gone", 3), stays = add_conversation(database, "stays", 2);
    for (const RowId id : {gone, stays})
        for (const Message& message : conversations.path(*conversations.get(id).current_leaf))
            excerpts.set(message.id, kExcerpts, "text");
    conversations.remove(gone);
    QCOMPARE(rows_of(database, "message_prompts"), 5);  // may be undone
    conversations.purge(gone);
    QCOMPARE(rows_of(database, "message_prompts"), 2);
    QCOMPARE(rows_of(database, "message_excerpts"), 6);
    QCOMPARE(excerpts.of(*conversations.get(stays).current_leaf), kExcerpts);
}

void TestExcerpts::refuses_what_is_not_there() {
    Database database = Database::in_memory();
    Excerpts excerpts(database);
    QVERIFY_EXCEPTION_THROWN(excerpts.set(99, kExcerpts, "x"), Error);
    QVERIFY_EXCEPTION_THROWN(excerpts.prompt_texts(99), Error);
    const RowId message = *Conversations(database).get(add_conversation(database, "c", 1)).current_leaf;
    const std::vector<KeptExcerpt> backwards = {{"a", 9, 3, 0, "search", true}};
    excerpts.set(message, kExcerpts, "kept");
    QVERIFY_EXCEPTION_THROWN(excerpts.set(message, backwards, "x"), Error);
    QCOMPARE(excerpts.of(message), kExcerpts);
    QCOMPARE(excerpts.prompt_text(message), std::string("kept"));
    QVERIFY_EXCEPTION_THROWN(excerpts.set(message, {}, std::string(Conversations::kMaxTextBytes + 1, 'x')),
                             Error);
}

QTEST_APPLESS_MAIN(TestExcerpts)
#include "test_excerpts.moc"
