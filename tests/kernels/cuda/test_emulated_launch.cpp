#include <QtTest>

#include "kernels/cuda/launch.h"
#include "tests/support/cuda_emulator/emulator.h"

using namespace sidewinder;
using namespace sidewinder::kernels::cuda;

/// What a launch asks of the driver before it.
class TestEmulatedLaunch : public QObject {
    Q_OBJECT

    static constexpr std::size_t kUnasked = 48 * 1024, kLarge = 100 * 1024, kSmaller = 60 * 1024;
    int kernel_ = 0, hungry_ = 0;  ///< their addresses stand for kernels'

    static std::int64_t changes() { return emulator::calls("cudaFuncSetAttribute"); }
    int limit() const {
        cudaFuncAttributes attributes{};
        check(cudaFuncGetAttributes(&attributes, &kernel_), "cudaFuncGetAttributes");
        return attributes.maxDynamicSharedSizeBytes;
    }

  private Q_SLOTS:
    void init() { emulator::reset(); }
    void cleanup() { emulator::reset(); }

    void aKernelIsGivenWhatItNeedsOnce() {
        KernelAttributes attributes;
        attributes.require(&kernel_, kUnasked, false, "kernel");
        QCOMPARE(emulator::calls(), 0);
        for (int i = 0; i < 3; ++i) attributes.require(&kernel_, kLarge, true, "kernel");
        QCOMPARE(limit(), static_cast<int>(kLarge));
        QCOMPARE(changes(), 2);  // the limit, and the share of a multiprocessor
    }

    // Two backends live at once, and a limit belongs to the process.
    void noOwnerTakesAwayWhatAnotherOneGave() {
        KernelAttributes one, other;
        one.require(&kernel_, kLarge, false, "kernel");
        other.require(&kernel_, kSmaller, false, "kernel");
        QCOMPARE(limit(), static_cast<int>(kLarge));
    }

    // On a device the launch fails.
    void whatNobodyAskedForIsTold() {
        emulator::LaunchRequest request;
        request.name = "hungry";
        request.kernel = &hungry_;
        request.smem = kUnasked;
        const auto start = [&] {
            return emulator::first_fault([&] { emulator::launch_kernel(nullptr, request, [] {}); });
        };
        QCOMPARE(start(), std::string());
        request.smem = kSmaller;
        const std::string sentence = start();
        QVERIFY2(sentence.find("hungry takes 61440 bytes") != std::string::npos, sentence.c_str());
        KernelAttributes().require(&hungry_, kSmaller, false, "hungry");
        QCOMPARE(start(), std::string());
        request.smem = kLarge;
        QVERIFY(!start().empty());
    }

    void whatNoDeviceHasIsRefusedByTheKernelsName() {
        KernelAttributes attributes;
        try {
            attributes.require(&kernel_, std::size_t{1} << 20, false, "some_kernel");
            QFAIL("a megabyte was given");
        } catch (const kernels::Error& error) {
            QVERIFY2(QString::fromUtf8(error.what()).contains(QStringLiteral("some_kernel")), error.what());
        }
    }
};

QTEST_APPLESS_MAIN(TestEmulatedLaunch)
#include "test_emulated_launch.moc"
