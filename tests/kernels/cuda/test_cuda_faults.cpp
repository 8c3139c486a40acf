#include <QtTest>

#include "inference/model.h"
#include "inference/random_weights.h"
#include "kernels/cuda/cuda_backend.h"
#include "kernels/error.h"
#include "tests/support/cuda_emulator/emulator.h"

using namespace sidewinder;
using kernels::Error;

namespace {

const inference::Config& config() {
    static const inference::Config kConfig = inference::make_config(128, 1, 64, 1);
    return kConfig;
}

/// Loading, float8 copies, a prefill, decoding by a recorded graph, keeping a state, going back to it, and
/// drawing tokens.
std::vector<float> session() {
    const auto backend = kernels::cuda::make_backend(config().dims, kernels::WeightFormat::Int8, true);
    const inference::WeightRecipe recipe{kernels::WeightFormat::Int8, 64};
    inference::Model model(
        *backend, config(),
        inference::Weights::load(inference::RandomWeights(config()), config(), recipe, *backend), 32);
    backend->keep_copies(model.weights().layers());
    inference::State state(*backend, config());
    const auto tokens = inference::random_tokens(config().dims.vocab, 20);
    std::vector<float> logits(static_cast<std::size_t>(config().dims.vocab));
    model.forward(std::span(tokens).first(17), state, {});
    const auto kept = state.download_later();
    for (std::size_t i = 17; i < tokens.size(); ++i) {
        model.forward(std::span(tokens).subspan(i, 1), state, {.last_logits = logits, .all_logits = {}});
    }
    state.upload(*kept);
    model.forward(std::span(tokens).subspan(17, 1), state, {.last_logits = logits, .all_logits = {}});
    inference::SamplingOptions options;
    options.repetition_penalty = 1.1f;
    options.repetition_window = 5000;
    model.begin_sampling(options, tokens);
    inference::TokenId token = tokens.back();
    for (int i = 0; i < 3; ++i) {
        token = model.next(token, state).token;
        logits.push_back(static_cast<float>(token));
    }
    return logits;
}

std::int64_t calls_of_a_session() {
    emulator::reset();
    session();
    return emulator::calls();
}

}  // namespace

/// Every call to the CUDA runtime and to cuBLASLt fails once, in every way (reliability.md E06, E08, E10).
class TestCudaFaults : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void cleanup() { emulator::reset_and_forget(); }

    // Nothing is left behind, and the next try works.
    void fullMemoryAtAnyCallIsSurvived() {
        const std::vector<float> expected = session();
        const std::int64_t calls = calls_of_a_session();
        QVERIFY(calls > 50);
        int told = 0;
        for (std::int64_t call = 1; call <= calls; ++call) {
            emulator::reset();
            emulator::fail({.call = call, .error = cudaErrorMemoryAllocation, .sticky = false, .only = {}});
            try {
                session();
            } catch (const Error& error) {
                ++told;
                QVERIFY2(error.kind() == Error::Kind::OutOfMemory, error.what());
                QVERIFY2(std::string_view(error.what()).find("memory is full") != std::string_view::npos,
                         error.what());
            }
            QCOMPARE(emulator::living_objects(), std::size_t{0});
        }
        qInfo("%lld calls, %d of them told", static_cast<long long>(calls), told);
        QVERIFY(told > calls / 2);  // the rest are releases
        emulator::reset();
        QCOMPARE(session(), expected);
    }

    void aLostDeviceIsToldOnceAndLeftAlone_data() {
        QTest::addColumn<int>("error");
        QTest::newRow("illegal address") << static_cast<int>(cudaErrorIllegalAddress);
        QTest::newRow("uncorrectable ECC") << static_cast<int>(cudaErrorECCUncorrectable);
    }
    void aLostDeviceIsToldOnceAndLeftAlone() {
        QFETCH(int, error);
        const std::int64_t calls = calls_of_a_session();
        const int step = error == cudaErrorIllegalAddress ? 1 : 7;
        for (std::int64_t call = 1; call <= calls; call += step) {
            emulator::reset_and_forget();
            emulator::fail(
                {.call = call, .error = static_cast<cudaError_t>(error), .sticky = true, .only = {}});
            try {
                session();
            } catch (const Error& lost) {
                // While the device is being opened nothing is lost yet: another backend may do.
                const bool opening = lost.kind() == Error::Kind::Unsupported && call <= 10;
                QVERIFY2(opening || lost.kind() == Error::Kind::DeviceLost, lost.what());
                QVERIFY2(std::string_view(lost.what()).find("restarted") != std::string_view::npos,
                         lost.what());
            }
        }
    }

    void everyReasonForNoGpuIsNamed_data() {
        QTest::addColumn<int>("error");
        QTest::addColumn<int>("driver");
        QTest::addColumn<QString>("sentence");
        QTest::newRow("no driver") << static_cast<int>(cudaErrorInsufficientDriver) << 0
                                   << "No NVIDIA driver";
        QTest::newRow("old driver") << static_cast<int>(cudaErrorInsufficientDriver) << 12020
                                    << "CUDA 12.2 and 13.0 is needed";
        QTest::newRow("no device") << static_cast<int>(cudaErrorNoDevice) << 13000 << "sees no GPU";
        QTest::newRow("driver changed")
            << static_cast<int>(cudaErrorSystemDriverMismatch) << 13000 << "restart the computer";
    }
    void everyReasonForNoGpuIsNamed() {
        QFETCH(int, error);
        QFETCH(int, driver);
        QFETCH(QString, sentence);
        emulator::reset();
        emulator::Device device;
        device.driver_version = driver;
        emulator::set_device(device);
        emulator::fail({.call = 1,
                        .error = static_cast<cudaError_t>(error),
                        .sticky = false,
                        .only = "cudaGetDeviceCount"});
        try {
            kernels::cuda::make_backend(config().dims, kernels::WeightFormat::BF16);
            QFAIL("a backend was made");
        } catch (const Error& refused) {
            QCOMPARE(refused.kind(), Error::Kind::Unsupported);
            QVERIFY2(QString::fromUtf8(refused.what()).contains(sentence), refused.what());
        }
    }

    void oldGpusAreRefusedByName() {
        emulator::reset();
        emulator::Device device;
        device.name = "Old GPU";
        device.compute = 75;
        emulator::set_device(device);
        try {
            kernels::cuda::make_backend(config().dims, kernels::WeightFormat::BF16);
            QFAIL("a backend was made");
        } catch (const Error& refused) {
            QCOMPARE(refused.kind(), Error::Kind::Unsupported);
            QVERIFY2(std::string_view(refused.what()).find("Old GPU") != std::string_view::npos,
                     refused.what());
        }
    }
};

QTEST_APPLESS_MAIN(TestCudaFaults)
#include "test_cuda_faults.moc"
