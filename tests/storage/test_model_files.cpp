#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <QtTest>

#include "storage/model_files.h"
#include "tests/support/models_folder.h"

using namespace sidewinder::storage;
using namespace sidewinder::tests;
namespace fs = std::filesystem;
using Way = ImportRequest::Way;

/// The folder of models: what is in it, whether it is whole, taking one out.
class TestModelFiles : public QObject {
    Q_OBJECT
    std::optional<ModelsFolder> folder_;

  private slots:
    void init() { folder_.emplace(); }

    void copyIsWhole() {
        const ModelEntry model = folder_->imported();
        QCOMPARE(int(model.state), int(ModelState::Installed));
        QCOMPARE(model.data, folder_->path() / "local--small@import");
        QCOMPARE(read_bytes(model.data / "consolidated.safetensors"), std::string("weights"));
        QCOMPARE(model.manifest.find("params.json")->sha256, sha256_of("{}"));
        QCOMPARE(model.bytes_there, std::uint64_t{15});
        fs::remove_all(folder_->source());
        QCOMPARE(int(folder_->models().find("small").state), int(ModelState::Installed));
        QVERIFY(folder_->is_clean());
    }

    void linkCopiesNothing() {
        const ModelEntry model = folder_->imported(Way::Link);
        QCOMPARE(int(model.state), int(ModelState::Installed));
        QCOMPARE(model.data, fs::canonical(folder_->source()));
        QCOMPARE(names_in(model.folder).size(), std::size_t{1});
    }

    void modelsAreFoundByWhatTheyAreCalled() {
        folder_->imported();
        ImportRequest other = import_request(folder_->source());
        other.id = {"local", "small", "two"};
        ModelFiles files = folder_->models();
        import_model(files, other);
        QCOMPARE(files.find("local/small@two").id.revision, std::string("two"));
        QCOMPARE(files.find("small@import").id.revision, std::string("import"));
        REFUSED(files.find("small"), "could be any of: local--small@import, local--small@two");
        REFUSED(files.find("../x"), "There is no model '../x'. There are: local--small@import");
        REFUSED(ModelFiles(folder_->source()).find("y"), "none is installed");
    }

    void foldersOfOthersAreNotListed() {
        folder_->imported();
        fs::create_directories(folder_->path() / "something");
        fs::create_directory_symlink(folder_->source(), folder_->path() / "local--link@x");
        write_bytes(folder_->path() / "local--file@x", "");
        QCOMPARE(folder_->models().list().size(), std::size_t{1});
        QVERIFY(!folder_->models().at({"local", "link", "x"}));
        QVERIFY(!folder_->models().at({"..", "x", "y"}));
    }

    void aDownloadOnItsWayIsIncomplete() {
        const fs::path folder = folder_->path() / "o--n@main";
        fs::create_directories(folder / ".partial");
        write_bytes(folder / ".partial/consolidated.safetensors.part", std::string(100'000, 'x'));
        const ModelEntry model = folder_->models().find("n");
        QCOMPARE(int(model.state), int(ModelState::Incomplete));
        QCOMPARE(model.bytes_there, std::uint64_t{100'000});
        QVERIFY2(has(model.reason,
                     "not complete: 100 kB are there. Go on with 'sidewinder-cli models download "
                     "o/n', or"),
                 model.reason.c_str());
        // What is set aside for the rest of the file has not come.
        const FileDescriptor part(
            ::open((folder / ".partial/consolidated.safetensors.part").c_str(), O_WRONLY | O_CLOEXEC));
        QCOMPARE(::posix_fallocate(part.get(), 0, 50'000'000), 0);
        const std::uint64_t there = folder_->models().find("n").bytes_there;
        QVERIFY2(there >= 100'000 && there < 300'000, std::to_string(there).c_str());
    }

    void changesThatCanBeSeenBreakAModel_data() {
        QTest::addColumn<int>("what");
        QTest::addColumn<QString>("why");
        QTest::newRow("missing") << 0 << "is missing. Download or import";
        QTest::newRow("size") << 1 << "has 3 bytes instead of 7";
        QTest::newRow("link") << 2 << "leaves the folder, so it was not opened";
        QTest::newRow("pipe") << 3 << "is a pipe, not a regular file";
        QTest::newRow("folder") << 4 << "is a folder, not a regular file";
        QTest::newRow("manifest") << 5 << "cannot be used: it is no JSON object";
        QTest::newRow("manifest is a pipe") << 6 << "manifest.json is a pipe";
        QTest::newRow("huge manifest") << 7 << "1048576 are the limit";
        QTest::newRow("manifest is a link") << 8 << "leaves the folder";
    }

    void changesThatCanBeSeenBreakAModel() {
        QFETCH(int, what);
        QFETCH(QString, why);
        const fs::path folder = folder_->imported().folder;
        const fs::path file = folder / (what >= 5 ? "manifest.json" : "consolidated.safetensors");
        fs::remove(file);
        write_bytes(folder_->directory.path() / "weights", "weights");
        if (what == 1) write_bytes(file, "abc");
        if (what == 2 || what == 8) fs::create_symlink("../../weights", file);
        if (what == 3 || what == 6) QCOMPARE(::mkfifo(file.c_str(), 0600), 0);
        if (what == 4) fs::create_directory(file);
        if (what == 5) write_bytes(file, "{");
        if (what == 7) write_bytes(file, std::string(Manifest::kMaxBytes + 1, ' '));
        const ModelEntry model = folder_->models().find("small");
        QCOMPARE(int(model.state), int(ModelState::Broken));
        QVERIFY2(has(model.reason, why.toStdString()), model.reason.c_str());
        REFUSED(export_model(model, folder_->source()), model.reason);
        folder_->imported();  // a broken one may be replaced
        QCOMPARE(int(folder_->models().find("small").state), int(ModelState::Installed));
        QVERIFY(folder_->is_clean());
    }

    void verifyFindsWhatCannotBeSeen() {
        const fs::path folder = folder_->imported().folder;
        write_bytes(folder / "consolidated.safetensors", "weighty");
        QCOMPARE(int(folder_->models().find("small").state), int(ModelState::Installed));
        std::uint64_t done = 0, total = 0;
        const auto checks = folder_->models().verify(
            folder_->id, [&](const ByteProgress& p) { done = p.done, total = p.total; });
        QCOMPARE(done, std::uint64_t{15});
        QCOMPARE(total, std::uint64_t{15});
        QCOMPARE(checks.size(), std::size_t{3});
        for (const FileCheck& check : checks)
            QCOMPARE(check.problem.empty(), check.name != "consolidated.safetensors");
        const ModelEntry model = folder_->models().find("small");
        QCOMPARE(int(model.state), int(ModelState::Broken));
        QVERIFY2(has(model.reason, sha256_of("weighty")) && has(model.reason, sha256_of("weights")),
                 model.reason.c_str());
        QVERIFY(!fs::exists(folder / "consolidated.safetensors"));
        QCOMPARE(read_bytes(folder / ".partial/consolidated.safetensors.wrong"), std::string("weighty"));
        // Put right: only a verify that finds all of it right makes it usable again.
        write_bytes(folder / "consolidated.safetensors", "weights");
        QCOMPARE(int(folder_->models().find("small").state), int(ModelState::Broken));
        QVERIFY(fs::exists(folder / ".partial/consolidated.safetensors.wrong"));
        for (const FileCheck& check : folder_->models().verify(folder_->id)) QVERIFY(check.problem.empty());
        QCOMPARE(int(folder_->models().find("small").state), int(ModelState::Installed));
        QVERIFY(!fs::exists(folder / ".partial"));
    }

    void verifyOfALinkTouchesNoFile() {
        folder_->imported(Way::Link);
        write_bytes(folder_->source() / "consolidated.safetensors", "weighty");
        QVERIFY(!folder_->models().verify(folder_->id)[1].problem.empty());
        QCOMPARE(read_bytes(folder_->source() / "consolidated.safetensors"), std::string("weighty"));
        QCOMPARE(int(folder_->models().find("small").state), int(ModelState::Broken));
    }

    void aLinkedFileThatWasWrittenAnewIsVerifiedBeforeUse() {
        folder_->imported(Way::Link);
        write_bytes(folder_->source() / "consolidated.safetensors", "weights");
        fs::last_write_time(folder_->source() / "consolidated.safetensors",
                            fs::file_time_type::clock::now() + std::chrono::hours(1));
        const ModelEntry model = folder_->models().find("small");
        QVERIFY2(has(model.reason, "changed since it was imported"), model.reason.c_str());
        folder_->models().verify(folder_->id);
        QCOMPARE(int(folder_->models().find("small").state), int(ModelState::Installed));
    }

    void verifyCanBeStopped() {
        folder_->imported();
        std::stop_source stop;
        const auto stop_soon = [&](const ByteProgress&) { stop.request_stop(); };
        QVERIFY_EXCEPTION_THROWN(folder_->models().verify(folder_->id, stop_soon, stop.get_token()), Stopped);
        QCOMPARE(int(folder_->models().find("small").state), int(ModelState::Installed));
        REFUSED(folder_->models().verify({"a", "b", "c"}), "There is no model a--b@c");
    }

    void removeFollowsNoLink() {
        const fs::path folder = folder_->imported().folder;
        fs::create_directories(folder / "quantized/deeper");
        fs::create_directory_symlink(folder_->source(), folder / "quantized/outside");
        folder_->models().remove(folder_->id);
        QVERIFY(folder_->models().list().empty() && names_in(folder_->path()).empty());
        QCOMPARE(names_in(folder_->source()).size(), std::size_t{3});
        REFUSED(folder_->models().remove(folder_->id), "There is no model local--small@import");
        folder_->imported(Way::Link);
        folder_->models().remove(folder_->id);
        QCOMPARE(names_in(folder_->source()).size(), std::size_t{3});
        fs::create_directory_symlink(folder_->source(), folder_->path() / "local--small@import");
        REFUSED(folder_->models().remove(folder_->id), "There is no model");
        QCOMPARE(names_in(folder_->source()).size(), std::size_t{3});
    }

    void aModelBeingDownloadedIsLeftAlone() {
        const fs::path folder = folder_->imported().folder;
        fs::create_directories(folder / ".partial");
        const FileDescriptor lock(
            ::open((folder / ".partial/lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
        QCOMPARE(::flock(lock.get(), LOCK_EX), 0);
        REFUSED(folder_->models().remove(folder_->id), "A download into " + folder.string() + " is running");
        REFUSED(folder_->models().verify(folder_->id), "is running");
        QCOMPARE(int(folder_->models().find("small").state), int(ModelState::Installed));
    }
};

QTEST_APPLESS_MAIN(TestModelFiles)
#include "test_model_files.moc"
