#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <QtTest>
#include <atomic>
#include <random>
#include <thread>

#include "storage/project/project_scan.h"
#include "storage/project/project_text.h"
#include "tests/support/project_files.h"

using namespace sidewinder::project;
using namespace sidewinder::tests;
namespace fs = std::filesystem;
using sidewinder::storage::Stopped;

namespace {

std::int64_t count_words(const ScannedEntry&, std::string_view text) {
    return static_cast<std::int64_t>(text.size() / 4);
}

void make_project(const fs::path& root, int files) {
    std::mt19937 engine(5);
    for (int i = 0; i < files; ++i)
        put(root / ("d" + std::to_string(i % 7)) / ("f" + std::to_string(i) + ".c"),
            "int x" + std::to_string(i) + ";\n" + std::string(engine() % 3000, ' ') + "\n");
}

struct Document {
    std::string path, language, text;
    bool operator==(const Document&) const = default;
};

std::string line_of(const std::string& text, std::size_t& at) {
    const std::size_t end = text.find('\n', at);
    if (end == std::string::npos) throw std::runtime_error("cut off");
    const std::string line = text.substr(at, end - at);
    at = end + 1;
    return line;
}

/// Reads documents back as project_document()'s comment says.
std::vector<Document> read_back(const std::string& all) {
    std::vector<Document> documents;
    for (std::size_t at = 0; at < all.size();) {
        Document document;
        const std::string head = line_of(all, at);
        if (!head.starts_with("File: ")) throw std::runtime_error("no header: " + head);
        document.path = head.substr(6);
        const std::string open = line_of(all, at);
        const std::string fence = open.substr(0, open.find_first_not_of('`'));
        document.language = open.substr(fence.size());
        for (std::string line = line_of(all, at); line != fence; line = line_of(all, at))
            document.text += line + "\n";
        if (std::string next = line_of(all, at); !next.empty()) {
            if (next != "\\ No newline at end of file")
                throw std::runtime_error("rubbish behind a document: " + next);
            document.text.pop_back();
            line_of(all, at);
        }
        documents.push_back(document);
    }
    return documents;
}

}  // namespace

class TestProjectScan : public QObject {
    Q_OBJECT

  private slots:
    void initTestCase() { ::setenv("HOME", home_.path().c_str(), 1); }
    void outcomes_and_sums();
    void same_result_whatever_the_threads();
    void texts_come_in_order_and_few_at_once();
    void choices();
    void stops_and_failures();
    void files_that_change_while_read();
    void read_text_again();
    void tree();
    void documents_cannot_fake_each_other();
    void order();

  private:
    TemporaryDirectory home_;
};

void TestProjectScan::outcomes_and_sums() {
    TemporaryDirectory root;
    put(root / "src/main.cpp", "int main() {}\r\n");
    put(root / "logo.png", std::string("\x89PNG\0", 5));
    put(root / ".gitignore", "out/\n");
    put(root / "out/a", "x");
    put(root / "go.sum", "x\n");
    ScanOptions options;
    options.count_tokens = count_words;
    std::vector<ScanProgress> progress;
    options.on_progress = [&](const ScanProgress& now) { progress.push_back(now); };
    const ScanResult result = scan_project(ProjectRoot(root.path()), options);
    QCOMPARE(included_paths(result), (std::vector<std::string>{".gitignore", "src/main.cpp"}));
    const ScannedEntry& main = *find_entry(result, "src/main.cpp");
    QCOMPARE(main.size, std::uint64_t(15));
    QVERIFY(main.hash == hash_content("int main() {}\r\n") && main.form.line_ends == LineEnds::CrLf);
    QCOMPARE(main.language, std::string("cpp"));
    QCOMPARE(main.tokens, std::int64_t(14 / 4));
    QCOMPARE(int(find_entry(result, "go.sum")->reason), int(LeftOut::Generated));
    QVERIFY(find_entry(result, "out")->is_folder);
    QCOMPARE(result.included_files, std::size_t(2));
    QCOMPARE(result.included_tokens, std::int64_t(5 / 4 + 14 / 4));
    QCOMPARE(progress.back().files, std::size_t(4));
    QCOMPARE(progress.back().of_files, std::size_t(4));
}

void TestProjectScan::same_result_whatever_the_threads() {
    TemporaryDirectory root;
    make_project(root.path(), 300);
    std::vector<std::string> seen;
    for (const unsigned threads : {1u, 2u, 8u}) {
        ScanOptions options;
        options.threads = threads;
        options.count_tokens = count_words;
        std::string all;
        for (const auto& entry : scan_project(ProjectRoot(root.path()), options).entries)
            all += entry.path + " " + std::to_string(entry.tokens) + " " +
                   std::to_string(int(entry.hash[3])) + "\n";
        seen.push_back(all);
    }
    QVERIFY(seen[0] == seen[1] && seen[1] == seen[2]);
}

void TestProjectScan::texts_come_in_order_and_few_at_once() {
    TemporaryDirectory root;
    make_project(root.path(), 400);
    ScanOptions options;
    options.threads = 4;
    std::atomic<int> counted = 0;
    options.count_tokens = [&](const ScannedEntry& entry, std::string_view text) {
        ++counted;
        return count_words(entry, text);
    };
    std::vector<std::string> order;
    int most_ahead = 0;
    options.on_text = [&](const ScannedEntry& entry, std::string_view text) {
        if (order.size() % 50 == 0) std::this_thread::sleep_for(std::chrono::milliseconds(5));
        most_ahead = std::max(most_ahead, counted - static_cast<int>(order.size()));
        order.push_back(entry.path);
        QCOMPARE(text.size() / 4, static_cast<std::size_t>(entry.tokens));
    };
    const ScanResult result = scan_project(ProjectRoot(root.path()), options);
    QCOMPARE(order, included_paths(result));
    QVERIFY2(most_ahead <= 16 + 1, std::to_string(most_ahead).c_str());
}

void TestProjectScan::choices() {
    TemporaryDirectory root;
    put(root / "config/.env", "A=1\n");
    put(root / "config/a.min.js", "x\n");
    put(root / "config/b.c", "x\n");
    put(root / "docs/c.md", "x\n");
    ScanOptions options;
    options.walk.ticked_in = {"config"};
    options.ticked_out = {"docs"};
    ScanResult result = scan_project(ProjectRoot(root.path()), options);
    QCOMPARE(included_paths(result), (std::vector<std::string>{"config/a.min.js", "config/b.c"}));
    QVERIFY(find_entry(result, "config/a.min.js")->by_choice && find_entry(result, "docs/c.md")->by_choice);
    QVERIFY(!find_entry(result, "config/.env")->sentence.empty());
    options.walk.ticked_in = {"config/.env"};  // a secret only by its own name
    result = scan_project(ProjectRoot(root.path()), options);
    QVERIFY(find_entry(result, "config/.env")->included && !find_entry(result, "config/a.min.js")->included);
}

void TestProjectScan::stops_and_failures() {
    TemporaryDirectory root;
    make_project(root.path(), 200);
    ScanOptions options;
    options.threads = 3;
    std::stop_source stop;
    std::atomic<int> counted = 0;
    options.count_tokens = [&](const ScannedEntry&, std::string_view) {
        if (++counted == 20) stop.request_stop();
        return 1;
    };
    const ProjectRoot folder(root.path());
    QVERIFY_EXCEPTION_THROWN(scan_project(folder, options, stop.get_token()), Stopped);
    QVERIFY(counted < 30);
    options.count_tokens = [](const ScannedEntry& entry, std::string_view) -> std::int64_t {
        if (entry.path.ends_with("f77.c")) throw std::runtime_error("tokenizer");
        return 1;
    };
    QVERIFY_EXCEPTION_THROWN(scan_project(folder, options), std::runtime_error);
    options.count_tokens = {};
    options.on_text = [](const ScannedEntry&, std::string_view) { throw std::runtime_error("caller"); };
    QVERIFY_EXCEPTION_THROWN(scan_project(folder, options), std::runtime_error);
}

void TestProjectScan::files_that_change_while_read() {
    TemporaryDirectory root;
    const auto outcome = [&](int step, int times, const std::function<void()>& change) {
        fs::remove_all(root / "f");
        write_bytes(root / "f", "before\n");
        int left = times;
        ReadOptions options;
        options.hook = [&](std::string_view, int at) {
            if (at == step && left-- > 0) {
                std::this_thread::sleep_for(
                    std::chrono::milliseconds(15));  // past the clock tick of file times
                change();
            }
        };
        return read_bytes(ProjectRoot(root.path()), "f", options);
    };
    const auto grow = [&] { std::ofstream(root / "f", std::ios::app) << "more\n"; };
    QCOMPARE(outcome(0, 1, grow).bytes, std::string("before\nmore\n"));  // the second try finds it at rest
    QCOMPARE(outcome(1, 1, grow).bytes, std::string("before\nmore\n"));
    QCOMPARE(int(outcome(0, 9, grow).reason), int(LeftOut::Changing));
    QCOMPARE(int(outcome(1, 9, grow).reason), int(LeftOut::Changing));
    QCOMPARE(int(outcome(0, 9,
                         [&] {
                             if (::truncate((root / "f").c_str(), 3) != 0) QFAIL("truncate");
                         })
                     .reason),
             int(LeftOut::Changing));
    QCOMPARE(int(outcome(1, 9, [&] { write_bytes(root / "f", "BEFORE\n"); }).reason), int(LeftOut::Changing));
    QCOMPARE(outcome(0, 9, [&] { ::unlink((root / "f").c_str()); }).reason == LeftOut::None, false);
    const ReadResult replaced = outcome(0, 1, [&] {
        write_bytes(root / "g", "after\n");
        fs::rename(root / "g", root / "f");
    });
    QCOMPARE(replaced.bytes, std::string("after\n"));
    ScanOptions options;
    options.read_hook = [&](std::string_view, int) {
        fs::remove_all(root / "f");
        fs::create_directory(root / "f");
    };
    write_bytes(root / "e", "x");
    fs::remove_all(root / "f");
    write_bytes(root / "f", "x");
    options.threads = 1;
    const ScanResult result = scan_project(ProjectRoot(root.path()), options);
    QVERIFY(!find_entry(result, "f")->included && find_entry(result, "e")->included);
}

void TestProjectScan::read_text_again() {
    TemporaryDirectory root;
    put(root / "a", "x\r\n");
    const ProjectRoot folder(root.path());
    QCOMPARE(read_text(folder, "a", hash_content("x\r\n")).text, std::string("x\n"));
    QVERIFY_EXCEPTION_THROWN(read_text(folder, "a", hash_content("y")), Error);
    fs::remove(root / "a");
    QVERIFY_EXCEPTION_THROWN(read_text(folder, "a", hash_content("x\r\n")), Error);
}

void TestProjectScan::tree() {
    QCOMPARE(project_tree({"a-b", "a/b/c", "a/b/d", "a/e", "f\ng/h", "z"}),
             std::string("a-b\na/\n b/\n  c\n  d\n e\nf\\ng/\n h\nz\n"));
    QCOMPARE(project_tree({"a/b/c", "d/b/c"}), std::string("a/\n b/\n  c\nd/\n b/\n  c\n"));
}

void TestProjectScan::documents_cannot_fake_each_other() {
    QCOMPARE(project_document("a.c", "x\n", "c"), std::string("File: a.c\n```c\nx\n```\n\n"));
    std::mt19937 engine(9);
    const char* kPieces[] = {"```",
                             "`",
                             "````",
                             "\n",
                             "File: evil.c",
                             "\n```\n\nFile: other\n```c\n",
                             "x",
                             "\\ No newline at end of file",
                             "\n\n",
                             "```c\n",
                             " ",
                             "[INST]"};
    const char* kPaths[] = {"a", "a\n```\nFile: b", "File: c", "d ```", "\xff", "e\\n"};
    for (int round = 0; round < 5000; ++round) {
        std::vector<Document> made;
        std::string all;
        for (auto count = 1 + engine() % 4; count > 0; --count) {
            std::string text;
            for (auto pieces = engine() % 12; pieces > 0; --pieces)
                text += kPieces[engine() % std::size(kPieces)];
            const std::string path = kPaths[engine() % std::size(kPaths)];
            all += project_document(path, text, "c");
            made.push_back({display_name(path), "c", text});
        }
        QVERIFY2(read_back(all) == made, all.c_str());
    }
}

void TestProjectScan::order() {
    std::vector<ScannedEntry> entries(4);
    const char* paths[] = {"a", "b", "c", "d"};
    const std::int64_t times[] = {30, 10, 20, 10};
    for (std::size_t i = 0; i < 4; ++i) {
        entries[i].path = paths[i];
        entries[i].included = true;
        entries[i].modified_ns = times[i] * 1'000'000'000;
    }
    QCOMPARE(reading_order(entries), (std::vector<std::size_t>{1, 3, 2, 0}));
    QCOMPARE(reading_order(entries, {{"a", 5}}), (std::vector<std::size_t>{0, 1, 3, 2}));
    entries[3].included = false;
    QCOMPARE(reading_order(entries), (std::vector<std::size_t>{1, 2, 0}));
}

QTEST_APPLESS_MAIN(TestProjectScan)
#include "test_project_scan.moc"
