#include <QtTest>

#include "app/core/engine.h"
#include "inference/error.h"
#include "inference/generator.h"
#include "kernels/error.h"
#include "tests/support/demo_model.h"
#include "tests/support/failing_backend.h"

using namespace sidewinder;
using app::Device;
using app::Engine;
using kernels::Error;
using test::FailingBackend;

/// Which device answers, and why, with a GPU made of the CPU.
class TestEngineDevice : public QObject {
    Q_OBJECT

    FailingBackend::Plan plan_;
    int made_ = 0;

    app::EngineOptions options(Device device) {
        app::EngineOptions options;
        options.model = test::demo_model();
        options.device = device;
        options.threads = 1;
        options.backends.cuda = [this](const kernels::Dims& dims, kernels::WeightFormat format) {
            ++made_;
            if (dims.vocab == 0 || format != kernels::WeightFormat::BF16) qFatal("wrong arguments");
            return std::make_unique<FailingBackend>(plan_);
        };
        return options;
    }
    app::EngineOptions without_gpu(Device device) {
        app::EngineOptions options = this->options(device);
        options.backends.cuda = [](const kernels::Dims&,
                                   kernels::WeightFormat) -> std::unique_ptr<kernels::Backend> {
            throw Error(Error::Kind::Unsupported, "No NVIDIA driver is installed.");
        };
        return options;
    }
    template <class Load>
    static std::pair<int, QString> error_of(const Load& load) {
        try {
            load();
        } catch (const Error& error) {
            return {static_cast<int>(error.kind()), QString::fromUtf8(error.what())};
        }
        return {-1, {}};
    }
    static int code(Error::Kind kind) { return static_cast<int>(kind); }

  private Q_SLOTS:
    void init() {
        plan_ = {};
        made_ = 0;
    }

    void autoTakesAUsableGpu() {
        const auto engine = Engine::load(options(Device::Auto));
        QCOMPARE(engine->device_name(), std::string("Test GPU"));
        QVERIFY(engine->device_note().empty());
        QVERIFY(engine->memory().total() > engine->model().weights().bytes());
    }

    void autoWithoutAGpuSaysWhy() {
        const auto engine = Engine::load(without_gpu(Device::Auto));
        QVERIFY(engine->device_name().starts_with("CPU"));
        QCOMPARE(engine->device_note(), std::string("No NVIDIA driver is installed."));
    }

    void autoTakesTheCpuWhenTheModelDoesNotFit() {
        plan_.memory = 1'000'000;
        const auto engine = Engine::load(options(Device::Auto));
        QVERIFY(engine->device_name().starts_with("CPU"));
        QVERIFY2(engine->device_note().find("GB are free") != std::string::npos,
                 engine->device_note().c_str());
        QCOMPARE(error_of([&] { Engine::load(options(Device::Cuda)); }).first,
                 code(Error::Kind::OutOfMemory));
    }

    void cpuNeverAsksForTheGpu() {
        const auto engine = Engine::load(options(Device::Cpu));
        QCOMPARE(made_, 0);
        QVERIFY(engine->device_note().empty());
    }

    void cudaIsCudaOrAnError() {
        const auto [kind, sentence] = error_of([&] { Engine::load(without_gpu(Device::Cuda)); });
        QCOMPARE(kind, code(Error::Kind::Unsupported));
        QCOMPARE(sentence, QStringLiteral("No NVIDIA driver is installed."));
    }

    void aGpuThatIsOffIsNotTouched() {
        app::EngineOptions off = options(Device::Auto);
        off.cuda_off = "The GPU failed.";
        QCOMPARE(Engine::load(off)->device_note(), off.cuda_off);
        off.device = Device::Cuda;
        QCOMPARE(error_of([&] { Engine::load(off); }).first, code(Error::Kind::Unsupported));
        QCOMPARE(made_, 0);
    }

    void statesOfTwoDevicesAreNotTheSame() {
        QVERIFY(Engine::load(options(Device::Cuda))->fingerprint() !=
                Engine::load(options(Device::Cpu))->fingerprint());
    }

    void nothingIsAskedOfALostGpu() {
        const auto engine = Engine::load(options(Device::Cuda));
        plan_.lost_at = 40;
        const std::vector<inference::TokenId> log{1, 3, 100, 200, 300, 4};
        const auto [kind, sentence] = error_of([&] {
            inference::generate(engine->timeline(), engine->tokenizer(), log,
                                {.sampling = {}, .max_tokens = 50}, {}, {});
        });
        QCOMPARE(kind, code(Error::Kind::DeviceLost));
        QCOMPARE(plan_.calls_after_loss, 0);
    }
};

QTEST_APPLESS_MAIN(TestEngineDevice)
#include "test_engine_device.moc"
