#include <QtTest>
#include <cstring>

#include "inference/calibration.h"
#include "inference/error.h"
#include "inference/layer_source.h"
#include "inference/quantized_file.h"
#include "inference/random_weights.h"
#include "kernels/cpu/cpu_backend.h"
#include "tests/support/model_files.h"

using namespace sidewinder;
using namespace sidewinder::inference;
using kernels::WeightFormat;

class TestCalibration : public QObject {
    Q_OBJECT

    Config config_ = named_config("g1");
    RandomWeights source_{config_};
    std::unique_ptr<kernels::Backend> cpu_ = kernels::make_cpu_backend(1);
    std::vector<TokenId> sample_ = random_tokens(config_.dims.vocab, 100);
    test::TemporaryFolder temporary_;

    static bool same(const kernels::WeightView& a, const kernels::WeightView& b) {
        return a.layout.data_bytes() == b.layout.data_bytes() &&
               std::memcmp(a.data, b.data, a.layout.data_bytes()) == 0;
    }

  private slots:
    void recipesHaveNames() {
        const WeightRecipe recipe = WeightRecipe::parse("int4-calibrated");
        QVERIFY(recipe.calibrated && recipe.format == WeightFormat::Int4 && recipe.group == 128);
        QCOMPARE(recipe.name(), std::string("int4-g128-calibrated"));
        QCOMPARE(WeightRecipe::parse("int4-g64-calibrated").name(), std::string("int4-g64-calibrated"));
        QVERIFY(!WeightRecipe::parse("int4-g64").calibrated);
        for (const char* bad :
             {"int8-calibrated", "bf16-calibrated", "-calibrated", "int4-calibrated-calibrated"})
            QVERIFY2(test::fault_of([&] { WeightRecipe::parse(bad); }) == Fault::BadConfig, bad);
    }

    void oneLayerIsAModelOfItsOwn() {
        const WeightRecipe bf16 = WeightRecipe::parse("bf16");
        const Weights whole = Weights::load(source_, config_, bf16, *cpu_);
        for (std::int64_t i = 0; i < config_.n_layers; ++i) {
            const LayerSource layer(source_, config_, i);
            const Weights weights = Weights::load(layer, layer.config(), bf16, *cpu_);
            const kernels::LayerWeights &got = weights.layer(0), &expected = whole.layer(i);
            QVERIFY(same(got.in_proj, expected.in_proj));
            QVERIFY(same(got.in_proj_dt, expected.in_proj_dt));
            QVERIFY(same(got.out_proj, expected.out_proj));
            QVERIFY(std::equal(got.mixer.A, got.mixer.A + config_.dims.n_heads, expected.mixer.A));
            QVERIFY(weights.bytes() < whole.bytes() / 2);
        }
    }

    void embeddingsAreTheTablesRows() {
        const std::vector<TokenId> ids{3, 511, 0};
        const auto rows = read_embeddings(source_, config_, ids);
        const Weights whole = Weights::load(source_, config_, WeightRecipe::parse("f32"), *cpu_);
        const auto width = static_cast<std::size_t>(config_.dims.d_model);
        for (std::size_t t = 0; t < ids.size(); ++t) {
            const auto* row =
                static_cast<const float*>(whole.embedding().data) + static_cast<std::size_t>(ids[t]) * width;
            QVERIFY(std::equal(row, row + width, rows.data() + t * width));
        }
    }

    void everyProjectionHasItsPart() {
        std::int64_t layers = 0;
        const Calibration calibration = Calibration::measure(
            source_, config_, sample_, 64, 1, [&](std::int64_t done, std::int64_t) { layers = done; });
        QCOMPARE(layers, config_.n_layers);
        for (std::int64_t i = 0; i < config_.n_layers; ++i) {
            const std::string name = "layers." + std::to_string(i);
            for (const char* part : {".in_proj", ".out_proj"}) {
                const float* follow = calibration.follow(name + part);
                QVERIFY(follow);
                QVERIFY(std::any_of(follow, follow + 64 * 64, [](float v) { return v != 0.0f; }));
                QVERIFY(std::all_of(follow, follow + 64 * 64, [](float v) { return std::isfinite(v); }));
            }
            QVERIFY(!calibration.follow(name + ".in_proj_dt"));
        }
        QVERIFY(!calibration.follow("head"));
    }

    void theSameSampleGivesTheSameWeights() {
        const WeightRecipe recipe = WeightRecipe::parse("int4-g64-calibrated");
        const auto load = [&](std::span<const TokenId> sample) {
            const Calibration calibration = Calibration::measure(source_, config_, sample, 64, 1);
            return Weights::load(source_, config_, recipe, *cpu_, {}, {}, &calibration);
        };
        const Weights a = load(sample_), b = load(sample_), other = load(std::span(sample_).first(50));
        const Weights plain = Weights::load(source_, config_, WeightRecipe::parse("int4-g64"), *cpu_);
        for (std::int64_t i = 0; i < config_.n_layers; ++i) {
            QVERIFY(same(a.layer(i).out_proj, b.layer(i).out_proj));
            QVERIFY(!same(a.layer(i).out_proj, plain.layer(i).out_proj));
            QVERIFY(!same(a.layer(i).in_proj, plain.layer(i).in_proj));
            QVERIFY(!same(a.layer(i).in_proj, other.layer(i).in_proj));
        }
        QVERIFY(same(a.head(), plain.head()));
        QCOMPARE(a.bytes(), plain.bytes());
    }

    void whatCannotBeCalibratedIsSaid() {
        std::string sentence;
        QVERIFY(test::fault_of(
                    [&] { Weights::load(source_, config_, WeightRecipe::parse("int4-calibrated"), *cpu_); },
                    &sentence) == Fault::BadConfig);
        QVERIFY(sentence.find("Choose int4.") != std::string::npos);
        const auto measure = [&](std::vector<TokenId> sample, std::stop_token stop = {}) {
            Calibration::measure(source_, config_, sample, 64, 1, {}, stop);
        };
        QVERIFY(test::fault_of([&] { measure({}); }) == Fault::BadRequest);
        QVERIFY(test::fault_of([&] { measure({512}); }) == Fault::BadRequest);
        QVERIFY(test::fault_of([&] { measure({-1}); }) == Fault::BadRequest);
        std::stop_source stop;
        stop.request_stop();
        QVERIFY_EXCEPTION_THROWN(measure(sample_, stop.get_token()), Stopped);
    }

    void madeOnceAndKept() {
        write_random_model(temporary_ / "model", config_);
        const ModelFolder folder = ModelFolder::open(temporary_ / "model");
        const WeightRecipe recipe = WeightRecipe::parse("int4-g64-calibrated");
        int asked = 0;
        std::vector<Weights::Progress> seen;
        const auto load = [&] {
            return load_with_cache(
                folder, recipe, *cpu_, temporary_ / "cache", [&](Weights::Progress p) { seen.push_back(p); },
                {},
                [&] {
                    ++asked;
                    return sample_;
                });
        };
        const CachedWeights made = load();
        QVERIFY(seen.front().done_bytes > 0);
        QCOMPARE(seen.back().done_bytes, seen.back().total_bytes);
        for (std::size_t i = 1; i < seen.size(); ++i) {
            QVERIFY(seen[i].done_bytes > seen[i - 1].done_bytes);
            QCOMPARE(seen[i].total_bytes, seen[0].total_bytes);
        }
        const CachedWeights again = load();
        QCOMPARE(made.origin, CachedWeights::Origin::Made);
        QCOMPARE(again.origin, CachedWeights::Origin::FromCache);
        QCOMPARE(asked, 1);
        QVERIFY(same(made.weights.layer(2).in_proj, again.weights.layer(2).in_proj));
        QVERIFY(test::fault_of([&] {
                    load_with_cache(folder, WeightRecipe::parse("int4-calibrated"), *cpu_,
                                    temporary_ / "cache");
                }) == Fault::BadConfig);
    }
};

QTEST_APPLESS_MAIN(TestCalibration)
#include "test_calibration.moc"
