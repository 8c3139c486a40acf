#include <cuda_fp8.h>

#include <QTest>
#include <algorithm>
#include <cmath>

#include "inference/model.h"
#include "inference/random_weights.h"
#include "kernels/cpu/reference.h"
#include "kernels/cuda/cuda_backend.h"
#include "kernels/cuda/float8.h"
#include "kernels/cuda/long_linear.h"
#include "kernels/cuda/mixer_chunk.h"
#include "tests/support/cuda_arrays.h"

/// Float8 operands against the float32 they stand for.

using namespace sidewinder;
using namespace sidewinder::kernels;
using namespace sidewinder::test;

namespace {

float from_e4m3(unsigned char bits) {
    __nv_fp8_e4m3 v;
    v.__x = bits;
    return static_cast<float>(v);
}

/// The row's largest becomes 448, each value is the nearest e4m3 (3 bits after the point, down to 2^-9).
void verifyRow(const unsigned char* got, float scale, const std::vector<float>& expected, float slack) {
    float largest = 0.0f;
    for (const float v : expected) largest = std::max(largest, std::fabs(v));
    QVERIFY(std::fabs(scale * 448.0f - largest) <= slack * largest);
    for (std::size_t c = 0; c < expected.size(); ++c) {
        const float error = std::fabs(from_e4m3(got[c]) * scale - expected[c]);
        const float allowed = std::max(std::fabs(expected[c]) / 16.0f, scale * 0x1p-10f);
        QVERIFY2(error <= allowed * (1.0f + 1e-3f) + slack * largest, qPrintable(QString::number(c)));
    }
}

std::vector<float> rowOf(const std::vector<float>& all, std::int64_t row, std::int64_t width) {
    return {all.begin() + row * width, all.begin() + (row + 1) * width};
}

}  // namespace

class TestFloat8 : public QObject {
    Q_OBJECT

  private:
    CudaContext cuda_;

  private Q_SLOTS:
    void weights_data() {
        QTest::addColumn<int>("format");
        QTest::addColumn<int>("group");
        QTest::addColumn<int>("cols");
        for (const int cols : {128, 640, 4096, 5120, 8192}) {
            QTest::addRow("bf16 %d", cols) << static_cast<int>(WeightFormat::BF16) << 0 << cols;
            for (const int group : {64, 128}) {
                QTest::addRow("int8 %d %d", group, cols)
                    << static_cast<int>(WeightFormat::Int8) << group << cols;
                QTest::addRow("int4 %d %d", group, cols)
                    << static_cast<int>(WeightFormat::Int4) << group << cols;
            }
        }
    }
    void weights() {
        QFETCH(int, format);
        QFETCH(int, group);
        QFETCH(int, cols);
        const std::int64_t all = 5, first = 1, rows = 3;
        std::vector<float> values = random_floats(all * cols, 61, 0.05f);
        std::fill(values.begin() + 2 * cols, values.begin() + 3 * cols, 0.0f);
        const HostWeight weight(static_cast<WeightFormat>(format), all, cols, group, values);
        const DeviceWeight device(weight);
        const DeviceArray<unsigned char> out(std::vector<unsigned char>(std::size_t(rows * cols), 0x7F));
        const DeviceArray<float> scales(poison(rows));
        cuda::weight_to_float8(cuda_.context, device.view, first, rows, out.get(), scales.get());
        const auto got = out.host();
        const auto got_scales = scales.host();
        std::vector<float> expected(static_cast<std::size_t>(cols));
        for (std::int64_t r = 0; r < rows; ++r) {
            dequantize_row(weight.layout, weight.data.data(), weight.scales.data(), first + r, expected);
            verifyRow(got.data() + r * cols, got_scales[static_cast<std::size_t>(r)], expected, 1e-6f);
        }
        QCOMPARE(got_scales[1], 0.0f);  // the row of zeros
        QCOMPARE(from_e4m3(got[static_cast<std::size_t>(cols)]), 0.0f);
    }

    void weightsRefused() {
        const DeviceWeight odd(HostWeight(WeightFormat::BF16, 2, 192, 0, random_floats(2 * 192, 62, 1.0f)));
        const DeviceWeight wide(HostWeight(WeightFormat::F32, 2, 128, 0, random_floats(2 * 128, 62, 1.0f)));
        const DeviceArray<unsigned char> out(std::vector<unsigned char>(2 * 192));
        const DeviceArray<float> scales(poison(2));
        QVERIFY_THROWS_EXCEPTION(
            Error, cuda::weight_to_float8(cuda_.context, odd.view, 0, 2, out.get(), scales.get()));
        QVERIFY_THROWS_EXCEPTION(
            Error, cuda::weight_to_float8(cuda_.context, wide.view, 0, 2, out.get(), scales.get()));
    }

    void norms_data() {
        QTest::addColumn<int>("width");
        for (const int width : {128, 1024, 1152, 4096, 8192}) QTest::addRow("%d", width) << width;
    }
    void norms() {
        QFETCH(int, width);
        const std::int64_t T = 3;
        const auto x = random_floats(T * width, 63, 1.7f);
        const auto weight = random_floats(width, 64, 0.3f, 1.0f);
        const DeviceArray<float> device_x(x), device_weight(weight), scales(poison(T));
        const std::vector<__nv_bfloat16> unset(static_cast<std::size_t>(T * width), __float2bfloat16(99.0f));
        const DeviceArray<__nv_bfloat16> plain(unset), out(unset);
        const DeviceArray<unsigned char> out8(std::vector<unsigned char>(std::size_t(T * width), 0x7F));
        cuda::rms_norm(cuda_.context, device_x.get(), device_weight.get(), 1e-5f, T, width, plain.get());
        cuda::rms_norm_float8(cuda_.context, device_x.get(), device_weight.get(), 1e-5f, T, width, out.get(),
                              out8.get(), scales.get());
        const auto expected_bits = plain.host(), bits = out.host();
        for (std::size_t i = 0; i < bits.size(); ++i) {
            QCOMPARE(__bfloat162float(bits[i]), __bfloat162float(expected_bits[i]));
        }
        for (std::int64_t t = 0; t < T; ++t) {
            const auto row = rowOf(x, t, width);
            const auto exact = reference::rms_norm(reference::Row(row.begin(), row.end()), weight, 1e-5);
            verifyRow(out8.host().data() + t * width, scales.host()[static_cast<std::size_t>(t)],
                      std::vector<float>(exact.begin(), exact.end()), 1e-5f);
        }
    }

    void gatedNorm_data() {
        QTest::addColumn<int>("heads");
        QTest::addColumn<int>("groups");
        for (const auto& [heads, groups] : {std::pair{2, 1}, {6, 3}, {40, 8}, {128, 8}}) {
            QTest::addRow("%d heads, %d groups", heads, groups) << heads << groups;
        }
    }
    void gatedNorm() {
        QFETCH(int, heads);
        QFETCH(int, groups);
        const std::int64_t T = 5;
        Dims dims;
        dims.n_heads = heads;
        dims.n_groups = groups;
        dims.headdim = 64;
        dims.d_inner = heads * 64;
        dims.norm_eps = 1e-5f;
        std::vector<__nv_bfloat16> y;
        for (const float v : random_floats(T * dims.d_inner, 65, 0.7f)) y.push_back(__float2bfloat16(v));
        std::vector<float> squares = random_floats(T * heads, 66, 1.0f);
        for (float& v : squares) v = v * v * 60.0f;
        const auto weight = random_floats(dims.d_inner, 67, 0.3f, 1.0f);
        const DeviceArray<__nv_bfloat16> narrow(y);
        const DeviceArray<float> device_squares(squares), device_weight(weight), scales(poison(T));
        cuda::gated_norm_float8(cuda_.context, dims, narrow.get(), device_squares.get(), device_weight.get(),
                                T, scales.get());
        const auto got = narrow.host();
        const std::int64_t size = dims.d_inner / groups;
        for (std::int64_t t = 0; t < T; ++t) {
            std::vector<float> expected;
            for (std::int64_t c = 0; c < dims.d_inner; ++c) {
                double sum = 0.0;
                for (std::int64_t h = 0; h < heads / groups; ++h) {
                    const std::int64_t head = c / size * (heads / groups) + h;
                    sum += static_cast<double>(squares[static_cast<std::size_t>(t * heads + head)]);
                }
                const double r = 1.0 / std::sqrt(sum / static_cast<double>(size) + 1e-5);
                const auto v = __bfloat162float(y[static_cast<std::size_t>(t * dims.d_inner + c)]);
                expected.push_back(static_cast<float>(v * r) * weight[static_cast<std::size_t>(c)]);
            }
            verifyRow(reinterpret_cast<const unsigned char*>(got.data() + t * dims.d_inner),
                      scales.host()[static_cast<std::size_t>(t)], expected, 1e-5f);
        }
    }

    /// The engine on a long text: float8 is near bf16 and not the same.
    void engine() {
        const auto config = inference::make_config(256, 1, 512, 2);
        const auto tokens = inference::random_tokens(config.dims.vocab, 1030);
        const auto logits_of = [&](WeightFormat format, bool float8) {
            const auto backend = cuda::make_backend(config.dims, format, float8);
            const auto recipe = inference::WeightRecipe::parse(std::string(name_of(format)));
            inference::Model engine(
                *backend, config,
                inference::Weights::load(inference::RandomWeights(config), config, recipe, *backend), 1088);
            inference::State state(*backend, config);
            std::vector<float> logits(static_cast<std::size_t>(config.dims.vocab));
            engine.forward(tokens, state, {.last_logits = logits, .all_logits = {}});
            return logits;
        };
        for (const WeightFormat format : {WeightFormat::BF16, WeightFormat::Int4}) {
            const auto plain = logits_of(format, false);
            const auto narrow = logits_of(format, true);
            const double apart = relative_error(narrow, std::vector<double>(plain.begin(), plain.end()));
            qInfo("float8 against bf16 products, %s: %.2e", name_of(format).data(), apart);
            // each operand of two products is 2.6e-2 rms off
            QVERIFY(apart < 1e-1 && apart > 1e-4);
        }
    }
};

QTEST_APPLESS_MAIN(TestFloat8)
#include "test_float8.moc"
