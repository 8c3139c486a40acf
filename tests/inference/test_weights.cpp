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
};

QTEST_APPLESS_MAIN(TestWeights)
#include "test_weights.moc"
