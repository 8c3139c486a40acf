#include <QtTest>

#include "app/core/project_choices.h"
#include "app/core/project_stamp.h"
#include "tests/support/project_files.h"

using namespace sidewinder;
using app::ProjectChoices;
using project::LeftOut;
using project::ScannedEntry;

/// The person's ticks: what becomes a choice, and that a scan with the choices shows the same ticks.
class TestProjectChoices : public QObject {
    Q_OBJECT

    static std::vector<std::size_t> at(const std::vector<ScannedEntry>& entries,
                                       const std::vector<std::string>& paths) {
        std::vector<std::size_t> found;
        for (std::size_t i = 0; i < entries.size(); ++i)
            if (std::find(paths.begin(), paths.end(), entries[i].path) != paths.end()) found.push_back(i);
        return found;
    }
    static std::vector<ScannedEntry> scan(const std::filesystem::path& root, const ProjectChoices& choices) {
        project::ScanOptions options;
        for (const auto& [path, in] : choices)
            (in ? options.walk.ticked_in : options.ticked_out).insert(path);
        options.count_tokens = [](const ScannedEntry&, std::string_view text) {
            return static_cast<std::int64_t>(text.size());
        };
        return project::scan_project(project::ProjectRoot(root), options).entries;
    }
    static std::vector<std::string> included(const std::vector<ScannedEntry>& entries) {
        std::vector<std::string> paths;
        for (const ScannedEntry& entry : entries)
            if (entry.included) paths.push_back(entry.path);
        return paths;
    }
    /// What the ticks show now is what the next scan shows.
    static void compareWithScan(const std::filesystem::path& root, const std::vector<ScannedEntry>& entries,
                                const ProjectChoices& choices) {
        QCOMPARE(included(scan(root, choices)), included(entries));
    }
    static void fill(const std::filesystem::path& root) {
        tests::put(root / "src/a.c", "int a;\n");
        tests::put(root / "src/b.c", "int b;\n");
        tests::put(root / "src/in/c.c", "int c;\n");
        tests::put(root / "build/out.txt", "made\n");
        tests::put(root / ".gitignore", "build/\n");
        tests::put(root / "package-lock.json", "{}\n");
    }

  private Q_SLOTS:
    void aTickOutAndInLeavesNoChoice() {
        const tests::TemporaryDirectory folder;
        fill(folder.path());
        ProjectChoices choices;
        auto entries = scan(folder.path(), choices);
        QVERIFY(!app::tick(entries, at(entries, {"src/a.c"}), {}, false, choices));
        QCOMPARE(choices, (ProjectChoices{{"src/a.c", false}}));
        compareWithScan(folder.path(), entries, choices);
        QVERIFY(!app::tick(entries, at(entries, {"src/a.c"}), {}, true, choices));
        QVERIFY(choices.empty());
        compareWithScan(folder.path(), entries, choices);
    }

    void aFolderOutHoldsForWhatComesLater() {
        const tests::TemporaryDirectory folder;
        fill(folder.path());
        ProjectChoices choices;
        auto entries = scan(folder.path(), choices);
        app::tick(entries, at(entries, {"src/a.c", "src/b.c", "src/in/c.c"}), "src", false, choices);
        QCOMPARE(choices, (ProjectChoices{{"src", false}}));
        compareWithScan(folder.path(), entries, choices);
        tests::put(folder.path() / "src/new.c", "int n;\n");
        for (const std::string& path : included(scan(folder.path(), choices)))
            QVERIFY2(!path.starts_with("src/"), path.c_str());
    }

    void oneFileBackInOpensTheFolderUp() {
        const tests::TemporaryDirectory folder;
        fill(folder.path());
        ProjectChoices choices;
        auto entries = scan(folder.path(), choices);
        app::tick(entries, at(entries, {"src/a.c", "src/b.c", "src/in/c.c"}), "src", false, choices);
        app::tick(entries, at(entries, {"src/in/c.c"}), {}, true, choices);
        QCOMPARE(choices, (ProjectChoices{{"src/a.c", false}, {"src/b.c", false}}));
        compareWithScan(folder.path(), entries, choices);
    }

    void whatRulesLeaveOutNeedsAnotherLook() {
        const tests::TemporaryDirectory folder;
        fill(folder.path());
        ProjectChoices choices;
        auto entries = scan(folder.path(), choices);
        QVERIFY(app::tick(entries, at(entries, {"build"}), {}, true, choices));
        QCOMPARE(choices, (ProjectChoices{{"build", true}}));
        entries = scan(folder.path(), choices);
        const auto found = included(entries);
        QVERIFY(std::find(found.begin(), found.end(), "build/out.txt") != found.end());
        // And out again: the rule says so by itself.
        app::tick(entries, at(entries, {"build/out.txt"}), "build", false, choices);
        QVERIFY(choices.empty());
        // A generated file was decoded already: no other scan.
        QVERIFY(!app::tick(entries, at(entries, {"package-lock.json"}), {}, true, choices));
        QCOMPARE(choices, (ProjectChoices{{"package-lock.json", true}}));
    }

    void aStampTellsEditsFromNothing() {
        const tests::TemporaryDirectory folder;
        fill(folder.path());
        const project::ProjectRoot root(folder.path());
        app::ProjectMemory memory;
        const std::string before = app::project_stamp(root, memory);
        QCOMPARE(app::project_stamp(root, memory), before);
        tests::put(folder.path() / "build/out.txt", "made again\n");  // ignored
        QCOMPARE(app::project_stamp(root, memory), before);
        tests::put(folder.path() / "src/a.c", "int aa;\n");
        const std::string edited = app::project_stamp(root, memory);
        QVERIFY(edited != before);
        tests::put(folder.path() / "src/d.c", "int d;\n");
        const std::string added = app::project_stamp(root, memory);
        QVERIFY(added != edited);
        memory.choices["src/d.c"] = false;
        QVERIFY(app::project_stamp(root, memory) != added);
    }
};

QTEST_APPLESS_MAIN(TestProjectChoices)
#include "test_project_choices.moc"
