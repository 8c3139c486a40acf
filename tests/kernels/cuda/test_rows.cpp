#include <QtTest>

#include "kernels/cpu/reference.h"
#include "kernels/cuda/ops.h"
#include "kernels/error.h"
#include "tests/support/cuda_arrays.h"

using namespace sidewinder::kernels;
using namespace sidewinder::test;

/// What works on one row at a time: embedding look-ups, RMSNorm, dequantisation.
class TestRows : public QObject {
    Q_OBJECT

  private slots:
    void embeds_every_format();
    void ids_outside_the_table_give_nan();
    void quantised_tables_are_refused();
    void norms_match_reference_data();
    void norms_match_reference();
    void dequantises_bit_for_bit_data();
    void dequantises_bit_for_bit();
    void dequantising_refuses_other_formats();

  private:
    CudaContext cuda_;
};

void TestRows::embeds_every_format() {
    for (const WeightFormat format : {WeightFormat::F32, WeightFormat::BF16}) {
        for (const std::int64_t cols : {1, 97, 256, 640}) {
            const HostWeight table(format, 11, cols, 0, random_floats(11 * cols, 41, 1.0f));
            const DeviceWeight device(table);
            const std::vector<std::int32_t> ids{10, 0, 3, 3, 7};
            const DeviceArray<std::int32_t> device_ids(ids);
            const DeviceArray<float> out(poison(5 * cols));
            cuda::embed(cuda_.context, device.view, device_ids.get(), 5, out.get());
            const auto got = out.host();
            std::vector<float> row(static_cast<std::size_t>(cols));
            for (std::size_t t = 0; t < ids.size(); ++t) {
                dequantize_row(table.layout, table.data.data(), nullptr, ids[t], row);
                QCOMPARE(tokens_of(got, cols, static_cast<std::int64_t>(t), 1), row);
            }
        }
    }
}

void TestRows::ids_outside_the_table_give_nan() {
    const HostWeight table(WeightFormat::BF16, 4, 32, 0, random_floats(4 * 32, 42, 1.0f));
    const DeviceWeight device(table);
    const DeviceArray<std::int32_t> ids({-1, 4, 2});
    const DeviceArray<float> out(std::vector<float>(3 * 32));
    cuda::embed(cuda_.context, device.view, ids.get(), 3, out.get());
    const auto got = out.host();
    for (std::size_t i = 0; i < got.size(); ++i) QCOMPARE(std::isnan(got[i]), i < 64);
}

void TestRows::quantised_tables_are_refused() {
    const HostWeight table(WeightFormat::Int8, 4, 64, 64, random_floats(4 * 64, 43, 1.0f));
    const DeviceWeight device(table);
    const DeviceArray<std::int32_t> ids({1});
    const DeviceArray<float> out(poison(64));
    QVERIFY_THROWS_EXCEPTION(Error, cuda::embed(cuda_.context, device.view, ids.get(), 1, out.get()));
}

void TestRows::norms_match_reference_data() {
    QTest::addColumn<int>("width");
    QTest::addColumn<float>("deviation");
    for (const int width : {1, 30, 64, 1000, 1024, 1028, 4096, 4099, 5000, 8192, 8196}) {
        QTest::addRow("%d", width) << width << 1.7f;
    }
    QTest::addRow("small") << 256 << 1e-4f;  // eps weighs in
    QTest::addRow("large") << 256 << 1e4f;
    QTest::addRow("zero") << 256 << 0.0f;
}

void TestRows::norms_match_reference() {
    QFETCH(int, width);
    QFETCH(float, deviation);
    const std::int64_t T = 3;
    const auto x = random_floats(T * width, 44, deviation);
    const auto weight = random_floats(width, 45, 0.3f, 1.0f);
    const DeviceArray<float> device_x(x);
    const DeviceArray<float> device_weight(weight);
    const DeviceArray<float> exact(poison(T * width));
    const DeviceArray<__nv_bfloat16> narrow(
        std::vector<__nv_bfloat16>(static_cast<std::size_t>(T * width), __float2bfloat16(99.0f)));
    cuda::rms_norm_exact(cuda_.context, device_x.get(), device_weight.get(), 1e-5f, T, width, exact.get());
    cuda::rms_norm(cuda_.context, device_x.get(), device_weight.get(), 1e-5f, T, width, narrow.get());
    const auto got = exact.host();
    const auto got_narrow = narrow.host();
    for (std::int64_t t = 0; t < T; ++t) {
        const reference::Row row(x.begin() + t * width, x.begin() + (t + 1) * width);
        const auto expected = reference::rms_norm(row, weight, 1e-5);
        // Float32 sums of squares: every term is positive, so that the roundings only halve in the root.
        QVERIFY(relative_error(tokens_of(got, width, t, 1), expected) < 1e-6);
    }
    for (std::size_t i = 0; i < got.size(); ++i) {  // the same number, rounded once
        QCOMPARE(__bfloat162float(got_narrow[i]), float_from_bf16(bf16_from_float(got[i])));
    }
}

void TestRows::dequantises_bit_for_bit_data() {
    QTest::addColumn<int>("format");
    QTest::addColumn<int>("group");
    QTest::addColumn<int>("cols");
    for (const WeightFormat format : {WeightFormat::Int8, WeightFormat::Int4}) {
        for (const int group : {64, 128}) {
            for (const int cols : {64, 128, 200, 101, 4096, 9000}) {
                QTest::addRow("%s group %d cols %d", name_of(format).data(), group, cols)
                    << static_cast<int>(format) << group << cols;
            }
        }
    }
}

void TestRows::dequantises_bit_for_bit() {
    QFETCH(int, format);
    QFETCH(int, group);
    QFETCH(int, cols);
    const std::int64_t all = 5, first = 1, rows = 3;
    const HostWeight weight(static_cast<WeightFormat>(format), all, cols, group,
                            random_floats(all * cols, 46, 0.05f));
    const DeviceWeight device(weight);
    const DeviceArray<__nv_bfloat16> out(
        std::vector<__nv_bfloat16>(static_cast<std::size_t>(rows * cols), __float2bfloat16(99.0f)));
    cuda::dequantize(cuda_.context, device.view, first, rows, out.get());
    const auto got = out.host();
    std::vector<float> row(static_cast<std::size_t>(cols));
    for (std::int64_t r = 0; r < rows; ++r) {
        dequantize_row(weight.layout, weight.data.data(), weight.scales.data(), first + r, row);
        for (std::size_t c = 0; c < row.size(); ++c) {
            const auto at = static_cast<std::size_t>(r * cols) + c;
            QCOMPARE(__bfloat162float(got[at]), float_from_bf16(bf16_from_float(row[c])));
        }
    }
}

void TestRows::dequantising_refuses_other_formats() {
    const HostWeight plain(WeightFormat::BF16, 4, 64, 0, random_floats(4 * 64, 47, 1.0f));
    const HostWeight packed(WeightFormat::Int4, 4, 64, 64, random_floats(4 * 64, 48, 1.0f));
    const DeviceWeight device_plain(plain);
    const DeviceWeight device_packed(packed);
    const DeviceArray<__nv_bfloat16> out(std::vector<__nv_bfloat16>(4 * 64));
    QVERIFY_THROWS_EXCEPTION(Error, cuda::dequantize(cuda_.context, device_plain.view, 0, 4, out.get()));
    QVERIFY_THROWS_EXCEPTION(Error, cuda::dequantize(cuda_.context, device_packed.view, 1, 4, out.get()));
}

QTEST_APPLESS_MAIN(TestRows)
#include "test_rows.moc"
