#include <QtTest>

#include "app/core/engine.h"
#include "inference/error.h"
#include "inference/generator.h"
#include "kernels/error.h"
#include "tests/support/demo_model.h"
#include "tests/support/failing_backend.h"
#include "tests/support/memory_files.h"

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
        options.backends.cuda = [this](const kernels::Dims& dims, kernels::WeightFormat format, bool float8) {
            ++made_;
            plan_.float8 = float8;
            if (dims.vocab == 0 || format != kernels::WeightFormat::BF16) qFatal("wrong arguments");
            return std::make_unique<FailingBackend>(plan_);
        };
        return options;
    }
    app::EngineOptions without_gpu(Device device) {
        app::EngineOptions options = this->options(device);
        options.backends.cuda = [](const kernels::Dims&, kernels::WeightFormat,
                                   bool) -> std::unique_ptr<kernels::Backend> {
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

    void copiesAreKeptWhereTheyFit_data() {
        QTest::addColumn<bool>("float8");
        QTest::newRow("float8") << true;
        QTest::newRow("bf16") << false;
    }
    void copiesAreKeptWhereTheyFit() {
        QFETCH(bool, float8);
        const std::string form = float8 ? "float8" : "bf16";
        app::EngineOptions wanted = options(Device::Cuda);
        wanted.float8_prefill = float8;
        const auto without = Engine::load(wanted);
        QCOMPARE(without->memory().copies, std::uint64_t{0});
        QVERIFY(!plan_.kept);
        plan_.copies = 1'000'000;
        plan_.spare = 3'000'000;
        const auto with = Engine::load(wanted);
        QVERIFY(plan_.kept);
        QCOMPARE(with->memory().total(), without->memory().total() + 1'000'000);
        const std::string kept = inference::describe(with->memory());
        QVERIFY2(kept.ends_with(", " + form + " copies 0.001)"), kept.c_str());
        plan_.kept = false;
        plan_.memory = with->memory().total() + (float8 ? 0 : plan_.spare) - 1;
        const auto short_of = Engine::load(wanted);
        QVERIFY(!plan_.kept);
        QCOMPARE(short_of->memory().total(), without->memory().total());
        const std::string said = inference::describe(short_of->memory());
        QVERIFY2(said.find("; there is no room for " + form + " copies of the weights, 0.001 GB") !=
                     std::string::npos,
                 said.c_str());
    }

    void aMemoryThatIsFullThenIsNoFault() {
        app::EngineOptions wanted = options(Device::Cuda);
        wanted.float8_prefill = true;
        plan_.copies = 1'000'000;
        plan_.no_room_for_copies = true;
        const auto engine = Engine::load(wanted);
        QCOMPARE(engine->device_name(), std::string("Test GPU"));
        QCOMPARE(engine->memory().copies, std::uint64_t{0});
        QCOMPARE(engine->memory().copies_lacking, std::uint64_t{1'000'000});
        QVERIFY(engine->fingerprint().ends_with("-float8"));
    }

    /// Three kinds of state, and what one kind left is read again by another, without a fault.
    void statesOfFloat8AreNotTheOthers() {
        test::MemoryFiles files;
        app::EngineOptions wanted = options(Device::Cuda);
        wanted.checkpoints = &files;
        plan_.copies = 1'000'000;
        const std::vector<inference::TokenId> log{1, 3, 100, 200, 300, 4};
        for (const auto& [float8, room] : {std::pair{false, true}, {true, true}, {true, false}}) {
            wanted.float8_prefill = float8;
            plan_.no_room_for_copies = !room;
            plan_.kept = false;
            for (const bool again : {false, true}) {
                const auto engine = Engine::load(wanted);
                const auto outcome = engine->timeline().advance(log);
                QVERIFY(outcome.plan.origin ==
                        (again ? inference::Timeline::Origin::Disk : inference::Timeline::Origin::Nothing));
                QCOMPARE(outcome.plan.to_read, again ? 0 : 6);
                if (!again) engine->timeline().keep(inference::Timeline::Keep::HostAndDisk);
            }
        }
        QCOMPARE(files.files.size(), std::size_t{3});
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
