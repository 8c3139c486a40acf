#include <QtTest>

#include "inference/memory_budget.h"
#include "inference/model.h"
#include "inference/random_weights.h"
#include "inference/state.h"
#include "kernels/error.h"
#include "tests/support/host_backend.h"

using namespace sidewinder::inference;
namespace kernels = sidewinder::kernels;

namespace {

/// Host memory with work areas that grow with the chunk.
class ChunkedBackend final : public sidewinder::test::HostBackend {
  public:
    static constexpr std::size_t kPerToken = 100'000;
    std::size_t copies = 0, spare = 0, runtime = 0;
    bool kept = false;
    std::size_t work_bytes(const kernels::Dims&, std::int64_t) const override { return runtime; }
    std::size_t runtime_bytes() const override { return runtime; }
    kernels::CopiesNeed copies_need(const kernels::Dims&, std::int64_t) const override {
        return {.bytes = copies, .spare = spare, .form = "bf16"};
    }
    bool keep_copies(std::span<const kernels::LayerWeights>) override { return kept = true; }
    std::int64_t best_chunk(const kernels::Dims&) const override { return 2048; }
    std::size_t zxbcdt_bytes(const kernels::Dims&, std::int64_t T) const override {
        return static_cast<std::size_t>(T) * kPerToken;
    }
};

}  // namespace

/// What a model needs is known before anything is allocated, and what does not fit is refused with figures.
class TestMemoryBudget : public QObject {
    Q_OBJECT

    const Config config_ = named_config("tiny");
    const RandomWeights source_{config_};

    std::uint64_t need(const char* recipe, const kernels::Backend& backend, std::int64_t chunk) const {
        return memory_need(source_, config_, WeightRecipe::parse(recipe), backend, chunk).total();
    }
    QString refusal(const char* recipe, const kernels::Backend& backend) const {
        try {
            fit_in_memory(source_, config_, WeightRecipe::parse(recipe), backend);
        } catch (const kernels::Error& error) {
            return error.kind() == kernels::Error::Kind::OutOfMemory ? QString::fromUtf8(error.what())
                                                                     : QString();
        }
        return {};
    }

  private Q_SLOTS:
    void isWhatIsThenAllocated_data() {
        QTest::addColumn<QByteArray>("recipe");
        for (const char* recipe : {"f32", "bf16", "int8", "int4-g64"})
            QTest::newRow(recipe) << QByteArray(recipe);
    }
    void isWhatIsThenAllocated() {
        QFETCH(QByteArray, recipe);
        ChunkedBackend backend;
        const auto parsed = WeightRecipe::parse(recipe.toStdString());
        const MemoryNeed need = memory_need(source_, config_, parsed, backend, 512);
        Model model(backend, config_, Weights::load(source_, config_, parsed, backend), 512);
        std::vector<State> states;
        for (std::int64_t i = 0; i < kStatesHeld; ++i) states.emplace_back(backend, config_);
        QCOMPARE(backend.held, static_cast<std::size_t>(need.total()));
        QCOMPARE(model.weights().bytes(), need.weights);
    }

    void theChunkIsHalvedBeforeTheModelIsRefused() {
        ChunkedBackend backend;
        const auto recipe = WeightRecipe::parse("bf16");
        QCOMPARE(fit_in_memory(source_, config_, recipe, backend).chunk, 2048);
        backend.limit = static_cast<std::size_t>(need("bf16", backend, 2048)) - 1;
        QCOMPARE(fit_in_memory(source_, config_, recipe, backend).chunk, 1024);
        backend.limit = static_cast<std::size_t>(need("bf16", backend, kLeastChunk));
        const MemoryNeed least = fit_in_memory(source_, config_, recipe, backend);
        QCOMPARE(least.chunk, kLeastChunk);
        QCOMPARE(least.total(), std::uint64_t{backend.limit});
    }

    // Other programs may have taken memory since it was planned.
    void copiesAreKeptWhereAllElseFitsBesideThem_data() {
        QTest::addColumn<int>("spare");
        QTest::newRow("states and runtime") << 0;
        QTest::newRow("and what others are left") << 300'000;
    }
    void copiesAreKeptWhereAllElseFitsBesideThem() {
        QFETCH(int, spare);
        ChunkedBackend backend;
        backend.copies = 1'000'000;
        backend.spare = static_cast<std::size_t>(spare);
        backend.runtime = 500'000;
        const auto recipe = WeightRecipe::parse("bf16");
        backend.limit =
            static_cast<std::size_t>(this->need("bf16", backend, 2048)) + backend.copies + backend.spare;
        --backend.limit;
        QCOMPARE(fit_in_memory(source_, config_, recipe, backend).copies_lacking, backend.copies);
        ++backend.limit;
        const MemoryNeed need = fit_in_memory(source_, config_, recipe, backend);
        QCOMPARE(need.copies, std::uint64_t{backend.copies});
        Model model(backend, config_, Weights::load(source_, config_, recipe, backend), need.chunk);
        const std::size_t later = need.copies + need.states + backend.runtime + backend.spare;
        backend.limit = backend.held + later - 1;
        const MemoryNeed without = keep_copies(need, model);
        QVERIFY(!backend.kept);
        QCOMPARE(without.copies, std::uint64_t{0});
        QCOMPARE(without.copies_lacking, need.copies);
        QCOMPARE(without.total(), need.total() - need.copies);
        backend.limit = backend.held + later;
        QCOMPARE(keep_copies(need, model).copies, need.copies);
        QVERIFY(backend.kept);
    }

    void whatCopiesTakeIsSaid() {
        ChunkedBackend backend;
        const auto recipe = WeightRecipe::parse("int8");
        const auto said = [&] {
            return QString::fromStdString(describe(fit_in_memory(source_, config_, recipe, backend)));
        };
        QVERIFY2(!said().contains(QStringLiteral("copies")), qPrintable(said()));
        backend.copies = 2'000'000'000;
        QVERIFY2(said().endsWith(QStringLiteral(", bf16 copies 2.0)")), qPrintable(said()));
        backend.limit = static_cast<std::size_t>(need("int8", backend, 2048)) + backend.copies - 1;
        QVERIFY2(
            said().contains(QStringLiteral("; there is no room for bf16 copies of the weights, 2.0 GB, ")),
            qPrintable(said()));
        backend.limit += 500'000'000;
        backend.spare = 1'000'000'000;
        QVERIFY2(said().contains(QStringLiteral(", 2.0 GB and 1.0 to leave free, with which ")),
                 qPrintable(said()));
    }

    void aRefusalNamesTheFiguresAndWhatWouldFit() {
        ChunkedBackend backend;
        const std::uint64_t int8 = need("int8", backend, kLeastChunk);
        QVERIFY(int8 < need("bf16", backend, kLeastChunk));
        backend.limit = static_cast<std::size_t>(int8);
        const QString text = refusal("bf16", backend);
        QVERIFY2(
            text.contains(QStringLiteral("bf16 needs 0.")) && text.contains(QStringLiteral("GB are free")),
            qPrintable(text));
        QVERIFY2(
            text.contains(QStringLiteral("int8 would need")) && text.contains(QStringLiteral("and fits")),
            qPrintable(text));
    }

    void whenNothingFitsTheSmallestIsNamed() {
        ChunkedBackend backend;
        backend.limit = 1'000'000;
        const QString text = refusal("bf16", backend);
        QVERIFY2(text.contains(QStringLiteral("Even int4 would need")), qPrintable(text));
        const QString smallest = refusal("int4", backend);
        QVERIFY2(smallest.contains(QStringLiteral("No smaller weight format")), qPrintable(smallest));
    }
};

QTEST_APPLESS_MAIN(TestMemoryBudget)
#include "test_memory_budget.moc"
