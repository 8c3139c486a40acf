#include <QtTest>
#include <cmath>
#include <cstring>

#include "inference/error.h"
#include "inference/random_weights.h"
#include "inference/weights.h"
#include "tests/support/edited_source.h"
#include "tests/support/host_backend.h"
#include "tests/support/model_files.h"

using namespace sidewinder;
using namespace sidewinder::inference;
using kernels::WeightFormat;
using test::EditedSource;

namespace {

std::vector<float> source_floats(const TensorSource& source, const std::string& name) {
    const TensorInfo* info = source.find(name);
    std::vector<std::uint16_t> bits(info->bytes / 2);
    source.read(name, 0, std::as_writable_bytes(std::span(bits)));
    std::vector<float> values;
    for (const std::uint16_t b : bits) values.push_back(kernels::float_from_bf16(b));
    return values;
}

std::vector<float> view_floats(const kernels::WeightView& view) {
    std::vector<float> values(static_cast<std::size_t>(view.layout.rows * view.layout.cols));
    for (std::int64_t row = 0; row < view.layout.rows; ++row)
        kernels::dequantize_row(view.layout, view.data, view.scales, row,
                                std::span(values).subspan(static_cast<std::size_t>(row * view.layout.cols),
                                                          static_cast<std::size_t>(view.layout.cols)));
    return values;
}

bool equal_vector(const float* have, const std::vector<float>& expected) {
    return std::memcmp(have, expected.data(), expected.size() * sizeof(float)) == 0;
}

double relative_error(const std::vector<float>& have, const std::vector<float>& expected) {
    double error = 0, norm = 0;
    for (std::size_t i = 0; i < expected.size(); ++i) {
        error += std::pow(static_cast<double>(have[i]) - expected[i], 2);
        norm += std::pow(static_cast<double>(expected[i]), 2);
    }
    return std::sqrt(error / norm);
}

const std::string kLayer1 = "model.backbone.layers.1.";

}  // namespace

class TestWeights : public QObject {
    Q_OBJECT
  private slots:
    void recipesHaveNames() {
        QCOMPARE(WeightRecipe::parse("int4").name(), std::string("int4-g128"));
        QCOMPARE(WeightRecipe::parse("int8-g64").group, std::int64_t{64});
        QCOMPARE(WeightRecipe::parse("bf16").name(), std::string("bf16"));
        QCOMPARE(test::fault_of([] { WeightRecipe::parse("int3"); }), std::optional(Fault::BadConfig));
    }

    void loadsEveryTensor_data() {
        QTest::addColumn<QString>("recipe");
        QTest::addColumn<double>("tolerance");
        QTest::newRow("f32") << "f32" << 0.0;
        QTest::newRow("bf16") << "bf16" << 0.0;
        QTest::newRow("int8-g64") << "int8-g64" << 0.01;
        QTest::newRow("int8-g128") << "int8-g128" << 0.01;
        QTest::newRow("int4-g64") << "int4-g64" << 0.15;
        QTest::newRow("int4-g128") << "int4-g128" << 0.15;
    }

    void loadsEveryTensor() {
        QFETCH(QString, recipe);
        QFETCH(double, tolerance);
        const Config config = named_config("g1");
        const RandomWeights source(config);
        test::HostBackend backend;
        const WeightRecipe format = WeightRecipe::parse(recipe.toStdString());
        const Weights weights = Weights::load(source, config, format, backend);

        const kernels::LayerWeights& layer = weights.layer(1);
        QCOMPARE(layer.in_proj.layout.rows, config.dims.zxbc_rows());
        QVERIFY(layer.in_proj.layout.format == format.format);
        std::vector<float> in_proj = source_floats(source, kLayer1 + "mixer.in_proj.weight");
        const auto split = static_cast<std::ptrdiff_t>(config.dims.zxbc_rows() * config.dims.d_model);
        const std::vector<float> dt(in_proj.begin() + split, in_proj.end());
        in_proj.resize(static_cast<std::size_t>(split));
        QVERIFY(relative_error(view_floats(layer.in_proj), in_proj) <= tolerance);
        QVERIFY(view_floats(layer.in_proj_dt) == dt);
        const std::vector<float> out_proj = source_floats(source, kLayer1 + "mixer.out_proj.weight");
        QVERIFY(relative_error(view_floats(layer.out_proj), out_proj) <= tolerance);
        QVERIFY(view_floats(weights.embedding()) == source_floats(source, "model.backbone.embedding.weight"));
        QVERIFY(relative_error(view_floats(weights.head()), source_floats(source, "model.lm_head.weight")) <=
                std::min(tolerance, 0.01));

        std::vector<float> a = source_floats(source, kLayer1 + "mixer.A_log");
        for (float& value : a) value = static_cast<float>(-std::exp(static_cast<double>(value)));
        QVERIFY(equal_vector(layer.mixer.A, a));
        QVERIFY(equal_vector(layer.mixer.D, source_floats(source, kLayer1 + "mixer.D")));
        QVERIFY(equal_vector(layer.mixer.dt_bias, source_floats(source, kLayer1 + "mixer.dt_bias")));
        QVERIFY(
            equal_vector(layer.mixer.conv_weight, source_floats(source, kLayer1 + "mixer.conv1d.weight")));
        QVERIFY(equal_vector(layer.mixer.conv_bias, source_floats(source, kLayer1 + "mixer.conv1d.bias")));
        QVERIFY(equal_vector(layer.mixer.norm_weight, source_floats(source, kLayer1 + "mixer.norm.weight")));
        QVERIFY(equal_vector(layer.norm_weight, source_floats(source, kLayer1 + "norm.weight")));
        QVERIFY(equal_vector(weights.final_norm(), source_floats(source, "model.backbone.norm_f.weight")));
        QVERIFY(weights.bytes() == backend.held);
        QVERIFY(weights.bytes_per_token() < weights.bytes());
    }

    void acceptsTheSpellingsAndShapesOfBothLayouts() {
        const Config config = named_config("g1");
        const RandomWeights original(config);
        EditedSource source(original);
        for (const TensorInfo& tensor : original.tensors()) source.rename(tensor.name, tensor.name.substr(6));
        source.rename("backbone.embedding.weight", "backbone.embeddings.weight");
        source.info("backbone.layers.0.mixer.conv1d.weight").shape = {config.dims.conv_dim(), 4};
        source.info("backbone.layers.1.mixer.conv1d.weight").shape = {config.dims.conv_dim(), 4, 1};
        const Weights weights = Weights::load(source, config, {}, backend_);
        QVERIFY(view_floats(weights.embedding()) ==
                source_floats(original, "model.backbone.embedding.weight"));
        QVERIFY(equal_vector(weights.layer(1).mixer.conv_weight,
                             source_floats(original, kLayer1 + "mixer.conv1d.weight")));
    }

    void keepsFloat32WhereItMatters() {
        const Config config = named_config("g1");
        const RandomWeights original(config);
        EditedSource source(original);
        const std::string in_proj = "model.backbone.layers.0.mixer.in_proj.weight";
        const std::vector<float> values = replace(source, in_proj, DType::F32, 1.0f / 3.0f);
        replace(source, "model.backbone.layers.0.mixer.dt_bias", DType::F32, -4.1f);
        const Weights weights = Weights::load(source, config, {}, backend_);
        const kernels::LayerWeights& layer = weights.layer(0);
        QVERIFY(layer.in_proj_dt.layout.format == WeightFormat::BF16);  // as every backend's kernels read it
        QVERIFY(layer.in_proj.layout.format == WeightFormat::BF16);
        QCOMPARE(view_floats(layer.in_proj)[5], 0.333984375f);  // 1/3 rounded to bf16
        QCOMPARE(layer.mixer.dt_bias[3], -4.1f);
        const Weights wide = Weights::load(source, config, {WeightFormat::F32, 0}, backend_);
        QCOMPARE(view_floats(wide.layer(0).in_proj)[5], 1.0f / 3.0f);
        QVERIFY(wide.layer(1).in_proj_dt.layout.format == WeightFormat::F32);
    }

    void readsFloat16() {
        const Config config = named_config("g1");
        EditedSource source{RandomWeights(config)};
        TensorInfo& info = source.info("model.backbone.layers.0.mixer.D");
        info.dtype = DType::F16;
        const std::uint16_t half[] = {0x3C00, 0xC000, 0x3555, 0x0001, 0x7BFF, 0x0000, 0x8000, 0x3800};
        std::memcpy(source.data(info.name).data(), half, sizeof half);
        const Weights weights = Weights::load(source, config, {}, backend_);
        const float* d = weights.layer(0).mixer.D;
        QCOMPARE(d[0], 1.0f);
        QCOMPARE(d[1], -2.0f);
        QCOMPARE(d[2], 0.333251953125f);
        QCOMPARE(d[3], std::ldexp(1.0f, -24));
        QCOMPARE(d[4], 65504.0f);
        QCOMPARE(d[7], 0.5f);
    }

    void notANumberIsLoadedAsItIs() {
        const Config config = named_config("g1");
        EditedSource source{RandomWeights(config)};
        const std::uint16_t odd[] = {0x7FC0, 0x7F80, 0xFF80, 0x0001};
        std::memcpy(source.data("model.backbone.layers.0.mixer.D").data(), odd, sizeof odd);
        std::memcpy(source.data("model.lm_head.weight").data(), odd, sizeof odd);
        for (const char* recipe : {"f32", "bf16", "int8", "int4"}) {
            const Weights weights = Weights::load(source, config, WeightRecipe::parse(recipe), backend_);
            QVERIFY(std::isnan(weights.layer(0).mixer.D[0]));
            QVERIFY(std::isinf(weights.layer(0).mixer.D[1]));
        }
    }

    void tiedHeadIsTheEmbedding() {
        Config config = named_config("g1");
        const RandomWeights untied(config);
        config.tie_embeddings = true;
        const RandomWeights tied(config);
        QCOMPARE(tied.tensors().size() + 1, untied.tensors().size());
        for (const TensorSource* source :
             {static_cast<const TensorSource*>(&tied), static_cast<const TensorSource*>(&untied)}) {
            const Weights weights = Weights::load(*source, config, {}, backend_);
            QCOMPARE(weights.head().data, weights.embedding().data);
            const Weights small = Weights::load(*source, config, WeightRecipe::parse("int4"), backend_);
            QVERIFY(small.head().layout.format == WeightFormat::Int8);
            QVERIFY(small.embedding().layout.format == WeightFormat::BF16);
            QVERIFY(relative_error(view_floats(small.head()),
                                   source_floats(tied, "model.backbone.embedding.weight")) < 0.01);
        }
    }

    void countsTheBytesOfAToken() {
        const Config config = named_config("7b", 1);
        const kernels::Dims& d = config.dims;
        const RandomWeights source(config);
        const Weights weights = Weights::load(source, config, {}, backend_);
        const std::int64_t layer = 2 * d.d_model * (d.in_proj_rows() + d.d_inner) +
                                   4 * (d.d_model + d.d_inner + 3 * d.n_heads + 5 * d.conv_dim());
        const std::int64_t expected = layer + 2 * d.vocab * d.d_model + 4 * d.d_model + 2 * d.d_model;
        QCOMPARE(weights.bytes_per_token(), static_cast<std::uint64_t>(expected));
        QCOMPARE(weights.bytes(), backend_.held);
    }

    void refusesOtherTensorSets_data() {
        QTest::addColumn<QString>("edit");
        QTest::addColumn<int>("fault");
        QTest::addColumn<QString>("text");
        const auto row = [](const char* edit, Fault fault, const char* text) {
            QTest::newRow(edit) << QString::fromLatin1(edit) << static_cast<int>(fault)
                                << QString::fromLatin1(text);
        };
        row("missing", Fault::MissingTensor, "lack backbone.layers.1.mixer.D");
        row("missing head", Fault::MissingTensor, "lm_head.weight");
        row("extra", Fault::ExtraTensor, "rotary");
        row("extra layer", Fault::ExtraTensor, "layers.7");
        row("wrong shape", Fault::WrongShape, "[8] where the configuration asks for [512]");
        row("transposed", Fault::WrongShape, "[512, 256] where the configuration asks for [256, 512]");
        row("int8", Fault::BadDtype, "stored as I8");
        row("both spellings", Fault::Duplicate, "two spellings");
        row("prefixed twice", Fault::Duplicate, "two spellings");
    }

    void refusesOtherTensorSets() {
        QFETCH(QString, edit);
        QFETCH(int, fault);
        QFETCH(QString, text);
        const Config config = named_config("g1");
        EditedSource source{RandomWeights(config)};
        if (edit == QLatin1String("missing")) source.remove("model.backbone.layers.1.mixer.D");
        if (edit == QLatin1String("missing head")) source.remove("model.lm_head.weight");
        if (edit == QLatin1String("extra")) source.add({"model.rotary.weight", DType::BF16, {1}, 2}, {});
        if (edit == QLatin1String("extra layer"))
            source.add({"model.backbone.layers.7.mixer.D", DType::BF16, {8}, 16}, {});
        if (edit == QLatin1String("wrong shape"))
            source.info("model.backbone.layers.0.mixer.norm.weight").shape = {8};
        if (edit == QLatin1String("transposed"))
            source.info("model.backbone.layers.0.mixer.out_proj.weight").shape = {512, 256};
        if (edit == QLatin1String("int8"))
            source.info("model.backbone.layers.0.mixer.out_proj.weight").dtype = DType::I8;
        if (edit == QLatin1String("both spellings"))
            source.add({"backbone.embeddings.weight", DType::BF16, {512, 256}, 0}, {});
        if (edit == QLatin1String("prefixed twice"))
            source.add({"lm_head.weight", DType::BF16, {512, 256}, 0}, {});
        std::string message;
        const auto thrown = test::fault_of([&] { Weights::load(source, config, {}, backend_); }, &message);
        QVERIFY(thrown.has_value());
        QCOMPARE(static_cast<int>(*thrown), fault);
        QVERIFY2(message.find(text.toStdString()) != std::string::npos, message.c_str());
        QCOMPARE(backend_.held, std::size_t{0});
    }

    void stopsAndReportsProgress() {
        const Config config = named_config("tiny");
        const RandomWeights source(config);
        std::uint64_t last = 0, total = 0;
        bool rising = true;
        const auto watch = [&](Weights::Progress progress) {
            rising = rising && progress.done_bytes > last;
            last = progress.done_bytes;
            total = progress.total_bytes;
        };
        Weights::load(source, config, {}, backend_, watch);
        QVERIFY(rising);
        QCOMPARE(last, total);
        std::stop_source stop;
        const auto stop_soon = [&](Weights::Progress) { stop.request_stop(); };
        QVERIFY_EXCEPTION_THROWN(Weights::load(source, config, {}, backend_, stop_soon, stop.get_token()),
                                 Stopped);
        QCOMPARE(backend_.held, std::size_t{0});
    }

    void fullMemoryLeavesNothingBehind() {
        const Config config = named_config("tiny");
        backend_.limit = 4'000'000;
        QVERIFY_EXCEPTION_THROWN(Weights::load(RandomWeights(config), config, {}, backend_), kernels::Error);
        QCOMPARE(backend_.held, std::size_t{0});
        backend_.limit = SIZE_MAX;
    }

    void unreadableDataEndsTheLoad() {
        const Config config = named_config("tiny");
        EditedSource source{RandomWeights(config)};
        source.rename("model.lm_head.weight", "gone");
        source.info("gone").name = "model.lm_head.weight";  // listed, but its data is not there
        QCOMPARE(test::fault_of([&] { Weights::load(source, config, {}, backend_); }),
                 std::optional(Fault::MissingTensor));
        QCOMPARE(backend_.held, std::size_t{0});
    }

  private:
    /// Makes a tensor F32 with every element `value`.
    static std::vector<float> replace(EditedSource& source, const std::string& name, DType dtype,
                                      float value) {
        TensorInfo& info = source.info(name);
        std::vector<float> values(info.bytes / size_of(info.dtype), value);
        info.dtype = dtype;
        info.bytes = values.size() * sizeof(float);
        source.data(name).resize(info.bytes);
        std::memcpy(source.data(name).data(), values.data(), info.bytes);
        return values;
    }

    test::HostBackend backend_;
};

QTEST_APPLESS_MAIN(TestWeights)
#include "test_weights.moc"
