#include <sys/stat.h>

#include <QtTest>

#include "storage/hub_cache.h"
#include "storage/model_import.h"
#include "tests/support/models_folder.h"

using namespace sidewinder::storage;
using namespace sidewinder::tests;
namespace fs = std::filesystem;
using Way = ImportRequest::Way;

/// The cache of Hugging Face, read where it is.
class TestHubCache : public QObject {
    Q_OBJECT
    std::optional<ModelsFolder> folder_;

  private slots:
    void init() { folder_.emplace(); }

    void cacheIsUsedWhereItIs() {
        const HubCacheFiles cache(folder_->directory.path() / "hub", folder_->source());
        const auto found = list_hub_cache(folder_->directory.path() / "hub");
        QCOMPARE(found.size(), std::size_t{1});
        QCOMPARE(found[0].repo, std::string("owner/small"));
        QCOMPARE(found[0].commit, cache.commit);
        QCOMPARE(found[0].revisions, std::vector<std::string>{"main"});
        QCOMPARE(found[0].bytes, std::uint64_t{15});
        ImportRequest request = import_request(found[0].path, Way::Link);
        ModelFiles files = folder_->models();
        const ModelEntry model = import_model(files, request);
        QCOMPARE(int(model.state), int(ModelState::Installed));
        QCOMPARE(model.data, fs::canonical(cache.snapshot));
        QVERIFY(!model.manifest.find("params.json")->git_sha1.empty());
    }

    void aBlobThatIsNotItsNameIsRefused() {
        const HubCacheFiles cache(folder_->directory.path() / "hub", folder_->source());
        const std::string sum = sha256_of("weights");
        write_bytes(cache.model / "blobs" / sum, "weighty");
        ModelFiles files = folder_->models();
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
        const fs::path hub = folder_->directory.path() / "hub";
        fs::create_directories(hub / "models--owner/snapshots");
        fs::create_directories(hub / "datasets--a--b/snapshots" / std::string(40, 'a'));
        fs::create_directories(hub / "models--a--b/snapshots/main");
        fs::create_directories(hub / "models--a--c/snapshots");
        fs::create_directory_symlink("/", hub / "models--a--c/snapshots" / std::string(40, 'b'));
        QVERIFY(list_hub_cache(hub).empty());
        QVERIFY(list_hub_cache(folder_->directory.path() / "none").empty());
        const HubCacheFiles cache(hub, folder_->source());
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
};

QTEST_APPLESS_MAIN(TestHubCache)
#include "test_hub_cache.moc"
