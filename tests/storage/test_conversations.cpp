#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>

#include <QtTest>

#include "storage/conversations.h"
#include "tests/support/temporary_directory.h"

using namespace sidewinder::storage;
using sidewinder::tests::TemporaryDirectory;

namespace {

std::vector<std::string> texts(const std::vector<Message>& messages) {
    std::vector<std::string> found;
    for (const auto& message : messages) found.push_back(message.text);
    return found;
}

Error::Kind kind_of(const std::function<void()>& action) {
    try {
        action();
    } catch (const Error& error) {
        return error.kind();
    }
    throw std::runtime_error("no error was thrown");
}

}  // namespace

/// Conversations and the tree of their messages, in memory; what is on disk is test_database's and
/// test_kill's matter.
class TestConversations : public QObject {
    Q_OBJECT

  private slots:
    void message_round_trip();
    void tree_of_branches();
    void list_order_and_preview();
    void remove_undo_and_purge();
    void titles();
    void title_from_text_data();
    void title_from_text();
    void interrupted_answers_are_stopped();
    void unknown_ids();
    void too_long_text_is_refused();
    void hostile_text();
    void long_branch_can_be_read_and_purged();
};

void TestConversations::message_round_trip() {
    auto database = Database::in_memory();
    Conversations store(database);
    const RowId conversation = store.create();
    const std::vector<TokenId> asked{1, 3, 1055, -1, 2147483647};
    const RowId question = store.add_user_message(conversation, std::nullopt, "How?", asked);
    const RowId answer = store.begin_answer(conversation, question, "codestral");
    QCOMPARE(store.message(answer).status, Status::Streaming);
    const std::vector<TokenId> half{7, 8};
    store.update_streaming(answer, "So", half);
    QCOMPARE(store.message(answer).text, std::string("So"));
    QCOMPARE(store.message(answer).tokens, half);
    const std::vector<TokenId> whole{7, 8, 2};
    const Stats stats{3, 5, 2, 1.5, 0.25};
    store.finish(answer, Status::Done, "So so", whole, stats);

    const auto path = store.path(answer);
    QCOMPARE(texts(path), (std::vector<std::string>{"How?", "So so"}));
    QCOMPARE(path[0].tokens, asked);
    QVERIFY(path[0].role == Role::User && !path[0].parent);
    QCOMPARE(path[1].tokens, whole);
    QVERIFY(path[1].role == Role::Assistant && path[1].status == Status::Done);
    QCOMPARE(path[1].parent, std::optional<RowId>(question));
    QCOMPARE(path[1].model, std::string("codestral"));
    QVERIFY(path[1].stats == stats);
    QCOMPARE(kind_of([&] { store.update_streaming(answer, "late", {}); }), Error::Kind::NotFound);
    QCOMPARE(store.message(answer).text, std::string("So so"));
}

void TestConversations::tree_of_branches() {
    auto database = Database::in_memory();
    Conversations store(database);
    const RowId conversation = store.create();
    const RowId q1 = store.add_user_message(conversation, std::nullopt, "q1", {});
    const RowId a1 = store.begin_answer(conversation, q1, "m");
    store.finish(a1, Status::Done, "a1", {}, {});
    const RowId a2 = store.begin_answer(conversation, q1, "m");  // regenerate
    store.finish(a2, Status::Stopped, "a2", {}, {});
    const RowId q2 = store.add_user_message(conversation, a1, "q2", {});
    const RowId edited = store.add_user_message(conversation, std::nullopt, "q1, edited", {});

    QCOMPARE(store.siblings(a2), (std::vector<RowId>{a1, a2}));
    QCOMPARE(store.siblings(q1), (std::vector<RowId>{q1, edited}));
    QCOMPARE(store.children(q1), (std::vector<RowId>{a1, a2}));
    QCOMPARE(store.children(q2), std::vector<RowId>{});
    QCOMPARE(store.roots(conversation), (std::vector<RowId>{q1, edited}));
    QCOMPARE(texts(store.path(q2)), (std::vector<std::string>{"q1", "a1", "q2"}));
    QCOMPARE(texts(store.path(a2)), (std::vector<std::string>{"q1", "a2"}));
    QCOMPARE(store.newest_leaf(a1), q2);
    QCOMPARE(store.newest_leaf(q1), a2);
    QCOMPARE(store.get(conversation).current_leaf, std::optional<RowId>(edited));
    store.set_current_leaf(conversation, a2);
    QCOMPARE(store.get(conversation).current_leaf, std::optional<RowId>(a2));
}

void TestConversations::list_order_and_preview() {
    auto database = Database::in_memory();
    Conversations store(database);
    const RowId first = store.create("first");
    const RowId second = store.create("second");
    const RowId third = store.create("third");
    const auto order = [&] {
        std::vector<RowId> ids;
        for (const auto& row : store.list()) ids.push_back(row.id);
        return ids;
    };
    QCOMPARE(order(), (std::vector<RowId>{third, second, first}));
    // A clock that was set back does not reorder.
    database.connection().exec("UPDATE conversations SET updated = 99999999999999");
    const RowId question = store.add_user_message(first, std::nullopt, "line one\n\n  line\ttwo", {});
    QCOMPARE(order(), (std::vector<RowId>{first, third, second}));
    store.set_pinned(second, true);
    QCOMPARE(order(), (std::vector<RowId>{second, first, third}));
    QVERIFY(store.list()[0].pinned);
    QCOMPARE(store.list(1, 1)[0].id, first);
    QCOMPARE(store.get(first).preview, std::string("line one line two"));

    const RowId answer = store.begin_answer(first, question, "m");
    QCOMPARE(store.get(first).preview,
             std::string("line one line two"));  // not emptied while nothing is there yet
    std::string umlauts;
    for (int i = 0; i < 300; ++i) umlauts += "ü";
    store.finish(answer, Status::Done, "x" + umlauts, {}, {});
    QCOMPARE(store.get(first).preview, "x" + umlauts.substr(0, 198));
}

void TestConversations::remove_undo_and_purge() {
    auto database = Database::in_memory();
    Conversations store(database);
    const RowId kept = store.create("kept");
    const RowId gone = store.create("gone");
    const RowId question = store.add_user_message(gone, std::nullopt, "needle in it", {});
    store.remove(gone);
    QCOMPARE(store.list().size(), std::size_t{1});
    QVERIFY(store.search("needle").empty());
    QVERIFY(store.get(gone).deleted_at.has_value());
    store.undo_remove(gone);
    QCOMPARE(store.list().size(), std::size_t{2});
    QCOMPARE(store.search("needle").size(), std::size_t{1});
    store.remove(gone);
    QCOMPARE(store.purge_removed(1), 0);
    QCOMPARE(store.purge_removed(*store.get(gone).deleted_at + 1), 1);
    QCOMPARE(kind_of([&] { store.get(gone); }), Error::Kind::NotFound);
    QCOMPARE(kind_of([&] { store.message(question); }), Error::Kind::NotFound);
    QCOMPARE(store.list().front().id, kept);
    QCOMPARE(database.connection().execAndGet("SELECT count(*) FROM messages").getInt(), 0);
}

void TestConversations::titles() {
    auto database = Database::in_memory();
    Conversations store(database);
    const RowId conversation = store.create();
    QCOMPARE(store.get(conversation).title, std::string());
    store.add_user_message(conversation, std::nullopt, "Sort a list\nin C++", {});
    QCOMPARE(store.get(conversation).title, std::string("Sort a list"));
    QVERIFY(store.get(conversation).title_is_automatic);
    store.add_user_message(conversation, std::nullopt, "Another", {});
    QCOMPARE(store.get(conversation).title, std::string("Sort a list"));
    store.rename(conversation, " My\nname ");
    QCOMPARE(store.get(conversation).title, std::string("My name"));
    QVERIFY(!store.get(conversation).title_is_automatic);
    store.rename(conversation, "");
    QCOMPARE(store.get(conversation).title, std::string("Sort a list"));
    QVERIFY(store.get(conversation).title_is_automatic);
}

void TestConversations::title_from_text_data() {
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QByteArray>("title");
    QTest::newRow("empty") << QByteArray("") << QByteArray("");
    QTest::newRow("blank") << QByteArray(" \n\t\n") << QByteArray("");
    QTest::newRow("first line") << QByteArray("\n  Why  does\tthis fail?\nint x;")
                                << QByteArray("Why does this fail?");
    QTest::newRow("fence first") << QByteArray("```cpp\nint main()\n```") << QByteArray("int main()");
    QTest::newRow("heading") << QByteArray("## Plan for today") << QByteArray("Plan for today");
    QTest::newRow("just marks") << QByteArray("###") << QByteArray("");
    QTest::newRow("60 characters stay") << QByteArray(60, 'a') << QByteArray(60, 'a');
    QTest::newRow("one long word") << QByteArray(61, 'a') << QByteArray(59, 'a') + QByteArray("…");
    QTest::newRow("cut at a word")
        << QByteArray("Explain how the selective state space model reads a very long text")
        << QByteArray("Explain how the selective state space model reads a very…");
    QTest::newRow("characters, not bytes")
        << QByteArray("ü").repeated(61) << QByteArray("ü").repeated(59) + QByteArray("…");
}

void TestConversations::title_from_text() {
    QFETCH(QByteArray, text);
    QFETCH(QByteArray, title);
    QCOMPARE(QByteArray::fromStdString(automatic_title(text.toStdString())), title);
}

void TestConversations::interrupted_answers_are_stopped() {
    auto database = Database::in_memory();
    Conversations store(database);
    const RowId conversation = store.create();
    const RowId question = store.add_user_message(conversation, std::nullopt, "q", {});
    const RowId answer = store.begin_answer(conversation, question, "m");
    const std::vector<TokenId> tokens{4, 5};
    store.update_streaming(answer, "half an answ", tokens);
    QVERIFY(store.search("answ").empty());  // indexed once complete
    QCOMPARE(store.recover_interrupted(), 1);
    QCOMPARE(store.recover_interrupted(), 0);
    QVERIFY(store.message(answer).status == Status::Stopped);
    QCOMPARE(store.message(answer).text, std::string("half an answ"));
    QCOMPARE(store.message(answer).tokens, tokens);
    QCOMPARE(store.get(conversation).preview, std::string("half an answ"));
    QCOMPARE(store.search("answ").size(), std::size_t{1});
}

void TestConversations::unknown_ids() {
    auto database = Database::in_memory();
    Conversations store(database);
    const RowId conversation = store.create();
    const RowId other = store.create();
    const RowId question = store.add_user_message(conversation, std::nullopt, "q", {});
    const std::function<void()> calls[] = {
        [&] { store.get(99); },
        [&] { store.message(99); },
        [&] { store.path(99); },
        [&] { store.siblings(99); },
        [&] { store.newest_leaf(99); },
        [&] { store.rename(99, "x"); },
        [&] { store.set_pinned(99, true); },
        [&] { store.remove(99); },
        [&] { store.undo_remove(99); },
        [&] { store.purge(99); },
        [&] { store.set_current_leaf(conversation, 99); },
        [&] { store.set_current_leaf(other, question); },
        [&] { store.add_user_message(99, std::nullopt, "x", {}); },
        [&] { store.add_user_message(conversation, 99, "x", {}); },
        [&] { store.add_user_message(other, question, "x", {}); },
        [&] { store.begin_answer(other, question, "m"); },
        [&] { store.update_streaming(question, "x", {}); },
        [&] { store.finish(question, Status::Done, "x", {}, {}); },
        [&] { store.set_tokens(99, {}); },
    };
    for (const auto& call : calls) QCOMPARE(kind_of(call), Error::Kind::NotFound);
    QCOMPARE(texts(store.path(question)), std::vector<std::string>{"q"});
    QCOMPARE(database.connection().execAndGet("SELECT count(*) FROM messages").getInt(), 1);
}

void TestConversations::too_long_text_is_refused() {
    auto database = Database::in_memory();
    Conversations store(database);
    const RowId conversation = store.create();
    const std::string text(Conversations::kMaxTextBytes + 1, 'x');
    QCOMPARE(kind_of([&] { store.add_user_message(conversation, std::nullopt, text, {}); }),
             Error::Kind::NoSpace);
    QVERIFY(store.roots(conversation).empty());
}

void TestConversations::hostile_text() {
    auto database = Database::in_memory();
    Conversations store(database);
    const RowId conversation = store.create();
    std::string large;
    while (large.size() < 5'000'000) large += "int main() { return 0; } // wörter 漢字\n";
    const std::vector<std::string> hostile = {
        std::string("a\0b needle", 10), "\xed\xa0\x80 lone surrogate \xed\xbf\xbf",
        "\xff\xfe\x80\x80\x80",         "",
        "'; DROP TABLE messages; --",   "\xf0\x9f\x90\x8d\xe2\x80\x8d\xef\xb8\x8f",
        std::string(3, '\0'),           large};
    for (const auto& text : hostile) {
        const RowId id = store.add_user_message(conversation, std::nullopt, text, {});
        QVERIFY(store.message(id).text == text);
        store.rename(conversation, text);
        QVERIFY(store.get(conversation).preview.size() <= 200);
        const RowId answer = store.begin_answer(conversation, id, text.substr(0, 100));
        store.update_streaming(answer, text, {});
        store.finish(answer, Status::Done, text, {}, {});
        QVERIFY(store.message(answer).text == text);
        store.search(text);
    }
    QCOMPARE(store.search("漢字").size(), std::size_t{3});  // the large one, its answer, the title it gave
    store.purge(conversation);
    database.connection().exec(
        "INSERT INTO messages_search (messages_search, rank) VALUES ('integrity-check', 1)");
    database.connection().exec(
        "INSERT INTO titles_search (titles_search, rank) VALUES ('integrity-check', 1)");
}

void TestConversations::long_branch_can_be_read_and_purged() {
    auto database = Database::in_memory();
    Conversations store(database);
    const RowId conversation = store.create();
    std::optional<RowId> last;
    for (int i = 0; i < 3000; ++i) last = store.add_user_message(conversation, last, std::to_string(i), {});
    const auto path = store.path(*last);
    QCOMPARE(path.size(), std::size_t{3000});
    QCOMPARE(path.front().text, std::string("0"));
    QCOMPARE(store.newest_leaf(path.front().id), *last);
    store.purge(conversation);
    QCOMPARE(database.connection().execAndGet("SELECT count(*) FROM messages").getInt(), 0);
}

QTEST_APPLESS_MAIN(TestConversations)
#include "test_conversations.moc"
