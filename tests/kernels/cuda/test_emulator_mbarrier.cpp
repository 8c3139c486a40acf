#include <QTest>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <vector>

#include "kernels/cuda/device.h"
#include "kernels/cuda/launch.h"
#include "kernels/cuda/ptx.cuh"
#include "tests/support/cuda_arrays.h"
#include "tests/support/cuda_emulator/emulator.h"

/// That mbarriers, bulk copies and barriers of some threads do in the emulator what they do on a device, and
/// that it notices what a device would punish.

using namespace sidewinder;
using namespace sidewinder::kernels::cuda;
using sidewinder::test::DeviceArray;

namespace {

constexpr int kRows = 32;  // of four floats

/// One mbarrier at the begin of shared memory, ready for use.
__device__ std::uint64_t* ready_barrier(unsigned arrivals) {
    auto* barrier = reinterpret_cast<std::uint64_t*>(dynamic_smem());
    if (threadIdx.x == 0) {
        mbarrier_init(barrier, arrivals);
        mbarrier_init_fence();
    }
    __syncthreads();
    return barrier;
}

__global__ void copy_rows(const float* in, float* before, float* after) {
    std::uint64_t* barrier = ready_barrier(1);
    const unsigned lane = threadIdx.x;
    auto* rows = reinterpret_cast<float*>(dynamic_smem() + 16);
    if (lane == 0) mbarrier_expect(barrier, kRows * 16);
    __syncwarp();
    bulk_copy(rows + 4 * lane, in + 4 * lane, 16, barrier, evict_first_policy());
    before[lane] = rows[4 * lane];
    mbarrier_wait(barrier, 0);
    after[lane] = rows[4 * lane];
}

/// The second warp fills two slots in turn, the first one empties them.
__global__ void stream(const float* in, float* out, int units) {
    auto* full = reinterpret_cast<std::uint64_t*>(dynamic_smem());
    std::uint64_t* empty = full + 2;
    auto* ring = reinterpret_cast<float*>(dynamic_smem() + 32);
    if (threadIdx.x == 0) {
        for (int i = 0; i < 2; ++i) {
            mbarrier_init(full + i, 1);
            mbarrier_init(empty + i, 32);
        }
        mbarrier_init_fence();
    }
    __syncthreads();
    const unsigned lane = threadIdx.x % 32;
    for (int u = 0; u < units; ++u) {
        const int slot = u % 2;
        const unsigned parity = static_cast<unsigned>(u / 2 % 2);
        if (threadIdx.x >= 32) {
            mbarrier_wait(empty + slot, parity ^ 1);
            if (lane > 0) continue;
            mbarrier_expect(full + slot, 128);
            bulk_copy(ring + 32 * slot, in + 32 * u, 128, full + slot, evict_first_policy());
        } else {
            mbarrier_wait(full + slot, parity);
            out[32 * static_cast<unsigned>(u) + lane] = 2 * ring[32 * static_cast<unsigned>(slot) + lane];
            mbarrier_arrive(empty + slot);
        }
    }
}

__global__ void wait_in_vain() {
    mbarrier_wait(ready_barrier(1), 0);
}
__global__ void arrive_unmade() {
    mbarrier_arrive(reinterpret_cast<std::uint64_t*>(dynamic_smem()));
}
__global__ void arrive_too_often(const float* in) {
    std::uint64_t* barrier = ready_barrier(1);
    if (threadIdx.x > 0) return;
    mbarrier_expect(barrier, 16);
    bulk_copy(dynamic_smem() + 16, in, 16, barrier, evict_first_policy());
    mbarrier_arrive(barrier);
}
__global__ void leave_a_copy(const float* in) {
    std::uint64_t* barrier = ready_barrier(1);
    if (threadIdx.x > 0) return;
    mbarrier_expect(barrier, 16);
    bulk_copy(dynamic_smem() + 16, in, 16, barrier, evict_first_policy());
}
__global__ void copy_eight_bytes(const float* in) {
    std::uint64_t* barrier = ready_barrier(1);
    if (threadIdx.x == 0) bulk_copy(dynamic_smem() + 16, in, 8, barrier, evict_first_policy());
}

/// The first warp meets by itself while the second is on its way to its end.
__global__ void half_team(float* out) {
    auto* values = reinterpret_cast<float*>(dynamic_smem());
    if (threadIdx.x >= 32) return;
    values[threadIdx.x] = static_cast<float>(threadIdx.x);
    block_barrier(32);
    out[threadIdx.x] = values[31 - threadIdx.x];
}
__global__ void teams_at_odds() {
    block_barrier(threadIdx.x < 32 ? 64 : 32);
}

class TestEmulatorMbarrier : public QObject {
    Q_OBJECT

  private slots:
    void copiesArriveAtTheWait() {
        const DeviceArray<float> in(counted(4 * kRows)), before(counted(kRows)), after(counted(kRows));
        start(copy_rows, 32, in.get(), before.get(), after.get());
        for (const float v : before.host()) QVERIFY(std::isnan(v));
        for (int i = 0; i < kRows; ++i) QCOMPARE(after.host()[std::size_t(i)], float(4 * i));
    }
    void aRingOfTwoSlotsStreams() {
        const DeviceArray<float> in(counted(32 * 7)), out(counted(32 * 7));
        start(stream, 64, in.get(), out.get(), 7);
        for (int i = 0; i < 32 * 7; ++i) QCOMPARE(out.host()[std::size_t(i)], float(2 * i));
    }
    void someThreadsMeet() {
        const DeviceArray<float> out(counted(32));
        start(half_team, 64, out.get());
        for (int i = 0; i < 32; ++i) QCOMPARE(out.host()[std::size_t(i)], float(31 - i));
    }

    void mistakesAreTold_data() {
        QTest::addColumn<int>("which");
        QTest::addColumn<QString>("sentence");
        QTest::newRow("nobody arrives") << 0 << "thread (0, 0, 0) waits for an mbarrier";
        QTest::newRow("before it was made") << 1 << "used before mbarrier_init";
        QTest::newRow("too many arrive") << 2 << "More threads arrive at an mbarrier";
        QTest::newRow("ends with a copy") << 3 << "ends while a bulk copy is on its way";
        QTest::newRow("8 bytes") << 4 << "no multiples of 16";
        QTest::newRow("two teams") << 5 << "block_barrier is called for";
    }
    void mistakesAreTold() {
        QFETCH(int, which);
        QFETCH(QString, sentence);
        const DeviceArray<float> in(counted(4));
        const std::string told = emulator::first_fault([&] {
            if (which == 0) start(wait_in_vain, 32);
            if (which == 1) start(arrive_unmade, 32);
            if (which == 2) start(arrive_too_often, 32, in.get());
            if (which == 3) start(leave_a_copy, 32, in.get());
            if (which == 4) start(copy_eight_bytes, 32, in.get());
            if (which == 5) start(teams_at_odds, 64);
        });
        QVERIFY2(QString::fromStdString(told).contains(sentence), told.c_str());
    }

  private:
    static std::vector<float> counted(std::size_t count) {
        std::vector<float> values(count);
        std::iota(values.begin(), values.end(), 0.0f);
        return values;
    }
    template <class... Params, class... Args>
    void start(void (*kernel)(Params...), unsigned threads, Args... args) const {
        LaunchShape shape;
        shape.block.x = threads;
        shape.smem = 1024;
        launch(cuda_.context, "kernel", shape, kernel, args...);
        check(cudaDeviceSynchronize(), "the kernel");
    }

    sidewinder::test::CudaContext cuda_;
};

}  // namespace

QTEST_APPLESS_MAIN(TestEmulatorMbarrier)
#include "test_emulator_mbarrier.moc"
