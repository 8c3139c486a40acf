#include <QtTest>

#include <memory>

#include "inference/memory_budget.h"
#include "kernels/cuda/weight_copies.h"
#include "kernels/error.h"
#include "tests/support/copies_model.h"
#include "tests/support/cuda_emulator/emulator.h"

/// The memory of copies of weights: how much, when it goes, and what happens where there is none.

using namespace sidewinder;
using namespace sidewinder::kernels;
using namespace sidewinder::test;

namespace {

std::size_t copies_bytes(bool float8) {
    using Form = cuda::WeightCopies::Form;
    return cuda::WeightCopies::bytes(float8 ? Form::Float8 : Form::BF16, copies_config().dims,
                                     copies_config().n_layers);
}

CopiesNeed need_of(const Backend& backend) {
    return backend.copies_need(copies_config().dims, copies_config().n_layers);
}

/// The least memory of a device of which `bytes` are left beside `share` of all.
std::size_t device_with(std::size_t bytes, bool float8) {
    std::size_t memory = bytes;
    while (!float8 && memory - memory / 10 < bytes) memory += bytes - (memory - memory / 10);
    return memory;
}

void set_memory(std::size_t bytes) {
    emulator::Device device;
    device.memory = bytes;
    emulator::set_device(device);
}

}  // namespace

class TestEmulatedCopies : public QObject {
    Q_OBJECT

    // Both forms, made from each format that they are made from.
    static void add_forms() {
        QTest::addColumn<bool>("float8");
        QTest::addColumn<int>("format");
        QTest::newRow("float8 of bf16") << true << static_cast<int>(WeightFormat::BF16);
        QTest::newRow("float8 of int4") << true << static_cast<int>(WeightFormat::Int4);
        QTest::newRow("bf16 of int8") << false << static_cast<int>(WeightFormat::Int8);
        QTest::newRow("bf16 of int4") << false << static_cast<int>(WeightFormat::Int4);
    }

  private Q_SLOTS:
    void cleanup() { emulator::reset(); }

    void theyTakeWhatIsSaid_data() { add_forms(); }
    void theyTakeWhatIsSaid() {
        QFETCH(bool, float8);
        QFETCH(int, format);
        const auto which = static_cast<WeightFormat>(format);
        const auto backend = copies_backend(which, float8);
        inference::Model model = copies_model(*backend, which);
        const std::size_t before = emulator::device_memory_used();
        QVERIFY(backend->keep_copies(model.weights().layers()));
        QCOMPARE(emulator::device_memory_used() - before, copies_bytes(float8));
        QCOMPARE(need_of(*backend).bytes, copies_bytes(float8));
        QVERIFY(need_of(*backend).form == (float8 ? "float8" : "bf16"));
    }

    void theSizeIsThatOfTheWeights() {
        const Dims& d = copies_config().dims;
        const std::int64_t elements =
            copies_config().n_layers * (d.zxbc_rows() * d.d_model + d.d_model * d.d_inner);
        QCOMPARE(copies_bytes(false), static_cast<std::size_t>(2 * elements));
    }

    /// Nothing is made bf16 any more, from the shortest of long steps on.
    void bf16CopiesServeAllLongSteps_data() {
        QTest::addColumn<int>("tokens");
        QTest::newRow("the shortest") << 17;
        QTest::newRow("a full chunk") << static_cast<int>(kCopiesChunk);
    }
    void bf16CopiesServeAllLongSteps() {
        QFETCH(int, tokens);
        const auto backend = copies_backend(WeightFormat::Int8, false);
        inference::Model model = copies_model(*backend, WeightFormat::Int8);
        const auto launches = [&] {
            const std::int64_t before = emulator::calls("cudaLaunchKernel");
            state_after(model, tokens);
            return emulator::calls("cudaLaunchKernel") - before;
        };
        const std::int64_t tiles = launches();
        QVERIFY(backend->keep_copies(model.weights().layers()));
        QCOMPARE(launches(), tiles - 2 * copies_config().n_layers);
    }

    /// On a device the next model's weights may lie where the last one's lay.
    void theyGoWithTheModel_data() { add_forms(); }
    void theyGoWithTheModel() {
        QFETCH(bool, float8);
        QFETCH(int, format);
        const auto which = static_cast<WeightFormat>(format);
        const auto backend = copies_backend(which, float8);
        auto first = std::make_unique<inference::Model>(copies_model(*backend, which, 1));
        const std::string without = backend->state_format();
        const std::size_t before = emulator::device_memory_used();
        QVERIFY(backend->keep_copies(first->weights().layers()));
        const std::uint64_t bytes = first->weights().bytes();
        first.reset();
        QVERIFY(emulator::device_memory_used() <= before - bytes);
        QCOMPARE(backend->state_format(), without);
        inference::Model second = copies_model(*backend, which, 2);
        const auto other = copies_backend(which, float8);
        inference::Model fresh = copies_model(*other, which, 2);
        const auto expected = state_after(fresh, kCopiesChunk);
        QVERIFY(same_bits(state_after(second, kCopiesChunk), expected));
        QVERIFY(backend->keep_copies(second.weights().layers()));
        QVERIFY(same_bits(state_after(second, kCopiesChunk), expected));
    }

    void otherMemoryMayGo_data() { add_forms(); }
    void otherMemoryMayGo() {
        QFETCH(bool, float8);
        QFETCH(int, format);
        const auto which = static_cast<WeightFormat>(format);
        const auto backend = copies_backend(which, float8);
        inference::Model model = copies_model(*backend, which);
        QVERIFY(backend->keep_copies(model.weights().layers()));
        const std::size_t before = emulator::device_memory_used();
        { const Buffer passing = backend->allocate(4096); }
        QCOMPARE(emulator::device_memory_used(), before);
        QCOMPARE(backend->state_format().ends_with("-kept"), float8);
    }

    void aFullMemoryLeavesTheTiles_data() {
        QTest::addColumn<bool>("float8");
        QTest::addColumn<QString>("only");
        QTest::addColumn<int>("call");
        for (const bool float8 : {true, false}) {
            const char* form = float8 ? "float8" : "bf16";
            QTest::addRow("no memory for them, %s", form) << float8 << "cudaMalloc" << 1;
            QTest::addRow("no memory to make the third, %s", form) << float8 << "cudaLaunchKernel" << 3;
        }
    }
    void aFullMemoryLeavesTheTiles() {
        QFETCH(bool, float8);
        QFETCH(QString, only);
        QFETCH(int, call);
        const auto backend = copies_backend(WeightFormat::Int8, float8);
        inference::Model model = copies_model(*backend, WeightFormat::Int8);
        const auto tiles = state_after(model, kCopiesChunk);
        const std::string name = backend->state_format();
        const std::size_t before = emulator::device_memory_used();
        emulator::fail(
            {.call = call, .error = cudaErrorMemoryAllocation, .sticky = false, .only = only.toStdString()});
        QVERIFY(!backend->keep_copies(model.weights().layers()));
        QVERIFY(emulator::failed());
        QCOMPARE(emulator::device_memory_used(), before);
        QCOMPARE(backend->state_format(), name);
        QVERIFY(same_bits(state_after(model, kCopiesChunk), tiles));
        QVERIFY(backend->keep_copies(model.weights().layers()));  // with room again
    }

    void aLostDeviceIsNotCalledFull() {
        {
            const auto backend = copies_backend(WeightFormat::Int8, false);
            inference::Model model = copies_model(*backend, WeightFormat::Int8);
            emulator::fail(
                {.call = 1, .error = cudaErrorIllegalAddress, .sticky = true, .only = "cudaMalloc"});
            QVERIFY_THROWS_EXCEPTION(Error, backend->keep_copies(model.weights().layers()));
        }
        emulator::reset_and_forget();
    }

    /// What is said before loading is what is taken then; bf16 copies leave a tenth of the device to others.
    void theBudgetDecides_data() {
        QTest::addColumn<bool>("float8");
        QTest::addColumn<qint64>("lacking");
        QTest::newRow("room for float8") << true << qint64{0};
        QTest::newRow("a byte short of float8") << true << qint64{1};
        QTest::newRow("room for bf16") << false << qint64{0};
        QTest::newRow("a byte short of bf16") << false << qint64{1};
    }
    void theBudgetDecides() {
        QFETCH(bool, float8);
        QFETCH(qint64, lacking);
        const auto recipe = inference::WeightRecipe::parse("int8");
        const inference::RandomWeights source(copies_config());
        std::uint64_t all = 0, held = 0;
        {
            const auto roomy = copies_backend(WeightFormat::Int8, float8);
            held = emulator::device_memory_used();
            const auto need = inference::fit_in_memory(source, copies_config(), recipe, *roomy);
            QCOMPARE(need.copies, copies_bytes(float8));
            QVERIFY(need.copies_spare >= (float8 ? 0u : need.copies));  // else this tests little
            all = need.total();
        }
        set_memory(device_with(held + all, float8) - static_cast<std::size_t>(lacking));
        const auto backend = copies_backend(WeightFormat::Int8, float8);
        const auto need = inference::fit_in_memory(source, copies_config(), recipe, *backend);
        QCOMPARE(need.copies, lacking ? 0 : copies_bytes(float8));
        QCOMPARE(need.copies_lacking, lacking ? copies_bytes(float8) : 0);
        inference::Model model(*backend, copies_config(),
                               inference::Weights::load(source, copies_config(), recipe, *backend),
                               need.chunk);
        const std::size_t before = emulator::device_memory_used();
        QCOMPARE(inference::keep_copies(need, model).copies, need.copies);
        QCOMPARE(emulator::device_memory_used() - before, need.copies);
    }

    /// Kernels and cuBLASLt's code are loaded as they are first needed.
    void whatIsLoadedLaterKeepsItsPlace_data() { add_forms(); }
    void whatIsLoadedLaterKeepsItsPlace() {
        QFETCH(bool, float8);
        QFETCH(int, format);
        const auto which = static_cast<WeightFormat>(format);
        const auto recipe = inference::WeightRecipe::parse(std::string(name_of(which)));
        const auto backend = copies_backend(which, float8);
        const auto need = inference::fit_in_memory(inference::RandomWeights(copies_config()), copies_config(),
                                                   recipe, *backend);
        inference::Model model = copies_model(*backend, which);
        // Another program takes the rest. The share was reckoned from what the device had at first.
        const std::size_t enough = emulator::device_memory_used() + need.copies + need.copies_spare +
                                   need.states + (std::size_t{340} << 20);
        set_memory(enough - 1);
        QCOMPARE(inference::keep_copies(need, model).copies, std::uint64_t{0});
        set_memory(enough);
        QCOMPARE(inference::keep_copies(need, model).copies, need.copies);
    }

    /// Those are read as they lie.
    void bf16WeightsHaveNone() {
        const auto plain = copies_backend(WeightFormat::BF16, false);
        QCOMPARE(need_of(*plain).bytes, std::size_t{0});
        inference::Model model = copies_model(*plain, WeightFormat::BF16);
        const std::size_t before = emulator::device_memory_used();
        QVERIFY(!plain->keep_copies(model.weights().layers()));
        QCOMPARE(emulator::device_memory_used(), before);
        QVERIFY(plain->offers_float8_prefill());
    }

    void whereThereIsNoFloat8IntegersHaveBf16Copies() {
        emulator::Device older;
        older.compute = 80;
        emulator::set_device(older);
        const auto backend = copies_backend(WeightFormat::BF16);
        QVERIFY(!backend->offers_float8_prefill());
        QCOMPARE(need_of(*backend).bytes, std::size_t{0});
        QVERIFY(!QByteArray::fromStdString(backend->state_format()).contains("float8"));
        const auto integers = copies_backend(WeightFormat::Int4);
        QCOMPARE(need_of(*integers).bytes, copies_bytes(false));
    }
};

QTEST_APPLESS_MAIN(TestEmulatedCopies)
#include "test_emulated_copies.moc"
