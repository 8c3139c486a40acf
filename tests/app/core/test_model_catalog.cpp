#include <QtTest>

#include "app/core/model_catalog.h"
#include "app/core/model_choice.h"
#include "inference/error.h"
#include "inference/random_weights.h"
#include "kernels/error.h"
#include "tests/support/demo_model.h"
#include "tests/support/host_backend.h"
#include "tests/support/hugging_face_model.h"
#include "tests/support/model_folder_files.h"

using namespace sidewinder;
using namespace sidewinder::app;
using tests::TemporaryDirectory;
namespace fs = std::filesystem;

namespace {

constexpr std::uint64_t kGiga = 1'000'000'000;

class Sized : public test::HostBackend {
  public:
    Sized(std::string name, std::uint64_t bytes) : name_(std::move(name)) { limit = bytes; }
    std::string device_name() const override { return name_; }

  private:
    std::string name_;
};

/// A machine: 0 bytes of GPU memory means none.
BackendMaker machine(std::uint64_t gpu, std::uint64_t host) {
    BackendMaker maker;
    maker.cpu = [host](int) { return std::make_unique<Sized>("a CPU", host); };
    maker.cuda = [gpu](const kernels::Dims&, kernels::WeightFormat,
                       bool) -> std::unique_ptr<kernels::Backend> {
        if (gpu == 0) throw kernels::Error(kernels::Error::Kind::Unsupported, "There is no GPU.");
        return std::make_unique<Sized>("a GPU", gpu);
    };
    return maker;
}

CatalogModel judged(std::uint64_t gpu, std::uint64_t host) {
    CatalogModel model = known_model();
    const inference::Config config = inference::named_config("7b");
    judge_memory(model, inference::RandomWeights(config), config, machine(gpu, host));
    return model;
}

bool has(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

template <class Action>
std::string sentence_of(const Action& action) {
    try {
        action();
    } catch (const std::exception& error) {
        return error.what();
    }
    return "no error";
}

}  // namespace

/// What the Models page shows, and what a model's name stands for.
class TestModelCatalog : public QObject {
    Q_OBJECT
    std::optional<TemporaryDirectory> directory_;

    storage::Paths paths() const {
        return {directory_->path() / "data", directory_->path() / "cache", directory_->path() / "config"};
    }
    storage::ModelFiles models() const { return storage::ModelFiles(paths().models()); }
    storage::ModelEntry import_demo(const std::string& name = "",
                                    storage::ImportRequest::Way way = storage::ImportRequest::Way::Copy) {
        storage::ModelFiles files = models();
        return import_folder(files, {test::demo_model(), name, way, {}, {}});
    }

  private slots:
    void init() {
        directory_.emplace();
        for (const char* name : {"HUGGINGFACE_HUB_CACHE", "HF_HOME"}) ::unsetenv(name);
        ::setenv("HF_HUB_CACHE", (directory_->path() / "hub").c_str(), 1);
    }

    void verdicts_data() {
        QTest::addColumn<int>("gpu");
        QTest::addColumn<int>("host");
        QTest::addColumn<int>("verdict");
        QTest::addColumn<QString>("best");
        QTest::addColumn<QString>("sentence");
        const auto row = [](const char* name, int gpu, int host, Verdict verdict, const char* best,
                            const char* sentence) {
            QTest::newRow(name) << gpu << host << int(verdict) << best << sentence;
        };
        row("80 GB card", 80, 64, Verdict::Fits, "bf16",
            "Fits: bf16 takes 15.4 of the 80.0 GB that are free on a GPU.");
        row("16 GB card", 12, 64, Verdict::FitsSmaller, "int8", "Fits: int8 takes 8.");
        row("8 GB card", 7, 64, Verdict::FitsSmaller, "int4", "bf16 would take 15.4 GB.");
        row("4 GB card", 4, 64, Verdict::CpuOnly, "bf16", "On a GPU even int4 takes 5.");
        row("no card", 0, 64, Verdict::CpuOnly, "bf16", "There is no GPU.");
        row("laptop", 0, 10, Verdict::CpuOnly, "int8", "CPU only: int8 takes 8.");
        row("small laptop", 0, 7, Verdict::CpuOnly, "int4", "CPU only: int4 takes 5.");
        row("too small", 4, 4, Verdict::DoesNotFit, "",
            "Does not fit into this machine's memory: even int4 takes 5.");
    }

    void verdicts() {
        QFETCH(int, gpu);
        QFETCH(int, host);
        QFETCH(QString, sentence);
        const CatalogModel model = judged(std::uint64_t(gpu) * kGiga, std::uint64_t(host) * kGiga);
        QTEST(int(model.verdict), "verdict");
        QTEST(QString::fromStdString(model.best), "best");
        QVERIFY2(has(model.verdict_sentence, sentence.toStdString()), model.verdict_sentence.c_str());
    }

    void precisionsCarryTheFigures() {
        const CatalogModel model = judged(12 * kGiga, 64 * kGiga);
        QCOMPARE(model.precisions.size(), std::size_t{3});
        const Precision &bf16 = model.precisions[0], &int4 = model.precisions[2];
        QVERIFY(bf16.weights >= 14'570'807'296 && bf16.weights < 14'600'000'000);  // model-format.md 1.3
        QVERIFY(!bf16.gpu.fits && has(bf16.gpu.reason, "bf16 needs") && bf16.gpu.need > bf16.gpu.free);
        QCOMPARE(bf16.disk, std::uint64_t{0});
        QVERIFY(int4.gpu.fits && int4.weights < 5 * kGiga && int4.disk == int4.weights && !int4.made);
    }

    void theKnownModelIsOffered() {
        const auto catalog = model_catalog(models(), machine(80 * kGiga, 64 * kGiga));
        QCOMPARE(catalog.size(), std::size_t{1});
        const CatalogModel& model = catalog[0];
        QCOMPARE(model.repo, std::string("mistralai/Mamba-Codestral-7B-v0.1"));
        QCOMPARE(model.license, std::string("Apache-2.0"));
        QCOMPARE(int(model.state), int(CatalogModel::State::Available));
        QCOMPARE(model.files.size(), std::size_t{3});
        QVERIFY(model.disk_needed > model.bytes && model.bytes > 14 * kGiga && model.disk_free > 0);
        QCOMPARE(model.best, std::string("bf16"));
    }

    void installedModelsAreShown() {
        const auto entry = import_demo();
        quantize_model(entry, inference::WeightRecipe::parse("int4"), {}, {});
        const auto catalog = model_catalog(models(), machine(0, kGiga));
        QCOMPARE(catalog.size(), std::size_t{2});
        const CatalogModel& model = catalog[1];
        QCOMPARE(model.id, std::string("local--demo-model@import"));
        QCOMPARE(int(model.state), int(CatalogModel::State::Installed));
        QVERIFY(has(model.source, "imported from ") && model.license.empty());
        QVERIFY(model.precisions[2].made && !model.precisions[1].made);
        // The plan leaves out the file's header and its padding.
        QVERIFY(*model.precisions[2].made >= model.precisions[2].disk &&
                *model.precisions[2].made < model.precisions[2].disk + 100'000);
    }

    void downloadsOnTheirWayAndBrokenModelsAreShown() {
        const fs::path folder = paths().models() / "mistralai--Mamba-Codestral-7B-v0.1@main";
        fs::create_directories(folder / ".partial");
        tests::write_bytes(folder / ".partial/consolidated.safetensors.part", std::string(1 << 20, 'x'));
        const auto broken = import_demo().folder;
        fs::remove(broken / "params.json");
        const auto catalog = model_catalog(models(), machine(0, kGiga));
        QCOMPARE(catalog.size(), std::size_t{2});
        QCOMPARE(int(catalog[0].state), int(CatalogModel::State::Broken));
        QVERIFY(has(catalog[0].reason, "params.json is missing"));
        QCOMPARE(int(catalog[1].state), int(CatalogModel::State::Incomplete));
        QCOMPARE(catalog[1].bytes_there, std::uint64_t{1} << 20);
        QCOMPARE(catalog[1].disk_needed, known_model().disk_needed - (std::uint64_t{1} << 20));
    }

    void aNameStandsForAnInstalledModel() {
        const auto entry = import_demo("me/demo@1");
        for (const char* name : {"demo", "me/demo", "me/demo@1", "me--demo@1"}) {
            const ModelChoice choice = choose_model(name, paths());
            QCOMPARE(choice.folder, entry.folder);
            QCOMPARE(choice.quantized_cache, entry.folder / "quantized");
            QCOMPARE(choice.source_sha256, storage::weights_sha256(entry.manifest));
        }
        QCOMPARE(choose_model(entry.folder, paths()).source_sha256, storage::weights_sha256(entry.manifest));
        const ModelChoice folder = choose_model(test::demo_model(), paths());
        QCOMPARE(folder.folder, test::demo_model());
        QCOMPARE(folder.quantized_cache, paths().cache / "quantized");
        QVERIFY(has(sentence_of([&] { choose_model("nonsense", paths()); }), "There is no model 'nonsense'"));
        const auto linked = import_demo("linked", storage::ImportRequest::Way::Link);
        QCOMPARE(choose_model("linked", paths()).folder, fs::canonical(test::demo_model()));
        QCOMPARE(choose_model("linked", paths()).quantized_cache, linked.folder / "quantized");
    }

    void aModelThatIsNotRightIsNotUsed() {
        const auto entry = import_demo();
        fs::resize_file(entry.folder / "consolidated.safetensors", 100);
        QVERIFY(has(sentence_of([&] { choose_model("demo-model", paths()); }), "has 100 bytes instead of"));
        QVERIFY(has(sentence_of([&] { choose_model(entry.folder, paths()); }), "has 100 bytes instead of"));
        QVERIFY(
            has(sentence_of([&] { quantize_model(*models().at(entry.id), {}, {}, {}); }), "has 100 bytes"));
    }

    void importTakesWhatTheEngineTakes() {
        storage::ModelFiles files = models();
        const auto refusal = [&](const fs::path& from) {
            return sentence_of([&] { import_folder(files, {from, {}, {}, {}, {}}); });
        };
        QVERIFY(has(refusal(directory_->path()), "holds neither params.json nor config.json"));
        QVERIFY(has(refusal(directory_->path() / "none"), "There is no folder"));
        const fs::path bad = directory_->path() / "bad";
        tests::write_model_files(bad, "no safetensors");
        QVERIFY2(has(refusal(bad), "consolidated.safetensors"), refusal(bad).c_str());
        tests::write_bytes(bad / "consolidated.safetensors", "PK\3\4 a ZIP archive of something else");
        QVERIFY2(has(refusal(bad), "ZIP"), refusal(bad).c_str());
        QVERIFY(files.list().empty());
    }

    void shardsOfTheHuggingFaceLayoutComeAlong() {
        const fs::path folder = directory_->path() / "hf";
        test::write_hugging_face(inference::named_config("g1", 1), folder, 2);
        tests::write_bytes(folder / "README.md", "not needed");
        storage::ModelFiles files = models();
        const auto model = import_folder(files, {folder, {}, {}, {}, {}});
        QCOMPARE(int(model.state), int(storage::ModelState::Installed));
        QCOMPARE(model.manifest.files.size(), std::size_t{4});  // configuration, index, two shards
        QVERIFY(model.manifest.find("model-0.safetensors") && model.manifest.find("model-1.safetensors"));
        QCOMPARE(storage::weights_sha256(model.manifest).size(), std::size_t{64});
        QVERIFY(inference::ModelFolder::open(model.data).layout ==
                inference::ModelFolder::Layout::HuggingFace);
        fs::remove(folder / "model-1.safetensors");
        QVERIFY(has(sentence_of([&] {
                        import_folder(files, {folder, "x", {}, {}, {}});
                    }),
                    "model-1.safetensors"));
        test::write_hugging_face(inference::named_config("g1", 1), directory_->path() / "one", 1);
        QCOMPARE(model_file_names(directory_->path() / "one"),
                 (std::vector<std::string>{"config.json", "model.safetensors"}));
    }

    void cacheSnapshotsKeepTheirRepository() {
        tests::HubCacheFiles cache(directory_->path() / "hub", test::demo_model(), "models--me--demo");
        const auto usable = usable_snapshots();
        QCOMPARE(usable.size(), std::size_t{1});
        storage::ModelFiles files = models();
        const auto model =
            import_folder(files, {usable[0].path, {}, storage::ImportRequest::Way::Link, {}, {}});
        QCOMPARE(model.id.text(), std::string("me--demo@cccccccccccc"));
        QCOMPARE(model.manifest.source.repo, std::string("me/demo"));
        QCOMPARE(model.manifest.source.commit, cache.commit);
        fs::remove(cache.snapshot / "params.json");
        QVERIFY(usable_snapshots().empty());
        QVERIFY(has(models().find("demo").reason, "is missing. Put it back"));
    }

    void exportsKeepTheirName() {
        const fs::path stick = directory_->path() / "stick";
        fs::create_directories(stick);
        const fs::path folder = storage::export_model(import_demo("me/demo@7"), stick);
        storage::ModelFiles elsewhere(directory_->path() / "other");
        QCOMPARE(import_folder(elsewhere, {folder, {}, {}, {}, {}}).id.name, std::string("demo"));
        QCOMPARE(elsewhere.list()[0].id.revision, std::string("7"));
    }
};

QTEST_APPLESS_MAIN(TestModelCatalog)
#include "test_model_catalog.moc"
