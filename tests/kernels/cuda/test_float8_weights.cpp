#include <QtTest>

#include <cmath>

#include "kernels/cuda/long_linear.h"
#include "kernels/cuda/weight_copies.h"
#include "tests/support/copies_model.h"
#include "tests/support/cuda_arrays.h"

/// Float8 weights that are kept compute what those made a tile at a time do.

using namespace sidewinder;
using namespace sidewinder::kernels;
using namespace sidewinder::test;

namespace {

std::vector<std::byte> read_once(WeightFormat format, bool float8, std::int64_t count) {
    const auto backend = copies_backend(format, float8);
    inference::Model model = copies_model(*backend, format);
    return state_after(model, count);
}

}  // namespace

class TestFloat8Weights : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void initTestCase() {
        if (!copies_backend(WeightFormat::BF16)->offers_float8_prefill()) QSKIP("no float8 on this GPU");
    }

    void aProductIsThatOfTheTiles_data() {
        QTest::addColumn<int>("format");
        QTest::addColumn<int>("group");
        QTest::newRow("bf16") << static_cast<int>(WeightFormat::BF16) << 0;
        QTest::newRow("int4") << static_cast<int>(WeightFormat::Int4) << 128;
    }
    void aProductIsThatOfTheTiles() {
        QFETCH(int, format);
        QFETCH(int, group);
        const CudaContext cuda;
        const std::int64_t rows = 4096 + 128, cols = 8192, T = 16;  // the second tile has 128 rows
        const DeviceWeight weight(HostWeight(static_cast<WeightFormat>(format), rows, cols, group,
                                             random_floats(rows * cols, 71, 0.05f)));
        const DeviceWeight small(
            HostWeight(WeightFormat::BF16, 128, 128, 0, random_floats(128 * 128, 72, 1.0f)));
        LayerWeights layer;
        layer.in_proj = weight.view;
        layer.out_proj = small.view;
        std::vector<unsigned char> x(static_cast<std::size_t>(T * cols));
        for (std::size_t i = 0; i < x.size(); ++i) x[i] = static_cast<unsigned char>(i * 37 % 0x70);
        const DeviceArray<unsigned char> device_x(x);
        cuda::WorkArea area;
        const DeviceArray<__nv_bfloat16> tile(
            std::vector<__nv_bfloat16>(cuda::WorkArea::kWeightTileElements));
        const DeviceArray<float> row_scales(poison(cuda::WorkArea::kWeightTileRows));
        const DeviceArray<float> token_scales(random_floats(T, 73, 0.1f));
        area.weight_tile = tile.get();
        area.row_scales = row_scales.get();
        area.token_scales = token_scales.get();
        const cuda::WeightCopies none, kept(cuda::WeightCopies::Form::Float8, std::span(&layer, 1));
        kept.make(cuda.context, std::span(&layer, 1));
        QVERIFY(kept.float8(weight.view) && kept.float8(small.view) && !none.float8(weight.view));
        QVERIFY(!kept.bf16(weight.view));
        cuda::LongLinear linear;
        std::vector<std::vector<float>> results;
        for (const cuda::WeightCopies* copies : {&none, &kept}) {
            const DeviceArray<float> out(poison(T * rows));
            linear.run_float8(cuda.context, area, *copies, weight.view, device_x.get(), cols, T, out.get(),
                              rows, cuda::Matmul::Out::F32);
            results.push_back(out.host());
        }
        QVERIFY(std::isfinite(results[0].back()));
        QVERIFY(same_bits(results[0], results[1]));
    }

    void aModelHasTheSameBitsWithAndWithoutThem_data() {
        QTest::addColumn<int>("format");
        for (const WeightFormat format : {WeightFormat::BF16, WeightFormat::Int8, WeightFormat::Int4})
            QTest::newRow(name_of(format).data()) << static_cast<int>(format);
    }
    void aModelHasTheSameBitsWithAndWithoutThem() {
        QFETCH(int, format);
        const auto which = static_cast<WeightFormat>(format);
        const auto backend = copies_backend(which);
        inference::Model model = copies_model(*backend, which);
        const auto tiles = state_after(model, kCopiesChunk);
        QVERIFY(!same_bits(tiles, read_once(which, false, kCopiesChunk)));
        QVERIFY(backend->keep_copies(model.weights().layers()));
        QVERIFY(same_bits(state_after(model, kCopiesChunk), tiles));
    }

    /// Shorter steps are float8 as well, so a state of one kind is not the other's.
    void theyPayEarlierAndAStateTells() {
        const auto backend = copies_backend(WeightFormat::BF16);
        inference::Model model = copies_model(*backend, WeightFormat::BF16);
        const auto plain = read_once(WeightFormat::BF16, false, 256);
        const auto shorter = read_once(WeightFormat::BF16, false, 255);
        QVERIFY(same_bits(state_after(model, 256), plain));
        const std::string tiles = backend->state_format();
        QVERIFY(backend->keep_copies(model.weights().layers()));
        QVERIFY(!same_bits(state_after(model, 256), plain));
        QVERIFY(same_bits(state_after(model, 255), shorter));
        const std::string bf16 = copies_backend(WeightFormat::BF16, false)->state_format();
        QCOMPARE(tiles, bf16 + "-float8");
        QCOMPARE(backend->state_format(), bf16 + "-float8-kept");
    }
};

QTEST_APPLESS_MAIN(TestFloat8Weights)
#include "test_float8_weights.moc"
