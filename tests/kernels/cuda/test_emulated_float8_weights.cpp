#include <QtTest>

#include <memory>

#include "inference/memory_budget.h"
#include "kernels/cuda/float8_weights.h"
#include "kernels/error.h"
#include "tests/support/cuda_emulator/emulator.h"
#include "tests/support/float8_model.h"

/// The memory of float8 weights: how much, when it goes, and what happens where there is none.

using namespace sidewinder;
using namespace sidewinder::kernels;
using namespace sidewinder::test;

namespace {

std::size_t copies_bytes() {
    return cuda::Float8Weights::bytes(float8_config().dims, float8_config().n_layers);
}

}  // namespace

class TestEmulatedFloat8Weights : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void cleanup() { emulator::reset(); }

    void theyTakeWhatIsSaid() {
        const auto backend = float8_backend(WeightFormat::Int4);
        inference::Model model = float8_model(*backend, WeightFormat::Int4);
        const std::size_t before = emulator::device_memory_used();
        QVERIFY(backend->keep_copies(model.weights().layers()));
        QCOMPARE(emulator::device_memory_used() - before, copies_bytes());
        QCOMPARE(backend->copies_bytes(float8_config().dims, float8_config().n_layers), copies_bytes());
    }

    /// On a device the next model's weights may lie where the last one's lay.
    void theyGoWithTheModel() {
        const auto backend = float8_backend(WeightFormat::BF16);
        auto first = std::make_unique<inference::Model>(float8_model(*backend, WeightFormat::BF16, 1));
        const std::string without = backend->state_format();
        const std::size_t before = emulator::device_memory_used();
        QVERIFY(backend->keep_copies(first->weights().layers()));
        const std::uint64_t bytes = first->weights().bytes();
        first.reset();
        QVERIFY(emulator::device_memory_used() <= before - bytes);
        QCOMPARE(backend->state_format(), without);
        inference::Model second = float8_model(*backend, WeightFormat::BF16, 2);
        const auto other = float8_backend(WeightFormat::BF16);
        inference::Model fresh = float8_model(*other, WeightFormat::BF16, 2);
        const auto expected = state_after(fresh, kFloat8Chunk);
        QVERIFY(same_bits(state_after(second, kFloat8Chunk), expected));
        QVERIFY(backend->keep_copies(second.weights().layers()));
        QVERIFY(same_bits(state_after(second, kFloat8Chunk), expected));
    }

    void otherMemoryMayGo() {
        const auto backend = float8_backend(WeightFormat::BF16);
        inference::Model model = float8_model(*backend, WeightFormat::BF16);
        QVERIFY(backend->keep_copies(model.weights().layers()));
        { const Buffer passing = backend->allocate(4096); }
        QVERIFY(backend->state_format().ends_with("-kept"));
    }

    void aFullMemoryLeavesTheTiles_data() {
        QTest::addColumn<QString>("only");
        QTest::addColumn<int>("call");
        QTest::newRow("no memory for them") << "cudaMalloc" << 1;
        QTest::newRow("no memory to make the third") << "cudaLaunchKernel" << 3;
    }
    void aFullMemoryLeavesTheTiles() {
        QFETCH(QString, only);
        QFETCH(int, call);
        const auto backend = float8_backend(WeightFormat::BF16);
        inference::Model model = float8_model(*backend, WeightFormat::BF16);
        const auto tiles = state_after(model, kFloat8Chunk);
        const std::size_t before = emulator::device_memory_used();
        emulator::fail(
            {.call = call, .error = cudaErrorMemoryAllocation, .sticky = false, .only = only.toStdString()});
        QVERIFY(!backend->keep_copies(model.weights().layers()));
        QVERIFY(emulator::failed());
        QCOMPARE(emulator::device_memory_used(), before);
        QVERIFY(backend->state_format().ends_with("-float8"));
        QVERIFY(same_bits(state_after(model, kFloat8Chunk), tiles));
    }

    void aLostDeviceIsNotCalledFull() {
        {
            const auto backend = float8_backend(WeightFormat::BF16);
            inference::Model model = float8_model(*backend, WeightFormat::BF16);
            emulator::fail(
                {.call = 1, .error = cudaErrorIllegalAddress, .sticky = true, .only = "cudaMalloc"});
            QVERIFY_THROWS_EXCEPTION(Error, backend->keep_copies(model.weights().layers()));
        }
        emulator::reset_and_forget();
    }

    /// What is said before loading is what is taken then.
    void theBudgetDecides_data() {
        QTest::addColumn<qint64>("lacking");
        QTest::newRow("room") << qint64{0};
        QTest::newRow("a byte short") << qint64{1};
    }
    void theBudgetDecides() {
        QFETCH(qint64, lacking);
        const auto recipe = inference::WeightRecipe::parse("int8");
        const inference::RandomWeights source(float8_config());
        std::uint64_t all = 0, held = 0;
        {
            const auto roomy = float8_backend(WeightFormat::Int8);
            held = emulator::device_memory_used();
            const auto need = inference::fit_in_memory(source, float8_config(), recipe, *roomy);
            QCOMPARE(need.copies, copies_bytes());
            all = need.total();
        }
        emulator::Device device;
        device.memory = held + all - static_cast<std::uint64_t>(lacking);
        emulator::set_device(device);
        const auto backend = float8_backend(WeightFormat::Int8);
        const auto need = inference::fit_in_memory(source, float8_config(), recipe, *backend);
        QCOMPARE(need.copies, lacking ? 0 : copies_bytes());
        QCOMPARE(need.copies_lacking, lacking ? copies_bytes() : 0);
        inference::Model model(*backend, float8_config(),
                               inference::Weights::load(source, float8_config(), recipe, *backend),
                               need.chunk);
        QCOMPARE(inference::keep_copies(need, model).copies, need.copies);
        QCOMPARE(backend->state_format().ends_with("-kept"), lacking == 0);
    }

    /// Kernels and cuBLASLt's code are loaded as they are first needed.
    void whatIsLoadedLaterKeepsItsPlace() {
        const auto recipe = inference::WeightRecipe::parse("int8");
        const auto backend = float8_backend(WeightFormat::Int8);
        const auto need = inference::fit_in_memory(inference::RandomWeights(float8_config()), float8_config(),
                                                   recipe, *backend);
        inference::Model model = float8_model(*backend, WeightFormat::Int8);
        emulator::Device device;
        device.memory = emulator::device_memory_used() + need.copies + need.states +
                        (std::size_t{340} << 20) - 1;  // another program takes the rest
        emulator::set_device(device);
        QCOMPARE(inference::keep_copies(need, model).copies, std::uint64_t{0});
        ++device.memory;
        emulator::set_device(device);
        QCOMPARE(inference::keep_copies(need, model).copies, need.copies);
    }

    void whereThereIsNoFloat8NothingIsAskedFor() {
        const auto plain = float8_backend(WeightFormat::BF16, false);
        QCOMPARE(plain->copies_bytes(float8_config().dims, 2), std::size_t{0});
        inference::Model model = float8_model(*plain, WeightFormat::BF16);
        QVERIFY(!plain->keep_copies(model.weights().layers()));
        QVERIFY(plain->offers_float8_prefill());
        emulator::Device older;
        older.compute = 80;
        emulator::set_device(older);
        const auto backend = float8_backend(WeightFormat::BF16);
        QVERIFY(!backend->offers_float8_prefill());
        QCOMPARE(backend->copies_bytes(float8_config().dims, 2), std::size_t{0});
        QVERIFY(!QByteArray::fromStdString(backend->state_format()).contains("float8"));
    }
};

QTEST_APPLESS_MAIN(TestEmulatedFloat8Weights)
#include "test_emulated_float8_weights.moc"
