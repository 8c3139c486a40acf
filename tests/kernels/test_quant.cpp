#include <QtTest>

#include <limits>

#include "hwy/targets.h"

#include "kernels/error.h"
#include "kernels/quant.h"
#include "tests/support/backend_data.h"

using namespace sidewinder::kernels;
using namespace sidewinder::test;

namespace {

/// Quantises one row and reads it back.
std::vector<float> round_trip(WeightFormat format, std::int64_t group, const std::vector<float>& row) {
    const HostWeight weight(format, 1, static_cast<std::int64_t>(row.size()), group, row);
    std::vector<float> out(row.size(), -1.0f);
    dequantize_row(weight.layout, weight.data.data(), weight.scales.data(), 0, out);
    return out;
}

}  // namespace

class TestQuant : public QObject {
    Q_OBJECT

  private slots:
    void layouts_have_the_documented_sizes();
    void int8_errs_by_half_a_step_at_most();
    void int4_error_is_small();
    void int4_nibbles_lie_as_documented();
    void short_rows_are_padded_with_zeros();
    void zero_tiny_and_huge_rows_survive();
    void what_is_no_number_stays_defined();
    void rows_are_independent();
    void every_instruction_set_makes_the_same_bytes();
    void bfloat16_runs_are_widened_exactly();
    void wrong_layouts_are_refused();
    void bfloat16_rounds_to_nearest_even();
    void half_floats_are_exact();
};

void TestQuant::layouts_have_the_documented_sizes() {
    const WeightLayout int4{WeightFormat::Int4, 3, 100, 64};
    QCOMPARE(int4.padded_cols(), 128);
    QCOMPARE(int4.row_bytes(), std::size_t{64});
    QCOMPARE(int4.data_bytes(), std::size_t{192});
    QCOMPARE(int4.scale_count(), std::size_t{6});
    const WeightLayout int8{WeightFormat::Int8, 3, 100, 128};
    QCOMPARE(int8.row_bytes(), std::size_t{128});
    QCOMPARE(int8.scale_count(), std::size_t{3});
    const WeightLayout bf16{WeightFormat::BF16, 3, 101, 0};
    QCOMPARE(bf16.data_bytes(), std::size_t{606});
    QCOMPARE(bf16.scale_count(), std::size_t{0});
    QVERIFY(name_of(WeightFormat::Int4) == "int4");
}

void TestQuant::int8_errs_by_half_a_step_at_most() {
    for (const std::int64_t group : {64, 128}) {
        const auto row = random_floats(1000, 1, 0.02f);
        const auto back = round_trip(WeightFormat::Int8, group, row);
        for (std::size_t g = 0; g < row.size(); g += static_cast<std::size_t>(group)) {
            const std::size_t end = std::min(row.size(), g + static_cast<std::size_t>(group));
            float peak = 0.0f;
            for (std::size_t i = g; i < end; ++i) peak = std::max(peak, std::abs(row[i]));
            for (std::size_t i = g; i < end; ++i) {
                QVERIFY(std::abs(back[i] - row[i]) <= peak / 127.0f * 0.5001f);
            }
        }
    }
}

/// A plain round-to-nearest with scale peak / 8 errs by about 0.105 of the values' deviation at 64, 0.12 at
/// 128.
void TestQuant::int4_error_is_small() {
    const auto row = random_floats(64 * 1024, 2, 0.02f);
    const std::vector<double> exact(row.begin(), row.end());
    const double at64 = relative_error(round_trip(WeightFormat::Int4, 64, row), exact);
    const double at128 = relative_error(round_trip(WeightFormat::Int4, 128, row), exact);
    QVERIFY2(at64 > 0.05 && at64 < 0.098, qPrintable(QString::number(at64)));
    QVERIFY2(at128 > 0.05 && at128 < 0.108, qPrintable(QString::number(at128)));
    const double at8bit = relative_error(round_trip(WeightFormat::Int8, 128, row), exact);
    QVERIFY2(at8bit < 0.0075, qPrintable(QString::number(at8bit)));
}

void TestQuant::int4_nibbles_lie_as_documented() {
    std::vector<float> row(128, 0.0f);
    row[0] = -8.0f;  // column 0: low nibble of byte 0 of group 0
    row[1] = 5.0f;
    row[32] = 3.0f;   // column 32: high nibble of byte 0
    row[127] = 2.0f;  // column 127: high nibble of the last byte of group 1
    const HostWeight weight(WeightFormat::Int4, 1, 128, 64, row);
    const auto byte = [&](std::size_t i) { return std::to_integer<int>(weight.data[i]); };
    QVERIFY(std::abs(static_cast<float>((byte(0) & 15) - 8) * weight.scales[0] + 8.0f) < 0.3f);
    QVERIFY(std::abs(static_cast<float>((byte(0) >> 4) - 8) * weight.scales[0] - 3.0f) < 0.6f);
    QVERIFY(std::abs(static_cast<float>((byte(1) & 15) - 8) * weight.scales[0] - 5.0f) < 0.6f);
    QVERIFY(std::abs(static_cast<float>((byte(63) >> 4) - 8) * weight.scales[1] - 2.0f) < 0.1f);
    QCOMPARE(byte(2), 0x88);
}

void TestQuant::short_rows_are_padded_with_zeros() {
    const auto row = random_floats(70, 3, 1.0f);
    const HostWeight int8(WeightFormat::Int8, 1, 70, 64, row);
    for (std::size_t i = 70; i < 128; ++i) QCOMPARE(std::to_integer<int>(int8.data[i]), 0);
    const HostWeight int4(WeightFormat::Int4, 1, 70, 64, row);
    for (std::size_t j = 38; j < 64; ++j) QCOMPARE(std::to_integer<int>(int4.data[j]), 0x88);
}

void TestQuant::zero_tiny_and_huge_rows_survive() {
    for (const WeightFormat format : {WeightFormat::Int8, WeightFormat::Int4}) {
        for (const float v : round_trip(format, 64, std::vector<float>(96, 0.0f))) QCOMPARE(v, 0.0f);
        for (const float v : round_trip(format, 64, std::vector<float>(96, 1e-42f)))
            QVERIFY(std::abs(v) <= 2e-42f);
        for (const float size : {1e-30f, 1e-3f, 1e30f, 1e38f}) {
            auto row = random_floats(128, 4, 0.2f);
            for (float& v : row) v = std::clamp(v, -1.0f, 1.0f) * size;
            const auto back = round_trip(format, 64, row);
            const double error = relative_error(back, std::vector<double>(row.begin(), row.end()));
            QVERIFY2(error < (format == WeightFormat::Int8 ? 0.01 : 0.15),
                     qPrintable(QString::number(error)));
        }
    }
}

void TestQuant::what_is_no_number_stays_defined() {
    for (const WeightFormat format : {WeightFormat::Int8, WeightFormat::Int4}) {
        auto row = random_floats(128, 5, 1.0f);
        row[3] = std::numeric_limits<float>::quiet_NaN();
        auto back = round_trip(format, 64, row);
        QCOMPARE(back[3], 0.0f);
        row[3] = 0.0f;
        QCOMPARE(back, round_trip(format, 64, row));  // the others are as if it were zero
        row[70] = std::numeric_limits<float>::infinity();
        back = round_trip(format, 64, row);
        for (const float v : back) QVERIFY(std::isfinite(v));
        QVERIFY(back[70] > 1e38f);
    }
}

void TestQuant::rows_are_independent() {
    const auto rows = random_floats(3 * 100, 6, 1.0f);
    const HostWeight together(WeightFormat::Int4, 3, 100, 64, rows);
    const HostWeight second(WeightFormat::Int4, 1, 100, 64, {rows.begin() + 100, rows.begin() + 200});
    QVERIFY(std::equal(second.data.begin(), second.data.end(), together.data.begin() + 64));
    QVERIFY(std::equal(second.scales.begin(), second.scales.end(), together.scales.begin() + 2));
}

void TestQuant::every_instruction_set_makes_the_same_bytes() {
    const auto use_only = [](std::int64_t target) {  // 0: all that this machine has
        hwy::SetSupportedTargetsForTest(target);
        hwy::GetChosenTarget().Update(hwy::SupportedTargets());
    };
    const auto rows = random_floats(64 * 1000, 7, 0.02f);
    const std::int64_t rest = hwy::SupportedTargets();
    int sets = 0;
    for (const WeightFormat format : {WeightFormat::Int8, WeightFormat::Int4}) {
        for (const std::int64_t group : {64, 128}) {
            const HostWeight best(format, 64, 1000, group, rows);
            for (std::int64_t left = rest; left != 0; left &= left - 1, ++sets) {
                use_only(left & -left);
                const HostWeight other(format, 64, 1000, group, rows);
                use_only(0);
                QVERIFY(other.data == best.data);
                QVERIFY(other.scales == best.scales);
            }
        }
    }
    QVERIFY(sets >= 4);
}

void TestQuant::bfloat16_runs_are_widened_exactly() {
    std::vector<std::uint16_t> bits(1003);
    for (std::size_t i = 0; i < bits.size(); ++i) bits[i] = static_cast<std::uint16_t>(i * 61 + 3);
    std::vector<float> out(bits.size() + 1, 5.0f);
    floats_from_bf16(std::as_bytes(std::span(bits)), out.data());
    for (std::size_t i = 0; i < bits.size(); ++i) {
        const auto expected = static_cast<std::uint32_t>(bits[i]) << 16;
        QCOMPARE(__builtin_bit_cast(std::uint32_t, out[i]), expected);
    }
    QCOMPARE(out.back(), 5.0f);
}

void TestQuant::wrong_layouts_are_refused() {
    const std::vector<float> row(64);
    std::vector<std::byte> data(64);
    std::vector<float> scales(4);
    for (const WeightLayout& layout :
         {WeightLayout{WeightFormat::BF16, 1, 64, 0}, WeightLayout{WeightFormat::Int8, 1, 64, 32},
          WeightLayout{WeightFormat::Int4, 1, 63, 64}, WeightLayout{WeightFormat::Int4, 1, 0, 64}}) {
        QVERIFY_EXCEPTION_THROWN(quantize_rows(layout, row, data.data(), scales.data()), Error);
    }
}

void TestQuant::bfloat16_rounds_to_nearest_even() {
    QCOMPARE(bf16_from_float(1.0f), std::uint16_t{0x3F80});
    QCOMPARE(bf16_from_float(__builtin_bit_cast(float, 0x3F808000u)),
             std::uint16_t{0x3F80});  // tie, even stays
    QCOMPARE(bf16_from_float(__builtin_bit_cast(float, 0x3F818000u)),
             std::uint16_t{0x3F82});  // tie, odd goes up
    QCOMPARE(bf16_from_float(__builtin_bit_cast(float, 0x3F808001u)), std::uint16_t{0x3F81});
    QCOMPARE(bf16_from_float(std::numeric_limits<float>::max()), std::uint16_t{0x7F80});
    QVERIFY(std::isnan(float_from_bf16(bf16_from_float(__builtin_bit_cast(float, 0x7F800001u)))));
    for (std::uint32_t bits = 0; bits < 0x10000u; ++bits) {
        const float v = float_from_bf16(static_cast<std::uint16_t>(bits));
        if (!std::isnan(v)) QCOMPARE(bf16_from_float(v), static_cast<std::uint16_t>(bits));
    }
}

void TestQuant::half_floats_are_exact() {
    QCOMPARE(float_from_f16(0x3C00), 1.0f);
    QCOMPARE(float_from_f16(0xC000), -2.0f);
    QCOMPARE(float_from_f16(0x7BFF), 65504.0f);
    QCOMPARE(float_from_f16(0x0001), 0x1p-24f);
    QCOMPARE(float_from_f16(0x0400), 0x1p-14f);
    QVERIFY(std::signbit(float_from_f16(0x8000)));
    QVERIFY(std::isinf(float_from_f16(0x7C00)));
    QVERIFY(std::isnan(float_from_f16(0x7E00)));
}

QTEST_APPLESS_MAIN(TestQuant)
#include "test_quant.moc"
