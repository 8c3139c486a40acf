#include <SQLiteCpp/Database.h>

#include <QtTest>

#include "storage/backups.h"
#include "storage/connection.h"
#include "storage/projects.h"
#include "tests/support/store_files.h"

using namespace sidewinder::storage;
using namespace sidewinder::tests;

namespace {

std::array<std::byte, 16> hash_with(int seed) {
    std::array<std::byte, 16> hash{};
    hash[0] = static_cast<std::byte>(seed);
    return hash;
}

const std::vector<ReadFile> kFiles = {{"a\xff\n.c", hash_with(1), 10, "UTF-8", 1, 3},
                                      {"b.c", hash_with(2), 0, "Windows-1252", 3, 5}};

}  // namespace

class TestProjects : public QObject {
    Q_OBJECT

  private slots:
    void migrates_a_store_of_before();
    void keeps_what_was_read();
    void choices_and_names();
    void links_and_pruning();
    void removing_hands_back_the_ladder();
    void unknown_ids();
};

void TestProjects::migrates_a_store_of_before() {
    TemporaryDirectory directory;
    Database::Options options{store_file(directory.path()), {}, embedded_migrations().first(1), {}, 1500};
    {
        Database old(options);
        QCOMPARE(schema_version(old.connection()), 1);
        add_conversation(old, "before", 5);
    }
    options.migrations = embedded_migrations();
    Database database(options);
    QCOMPARE(schema_version(database.connection()), newest_version(embedded_migrations()));
    QCOMPARE(int(database.recovery().kind), int(Recovery::Kind::None));
    QCOMPARE(titles(database), std::vector<std::string>{"before"});
    Conversations conversations(database);
    const auto row = conversations.list().at(0);
    QCOMPARE(conversations.path(*row.current_leaf).size(), std::size_t(5));
    QVERIFY(!Projects(database).link_of(row.id));
    int backups = 0;
    for (const std::string& name : names_in(directory / "backups"))
        if (name.ends_with("before-v2.db")) {
            ++backups;
            QCOMPARE(inspect(directory.path() / "backups" / name).version, 1u);
        }
    QCOMPARE(backups, 1);
    const RowId project = Projects(database).open("/x", "x");
    const std::vector<TokenId> tokens = {1, 2};
    Projects(database).link(row.id, Projects(database).begin_reading(project, "f", "t", tokens, {}), 2);
}

void TestProjects::keeps_what_was_read() {
    TemporaryDirectory directory;
    RowId project = 0, reading = 0;
    const std::vector<TokenId> tokens = {5, -1, 2147483647, 0, 9}, more = {7, 8};
    {
        Database database(store_file(directory.path()));
        Projects projects(database);
        project = projects.open("/home/\xff", "name\nhere");
        QCOMPARE(projects.open("/home/\xff", "again"), project);
        reading = projects.begin_reading(project, "print", "tok", tokens, kFiles);
        projects.add_step(reading, {3, hash_with(8)});
        projects.add_step(reading, {3, hash_with(8)});
        projects.add_step(reading, {5, hash_with(9)});
        const std::vector<ReadFile> again = {{"b.c", hash_with(3), 4, "UTF-8", 5, 7}};
        projects.extend_reading(reading, more, again);
    }
    Database database(store_file(directory.path()));
    Projects projects(database);
    const Project found = projects.list().at(0);
    QCOMPARE(found.root.native(), std::string("/home/\xff"));
    QCOMPARE(found.name, std::string("name here"));
    QCOMPARE(*found.current_reading, reading);
    const Reading read = projects.reading(reading);
    QCOMPARE(read.tokens, (std::vector<TokenId>{5, -1, 2147483647, 0, 9, 7, 8}));
    QCOMPARE(read.files.size(), std::size_t(3));
    QVERIFY(read.files[0] == kFiles[0] && read.files[1] == kFiles[1] && read.files[2].log_end == 7);
    QCOMPARE(read.fingerprint + read.tokenizer, std::string("printtok"));
    QVERIFY(projects.ladder(reading) == (std::vector<LadderStep>{{3, hash_with(8)}, {5, hash_with(9)}}));
    projects.remove_step(reading, 3);
    QCOMPARE(projects.ladder(reading).size(), std::size_t(1));
    projects.move(project, "/elsewhere");
    QCOMPARE(*projects.find("/elsewhere"), project);
}

void TestProjects::choices_and_names() {
    Database database = Database::in_memory();
    Projects projects(database);
    const RowId first = projects.open("/a", "a"), second = projects.open("/b", "b");
    QCOMPARE(projects.list().at(0).id, second);
    projects.set_choice(first, "x/\xfe", true);
    projects.set_choice(first, "y", true);
    projects.set_choice(first, "y", false);
    projects.set_choice(first, "z", false);
    projects.set_choice(first, "z", {});
    QCOMPARE(projects.choices(first), (std::map<std::string, bool>{{"x/\xfe", true}, {"y", false}}));
    QVERIFY(projects.choices(second).empty());
    QCOMPARE(projects.list().at(0).id, first);
    projects.rename(first, "new");
    QCOMPARE(projects.get(first).name, std::string("new"));
}

void TestProjects::links_and_pruning() {
    Database database = Database::in_memory();
    Projects projects(database);
    const RowId project = projects.open("/a", "a");
    const RowId conversation = add_conversation(database, "c", 2);
    const std::vector<TokenId> tokens = {1, 2, 3};
    const RowId old = projects.begin_reading(project, "f", "t", tokens, {});
    projects.add_step(old, {2, hash_with(4)});
    projects.link(conversation, old, 3);
    projects.begin_reading(project, "f", "t", tokens, {});
    QVERIFY(projects.prune(project).empty());  // a conversation needs the old one
    QCOMPARE(projects.link_of(conversation)->position, 3);
    QCOMPARE(projects.conversations(project), std::vector<RowId>{conversation});
    Conversations(database).purge(conversation);
    const auto dropped = projects.prune(project);
    QCOMPARE(dropped.size(), std::size_t(1));
    QVERIFY(dropped[0].fingerprint == "f" &&
            dropped[0].steps == (std::vector<LadderStep>{{2, hash_with(4)}}));
    QVERIFY(projects.prune(project).empty());
    QVERIFY_EXCEPTION_THROWN(projects.reading(old), Error);
}

void TestProjects::removing_hands_back_the_ladder() {
    Database database = Database::in_memory();
    Projects projects(database);
    const RowId project = projects.open("/a", "a"), other = projects.open("/b", "b");
    const RowId conversation = add_conversation(database, "c", 2);
    const std::vector<TokenId> tokens = {1, 2, 3};
    const RowId reading = projects.begin_reading(project, "f", "t", tokens, kFiles);
    projects.add_step(reading, {1, hash_with(4)});
    projects.add_step(reading, {3, hash_with(5)});
    projects.set_choice(project, "x", true);
    projects.link(conversation, reading, 3);
    const auto removed = projects.remove(project);
    QCOMPARE(removed.conversations, std::vector<RowId>{conversation});
    QCOMPARE(removed.readings.size(), std::size_t(1));
    QCOMPARE(removed.readings[0].steps.size(), std::size_t(2));
    QVERIFY(!projects.link_of(conversation));
    QCOMPARE(Conversations(database).path(*Conversations(database).get(conversation).current_leaf).size(),
             std::size_t(2));
    for (const char* table : {"project_readings", "project_files", "project_ladder", "project_choices"})
        QCOMPARE(database.connection().execAndGet(std::string("SELECT count(*) FROM ") + table).getInt(), 0);
    QCOMPARE(projects.list().size(), std::size_t(1));
    QCOMPARE(projects.list()[0].id, other);
}

void TestProjects::unknown_ids() {
    Database database = Database::in_memory();
    Projects projects(database);
    const RowId reading =
        projects.begin_reading(projects.open("/a", "a"), "f", "t", std::vector<TokenId>{1}, {});
    const RowId conversation = add_conversation(database, "c", 1);
    QVERIFY_EXCEPTION_THROWN(projects.get(99), Error);
    QVERIFY_EXCEPTION_THROWN(projects.rename(99, "x"), Error);
    QVERIFY_EXCEPTION_THROWN(projects.remove(99), Error);
    QVERIFY_EXCEPTION_THROWN(projects.set_choice(99, "x", true), Error);
    QVERIFY_EXCEPTION_THROWN(projects.begin_reading(99, "", "", {}, {}), Error);
    QVERIFY_EXCEPTION_THROWN(projects.extend_reading(99, {}, {}), Error);
    QVERIFY_EXCEPTION_THROWN(projects.add_step(99, {1, {}}), Error);
    QVERIFY_EXCEPTION_THROWN(projects.add_step(reading, {2, {}}), Error);
    QVERIFY_EXCEPTION_THROWN(projects.link(conversation, reading, 2), Error);
    QVERIFY_EXCEPTION_THROWN(projects.link(99, reading, 1), Error);
}

QTEST_APPLESS_MAIN(TestProjects)
#include "test_projects.moc"
