#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <QProcess>
#include <QtTest>

#include "storage/model_files.h"
#include "storage/model_import.h"
#include "storage/staging.h"
#include "tests/support/child_process.h"
#include "tests/support/models_folder.h"

using namespace sidewinder::storage;
using namespace sidewinder::tests;
namespace fs = std::filesystem;
using Way = ImportRequest::Way;

/// The ways into the folder of models and out of it: import and export.
class TestModelImport : public QObject {
    Q_OBJECT
    std::optional<ModelsFolder> folder_;

  private slots:
    void init() { folder_.emplace(); }

    void importChecksWhatTheListSays() {
        write_bytes(folder_->source() / "SHA256SUMS",
                    sha256_of("{}") + "  params.json\n" + sha256_of("weights") +
                        "  consolidated.safetensors\n" + sha256_of("other") + "  tokenizer.model.v3\n");
        REFUSED(folder_->imported(),
                "tokenizer.model.v3 is not what SHA256SUMS says: its hash is " + sha256_of("pieces"));
        QVERIFY(folder_->models().list().empty() && folder_->is_clean());
        write_bytes(folder_->source() / "SHA256SUMS", sha256_of("{}") + "  params.json\n");
        REFUSED(folder_->imported(), "does not name consolidated.safetensors");
        write_bytes(folder_->source() / "SHA256SUMS", "hello\n");
        REFUSED(folder_->imported(), "line 1 is not a SHA-256");
        fs::remove(folder_->source() / "SHA256SUMS");
        QCOMPARE(::mkfifo((folder_->source() / "SHA256SUMS").c_str(), 0600), 0);
        REFUSED(folder_->imported(), "is a pipe");
        fs::remove(folder_->source() / "SHA256SUMS");
        folder_->imported();
    }

    void importRefusesFilesThatLeaveTheFolder() {
        write_bytes(folder_->directory.path() / "weights", "weights");
        fs::remove(folder_->source() / "consolidated.safetensors");
        fs::create_symlink(folder_->directory.path() / "weights",
                           folder_->source() / "consolidated.safetensors");
        REFUSED(folder_->imported(), "which is not there or leaves the folder");
        fs::remove(folder_->source() / "consolidated.safetensors");
        REFUSED(folder_->imported(), "consolidated.safetensors: No such file");
        fs::create_symlink("weights.bin", folder_->source() / "consolidated.safetensors");
        write_bytes(folder_->source() / "weights.bin", "weights");
        QCOMPARE(read_bytes(folder_->imported().data / "consolidated.safetensors"), std::string("weights"));
        ImportRequest bad = import_request(folder_->source());
        bad.names = {"../weights"};
        bad.id.revision = "bad";
        ModelFiles files = folder_->models();
        REFUSED(import_model(files, bad), "not a plain one");
    }

    void importRefusesWhatIsThereAlready() {
        folder_->imported();
        REFUSED(folder_->imported(), "is installed already. Remove it first");
        ImportRequest inside = import_request(folder_->path() / "local--small@import");
        inside.id.revision = "two";
        ModelFiles files = folder_->models();
        REFUSED(import_model(files, inside), "lies in the folder of models already");
        fs::create_directories(folder_->path() / "local--half@import/.partial");
        ImportRequest half = import_request(folder_->source());
        half.id.name = "half";
        REFUSED(import_model(files, half), "is not complete");
        ImportRequest none = import_request(folder_->directory.path() / "none");
        REFUSED(import_model(files, none), "No such file");
    }

    void whatTheCheckRefusesIsNotImported() {
        ImportRequest request = import_request(folder_->source());
        bool asked = false;
        request.check = [&](const fs::path& folder) {
            asked = read_bytes(folder / "consolidated.safetensors") == "weights";
            throw Error(Error::Kind::Damaged, "no model for us");
        };
        ModelFiles files = folder_->models();
        REFUSED(import_model(files, request), "no model for us");
        QVERIFY(asked && files.list().empty() && names_in(folder_->path()).empty());
    }

    void importCanBeStopped() {
        ImportRequest request = import_request(folder_->source());
        std::stop_source stop;
        request.stop = stop.get_token();
        request.progress = [&](const ByteProgress&) { stop.request_stop(); };
        ModelFiles files = folder_->models();
        QVERIFY_EXCEPTION_THROWN(import_model(files, request), Stopped);
        QVERIFY(names_in(folder_->path()).empty());
    }

    void aFullDiskLeavesNothing() {
        write_bytes(folder_->source() / "consolidated.safetensors", std::string(100'000, 'w'));
        const int code = exit_code_of_child([&] {
            const rlimit small{50'000, 50'000};
            ::signal(SIGXFSZ, SIG_IGN);
            ::setrlimit(RLIMIT_FSIZE, &small);
            try {
                ModelFiles files = folder_->models();
                import_model(files, import_request(folder_->source()));
            } catch (const Error& error) {
                return error.kind() == Error::Kind::NoSpace ? 7 : 8;
            }
            return 9;
        });
        QCOMPARE(code, 7);
        QVERIFY(names_in(folder_->path()).empty());
    }

    void spaceIsAskedForBeforehand() {
        REFUSED(require_space(folder_->source(), std::uint64_t{1} << 60, "Importing x"),
                "Importing x needs 1152921504.61 GB");
        QVERIFY(free_bytes(folder_->source() / "not/there/yet") > 0);
    }

    void whatKilledImportsLeftIsRemoved() {
        fs::create_directories(folder_->path() / ".working-dead");
        write_bytes(folder_->path() / ".working-dead/consolidated.safetensors", "half");
        const Staging alive(folder_->path());
        folder_->imported();
        QVERIFY(!fs::exists(folder_->path() / ".working-dead"));
        QVERIFY(fs::exists(alive.path()));
    }

    void exportIsForSha256sum() {
        const fs::path stick = folder_->directory.path() / "stick";
        fs::create_directories(stick);
        const fs::path folder = export_model(folder_->imported(Way::Link), stick);
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
        ModelFiles elsewhere(folder_->directory.path() / "other-machine");
        QCOMPARE(int(import_model(elsewhere, import_request(folder)).state), int(ModelState::Installed));
        REFUSED(export_model(folder_->models().find("small"), stick), "something at " + folder.string());
        REFUSED(export_model(folder_->models().find("small"), stick / "none"), "There is no folder");
        QCOMPARE(names_in(stick).size(), std::size_t{1});
    }

    void exportSaysWhenAFileIsNotWhatItWas() {
        const fs::path stick = folder_->directory.path() / "stick";
        fs::create_directories(stick);
        const ModelEntry model = folder_->imported();
        write_bytes(model.data / "consolidated.safetensors", "weighty");
        REFUSED(export_model(model, stick), "Nothing was exported. Run 'sidewinder-cli models verify");
        QVERIFY(names_in(stick).empty());
    }

    void fat32HoldsFilesBelowFourGiB() {
        QCOMPARE(largest_file_on(0x4d44), std::uint64_t{4294967295});
        QVERIFY(largest_file_on(0xEF53) > std::uint64_t{1} << 60);
    }
};

QTEST_APPLESS_MAIN(TestModelImport)
#include "test_model_import.moc"
