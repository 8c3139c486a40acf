#include <SQLiteCpp/Database.h>
#include <sys/stat.h>

#include <QtTest>
#include <algorithm>

#include "storage/project/search_index.h"
#include "storage/project/search_words.h"
#include "tests/support/project_files.h"

using namespace sidewinder::project;
using namespace sidewinder::tests;
namespace fs = std::filesystem;

namespace {

struct Tree {
    TemporaryDirectory directory;
    fs::path root = directory / "project";
    fs::path file = directory / "cache/index.db";

    Tree() { fs::create_directory(root); }
    std::vector<ProjectFile> scan() const {
        ScanOptions options;
        options.walk.ignore_files = false;
        return project_files(scan_project(ProjectRoot(root), options).entries);
    }
    IndexUpdate update(SearchIndex& index) const { return index.update(ProjectRoot(root), scan()); }
};

std::vector<std::string> paths_of(const std::vector<SearchHit>& hits) {
    std::vector<std::string> paths;
    for (const SearchHit& hit : hits) paths.push_back(hit.path);
    return paths;
}

using Paths = std::vector<std::string>;

}  // namespace

class TestSearchIndex : public QObject {
    Q_OBJECT

  private slots:
    void finds_what_is_there();
    void indexes_only_what_changed();
    void many_changes_do_not_pile_up();
    void any_text_any_name();
    void questions_are_never_fts_syntax();
    void files_that_vanish_or_change();
    void stop_keeps_what_was_done();
    void is_rebuilt_data();
    void is_rebuilt();
    void damage_while_open_heals();
    void lives_in_memory_where_it_must();
    void symbols_come_from_outside();
};

void TestSearchIndex::finds_what_is_there() {
    Tree tree;
    put(tree.root / "net/client.py",
        "import os\n\n\ndef open_channel(host):\n    # dials\n    return connect(host)\n\n\ndef close():\n   "
        " pass\n");
    put(tree.root / "other.py", "def unrelated():\n    return 'channel'\n");
    for (int i = 0; i < 20; ++i)
        put(tree.root / ("filler" + std::to_string(i) + ".py"), "x = " + std::to_string(i) + "\n");
    SearchIndex index(tree.file);
    QVERIFY2(index.notice().empty(), index.notice().c_str());
    QVERIFY(index.is_empty());
    const IndexUpdate update = tree.update(index);
    QCOMPARE(update.indexed, std::size_t(22));
    QVERIFY(!index.is_empty() && update.left_out.empty());
    const auto hits = index.search(question_words("How is a channel opened?"), 5);
    QCOMPARE(paths_of(hits), (Paths{"net/client.py", "other.py"}));
    QCOMPARE(hits[0].first_line, 4u);
    QCOMPARE(hits[0].last_line, 6u);
    QVERIFY(hits[0].rank.score > hits[1].rank.score && hits[0].rank.coverage > 0.99 &&
            hits[0].rank.in_names > 0.99);
    QVERIFY(hits[1].rank.coverage < 0.6 && hits[1].rank.in_names == 0);
    QCOMPARE(paths_of(index.search(question_words("channel"), 5, "other.py")), (Paths{"other.py"}));
    const auto symbols = index.symbols_named("OPEN_channel", 9);
    QCOMPARE(symbols.size(), std::size_t(1));
    QCOMPARE(symbols[0].symbol, (Symbol{"open_channel", "function", "", 4, 6}));
    struct stat info {};
    QCOMPARE(::stat(tree.file.c_str(), &info), 0);
    QCOMPARE(info.st_mode & 0777, mode_t{0600});
}

void TestSearchIndex::indexes_only_what_changed() {
    Tree tree;
    for (const char* name : {"a.py", "b.py", "c.py"})
        put(tree.root / name, std::string("def only_in_") + name[0] + "(): pass\n");
    {
        SearchIndex index(tree.file);
        tree.update(index);
    }
    SearchIndex index(tree.file);
    QCOMPARE(tree.update(index).kept, std::size_t(3));
    put(tree.root / "b.py", "def newcomer(): pass\n");
    fs::remove(tree.root / "c.py");
    fs::last_write_time(tree.root / "a.py", fs::file_time_type::clock::now());
    const IndexUpdate update = tree.update(index);
    QVERIFY(update.kept == 1 && update.indexed == 1 && update.removed == 1);
    QVERIFY(index.search({"onlyinb"}, 5).empty() && index.search({"onlyinc"}, 5).empty());
    QCOMPARE(paths_of(index.search({"newcom"}, 5)), (Paths{"b.py"}));
    QVERIFY(index.symbols_named("only_in_c", 5).empty() && index.symbols_of("b.py").size() == 1);
    QCOMPARE(index.files().size(), std::size_t(2));
}

void TestSearchIndex::many_changes_do_not_pile_up() {
    Tree tree;
    SearchIndex index(tree.file);
    std::uint64_t early = 0;
    for (int round = 0; round < 40; ++round) {
        std::string text;
        for (int i = 0; i < 100; ++i)
            text += "def f" + std::to_string(round) + "x" + std::to_string(i) + "():\n    pass\n\n\n";
        put(tree.root / "a.py", text);
        tree.update(index);
        if (round == 12) early = index.bytes();
    }
    QCOMPARE(index.chunk_count(), std::size_t(100));
    QVERIFY(index.bytes() < 2 * early);
    QVERIFY(index.search({"f3x7"}, 5).empty());
    QCOMPARE(index.search({"f39x7"}, 5).size(), std::size_t(1));
}

void TestSearchIndex::any_text_any_name() {
    Tree tree;
    const std::pair<std::string, std::string> files[] = {
        {"crlf.py", "def crlf_thing():\r\n    pass\r\n\r\nx = 1\r\n"},
        {"latin.txt",
         "caf\xe9 stra\xdf"
         "e latinword\n"},
        {"line\nfeed \"quote' -- %00.py", "def evil_named(): pass\n"},
        {"bad\xff\xfe.py", "def bad_bytes(): pass\n"},
        {"huge.js", "var hugeline = 1;" + std::string(1'500'000, 'x') + " tail\n"},
        {"words.txt",
         [] {
             std::string text;
             for (int i = 0; i < 150'000; ++i) text += "w" + std::to_string(i) + " ";
             return text;
         }()},
        {"empty.py", ""},
        {"no_end.py", "def no_end(): pass"}};
    std::vector<ProjectFile> all;
    for (const auto& [name, text] : files) {
        put(tree.root / name, text);
        all.push_back({name, hash_content(text), std::string(name.ends_with("py") ? "python" : "text")});
    }
    SearchIndex index(tree.file);
    const IndexUpdate update = index.update(ProjectRoot(tree.root), all);
    QCOMPARE(update.indexed, std::size(files));
    const auto crlf = index.search(question_words("crlf_thing"), 3);
    QCOMPARE(paths_of(crlf), (Paths{"crlf.py"}));
    QCOMPARE(crlf[0].last_line, 2u);
    QCOMPARE(paths_of(index.search(question_words("CAF\xc3\x89"), 3)), (Paths{"latin.txt"}));
    QCOMPARE(paths_of(index.search(question_words("evil_named"), 3)), (Paths{files[2].first}));
    QCOMPARE(paths_of(index.search(question_words("bad_bytes"), 3)), (Paths{files[3].first}));
    QCOMPARE(paths_of(index.search(question_words("hugeline tail"), 3)), (Paths{"huge.js"}));
    QCOMPARE(paths_of(index.search({"w149999"}, 3)), (Paths{"words.txt"}));
    QCOMPARE(index.symbols_of(files[2].first).size(), std::size_t(1));
    QCOMPARE(index.update(ProjectRoot(tree.root), all).kept, std::size(files));
}

void TestSearchIndex::questions_are_never_fts_syntax() {
    Tree tree;
    put(tree.root / "a.py", "def near(): pass\n");
    SearchIndex index(tree.file);
    tree.update(index);
    for (const char* question :
         {"\"", "\"\"\"", "near(", "NEAR(a b, 3)", "a AND", "OR OR", "names: near", "{path names}: near",
          "near*", "^near", "-near", "a + b", "'; DROP TABLE files; --", "near\" OR \"x", "\x01\x02",
          "(((((((", "col:\"x", "*", "NOT near"})
        index.search(question_words(question), 5);
    // Even words that no question_words() would give.
    for (const std::string word : {"\"", "near\" OR \"", "names : near", "*", "a\0b", "NEAR(near near)", ""})
        index.search({word, "\"\""}, 5);
    QCOMPARE(index.search({"\"near\""}, 5).size(), std::size_t(1));
    QCOMPARE(index.search({"near OR x"}, 5).size(), std::size_t(0));
    QCOMPARE(index.files().size(), std::size_t(1));  // nothing was taken for damage
    QVERIFY(index.symbols_named("'; DROP TABLE files; --", 3).empty());
}

void TestSearchIndex::files_that_vanish_or_change() {
    Tree tree;
    for (const char* name : {"gone.py", "new.py", "stays.py"})
        put(tree.root / name, "def first_version(): pass\n");
    SearchIndex index(tree.file);
    const auto files = tree.scan();
    index.update(ProjectRoot(tree.root), files);
    const auto later = tree.scan();
    SearchIndex fresh(tree.directory / "other.db");
    fs::remove(tree.root / "gone.py");
    put(tree.root / "new.py", "def second_version(): pass\n");
    const IndexUpdate update = fresh.update(ProjectRoot(tree.root), later);
    QCOMPARE(update.indexed, std::size_t(1));
    QCOMPARE(update.left_out.size(), std::size_t(2));
    QVERIFY(update.left_out[0].path == "gone.py" &&
            update.left_out[0].sentence.find("gone") != std::string::npos);
    QVERIFY(update.left_out[1].path == "new.py" &&
            update.left_out[1].sentence.find("changed") != std::string::npos);
    QCOMPARE(paths_of(fresh.search(question_words("first_version"), 5)), (Paths{"stays.py"}));
}

void TestSearchIndex::stop_keeps_what_was_done() {
    Tree tree;
    for (int i = 0; i < 60; ++i) put(tree.root / ("f" + std::to_string(100 + i) + ".py"), "def f(): pass\n");
    std::stop_source source;
    int calls = 0;
    SearchIndex index(tree.file, [&](const std::string&, std::string_view, const std::string&) {
        if (++calls == 10) source.request_stop();
        return std::vector<Symbol>();
    });
    QVERIFY_EXCEPTION_THROWN(index.update(ProjectRoot(tree.root), tree.scan(), source.get_token(), {}, 1),
                             sidewinder::storage::Stopped);
    const std::size_t done = index.files().size();
    QVERIFY(done >= 5 && done < 60);
    std::size_t last = 0;
    const IndexUpdate update =
        index.update(ProjectRoot(tree.root), tree.scan(), {}, [&](const IndexProgress& progress) {
            QVERIFY(progress.files <= progress.of_files && progress.files >= last);
            last = progress.files;
        });
    QCOMPARE(update.indexed + done, std::size_t(60));
    QCOMPARE(last, 60 - done);
}

void TestSearchIndex::is_rebuilt_data() {
    QTest::addColumn<QByteArray>("what");
    for (const char* what : {"missing", "empty", "garbage", "truncated", "middle", "other format",
                             "other finder", "other program", "folder", "link", "cut schema"})
        QTest::newRow(what) << QByteArray(what);
}

void TestSearchIndex::is_rebuilt() {
    QFETCH(QByteArray, what);
    Tree tree;
    for (int i = 0; i < 50; ++i)
        put(tree.root / ("a" + std::to_string(i) + ".py"), "def findable" + std::to_string(i) + "(): pass\n");
    {
        SearchIndex index(tree.file);
        tree.update(index);
    }
    const std::string bytes = read_bytes(tree.file);
    const fs::path victim = tree.directory / "victim";
    write_bytes(victim, "not to be touched");
    const auto sql = [&](const char* statement) {
        SQLite::Database(tree.file.string(), SQLite::OPEN_READWRITE).exec(statement);
    };
    if (what == "missing") fs::remove(tree.file);
    if (what == "empty") write_bytes(tree.file, "");
    if (what == "garbage") write_bytes(tree.file, std::string(bytes.size(), 'x'));
    if (what == "truncated") write_bytes(tree.file, bytes.substr(0, bytes.size() / 2));
    if (what == "middle")
        write_bytes(tree.file, bytes.substr(0, 4096) + std::string(bytes.size() - 8192, '\x5a') +
                                   bytes.substr(bytes.size() - 4096));
    if (what == "other format") sql("PRAGMA user_version = 99");
    if (what == "other program") sql("PRAGMA application_id = 7");
    if (what == "cut schema") sql("DROP TABLE chunks");
    if (what == "folder" || what == "link") fs::remove(tree.file);
    if (what == "folder") fs::create_directory(tree.file);
    if (what == "link") fs::create_symlink(victim, tree.file);
    SearchIndex index(tree.file, {}, what == "other finder" ? "patterns 0" : "patterns 1");
    index.search({"findabl"}, 3);
    tree.update(index);
    QCOMPARE(paths_of(index.search({"findable7"}, 3)), (Paths{"a7.py"}));
    QCOMPARE(index.files().size(), std::size_t(50));
    QVERIFY2(index.notice().empty(), index.notice().c_str());
    QCOMPARE(read_bytes(victim), std::string("not to be touched"));
    QVERIFY(fs::is_regular_file(fs::symlink_status(tree.file)));
}

void TestSearchIndex::damage_while_open_heals() {
    Tree tree;
    for (int i = 0; i < 400; ++i)
        put(tree.root / ("a" + std::to_string(i) + ".py"), "def findable" + std::to_string(i) + "(): pass\n");
    SearchIndex index(tree.file);
    tree.update(index);
    const auto size = static_cast<std::size_t>(fs::file_size(tree.file));
    {
        SQLite::Database other(tree.file.string(), SQLite::OPEN_READWRITE);
        other.exec("DELETE FROM words_data");  // behind its back
    }
    QVERIFY(size > 0);
    index.search({"findable7"}, 3);  // no error, whatever it finds
    tree.update(index);
    put(tree.root / "a7.py", "def findable7again(): pass\n");
    tree.update(index);
    for (int i = 0; i < 2 && index.search({"findable8"}, 3).empty(); ++i) tree.update(index);
    QCOMPARE(paths_of(index.search({"findable8"}, 3)), (Paths{"a8.py"}));
}

void TestSearchIndex::lives_in_memory_where_it_must() {
    Tree tree;
    put(tree.root / "a.py", "def findable(): pass\n");
    write_bytes(tree.directory / "file", "in the way");
    SearchIndex index(tree.directory / "file/index.db");
    QVERIFY(!index.notice().empty());
    tree.update(index);
    QCOMPARE(index.search({"findabl"}, 3).size(), std::size_t(1));
    QCOMPARE(read_bytes(tree.directory / "file"), std::string("in the way"));
    SearchIndex nameless("");
    QVERIFY(nameless.notice().empty());
    tree.update(nameless);
    QCOMPARE(nameless.search({"findabl"}, 3).size(), std::size_t(1));
}

void TestSearchIndex::symbols_come_from_outside() {
    Tree tree;
    put(tree.root / "a.xyz", "one\ntwo\nthree\n");
    SearchIndex index(tree.file, [](const std::string& path, std::string_view text, const std::string&) {
        return path == "a.xyz" && text.size() == 14 ? std::vector<Symbol>{{"Thing", "class", "ns", 2, 3},
                                                                          {"late", "function", {}, 8, 9},
                                                                          {"", "class", {}, 1, 1}}
                                                    : std::vector<Symbol>();
    });
    tree.update(index);
    QCOMPARE(index.symbols_of("a.xyz"), (std::vector<Symbol>{{"Thing", "class", "ns", 2, 3}}));
    QCOMPARE(index.search({"thing"}, 3).at(0).first_line, 2u);
}

QTEST_APPLESS_MAIN(TestSearchIndex)
#include "test_search_index.moc"
