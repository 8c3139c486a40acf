#include <QtTest>

#include <memory>

#include "kernels/cuda/long_linear.h"
#include "kernels/cuda/weight_copies.h"
#include "tests/support/copies_model.h"
#include "tests/support/cuda_arrays.h"

/// bf16 copies of integer weights compute, bit by bit, what weights made bf16 a tile at a time do.

using namespace sidewinder;
using namespace sidewinder::kernels;
using namespace sidewinder::test;

namespace {

struct Product {
    const char* name;
    std::int64_t rows, cols;
    cuda::Matmul::Out out;
};

#ifdef SIDEWINDER_CUDA_EMULATED
constexpr Product kProducts[] = {{"the second tile has 128 rows", 2048 + 128, 8192, cuda::Matmul::Out::BF16},
                                 {"added", 2048 + 128, 8192, cuda::Matmul::Out::F32Add}};
constexpr std::int64_t kTokens[] = {16};
#else
// The fewer tokens, the sooner cuBLASLt cuts a dot product into parts.
constexpr Product kProducts[] = {{"in_proj", 18432, 4096, cuda::Matmul::Out::BF16},
                                 {"out_proj", 4096, 8192, cuda::Matmul::Out::F32Add}};
constexpr std::int64_t kTokens[] = {64, 128, 192, 256, 384, 512, 1024, 1536, 2048, 4096};
#endif

std::vector<std::uint16_t> random_bf16(std::int64_t count, std::uint32_t seed) {
    const std::vector<float> values = random_floats(count, seed, 1.0f);
    std::vector<std::uint16_t> rounded(values.size());
    std::transform(values.begin(), values.end(), rounded.begin(), bf16_from_float);
    return rounded;
}

/// One layer of weights with a copy of each.
struct Kept {
    explicit Kept(const Product& product)
        : weight(HostWeight(WeightFormat::Int8, product.rows, product.cols, 128,
                            random_floats(product.rows * product.cols, 81, 0.05f))),
          other(HostWeight(WeightFormat::Int8, 128, 128, 128, random_floats(128 * 128, 82, 1.0f))) {
        layer.in_proj = weight.view;
        layer.out_proj = other.view;
        copies = cuda::WeightCopies(cuda::WeightCopies::Form::BF16, std::span(&layer, 1));
        copies.make(cuda.context, std::span(&layer, 1));
    }
    CudaContext cuda;
    DeviceWeight weight, other;
    LayerWeights layer;
    cuda::WeightCopies copies;
};

}  // namespace

class TestBf16Copies : public QObject {
    Q_OBJECT

    std::unique_ptr<Kept> kept_;  ///< of the product whose rows of data are being run
    const char* of_ = nullptr;

    // What is there before it is added to.
    static std::vector<float> outputs(const Product& product, std::int64_t T) {
        const std::int64_t count = T * product.rows;
        return product.out == cuda::Matmul::Out::BF16 ? poison(count / 2) : random_floats(count, 83, 1.0f);
    }

  private Q_SLOTS:
    void cleanupTestCase() { kept_.reset(); }

    void aProductIsThatOfTheTiles_data() {
        QTest::addColumn<int>("product");
        QTest::addColumn<int>("tokens");
        for (int i = 0; i < static_cast<int>(std::size(kProducts)); ++i) {
            for (const std::int64_t T : kTokens)
                QTest::addRow("%s, %d tokens", kProducts[i].name, static_cast<int>(T))
                    << i << static_cast<int>(T);
        }
    }
    void aProductIsThatOfTheTiles() {
        QFETCH(int, product);
        QFETCH(int, tokens);
        const Product& p = kProducts[product];
        if (of_ != p.name) kept_ = std::make_unique<Kept>(p);
        of_ = p.name;
        const WeightView& weight = kept_->weight.view;
        QVERIFY(kept_->copies.bf16(weight) && !kept_->copies.float8(weight));
        const DeviceArray<std::uint16_t> x(random_bf16(tokens * p.cols, 84));
        const DeviceArray<std::uint16_t> tile(
            std::vector<std::uint16_t>(cuda::WorkArea::kWeightTileElements));
        cuda::WorkArea area;
        area.weight_tile = reinterpret_cast<__nv_bfloat16*>(tile.get());
        const std::vector<float> before = outputs(p, tokens);
        const cuda::WeightCopies none, &kept = kept_->copies;
        std::vector<std::vector<float>> results;
        for (const cuda::WeightCopies* copies : {&none, &kept}) {
            cuda::LongLinear linear;  // neither finds what the other chose
            const DeviceArray<float> out(before);
            linear.run(kept_->cuda.context, area, *copies, weight,
                       reinterpret_cast<const __nv_bfloat16*>(x.get()), tokens, out.get(), p.rows, p.out);
            results.push_back(out.host());
        }
        QVERIFY(!same_bits(results[0], before));
        QVERIFY(same_bits(results[0], results[1]));
    }

    void aModelHasTheSameBitsWithAndWithoutThem_data() {
        QTest::addColumn<int>("format");
        QTest::addColumn<int>("tokens");
        for (const WeightFormat format : {WeightFormat::Int8, WeightFormat::Int4}) {
            for (const int tokens : {17, static_cast<int>(kCopiesChunk)})
                QTest::addRow("%s, %d tokens", name_of(format).data(), tokens)
                    << static_cast<int>(format) << tokens;
        }
    }
    void aModelHasTheSameBitsWithAndWithoutThem() {
        QFETCH(int, format);
        QFETCH(int, tokens);
        const auto which = static_cast<WeightFormat>(format);
        const auto backend = copies_backend(which, false);
        inference::Model model = copies_model(*backend, which);
        const auto tiles = state_after(model, tokens);
        const std::string name = backend->state_format();
        QVERIFY(backend->keep_copies(model.weights().layers()));
        QVERIFY(same_bits(state_after(model, tokens), tiles));
        QCOMPARE(backend->state_format(), name);
    }
};

QTEST_APPLESS_MAIN(TestBf16Copies)
#include "test_bf16_copies.moc"
