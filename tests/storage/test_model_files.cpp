#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <QProcess>
#include <QtTest>

#include "storage/hub_cache.h"
#include "storage/model_files.h"
#include "storage/model_import.h"
#include "storage/staging.h"
#include "tests/support/child_process.h"
#include "tests/support/model_folder_files.h"
#include "tests/support/store_files.h"

using namespace sidewinder::storage;
using namespace sidewinder::tests;
namespace fs = std::filesystem;
using Way = ImportRequest::Way;

namespace {

template <class Action>
std::string sentence_of(const Action& action) {
    try {
        action();
    } catch (const Error& error) {
        return error.what();
    }
    return "no error";
}

bool has(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

#define REFUSED(action, part)                                  \
    do {                                                       \
        const std::string said = sentence_of([&] { action; }); \
        QVERIFY2(has(said, part), said.c_str());               \
    } while (false)

}  // namespace

/// The folder of models, and the ways into and out of it.
class TestModelFiles : public QObject {
    Q_OBJECT
    std::optional<TemporaryDirectory> directory_;
    const ModelId id_{"local", "small", "import"};

    fs::path models_path() const { return directory_->path() / "models"; }
    fs::path source() const { return directory_->path() / "source"; }
    ModelFiles models() const { return ModelFiles(models_path()); }
    ModelEntry imported(Way way = Way::Copy) {
        ModelFiles files = models();
        return import_model(files, import_request(source(), way));
    }
    void import_again() {
        ModelFiles files = models();
        import_model(files, import_request(source()));
    }
    /// Nothing but whole models in the folder.
    bool is_clean() const {
        for (const auto& entry : fs::directory_iterator(models_path()))
            if (!ModelId::parse(entry.path().filename().string())) return false;
        return true;
    }

  private slots:
    void init() {
        directory_.emplace();
        write_model_files(source());
    }

    void copyIsWhole() {
        const ModelEntry model = imported();
        QCOMPARE(int(model.state), int(ModelState::Installed));
        QCOMPARE(model.data, models_path() / "local--small@import");
        QCOMPARE(read_bytes(model.data / "consolidated.safetensors"), std::string("weights"));
        QCOMPARE(model.manifest.find("params.json")->sha256, sha256_of("{}"));
        QCOMPARE(model.bytes_there, std::uint64_t{15});
        fs::remove_all(source());
        QCOMPARE(int(models().find("small").state), int(ModelState::Installed));
        QVERIFY(is_clean());
    }

    void linkCopiesNothing() {
        const ModelEntry model = imported(Way::Link);
        QCOMPARE(int(model.state), int(ModelState::Installed));
        QCOMPARE(model.data, fs::canonical(source()));
        QCOMPARE(names_in(model.folder).size(), std::size_t{1});
    }

    void modelsAreFoundByWhatTheyAreCalled() {
        imported();
        ImportRequest other = import_request(source());
        other.id = {"local", "small", "two"};
        ModelFiles files = models();
        import_model(files, other);
        QCOMPARE(files.find("local/small@two").id.revision, std::string("two"));
        QCOMPARE(files.find("small@import").id.revision, std::string("import"));
        REFUSED(files.find("small"), "could be any of: local--small@import, local--small@two");
        REFUSED(files.find("../x"), "There is no model '../x'. There are: local--small@import");
        REFUSED(ModelFiles(source()).find("y"), "none is installed");
    }

    void foldersOfOthersAreNotListed() {
        imported();
        fs::create_directories(models_path() / "something");
        fs::create_directory_symlink(source(), models_path() / "local--link@x");
        write_bytes(models_path() / "local--file@x", "");
        QCOMPARE(models().list().size(), std::size_t{1});
        QVERIFY(!models().at({"local", "link", "x"}));
        QVERIFY(!models().at({"..", "x", "y"}));
    }

    void aDownloadOnItsWayIsIncomplete() {
        const fs::path folder = models_path() / "o--n@main";
        fs::create_directories(folder / ".partial");
        write_bytes(folder / ".partial/consolidated.safetensors.part", std::string(100'000, 'x'));
        const ModelEntry model = models().find("n");
        QCOMPARE(int(model.state), int(ModelState::Incomplete));
        QCOMPARE(model.bytes_there, std::uint64_t{100'000});
        QVERIFY2(has(model.reason,
                     "not complete: 0.1 MB are there. Go on with 'sidewinder-cli models download "
                     "o/n', or"),
                 model.reason.c_str());
        // What is set aside for the rest of the file has not come.
        const FileDescriptor part(
            ::open((folder / ".partial/consolidated.safetensors.part").c_str(), O_WRONLY | O_CLOEXEC));
        QCOMPARE(::posix_fallocate(part.get(), 0, 50'000'000), 0);
        const std::uint64_t there = models().find("n").bytes_there;
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
        const fs::path folder = imported().folder;
        const fs::path file = folder / (what >= 5 ? "manifest.json" : "consolidated.safetensors");
        fs::remove(file);
        write_bytes(directory_->path() / "weights", "weights");
        if (what == 1) write_bytes(file, "abc");
        if (what == 2 || what == 8) fs::create_symlink("../../weights", file);
        if (what == 3 || what == 6) QCOMPARE(::mkfifo(file.c_str(), 0600), 0);
        if (what == 4) fs::create_directory(file);
        if (what == 5) write_bytes(file, "{");
        if (what == 7) write_bytes(file, std::string(Manifest::kMaxBytes + 1, ' '));
        const ModelEntry model = models().find("small");
        QCOMPARE(int(model.state), int(ModelState::Broken));
        QVERIFY2(has(model.reason, why.toStdString()), model.reason.c_str());
        REFUSED(export_model(model, source()), model.reason);
        import_again();  // a broken one may be replaced
        QCOMPARE(int(models().find("small").state), int(ModelState::Installed));
        QVERIFY(is_clean());
    }

    void verifyFindsWhatCannotBeSeen() {
        const fs::path folder = imported().folder;
        write_bytes(folder / "consolidated.safetensors", "weighty");
        QCOMPARE(int(models().find("small").state), int(ModelState::Installed));
        std::uint64_t done = 0, total = 0;
        const auto checks =
            models().verify(id_, [&](const ByteProgress& p) { done = p.done, total = p.total; });
        QCOMPARE(done, std::uint64_t{15});
        QCOMPARE(total, std::uint64_t{15});
        QCOMPARE(checks.size(), std::size_t{3});
        for (const FileCheck& check : checks)
            QCOMPARE(check.problem.empty(), check.name != "consolidated.safetensors");
        const ModelEntry model = models().find("small");
        QCOMPARE(int(model.state), int(ModelState::Broken));
        QVERIFY2(has(model.reason, sha256_of("weighty")) && has(model.reason, sha256_of("weights")),
                 model.reason.c_str());
        QVERIFY(!fs::exists(folder / "consolidated.safetensors"));
        QCOMPARE(read_bytes(folder / ".partial/consolidated.safetensors.wrong"), std::string("weighty"));
        // Put right: only a verify that finds all of it right makes it usable again.
        write_bytes(folder / "consolidated.safetensors", "weights");
        QCOMPARE(int(models().find("small").state), int(ModelState::Broken));
        QVERIFY(fs::exists(folder / ".partial/consolidated.safetensors.wrong"));
        for (const FileCheck& check : models().verify(id_)) QVERIFY(check.problem.empty());
        QCOMPARE(int(models().find("small").state), int(ModelState::Installed));
        QVERIFY(!fs::exists(folder / ".partial"));
    }

    void verifyOfALinkTouchesNoFile() {
        imported(Way::Link);
        write_bytes(source() / "consolidated.safetensors", "weighty");
        QVERIFY(!models().verify(id_)[1].problem.empty());
        QCOMPARE(read_bytes(source() / "consolidated.safetensors"), std::string("weighty"));
        QCOMPARE(int(models().find("small").state), int(ModelState::Broken));
    }

    void aLinkedFileThatWasWrittenAnewIsVerifiedBeforeUse() {
        imported(Way::Link);
        write_bytes(source() / "consolidated.safetensors", "weights");
        fs::last_write_time(source() / "consolidated.safetensors",
                            fs::file_time_type::clock::now() + std::chrono::hours(1));
        const ModelEntry model = models().find("small");
        QVERIFY2(has(model.reason, "changed since it was imported"), model.reason.c_str());
        models().verify(id_);
        QCOMPARE(int(models().find("small").state), int(ModelState::Installed));
    }

    void verifyCanBeStopped() {
        imported();
        std::stop_source stop;
        const auto stop_soon = [&](const ByteProgress&) { stop.request_stop(); };
        QVERIFY_EXCEPTION_THROWN(models().verify(id_, stop_soon, stop.get_token()), Stopped);
        QCOMPARE(int(models().find("small").state), int(ModelState::Installed));
        REFUSED(models().verify({"a", "b", "c"}), "There is no model a--b@c");
    }

    void importChecksWhatTheListSays() {
        write_bytes(source() / "SHA256SUMS", sha256_of("{}") + "  params.json\n" + sha256_of("weights") +
                                                 "  consolidated.safetensors\n" + sha256_of("other") +
                                                 "  tokenizer.model.v3\n");
        REFUSED(imported(),
                "tokenizer.model.v3 is not what SHA256SUMS says: its hash is " + sha256_of("pieces"));
        QVERIFY(models().list().empty() && is_clean());
        write_bytes(source() / "SHA256SUMS", sha256_of("{}") + "  params.json\n");
        REFUSED(imported(), "does not name consolidated.safetensors");
        write_bytes(source() / "SHA256SUMS", "hello\n");
        REFUSED(imported(), "line 1 is not a SHA-256");
        fs::remove(source() / "SHA256SUMS");
        QCOMPARE(::mkfifo((source() / "SHA256SUMS").c_str(), 0600), 0);
        REFUSED(imported(), "is a pipe");
        fs::remove(source() / "SHA256SUMS");
        imported();
    }

    void importRefusesFilesThatLeaveTheFolder() {
        write_bytes(directory_->path() / "weights", "weights");
        fs::remove(source() / "consolidated.safetensors");
        fs::create_symlink(directory_->path() / "weights", source() / "consolidated.safetensors");
        REFUSED(imported(), "which is not there or leaves the folder");
        fs::remove(source() / "consolidated.safetensors");
        REFUSED(imported(), "consolidated.safetensors: No such file");
        fs::create_symlink("weights.bin", source() / "consolidated.safetensors");
        write_bytes(source() / "weights.bin", "weights");
        QCOMPARE(read_bytes(imported().data / "consolidated.safetensors"), std::string("weights"));
        ImportRequest bad = import_request(source());
        bad.names = {"../weights"};
        bad.id.revision = "bad";
        ModelFiles files = models();
        REFUSED(import_model(files, bad), "not a plain one");
    }

    void importRefusesWhatIsThereAlready() {
        imported();
        REFUSED(imported(), "is installed already. Remove it first");
        ImportRequest inside = import_request(models_path() / "local--small@import");
        inside.id.revision = "two";
        ModelFiles files = models();
        REFUSED(import_model(files, inside), "lies in the folder of models already");
        fs::create_directories(models_path() / "local--half@import/.partial");
        ImportRequest half = import_request(source());
        half.id.name = "half";
        REFUSED(import_model(files, half), "is not complete");
        ImportRequest none = import_request(directory_->path() / "none");
        REFUSED(import_model(files, none), "No such file");
    }

    void whatTheCheckRefusesIsNotImported() {
        ImportRequest request = import_request(source());
        bool asked = false;
        request.check = [&](const fs::path& folder) {
            asked = read_bytes(folder / "consolidated.safetensors") == "weights";
            throw Error(Error::Kind::Damaged, "no model for us");
        };
        ModelFiles files = models();
        REFUSED(import_model(files, request), "no model for us");
        QVERIFY(asked && files.list().empty() && names_in(models_path()).empty());
    }

    void importCanBeStopped() {
        ImportRequest request = import_request(source());
        std::stop_source stop;
        request.stop = stop.get_token();
        request.progress = [&](const ByteProgress&) { stop.request_stop(); };
        ModelFiles files = models();
        QVERIFY_EXCEPTION_THROWN(import_model(files, request), Stopped);
        QVERIFY(names_in(models_path()).empty());
    }

    void aFullDiskLeavesNothing() {
        write_bytes(source() / "consolidated.safetensors", std::string(100'000, 'w'));
        const int code = exit_code_of_child([&] {
            const rlimit small{50'000, 50'000};
            ::signal(SIGXFSZ, SIG_IGN);
            ::setrlimit(RLIMIT_FSIZE, &small);
            try {
                ModelFiles files = models();
                import_model(files, import_request(source()));
            } catch (const Error& error) {
                return error.kind() == Error::Kind::NoSpace ? 7 : 8;
            }
            return 9;
        });
        QCOMPARE(code, 7);
        QVERIFY(names_in(models_path()).empty());
    }

    void spaceIsAskedForBeforehand() {
        REFUSED(require_space(source(), std::uint64_t{1} << 60, "Importing x"),
                "Importing x needs 1152921504.61 GB");
        QVERIFY(free_bytes(source() / "not/there/yet") > 0);
    }

    void whatKilledImportsLeftIsRemoved() {
        fs::create_directories(models_path() / ".working-dead");
        write_bytes(models_path() / ".working-dead/consolidated.safetensors", "half");
        const Staging alive(models_path());
        imported();
        QVERIFY(!fs::exists(models_path() / ".working-dead"));
        QVERIFY(fs::exists(alive.path()));
    }

    void cacheIsUsedWhereItIs() {
        const HubCacheFiles cache(directory_->path() / "hub", source());
        const auto found = list_hub_cache(directory_->path() / "hub");
        QCOMPARE(found.size(), std::size_t{1});
        QCOMPARE(found[0].repo, std::string("owner/small"));
        QCOMPARE(found[0].commit, cache.commit);
        QCOMPARE(found[0].revisions, std::vector<std::string>{"main"});
        QCOMPARE(found[0].bytes, std::uint64_t{15});
        ImportRequest request = import_request(found[0].path, Way::Link);
        ModelFiles files = models();
        const ModelEntry model = import_model(files, request);
        QCOMPARE(int(model.state), int(ModelState::Installed));
        QCOMPARE(model.data, fs::canonical(cache.snapshot));
        QVERIFY(!model.manifest.find("params.json")->git_sha1.empty());
    }

    void aBlobThatIsNotItsNameIsRefused() {
        const HubCacheFiles cache(directory_->path() / "hub", source());
        const std::string sum = sha256_of("weights");
        write_bytes(cache.model / "blobs" / sum, "weighty");
        ModelFiles files = models();
        const ImportRequest request = import_request(cache.snapshot, Way::Link);
        REFUSED(import_model(files, request),
                "is not what the cache's name for it says: its hash is " + sha256_of("weighty"));
        write_bytes(cache.model / "blobs" / sum, "weights");
        const fs::path small = fs::read_symlink(cache.snapshot / "params.json").filename();
        write_bytes(cache.model / "blobs" / small, "[]");
        REFUSED(import_model(files, request), "is not what the cache's name for it says");
        fs::remove(cache.model / "blobs" / sum);
        REFUSED(import_model(files, request), "which is not there or leaves the folder");
        fs::create_symlink("/etc/passwd", cache.model / "blobs" / sum);
        REFUSED(import_model(files, request), "which is not there or leaves the folder");
        QVERIFY(files.list().empty());
    }

    void oddCachesAreLeftOut() {
        const fs::path hub = directory_->path() / "hub";
        fs::create_directories(hub / "models--owner/snapshots");
        fs::create_directories(hub / "datasets--a--b/snapshots" / std::string(40, 'a'));
        fs::create_directories(hub / "models--a--b/snapshots/main");
        fs::create_directories(hub / "models--a--c/snapshots");
        fs::create_directory_symlink("/", hub / "models--a--c/snapshots" / std::string(40, 'b'));
        QVERIFY(list_hub_cache(hub).empty());
        QVERIFY(list_hub_cache(directory_->path() / "none").empty());
        const HubCacheFiles cache(hub, source());
        fs::remove(cache.model / "refs/main");
        QCOMPARE(::mkfifo((cache.model / "refs/main").c_str(), 0600), 0);
        QVERIFY(list_hub_cache(hub)[0].revisions.empty());
    }

    void cacheIsLookedForWhereItsToolsDo() {
        const auto with = [](const char* name, const char* value) {
            for (const char* other : {"HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE", "HF_HOME", "XDG_CACHE_HOME"})
                ::unsetenv(other);
            ::setenv("HOME", "/home/me", 1);
            if (name) ::setenv(name, value, 1);
            return hub_cache_folder().string();
        };
        QCOMPARE(with(nullptr, ""), std::string("/home/me/.cache/huggingface/hub"));
        QCOMPARE(with("XDG_CACHE_HOME", "/c"), std::string("/c/huggingface/hub"));
        QCOMPARE(with("HF_HOME", "~/hf"), std::string("/home/me/hf/hub"));
        QCOMPARE(with("HUGGINGFACE_HUB_CACHE", "/b"), std::string("/b"));
        QCOMPARE(with("HF_HUB_CACHE", "/a"), std::string("/a"));
    }

    void exportIsForSha256sum() {
        const fs::path stick = directory_->path() / "stick";
        fs::create_directories(stick);
        const fs::path folder = export_model(imported(Way::Link), stick);
        QCOMPARE(folder, stick / "small@import");
        for (const auto& entry : fs::directory_iterator(folder))
            QCOMPARE(int(entry.status().permissions()), 0644);
        QCOMPARE(int(fs::status(folder).permissions()), 0755);
        QProcess tool;
        tool.setWorkingDirectory(QString::fromStdString(folder.string()));
        tool.start(QStringLiteral("sha256sum"),
                   {QStringLiteral("--strict"), QStringLiteral("-c"), QStringLiteral("SHA256SUMS")});
        QVERIFY(tool.waitForFinished());
        QCOMPARE(tool.exitCode(), 0);
        ModelFiles elsewhere(directory_->path() / "other-machine");
        QCOMPARE(int(import_model(elsewhere, import_request(folder)).state), int(ModelState::Installed));
        REFUSED(export_model(models().find("small"), stick), "something at " + folder.string());
        REFUSED(export_model(models().find("small"), stick / "none"), "There is no folder");
        QCOMPARE(names_in(stick).size(), std::size_t{1});
    }

    void exportSaysWhenAFileIsNotWhatItWas() {
        const fs::path stick = directory_->path() / "stick";
        fs::create_directories(stick);
        const ModelEntry model = imported();
        write_bytes(model.data / "consolidated.safetensors", "weighty");
        REFUSED(export_model(model, stick), "Nothing was exported. Run 'sidewinder-cli models verify");
        QVERIFY(names_in(stick).empty());
    }

    void fat32HoldsFilesBelowFourGiB() {
        QCOMPARE(largest_file_on(0x4d44), std::uint64_t{4294967295});
        QVERIFY(largest_file_on(0xEF53) > std::uint64_t{1} << 60);
    }

    void removeFollowsNoLink() {
        const fs::path folder = imported().folder;
        fs::create_directories(folder / "quantized/deeper");
        fs::create_directory_symlink(source(), folder / "quantized/outside");
        models().remove(id_);
        QVERIFY(models().list().empty() && names_in(models_path()).empty());
        QCOMPARE(names_in(source()).size(), std::size_t{3});
        REFUSED(models().remove(id_), "There is no model local--small@import");
        imported(Way::Link);
        models().remove(id_);
        QCOMPARE(names_in(source()).size(), std::size_t{3});
        fs::create_directory_symlink(source(), models_path() / "local--small@import");
        REFUSED(models().remove(id_), "There is no model");
        QCOMPARE(names_in(source()).size(), std::size_t{3});
    }

    void aModelBeingDownloadedIsLeftAlone() {
        const fs::path folder = imported().folder;
        fs::create_directories(folder / ".partial");
        const FileDescriptor lock(
            ::open((folder / ".partial/lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
        QCOMPARE(::flock(lock.get(), LOCK_EX), 0);
        REFUSED(models().remove(id_), "A download into " + folder.string() + " is running");
        REFUSED(models().verify(id_), "is running");
        QCOMPARE(int(models().find("small").state), int(ModelState::Installed));
    }
};

QTEST_APPLESS_MAIN(TestModelFiles)
#include "test_model_files.moc"
