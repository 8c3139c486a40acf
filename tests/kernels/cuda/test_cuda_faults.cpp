#include <sys/wait.h>
#include <unistd.h>

#include <QtTest>

#include <cstdlib>

#include "inference/model.h"
#include "inference/random_weights.h"
#include "kernels/cuda/cuda_backend.h"
#include "kernels/cuda/errors.h"
#include "kernels/cuda/loss.h"
#include "kernels/error.h"
#include "tests/support/cuda_emulator/emulator.h"

using namespace sidewinder;
using kernels::Error;

namespace {

const inference::Config& config() {
    static const inference::Config kConfig = inference::make_config(128, 1, 64, 1);
    return kConfig;
}

enum class Copies { None, Bf16, Float8 };

/// Loading, copies of the weights if wanted, a prefill, decoding by a recorded graph, keeping a state, going
/// back to it, and drawing tokens. `made` is set as soon as there is a backend.
std::vector<float> session(bool* made = nullptr, Copies copies = Copies::Float8) {
    const auto backend =
        kernels::cuda::make_backend(config().dims, kernels::WeightFormat::Int8, copies == Copies::Float8);
    if (made) *made = true;
    const inference::WeightRecipe recipe{kernels::WeightFormat::Int8, 64};
    inference::Model model(
        *backend, config(),
        inference::Weights::load(inference::RandomWeights(config()), config(), recipe, *backend), 32);
    if (copies != Copies::None) backend->keep_copies(model.weights().layers());
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

std::int64_t calls_of_a_session(Copies copies = Copies::Float8) {
    emulator::reset();
    session(nullptr, copies);
    return emulator::calls();
}

}  // namespace

/// Every call to the CUDA runtime and to cuBLASLt fails once, in every way (reliability.md E06, E08, E10).
class TestCudaFaults : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void cleanup() { emulator::reset_and_forget(); }

    // Nothing is left behind, and the next try works.
    void fullMemoryAtAnyCallIsSurvived_data() {
        QTest::addColumn<int>("form");
        QTest::addColumn<int>("step");
        QTest::newRow("float8 copies") << static_cast<int>(Copies::Float8) << 1;
        QTest::newRow("bf16 copies") << static_cast<int>(Copies::Bf16) << 7;  // the other calls are the same
    }
    void fullMemoryAtAnyCallIsSurvived() {
        QFETCH(int, form);
        QFETCH(int, step);
        const auto copies = static_cast<Copies>(form);
        const std::vector<float> expected = session(nullptr, copies);
        const std::int64_t calls = calls_of_a_session(copies);
        QVERIFY(calls > 50);
        int told = 0;
        for (std::int64_t call = 1; call <= calls; call += step) {
            emulator::reset();
            emulator::fail({.call = call, .error = cudaErrorMemoryAllocation, .sticky = false, .only = {}});
            try {
                session(nullptr, copies);
            } catch (const Error& error) {
                ++told;
                QVERIFY2(error.kind() == Error::Kind::OutOfMemory, error.what());
                QVERIFY2(std::string_view(error.what()).find("memory is full") != std::string_view::npos,
                         error.what());
            }
            QCOMPARE(emulator::living_objects(), std::size_t{0});
        }
        qInfo("%lld calls, %d of them told", static_cast<long long>(calls), told);
        QVERIFY(told > calls / step / 2);  // the rest are releases
        emulator::reset();
        QCOMPARE(session(nullptr, copies), expected);
    }

    void whatMemoryIsShortOfIsTold_data() {
        QTest::addColumn<QString>("call");
        QTest::addColumn<int>("error");
        QTest::addColumn<int>("mebibytes");
        QTest::addColumn<QString>("sentence");
        const int full = cudaErrorMemoryAllocation, gpu = 4096;
        const QString device = "GPU's memory is full: ";
        QTest::newRow("the context") << "cudaFree" << full << gpu << device;
        QTest::newRow("a stream") << "cudaStreamCreate" << full << gpu << device;
        QTest::newRow("an event") << "cudaEventCreate" << full << gpu << device;
        QTest::newRow("memory") << "cudaMalloc" << full << gpu << "of 4.29 GB are free (cudaMalloc of ";
        QTest::newRow("locked memory")
            << "cudaMallocHost" << full << gpu << "computer's memory is full: 0.00419 GB";
        QTest::newRow("a graph") << "cudaGraphInstantiate" << full << gpu << device;
        QTest::newRow("a graph's launch") << "cudaGraphLaunch" << full << gpu << device;
        QTest::newRow("a kernel's code") << "cudaFuncGetAttributes" << full << gpu << device;
        QTest::newRow("a kernel") << "cudaLaunchKernel" << full << gpu << device;
        QTest::newRow("a kernel's registers")
            << "cudaLaunchKernel" << static_cast<int>(cudaErrorLaunchOutOfResources) << gpu
            << "no room to run";
        QTest::newRow("cuBLAS") << "cublasLtCreate" << full << gpu << device;
        QTest::newRow("cuBLAS, not initialized")
            << "cublasLtCreate" << static_cast<int>(cudaErrorInitializationError) << gpu << device;
        QTest::newRow("a plan") << "cublasLtMatmulAlgoGetHeuristic" << full << gpu << device;
        QTest::newRow("a product") << "cublasLtMatmul(" << full << gpu << device;
        QTest::newRow("a product's code")
            << "cublasLtMatmul(" << static_cast<int>(cudaErrorUnknown) << 120 << device;
    }
    void whatMemoryIsShortOfIsTold() {
        QFETCH(QString, call);
        QFETCH(int, error);
        QFETCH(int, mebibytes);
        QFETCH(QString, sentence);
        emulator::Device device;
        device.memory = static_cast<std::size_t>(mebibytes) << 20;
        emulator::set_device(device);
        emulator::fail({.error = static_cast<cudaError_t>(error), .only = call.toStdString()});
        try {
            session(nullptr, Copies::None);  // making copies goes on without them
            QFAIL("nothing was told");
        } catch (const Error& told) {
            QVERIFY2(told.kind() == Error::Kind::OutOfMemory, told.what());
            QVERIFY2(QString::fromUtf8(told.what()).contains(sentence), told.what());
        }
        QCOMPARE(emulator::living_objects(), std::size_t{0});
    }

    // Where there is memory enough and the runtime has nothing to say, something is broken.
    void aProductThatFailsForNoReasonLosesTheDevice() {
        emulator::fail({.error = cudaErrorUnknown, .only = "cublasLtMatmul("});
        try {
            session();
            QFAIL("nothing was told");
        } catch (const Error& lost) {
            QCOMPARE(lost.kind(), Error::Kind::DeviceLost);
        }
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
            bool made = false;
            try {
                session(&made);
            } catch (const Error& lost) {
                // While the device is being opened nothing is lost yet: another backend may do.
                const bool opening = lost.kind() == Error::Kind::Unsupported && call <= 10;
                QVERIFY2(opening || lost.kind() == Error::Kind::DeviceLost, lost.what());
                QVERIFY2(std::string_view(lost.what()).find("restarted") != std::string_view::npos,
                         lost.what());
                // What was being made as it happened is unmade: such calls return at once.
                const QString counted = QStringLiteral("%1 calls after call %2");
                if (made)
                    QVERIFY2(emulator::calls_after_loss() <= 8,
                             qPrintable(counted.arg(emulator::calls_after_loss()).arg(call)));
            }
        }
    }

    // E11. The emulator ends the program where a call would wait for the device.
    void aDeviceThatHangsAtAnyCallIsGivenUpAndLeftAlone() {
        const std::int64_t calls = calls_of_a_session();
        int told = 0;
        for (std::int64_t call = 1; call <= calls; ++call) {
            emulator::reset_and_forget();
            emulator::fail({.call = call, .hang = true, .only = {}});
            try {
                session();
            } catch (const Error& lost) {
                ++told;
                QCOMPARE(lost.kind(), Error::Kind::DeviceLost);
                QVERIFY2(
                    std::string_view(lost.what()).find("not answered for 30 s") != std::string_view::npos,
                    lost.what());
            }
            QCOMPARE(emulator::calls_after_loss(), 0);
        }
        qInfo("%lld calls, %d of them told", static_cast<long long>(calls), told);
        QVERIFY(told > calls / 2);  // the rest are releases
    }

    void copiesThatOutliveALostBackendAreLeftAlone() {
        auto backend = kernels::cuda::make_backend(config().dims, kernels::WeightFormat::BF16);
        auto memory = backend->allocate(4096);
        backend->zero(memory.data(), memory.bytes());
        auto there = backend->download_later(memory.data(), memory.bytes());
        QCOMPARE(there->bytes()[0], std::byte{0});
        auto again = backend->download_later(memory.data(), memory.bytes());  // a block of their own
        emulator::fail({.call = 1, .hang = true, .only = {}});
        auto on_its_way = backend->download_later(memory.data(), memory.bytes());
        QVERIFY_THROWS_EXCEPTION(Error, on_its_way->bytes());  // the first that notices
        QVERIFY_THROWS_EXCEPTION(Error, backend->synchronize());
        QVERIFY_THROWS_EXCEPTION(Error, static_cast<void>(backend->available_memory()));
        QCOMPARE(there->bytes()[0], std::byte{0});        // came before that, and stays
        QVERIFY_THROWS_EXCEPTION(Error, again->bytes());  // may have come, but nobody knows
        there.reset();
        memory = {};
        backend.reset();
        again.reset();
        on_its_way.reset();
        QCOMPARE(emulator::calls_after_loss(), 0);
    }

    // Not even the farewell of the runtime, for which a function that never returns stands here.
    void aProgramThatLostItsDeviceEndsAtOnceWithItsOwnCode() {
        const pid_t child = fork();
        if (child == 0) {
            alarm(20);
            std::atexit([] { pause(); });
            try {
                kernels::cuda::Loss().watch([] { kernels::cuda::throw_lost("The GPU failed"); });
            } catch (const Error&) {
                std::exit(7);
            }
        }
        int status = 0;
        QCOMPARE(waitpid(child, &status, 0), child);
        QVERIFY(WIFEXITED(status));
        QCOMPARE(WEXITSTATUS(status), 7);
    }

    // Else releasing would wait for a device that may hang.
    void workIsWaitedForBeforeReleaseAlthoughSomeDidNotStart() {
        const auto& dims = config().dims;
        const auto backend = kernels::cuda::make_backend(dims, kernels::WeightFormat::BF16);
        backend->reserve(dims, 16);
        const inference::Weights weights = inference::Weights::load(
            inference::RandomWeights(config()), config(), {kernels::WeightFormat::BF16, 0}, *backend);
        const auto residual = backend->allocate(static_cast<std::size_t>(dims.d_model) * sizeof(float));
        const auto zxbcdt = backend->allocate(backend->zxbcdt_bytes(dims, 1));
        backend->zero(residual.data(), residual.bytes());
        auto other = backend->allocate(64);
        backend->norm_linear(dims, weights.layers()[0], residual.as<float>(), 1, zxbcdt.data());
        emulator::fail({.error = cudaErrorMemoryAllocation, .only = "cudaLaunchKernel"});
        const std::int64_t waits = emulator::calls("cudaEventQuery");
        other = {};
        QVERIFY(emulator::failed());
        QVERIFY(emulator::calls("cudaEventQuery") > waits);
        QVERIFY_THROWS_EXCEPTION(Error, backend->synchronize());  // which tells it
        backend->synchronize();
    }

    void moreRoomIsMadeWithoutOldAddresses() {
        const auto run = [](kernels::Backend& backend, bool grow) {
            const auto& dims = config().dims;
            auto logits = backend.allocate(static_cast<std::size_t>(dims.vocab) * sizeof(float));
            auto token = backend.allocate(sizeof(std::int32_t));
            backend.reserve(dims, 16);
            std::vector<std::int32_t> tokens;
            std::vector<float> host(static_cast<std::size_t>(dims.vocab));
            for (int i = 0; i < 6; ++i) {
                if (grow && i == 3) backend.reserve(dims, 64);
                host[static_cast<std::size_t>(7 * i + 3)] = 100.0f * static_cast<float>(i + 1);
                backend.upload(logits.data(), host.data(), host.size() * sizeof(float));
                if (i % 3 == 0) backend.begin_sampling(dims, {}, tokens);
                backend.replay(1,
                               [&] { backend.sample(dims, logits.as<float>(), token.as<std::int32_t>()); });
                tokens.push_back(backend.drawn().token);
            }
            return tokens;
        };
        const auto once = kernels::cuda::make_backend(config().dims, kernels::WeightFormat::BF16);
        const auto twice = kernels::cuda::make_backend(config().dims, kernels::WeightFormat::BF16);
        const std::vector<std::int32_t> expected = run(*once, false);
        QCOMPARE(expected.back(), 38);
        QCOMPARE(run(*twice, true), expected);
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
