#include <QTest>
#include <algorithm>
#include <vector>

#include "kernels/cuda/grid_barrier.cuh"
#include "tests/support/cuda_arrays.h"
#include "tests/support/cuda_emulator/emulator.h"

/// That the blocks of a cooperative launch meet in the emulator as on a device, and what it says where they
/// cannot.

using namespace sidewinder;
using namespace sidewinder::kernels::cuda;
using emulator::first_fault;
using test::DeviceArray;

namespace {

constexpr unsigned kThreads = 96;

/// A barrier in device memory, ready for the first launch.
struct Counters {
    DeviceArray<unsigned> memory{{0, 0}};
    GridBarrier barrier() const { return {memory.get(), memory.get() + 1}; }
};

/// Row r + 1 of `rows` from row r: each element three times its own plus the next block's.
__global__ void rotate(GridBarrier barrier, unsigned* rows, int rounds, bool synced, bool leaves) {
    const unsigned width = gridDim.x * blockDim.x;
    const unsigned mine = blockIdx.x * blockDim.x + threadIdx.x;
    const unsigned next = (mine + blockDim.x) % width;
    unsigned generation = 0;
    for (int r = 0; r < rounds; ++r, rows += width) {
        rows[width + mine] = 3 * rows[mine] + __ldcg(rows + next);
        if (synced) grid_barrier(barrier.arrived, generation);
    }
    if (leaves) grid_leave(barrier);
}

/// The same in halves, with something done in between.
__global__ void rotate_in_halves(GridBarrier barrier, unsigned* rows, const unsigned* constants, int rounds) {
    const unsigned width = gridDim.x * blockDim.x;
    const unsigned mine = blockIdx.x * blockDim.x + threadIdx.x;
    const unsigned next = (mine + blockDim.x) % width;
    unsigned constant = 0;
    for (int r = 0; r < rounds; ++r, rows += width) {
        if (r > 0)
            grid_wait(barrier.arrived, static_cast<unsigned>(r) * gridDim.x, static_cast<int>(blockDim.x));
        rows[width + mine] = 3 * rows[mine] + __ldcg(rows + next) + constant;
        grid_arrive(barrier.arrived, static_cast<int>(blockDim.x));
        prefetch_l2(constants + r);
        constant = constants[r];
    }
    grid_wait(barrier.arrived, static_cast<unsigned>(rounds) * gridDim.x, static_cast<int>(blockDim.x));
    grid_leave(barrier);
}

std::vector<unsigned> rotated(std::vector<unsigned> row, int rounds, const std::vector<unsigned>& constants) {
    for (int r = 0; r < rounds; ++r) {
        std::vector<unsigned> after(row.size());
        for (std::size_t i = 0; i < row.size(); ++i) {
            after[i] = 3 * row[i] + row[(i + kThreads) % row.size()] +
                       (r > 0 ? constants[static_cast<std::size_t>(r - 1)] : 0);
        }
        row = after;
    }
    return row;
}

/// Shared memory of both kinds is the block's own, from barrier to barrier, and poisoned at first.
__global__ void keep_in_shared(GridBarrier barrier, unsigned* wrong) {
    __shared__ unsigned fixed[kThreads];
    auto* dynamic = reinterpret_cast<unsigned*>(dynamic_smem());
    const unsigned t = threadIdx.x;
    if (fixed[t] != 0xFFFFFFFFu || dynamic[t] != 0xFFFFFFFFu) atomicAdd(wrong, 1);
    unsigned generation = 0;
    for (unsigned round = 0; round < 3; ++round) {
        const unsigned value = 1000 * round + 100 * blockIdx.x + t;
        fixed[t] = dynamic[t] = value;
        grid_barrier(barrier.arrived, generation);
        const unsigned other = blockDim.x - 1 - t;
        if (fixed[other] != value - t + other || dynamic[other] != value - t + other) atomicAdd(wrong, 1);
        __syncthreads();
    }
    grid_leave(barrier);
}

/// Block 1 passes the second barrier by.
__global__ void skip_one(GridBarrier barrier) {
    unsigned generation = 0;
    grid_barrier(barrier.arrived, generation);
    if (blockIdx.x != 1) grid_barrier(barrier.arrived, generation);
}

__global__ void half_the_block(GridBarrier barrier) {
    unsigned generation = 0;
    if (threadIdx.x < 16) {
        grid_barrier(barrier.arrived, generation);
    } else {
        __shfl_sync(0xFFFFFFFFu, 1, 0);
    }
}

/// Block after block, in the order of their numbers, whatever the order in which they run.
__global__ void one_by_one(unsigned* turn, unsigned first_turn, unsigned* began, unsigned* order) {
    if (threadIdx.x != 0) return;
    began[1 + atomicAdd(began, 1)] = blockIdx.x;
    wait_until_reached(turn, first_turn + blockIdx.x);
    order[*turn - first_turn] = blockIdx.x;
    add_release(turn, 1);
}

__global__ void prefetch(const unsigned* address) {
    prefetch_l2(address);
}

__global__ void large_blocks(GridBarrier barrier, unsigned* sums, int rounds) {
    unsigned generation = 0;
    for (int r = 0; r < rounds; ++r) {
        const int votes = __syncthreads_count(threadIdx.x % 2 == 0);
        if (threadIdx.x == 511)
            sums[blockIdx.x] += static_cast<unsigned>(votes) + sums[gridDim.x + blockIdx.x];
        grid_barrier(barrier.arrived, generation);
        if (threadIdx.x == 511) sums[gridDim.x + blockIdx.x] = sums[(blockIdx.x + 1) % gridDim.x];
        grid_barrier(barrier.arrived, generation);
    }
    grid_leave(barrier);
}

LaunchShape together(unsigned blocks, std::size_t smem = 0) {
    return {
        .grid = dim3(blocks), .block = dim3(kThreads), .smem = smem, .overlap = false, .cooperative = true};
}

std::vector<unsigned> first_row(unsigned blocks, int rounds) {
    const std::size_t width = std::size_t{blocks} * kThreads;
    std::vector<unsigned> rows(width * static_cast<std::size_t>(rounds + 1), 0xFFFFFFFFu);
    for (std::size_t i = 0; i < width; ++i) rows[i] = static_cast<unsigned>(i * i % 97);
    return rows;
}

std::vector<unsigned> last_row(const DeviceArray<unsigned>& rows, unsigned blocks) {
    const std::vector<unsigned> all = rows.host();
    return {all.end() - blocks * kThreads, all.end()};
}

bool contains(const std::string& text, const char* part) {
    return text.find(part) != std::string::npos;
}

}  // namespace

class TestEmulatorGrid : public QObject {
    Q_OBJECT
    DeviceTraits device;
    KernelAttributes attributes;
    Context context;

    static void inBothOrders() {
        QTest::addColumn<int>("order");
        QTest::newRow("forward") << static_cast<int>(emulator::Order::Forward);
        QTest::newRow("reversed") << static_cast<int>(emulator::Order::Reversed);
    }
    static void takeOrder() {
        QFETCH(int, order);
        emulator::set_order(static_cast<emulator::Order>(order));
    }

    /// How many blocks began, and which one after which.
    static std::vector<unsigned> beganIn(std::vector<unsigned> numbers) {
        QFETCH(int, order);
        if (order == static_cast<int>(emulator::Order::Reversed))
            std::reverse(numbers.begin(), numbers.end());
        numbers.insert(numbers.begin(), static_cast<unsigned>(numbers.size()));
        return numbers;
    }

  private Q_SLOTS:
    void init() {
        emulator::set_device({.multiprocessors = 6});
        device = open_device();
        attributes = {};  // a device of its own for each test
        context.device = &device;
        context.attributes = &attributes;
    }
    void cleanup() {
        emulator::set_order(emulator::Order::Forward);
        emulator::reset_and_forget();
    }

    void phasesSeeWhatThePhaseBeforeWrote_data() { inBothOrders(); }
    void phasesSeeWhatThePhaseBeforeWrote() {
        takeOrder();
        constexpr int kRounds = 5;
        for (const unsigned blocks : {1u, 2u, 5u, 6u}) {
            const Counters counters;
            DeviceArray<unsigned> rows(first_row(blocks, kRounds));
            const auto run = [&](bool synced) {
                rows.set(first_row(blocks, kRounds));
                launch(context, "rotate", together(blocks), rotate, counters.barrier(), rows.get(), kRounds,
                       synced, true);
                return last_row(rows, blocks);
            };
            const std::vector<unsigned> start = first_row(blocks, 0);
            const std::vector<unsigned> expected = rotated(start, kRounds, std::vector<unsigned>(kRounds));
            QCOMPARE(run(true), expected);
            QCOMPARE(counters.memory.host(), std::vector<unsigned>(2));
            QCOMPARE(run(true), expected);  // the counters serve again
            if (blocks > 1) QVERIFY(run(false) != expected);
        }
    }

    void whatNobodyLeftIsNotReady() {
        const Counters counters;
        DeviceArray<unsigned> rows(first_row(3, 2));
        const auto run = [&] {
            rows.set(first_row(3, 2));
            launch(context, "rotate", together(3), rotate, counters.barrier(), rows.get(), 2, true, false);
            return last_row(rows, 3);
        };
        const std::vector<unsigned> expected = rotated(first_row(3, 0), 2, {0, 0});
        QCOMPARE(run(), expected);
        QCOMPARE(counters.memory.host(), (std::vector<unsigned>{6, 0}));
        QVERIFY(run() != expected);
    }

    void halvesAreABarrier_data() { inBothOrders(); }
    void halvesAreABarrier() {
        takeOrder();
        const Counters counters;
        const std::vector<unsigned> constants = {5, 7, 11, 13};
        const DeviceArray<unsigned> device_constants(constants);
        const DeviceArray<unsigned> rows(first_row(4, 4));
        launch(context, "rotate_in_halves", together(4), rotate_in_halves, counters.barrier(), rows.get(),
               device_constants.get(), 4);
        QCOMPARE(last_row(rows, 4), rotated(first_row(4, 0), 4, constants));
        QCOMPARE(counters.memory.host(), std::vector<unsigned>(2));
    }

    void sharedMemoryIsTheBlocksOwn_data() { inBothOrders(); }
    void sharedMemoryIsTheBlocksOwn() {
        takeOrder();
        const Counters counters;
        const DeviceArray<unsigned> wrong({0});
        for (int i = 0; i < 2; ++i) {
            launch(context, "keep_in_shared", together(5, kThreads * sizeof(unsigned)), keep_in_shared,
                   counters.barrier(), wrong.get());
        }
        QCOMPARE(wrong.host()[0], 0u);
    }

    void blocksTakeTurns_data() { inBothOrders(); }
    void blocksTakeTurns() {
        takeOrder();
        const std::vector<unsigned> numbers = {0, 1, 2, 3, 4, 5};
        for (const unsigned first_turn : {0u, 0xFFFFFFFDu}) {  // past 2^32 as well
            const DeviceArray<unsigned> turn({first_turn});
            const DeviceArray<unsigned> began(std::vector<unsigned>(7));
            const DeviceArray<unsigned> order(std::vector<unsigned>(6, 99));
            launch(context, "one_by_one", together(6), one_by_one, turn.get(), first_turn, began.get(),
                   order.get());
            QCOMPARE(order.host(), numbers);
            if (first_turn == 0) QCOMPARE(began.host(), beganIn(numbers));
        }
    }

    void largeBlocksHaveRoom() {
        const Counters counters;
        const DeviceArray<unsigned> sums(std::vector<unsigned>(12));
        LaunchShape shape = together(6, 200 * 1024);
        shape.block = dim3(512);
        launch(context, "large_blocks", shape, large_blocks, counters.barrier(), sums.get(), 3);
        QCOMPARE(sums.host(), std::vector<unsigned>(12, 256 * 7));
    }

    void graphsReplayCooperativeLaunches() {
        const Counters counters;
        const DeviceArray<unsigned> sums(std::vector<unsigned>(4));
        cudaStream_t stream = nullptr;
        check(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking), "cudaStreamCreate");
        check(cudaStreamBeginCapture(stream, cudaStreamCaptureModeThreadLocal), "begin");
        LaunchShape shape = together(2);
        shape.block = dim3(512);
        launch(Context{stream, &device, &attributes}, "large_blocks", shape, large_blocks, counters.barrier(),
               sums.get(), 1);
        cudaGraph_t graph = nullptr;
        cudaGraphExec_t exec = nullptr;
        check(cudaStreamEndCapture(stream, &graph), "end");
        check(cudaGraphInstantiate(&exec, graph, 0), "instantiate");
        for (int i = 0; i < 3; ++i) check(cudaGraphLaunch(exec, stream), "launch");
        check(cudaStreamSynchronize(stream), "synchronize");
        QCOMPARE(sums.host(), std::vector<unsigned>(4, 256 * 7));
    }

    void aMissedBarrierIsTold_data() { inBothOrders(); }
    void aMissedBarrierIsTold() {
        takeOrder();
        const Counters counters;
        const std::string sentence =
            first_fault([&] { launch(context, "skip_one", together(3), skip_one, counters.barrier()); });
        QVERIFY2(contains(sentence,
                          "The blocks can never go on. Block (0, 0, 0): thread (0, 0, 0) waits for a "
                          "counter to reach 6, which is at 5, thread (1, 0, 0) waits in "
                          "block_barrier and 94 more wait. Block (1, 0, 0) has returned."),
                 sentence.c_str());
        QVERIFY2(contains(sentence, "In kernel skip_one<<<(3, 1, 1), (96, 1, 1)>>>."), sentence.c_str());
    }

    void countersThatNobodySetAreTold() {
        const DeviceArray<unsigned> memory({0xFFFFFFFFu, 0xFFFFFFFFu});  // as cudaMalloc gives them here
        const GridBarrier barrier{memory.get(), memory.get() + 1};
        const std::string sentence =
            first_fault([&] { launch(context, "skip_one", together(3), skip_one, barrier); });
        QVERIFY2(contains(sentence, "to reach 3, which is at 2"), sentence.c_str());
    }

    // A block that is at odds with itself says so, though other blocks could go on.
    void aBlockAtOddsWithItselfIsTold() {
        const Counters counters;
        const std::string sentence = first_fault(
            [&] { launch(context, "half_the_block", together(2), half_the_block, counters.barrier()); });
        QVERIFY2(contains(sentence, "The block can never go on: thread (0, 0, 0) waits in block_barrier"),
                 sentence.c_str());
    }

    void moreBlocksThanFitAreRefused() {
        const Counters counters;
        const DeviceArray<unsigned> sums(std::vector<unsigned>(14));
        try {
            launch(context, "large_blocks", together(7), large_blocks, counters.barrier(), sums.get(), 1);
            QFAIL("seven blocks on six multiprocessors");
        } catch (const kernels::Error& error) {
            QVERIFY(error.kind() == kernels::Error::Kind::Internal);
            QVERIFY2(contains(error.what(), "cudaErrorCooperativeLaunchTooLarge"), error.what());
        }
        QCOMPARE(cudaGetLastError(), cudaSuccess);
    }

    void otherShapesAreRefused() {
        const Counters counters;
        const auto refused = [&](const LaunchShape& shape) {
            try {
                launch(context, "skip_one", shape, skip_one, counters.barrier());
            } catch (const kernels::Error& error) {
                return error.kind() == kernels::Error::Kind::Internal;
            }
            return false;
        };
        LaunchShape shape = together(2);
        shape.overlap = true;
        QVERIFY(refused(shape));
        shape = together(2);
        shape.grid.y = 2;
        QVERIFY(refused(shape));
        shape = together(2);
        shape.block.z = 2;
        QVERIFY(refused(shape));
    }

    void barriersNeedACooperativeLaunch() {
        const Counters counters;
        LaunchShape shape = together(1);
        shape.cooperative = false;
        const std::string sentence =
            first_fault([&] { launch(context, "skip_one", shape, skip_one, counters.barrier()); });
        QVERIFY2(contains(sentence, "not cooperative"), sentence.c_str());
    }

    void countersAreDeviceMemory() {
        unsigned host[2] = {};
        const GridBarrier barrier{host, host + 1};
        const std::string sentence =
            first_fault([&] { launch(context, "skip_one", together(1), skip_one, barrier); });
        QVERIFY2(contains(sentence, "not in device memory"), sentence.c_str());
    }

    void prefetchesStayInBounds() {
        const DeviceArray<unsigned> four(std::vector<unsigned>(4));
        const auto at = [&](int index) {
            return first_fault([&] {
                launch(context, "prefetch", LaunchShape{dim3(1), dim3(1)}, prefetch, four.get() + index);
            });
        };
        QCOMPARE(at(3), std::string());
        QVERIFY2(contains(at(4), "0 bytes behind the end of an allocation of 16 bytes"), at(4).c_str());
    }
};

QTEST_APPLESS_MAIN(TestEmulatorGrid)
#include "test_emulator_grid.moc"
