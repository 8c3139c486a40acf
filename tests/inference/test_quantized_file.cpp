#include <QtTest>
#include <cstring>

#include "inference/error.h"
#include "inference/quantized_file.h"
#include "inference/random_weights.h"
#include "inference/safetensors.h"
#include "tests/support/host_backend.h"
#include "tests/support/model_files.h"

using namespace sidewinder;
using namespace sidewinder::inference;
using Origin = CachedWeights::Origin;

namespace {

/// Every byte that the weights hold and a kernel reads.
std::string contents(const Weights& weights, const Config& config) {
    std::string all;
    const auto add = [&](const void* data, std::size_t bytes) {
        all.append(static_cast<const char*>(data), bytes);
    };
    const auto add_view = [&](const kernels::WeightView& view) {
        add(view.data, view.layout.data_bytes());
        if (view.scales) add(view.scales, view.layout.scale_count() * sizeof(float));
    };
    const auto floats = [&](const float* data, std::int64_t count) {
        add(data, static_cast<std::size_t>(count) * sizeof(float));
    };
    const kernels::Dims& d = config.dims;
    add_view(weights.embedding());
    add_view(weights.head());
    floats(weights.final_norm(), d.d_model);
    for (std::int64_t i = 0; i < config.n_layers; ++i) {
        const kernels::LayerWeights& layer = weights.layer(i);
        add_view(layer.in_proj);
        add_view(layer.in_proj_dt);
        add_view(layer.out_proj);
        floats(layer.norm_weight, d.d_model);
        floats(layer.mixer.conv_weight, d.conv_state_size());
        floats(layer.mixer.conv_bias, d.conv_dim());
        floats(layer.mixer.dt_bias, d.n_heads);
        floats(layer.mixer.A, d.n_heads);
        floats(layer.mixer.D, d.n_heads);
        floats(layer.mixer.norm_weight, d.d_inner);
    }
    return all;
}

}  // namespace

class TestQuantizedFile : public QObject {
    Q_OBJECT
  private slots:
    void initTestCase() {
        write_random_model(temporary_ / "model", named_config("g1"));
        folder_ = ModelFolder::open(temporary_ / "model");
    }

    void init() { std::filesystem::remove_all(cache()); }

    void secondLoadReadsOnlyTheKeptFile_data() {
        QTest::addColumn<QString>("recipe");
        for (const char* name : {"int8-g64", "int8-g128", "int4-g64", "int4-g128"})
            QTest::newRow(name) << QString::fromLatin1(name);
    }

    void secondLoadReadsOnlyTheKeptFile() {
        QFETCH(QString, recipe);
        const WeightRecipe format = WeightRecipe::parse(recipe.toStdString());
        const CachedWeights made = load(folder_, format);
        QCOMPARE(made.origin, Origin::Made);
        QCOMPARE(made.note, std::string());
        ModelFolder headers_only = folder_;
        headers_only.tensors = std::make_shared<NoData>(folder_.tensors);
        const CachedWeights again = load(headers_only, format);
        QCOMPARE(again.origin, Origin::FromCache);
        QVERIFY(contents(made.weights, folder_.config) == contents(again.weights, folder_.config));
        QCOMPARE(made.weights.bytes_per_token(), again.weights.bytes_per_token());
        const Weights direct = Weights::load(*folder_.tensors, folder_.config, format, backend_);
        QVERIFY(contents(made.weights, folder_.config) == contents(direct, folder_.config));
        QVERIFY(std::filesystem::file_size(file(format)) <
                std::filesystem::file_size(temporary_ / "model/consolidated.safetensors"));
    }

    void wideFormatsAreNotKept() {
        QCOMPARE(load(folder_, WeightRecipe::parse("bf16")).origin, Origin::Model);
        QVERIFY(!std::filesystem::exists(cache()));
    }

    void fileOfAnotherModelIsNotUsed() {
        write_random_model(temporary_ / "other", named_config("g1"), 2);
        const ModelFolder other = ModelFolder::open(temporary_ / "other");
        load(other, int4_);
        std::filesystem::rename(quantized_file_path(other, int4_, cache()), file(int4_));
        const CachedWeights weights = load(folder_, int4_);
        QCOMPARE(weights.origin, Origin::Made);
        QVERIFY(weights.note.find("another model") != std::string::npos);
        QCOMPARE(load(folder_, int4_).origin, Origin::FromCache);
    }

    void anyFlippedByteIsNoticed() {
        const std::string expected = contents(load(folder_, int4_).weights, folder_.config);
        const std::string good = test::read_file(file(int4_));
        for (std::size_t at = 0; at < good.size(); at += at < 16 ? 1 : good.size() / 40) {
            std::string bad = good;
            bad[at] = static_cast<char>(bad[at] ^ 0x10);
            test::write_file(file(int4_), bad);
            const CachedWeights weights = load(folder_, int4_);
            QVERIFY2(weights.origin == Origin::Made, qPrintable(QString::number(at)));
            QVERIFY(contents(weights.weights, folder_.config) == expected);
            QVERIFY(test::read_file(file(int4_)) == good);
        }
    }

    void madeAloneItIsTheSameFile() {
        load(folder_, int4_);
        const std::string by_loading = test::read_file(file(int4_));
        std::filesystem::remove_all(cache());
        std::uint64_t last = 0, total = 1;
        const auto progress = [&](Weights::Progress p) { last = p.done_bytes, total = p.total_bytes; };
        const QuantizedFile made = make_quantized_file(folder_, int4_, cache(), progress);
        QVERIFY(made.made && made.note.empty() && made.bytes == by_loading.size());
        QCOMPARE(last, total);
        QVERIFY(test::read_file(file(int4_)) == by_loading);
        QVERIFY(!make_quantized_file(folder_, int4_, cache()).made);
        QCOMPARE(load(folder_, int4_).origin, Origin::FromCache);
        std::string bad = by_loading;
        bad[bad.size() / 2] = static_cast<char>(bad[bad.size() / 2] ^ 1);
        test::write_file(file(int4_), bad);
        const QuantizedFile again = make_quantized_file(folder_, int4_, cache());
        QVERIFY(again.made && again.note.find("checksum is wrong") != std::string::npos);
        QVERIFY(test::read_file(file(int4_)) == by_loading);
    }

    void madeAloneItSaysWhatIsWrong() {
        std::string sentence;
        QVERIFY(test::fault_of([&] { make_quantized_file(folder_, {}, cache()); }, &sentence) ==
                Fault::BadConfig);
        QVERIFY(sentence.find("bf16 is read from the model's own files") != std::string::npos);
        test::write_file(cache(), "a file where the folder should be");
        QVERIFY(test::fault_of([&] { make_quantized_file(folder_, int4_, cache()); }, &sentence) ==
                Fault::Io);
        QVERIFY(sentence.find("could not be written") != std::string::npos);
        std::filesystem::remove(cache());
        std::stop_source stop;
        const auto stop_soon = [&](Weights::Progress) { stop.request_stop(); };
        QVERIFY_EXCEPTION_THROWN(make_quantized_file(folder_, int4_, cache(), stop_soon, stop.get_token()),
                                 Stopped);
        QVERIFY(std::filesystem::is_empty(cache()));
    }

    void aFileOfAnotherSourceIsStale() {
        ModelFolder known = folder_;
        known.source_sha256 = std::string(64, 'a');
        QVERIFY(make_quantized_file(known, int4_, cache()).made);
        QVERIFY(test::read_file(file(int4_)).find(known.source_sha256) != std::string::npos);
        QCOMPARE(load(known, int4_).origin, Origin::FromCache);
        QCOMPARE(load(folder_, int4_).origin, Origin::FromCache);  // nobody says what its source is now
        known.source_sha256 = std::string(64, 'b');
        const CachedWeights anew = load(known, int4_);
        QCOMPARE(anew.origin, Origin::Made);
        QVERIFY(anew.note.find("made for another model") != std::string::npos);
        std::filesystem::remove_all(cache());
        load(folder_, int4_);  // one that names no source does not do for a model that has one
        QCOMPARE(load(known, int4_).origin, Origin::Made);
    }

    void truncatedFileIsMadeAnew() {
        load(folder_, int4_);
        const std::string good = test::read_file(file(int4_));
        for (const std::size_t size : {std::size_t{0}, std::size_t{7}, std::size_t{100}, good.size() - 1}) {
            test::write_file(file(int4_), good.substr(0, size));
            const CachedWeights weights = load(folder_, int4_);
            QCOMPARE(weights.origin, Origin::Made);
            QVERIFY(!weights.note.empty());
        }
    }

    void stopLeavesNothingBehind() {
        std::stop_source stop;
        const auto stop_soon = [&](Weights::Progress) { stop.request_stop(); };
        QVERIFY_EXCEPTION_THROWN(
            load_with_cache(folder_, int4_, backend_, cache(), stop_soon, stop.get_token()), Stopped);
        QVERIFY(std::filesystem::is_empty(cache()));
        QCOMPARE(backend_.held, std::size_t{0});
    }

    void failureToKeepIsOnlyANote() {
        test::write_file(cache(), "a file where the folder should be");
        const CachedWeights weights = load(folder_, int4_);
        QCOMPARE(weights.origin, Origin::Model);
        QVERIFY(weights.note.find("not kept") != std::string::npos);
    }

    void leftoversOfDeadProcessesAreRemoved() {
        std::filesystem::create_directories(cache());
        test::write_file(cache() / "x.safetensors.999999999-1.tmp", "x");
        test::write_file(cache() / ("x.safetensors." + std::to_string(::getpid()) + "-99.tmp"), "x");
        load(folder_, int4_);
        QVERIFY(!std::filesystem::exists(cache() / "x.safetensors.999999999-1.tmp"));
        QVERIFY(
            std::filesystem::exists(cache() / ("x.safetensors." + std::to_string(::getpid()) + "-99.tmp")));
    }

  private:
    /// The headers of a model whose data must not be read.
    class NoData final : public TensorSource {
      public:
        explicit NoData(std::shared_ptr<const TensorSource> real) : real_(std::move(real)) {}
        const std::vector<TensorInfo>& tensors() const override { return real_->tensors(); }
        void read(std::string_view, std::uint64_t, std::span<std::byte>) const override {
            throw Error(Fault::Io, "the model's own file was read");
        }

      private:
        std::shared_ptr<const TensorSource> real_;
    };

    std::filesystem::path cache() const { return temporary_ / "cache"; }
    std::filesystem::path file(const WeightRecipe& recipe) const {
        return quantized_file_path(folder_, recipe, cache());
    }
    CachedWeights load(const ModelFolder& folder, const WeightRecipe& recipe) {
        return load_with_cache(folder, recipe, backend_, cache());
    }

    test::TemporaryFolder temporary_;
    test::HostBackend backend_;
    ModelFolder folder_;
    const WeightRecipe int4_{kernels::WeightFormat::Int4, 128};
};

QTEST_APPLESS_MAIN(TestQuantizedFile)
#include "test_quantized_file.moc"
