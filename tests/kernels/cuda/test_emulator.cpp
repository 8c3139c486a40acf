#include <QTest>
#include <cmath>
#include <cstdint>
#include <vector>

#include "kernels/cuda/device.h"
#include "kernels/cuda/launch.h"
#include "kernels/cuda/ptx.cuh"
#include "tests/support/cuda_emulator/emulator.h"

/// That the emulator computes what a device computes, and notices what a device would punish.

using namespace sidewinder;
using namespace sidewinder::kernels::cuda;

namespace {

template <class T>
class DeviceArray {
  public:
    explicit DeviceArray(const std::vector<T>& values) : size_(values.size()) {
        check(cudaMalloc(reinterpret_cast<void**>(&data_), size_ * sizeof(T)), "cudaMalloc");
        check(cudaMemcpy(data_, values.data(), size_ * sizeof(T), cudaMemcpyHostToDevice), "cudaMemcpy");
    }
    ~DeviceArray() { cudaFree(data_); }
    DeviceArray(const DeviceArray&) = delete;
    DeviceArray& operator=(const DeviceArray&) = delete;
    T* get() const { return data_; }
    std::vector<T> host() const {
        std::vector<T> values(size_);
        check(cudaMemcpy(values.data(), data_, size_ * sizeof(T), cudaMemcpyDeviceToHost), "cudaMemcpy");
        return values;
    }

  private:
    T* data_ = nullptr;
    std::size_t size_;
};

__global__ void __launch_bounds__(256) block_sums(const int* in, int* out) {
    __shared__ int partial[8];
    int sum = in[blockIdx.x * blockDim.x + threadIdx.x];
#pragma unroll
    for (int step = 16; step > 0; step /= 2) sum += __shfl_xor_sync(0xFFFFFFFFu, sum, step);
    if (threadIdx.x % 32 == 0) partial[threadIdx.x / 32] = sum;
    __syncthreads();
    if (threadIdx.x == 0) {
        int total = 0;
        for (unsigned i = 0; i < blockDim.x / 32; ++i) total += partial[i];
        out[blockIdx.x] = total;
    }
}

__global__ void multiply(const __nv_bfloat16* a, const __nv_bfloat16* b, float* c) {
    __nv_bfloat16* tile = reinterpret_cast<__nv_bfloat16*>(dynamic_smem());
    const int lane = static_cast<int>(threadIdx.x);
    cp_async_16(tile + 8 * lane, a + 8 * lane);
    cp_async_commit();
    cp_async_wait<0>();
    __syncwarp();
    std::uint32_t fragment[4];
    ldmatrix_x4(fragment, tile + lane % 16 * 16 + lane / 16 * 8);
    const int g = lane / 4;
    const int t = 2 * (lane % 4);
    const auto pair = [&](int k) {
        return static_cast<std::uint32_t>(__bfloat16_as_ushort(b[k * 8 + g])) |
               static_cast<std::uint32_t>(__bfloat16_as_ushort(b[(k + 1) * 8 + g])) << 16;
    };
    float sums[4] = {1, 1, 1, 1};
    mma_bf16(sums, fragment[0], fragment[1], fragment[2], fragment[3], pair(t), pair(t + 8));
    c[g * 8 + t] = sums[0];
    c[g * 8 + t + 1] = sums[1];
    c[(g + 8) * 8 + t] = sums[2];
    c[(g + 8) * 8 + t + 1] = sums[3];
}

/// c = a 1: each of the 256 halves of `in` once, as row-major A against an identity B, in two halves of 8
/// columns.
__global__ void through_mma_f16(const std::uint32_t* in, float* out) {
    const int lane = static_cast<int>(threadIdx.x);
    const int g = lane / 4;
    const int t = lane % 4;
    const std::uint32_t* a = in + blockIdx.x * 128;
    for (int half = 0; half < 2; ++half) {
        const std::uint32_t one = g / 2 == t ? (g % 2 ? 0x3C000000u : 0x3C00u) : 0u;
        float c[4] = {};
        mma_f16(c, a[g * 8 + t], a[(g + 8) * 8 + t], a[g * 8 + t + 4], a[(g + 8) * 8 + t + 4], half ? 0 : one,
                half ? one : 0);
        float* to = out + blockIdx.x * 256 + 8 * half + 2 * t;
        to[g * 16] = c[0];
        to[g * 16 + 1] = c[1];
        to[(g + 8) * 16] = c[2];
        to[(g + 8) * 16 + 1] = c[3];
    }
}

__global__ void read_before_wait(const float* in, float* out) {
    float* tile = reinterpret_cast<float*>(dynamic_smem());
    cp_async_4(tile + threadIdx.x, in + threadIdx.x);
    cp_async_commit();
    out[threadIdx.x] = tile[threadIdx.x];
    cp_async_4(tile + 32 + threadIdx.x, in + 32 + threadIdx.x);
    cp_async_commit();
    cp_async_wait<1>();
    out[32 + threadIdx.x] = tile[threadIdx.x];       // has arrived
    out[64 + threadIdx.x] = tile[32 + threadIdx.x];  // has not
    cp_async_wait<0>();
    out[96 + threadIdx.x] = tile[32 + threadIdx.x];
}

__global__ void misaligned_copy(const float* in) {
    cp_async_16(dynamic_smem(), in + 1);
}

/// Each thread reads what its right neighbour wrote; `synced` says whether it waits for it.
__global__ void neighbours(float* out, bool synced) {
    __shared__ float values[64];
    values[threadIdx.x] = static_cast<float>(threadIdx.x);
    if (synced) __syncthreads();
    out[threadIdx.x] = values[63 - threadIdx.x];
}

__global__ void half_waits() {
    if (threadIdx.x < 16) {
        __syncthreads();
    } else {
        __shfl_sync(0xFFFFFFFFu, 1, 0);
    }
}

__global__ void early_exit(int* out) {
    if (threadIdx.x >= 40) return;
    __syncthreads();
    out[threadIdx.x] = __popc(__ballot_sync(threadIdx.x < 32 ? 0xFFFFFFFFu : 0xFFu, 1));
}

__global__ void unread_shared(float* out) {
    __shared__ float fixed[32];
    out[threadIdx.x] = fixed[threadIdx.x];
    out[32 + threadIdx.x] = reinterpret_cast<float*>(dynamic_smem())[threadIdx.x];
    fixed[threadIdx.x] = 1;
}

__global__ void write_at(float* out, int index) {
    out[index] = 1;
}
__global__ void write_shared_at(int byte) {
    dynamic_smem()[byte] = 1;
}

__global__ void shuffles(int* out) {
    const int lane = static_cast<int>(threadIdx.x);
    out[lane] = __shfl_sync(0xFFFFFFFFu, lane, 5);
    out[32 + lane] = __shfl_sync(0xFFFFFFFFu, lane, 2, 8);
    out[64 + lane] = __shfl_up_sync(0xFFFFFFFFu, lane, 3);
    out[96 + lane] = __shfl_down_sync(0xFFFFFFFFu, lane, 3, 16);
    out[128 + lane] = __shfl_xor_sync(0xFFFFFFFFu, lane, 9);
    out[160 + lane] = static_cast<int>(__ballot_sync(0xFFFFFFFFu, lane % 3 == 0));
    if (lane % 2 == 0) out[192 + lane] = __shfl_xor_sync(0x55555555u, lane, 2);
}

__global__ void wait_for_prior(bool waits) {
    if (waits) wait_prior_grid();
}

__global__ void add_one(int* counter) {
    atomicAdd(counter, 1);
}

__global__ void transpose(const std::uint16_t* in, std::uint32_t* out) {
    auto* tile = reinterpret_cast<std::uint16_t*>(dynamic_smem());
    for (unsigned i = threadIdx.x; i < 256; i += 32) tile[i] = in[i];
    __syncwarp();
    std::uint32_t r[4];
    ldmatrix_x4_trans(r, tile + 8 * threadIdx.x);
    for (int i = 0; i < 4; ++i) out[32 * i + static_cast<int>(threadIdx.x)] = r[i];
}

bool contains(const std::string& text, const char* part) {
    return text.find(part) != std::string::npos;
}

}  // namespace

class TestEmulator : public QObject {
    Q_OBJECT
    DeviceTraits device;
    KernelAttributes attributes;
    Context context;

  private slots:
    void initTestCase() {
        device = open_device();
        context.device = &device;
        context.attributes = &attributes;
    }
    void cleanup() { emulator::reset(); }

    void sums_of_blocks() {
        std::vector<int> values(3 * 256);
        for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<int>(i * i % 1000);
        const DeviceArray<int> in(values);
        const DeviceArray<int> out(std::vector<int>(3));
        launch(context, "block_sums", LaunchShape{dim3(3), dim3(256)}, block_sums, in.get(), out.get());
        for (std::size_t block = 0; block < 3; ++block) {
            int sum = 0;
            for (std::size_t i = 0; i < 256; ++i) sum += values[block * 256 + i];
            QCOMPARE(out.host()[block], sum);
        }
    }

    void mma_against_loops() {
        std::vector<__nv_bfloat16> a(256);
        std::vector<__nv_bfloat16> b(128);
        for (int i = 0; i < 256; ++i)
            a[static_cast<std::size_t>(i)] = __float2bfloat16(static_cast<float>(i % 17 - 8));
        for (int i = 0; i < 128; ++i)
            b[static_cast<std::size_t>(i)] = __float2bfloat16(static_cast<float>(i % 13 - 6));
        const DeviceArray<__nv_bfloat16> device_a(a);
        const DeviceArray<__nv_bfloat16> device_b(b);
        const DeviceArray<float> c(std::vector<float>(128));
        launch(context, "multiply", LaunchShape{dim3(1), dim3(32), 512}, multiply, device_a.get(),
               device_b.get(), c.get());
        const std::vector<float> got = c.host();
        for (std::size_t row = 0; row < 16; ++row) {
            for (std::size_t column = 0; column < 8; ++column) {
                float sum = 1;
                for (std::size_t k = 0; k < 16; ++k)
                    sum += __bfloat162float(a[row * 16 + k]) * __bfloat162float(b[k * 8 + column]);
                QCOMPARE(got[row * 8 + column], sum);
            }
        }
    }

    void mma_reads_every_half() {
        std::vector<std::uint32_t> in;
        for (std::uint32_t bits = 0; bits < 0x10000; bits += 2) {
            const auto finite = [](std::uint32_t h) { return (h & 0x7C00) == 0x7C00 ? 0 : h; };
            in.push_back(finite(bits) | finite(bits + 1) << 16);
        }
        const DeviceArray<std::uint32_t> device_in(in);
        const DeviceArray<float> out(std::vector<float>(0x10000));
        launch(context, "through_mma_f16", LaunchShape{dim3(256), dim3(32)}, through_mma_f16, device_in.get(),
               out.get());
        const std::vector<float> got = out.host();
        for (std::uint32_t i = 0; i < 0x10000; ++i) {
            const auto bits = static_cast<unsigned short>(in[i / 2] >> (16 * (i % 2)));
            QVERIFY(got[i] == __half2float(__ushort_as_half(bits)));
        }
    }

    void shuffles_and_votes() {
        const DeviceArray<int> out(std::vector<int>(224));
        launch(context, "shuffles", LaunchShape{dim3(1), dim3(32)}, shuffles, out.get());
        const std::vector<int> got = out.host();
        for (int lane = 0; lane < 32; ++lane) {
            const auto at = [&](int part) { return got[static_cast<std::size_t>(32 * part + lane)]; };
            QCOMPARE(at(0), 5);
            QCOMPARE(at(1), lane / 8 * 8 + 2);
            QCOMPARE(at(2), lane < 3 ? lane : lane - 3);
            QCOMPARE(at(3), lane % 16 + 3 < 16 ? lane + 3 : lane);
            QCOMPARE(at(4), lane ^ 9);
            QCOMPARE(at(5), 0x49249249);
            QCOMPARE(at(6), lane % 2 == 0 ? lane ^ 2 : 0);
        }
    }

    void ldmatrix_transposes() {
        std::vector<std::uint16_t> in(256);
        for (std::size_t i = 0; i < in.size(); ++i) in[i] = static_cast<std::uint16_t>(i);
        const DeviceArray<std::uint16_t> device_in(in);
        const DeviceArray<std::uint32_t> out(std::vector<std::uint32_t>(128));
        launch(context, "transpose", LaunchShape{dim3(1), dim3(32), 512}, transpose, device_in.get(),
               out.get());
        for (std::uint32_t i = 0; i < 128; ++i) {
            const std::uint32_t row = i % 32 / 4;
            const std::uint32_t column = i % 4 * 2;
            const std::uint32_t low = i / 32 * 64 + column * 8 + row;
            QCOMPARE(out.host()[i], low | (low + 8) << 16);
        }
    }

    void copies_arrive_only_at_their_wait() {
        std::vector<float> values(64);
        for (std::size_t i = 0; i < 64; ++i) values[i] = static_cast<float>(i);
        const DeviceArray<float> in(values);
        const DeviceArray<float> out(std::vector<float>(128));
        launch(context, "read_before_wait", LaunchShape{dim3(1), dim3(32), 256}, read_before_wait, in.get(),
               out.get());
        const std::vector<float> got = out.host();
        for (std::size_t i = 0; i < 32; ++i) {
            QVERIFY(std::isnan(got[i]));
            QCOMPARE(got[32 + i], values[i]);
            QVERIFY(std::isnan(got[64 + i]));
            QCOMPARE(got[96 + i], values[32 + i]);
        }
        const std::string sentence = emulator::first_fault([&] {
            launch(context, "misaligned_copy", LaunchShape{dim3(1), dim3(1), 16}, misaligned_copy, in.get());
        });
        QVERIFY2(contains(sentence, "not aligned"), sentence.c_str());
    }

    void missing_barrier_is_seen() {
        const DeviceArray<float> out(std::vector<float>(64));
        const auto wrong = [&](bool synced) {
            launch(context, "neighbours", LaunchShape{dim3(1), dim3(64)}, neighbours, out.get(), synced);
            const std::vector<float> got = out.host();
            int count = 0;
            for (std::size_t i = 0; i < 64; ++i) count += got[i] != static_cast<float>(63 - i);
            return count;
        };
        QCOMPARE(wrong(true), 0);
        QCOMPARE(wrong(false), 32);
    }

    void meeting_that_cannot_happen_is_told() {
        const std::string sentence = emulator::first_fault([&] {
            launch(context, "half_waits", LaunchShape{dim3(1), dim3(32)}, half_waits);
        });
        QVERIFY2(contains(sentence, "can never go on: thread (0, 0, 0) waits in __syncthreads"),
                 sentence.c_str());
        QVERIFY2(contains(sentence, "In kernel half_waits<<<(1, 1, 1), (32, 1, 1)>>>, block (0, 0, 0)"),
                 sentence.c_str());
    }

    void returned_threads_do_not_count() {
        const DeviceArray<int> out(std::vector<int>(64));
        launch(context, "early_exit", LaunchShape{dim3(1), dim3(64)}, early_exit, out.get());
        QCOMPARE(out.host()[0], 32);
        QCOMPARE(out.host()[39], 8);
        QCOMPARE(out.host()[40], 0);
    }

    void shared_memory_is_poisoned_before_each_block() {
        const DeviceArray<float> out(std::vector<float>(64));
        launch(context, "unread_shared", LaunchShape{dim3(2), dim3(32), 128}, unread_shared, out.get());
        for (const float value : out.host()) QVERIFY(std::isnan(value));
    }

    void out_of_range_is_told() {
        const DeviceArray<float> out(std::vector<float>(64));
        const auto write = [&](int index) {
            return emulator::first_fault([&] {
                launch(context, "write_at", LaunchShape{dim3(1), dim3(1)}, write_at, out.get(), index);
            });
        };
        QCOMPARE(write(63), std::string());
        std::string sentence = write(64);
        QVERIFY2(contains(sentence, "0 bytes behind the end of an allocation of 256 bytes"),
                 sentence.c_str());
        sentence = write(-2000);
        QVERIFY2(contains(sentence, "8000 bytes before the begin of an allocation of 256 bytes"),
                 sentence.c_str());
    }

    void damage_within_the_page_is_found_at_release() {
        float* three = nullptr;
        check(cudaMalloc(reinterpret_cast<void**>(&three), 12), "cudaMalloc");
        launch(context, "write_at", LaunchShape{dim3(1), dim3(1)}, write_at, three, 3);
        QVERIFY(contains(emulator::first_fault(emulator::check_memory), "written behind the end"));
        QVERIFY(contains(emulator::first_fault([&] { cudaFree(three); }), "written behind the end"));
        QVERIFY(contains(emulator::first_fault([&] { cudaFree(three + 1); }), "not allocated"));
        emulator::reset_and_forget();
    }

    void use_after_free_is_told() {
        float* gone = nullptr;
        check(cudaMalloc(reinterpret_cast<void**>(&gone), 1024), "cudaMalloc");
        check(cudaFree(gone), "cudaFree");
        const std::string sentence = emulator::first_fault([&] {
            launch(context, "write_at", LaunchShape{dim3(1), dim3(1)}, write_at, gone, 3);
        });
        QVERIFY2(contains(sentence, "that was freed"), sentence.c_str());
    }

    void shared_memory_has_an_end() {
        const auto write = [&](int byte) {
            return emulator::first_fault([&] {
                launch(context, "write_shared_at", LaunchShape{dim3(1), dim3(1), 100}, write_shared_at, byte);
            });
        };
        QCOMPARE(write(99), std::string());
        QVERIFY(contains(write(100), "written behind the end of the dynamic shared memory"));
        QVERIFY(contains(write(128), "behind the end of the dynamic shared memory"));
    }

    void impossible_shapes_are_refused() {
        const auto shape = [&](dim3 grid, dim3 block, std::size_t smem) {
            return emulator::first_fault([&] {
                launch(context, "write_shared_at", LaunchShape{grid, block, smem}, write_shared_at, 0);
            });
        };
        QVERIFY(contains(shape(dim3(1), dim3(1025), 16), "1 to 1024"));
        QVERIFY(contains(shape(dim3(0), dim3(1), 16), "a grid of"));
        QVERIFY(contains(shape(dim3(1, 65536), dim3(1), 16), "a grid of"));
        QCOMPARE(shape(dim3(1), dim3(1024), 227 * 1024), std::string());
    }

    void overlap_needs_its_wait() {
        const auto run = [&](bool waits) {
            return emulator::first_fault([&] {
                launch(context, "wait_for_prior", LaunchShape{dim3(1), dim3(32), 0, true}, wait_for_prior,
                       waits);
            });
        };
        QCOMPARE(run(true), std::string());
        QVERIFY(contains(run(false), "no thread called wait_prior_grid"));
    }

    void graph_replays_what_was_captured() {
        const DeviceArray<int> counter(std::vector<int>(1));
        cudaStream_t stream = nullptr;
        check(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking), "cudaStreamCreate");
        const Context captured{stream, &device, &attributes};
        check(cudaStreamBeginCapture(stream, cudaStreamCaptureModeThreadLocal), "begin");
        launch(captured, "add_one", LaunchShape{dim3(2), dim3(32)}, add_one, counter.get());
        cudaGraph_t graph = nullptr;
        check(cudaStreamEndCapture(stream, &graph), "end");
        QCOMPARE(counter.host()[0], 0);
        cudaGraphExec_t exec = nullptr;
        check(cudaGraphInstantiate(&exec, graph, 0), "instantiate");
        check(cudaGraphLaunch(exec, stream), "launch");
        check(cudaGraphLaunch(exec, stream), "launch");
        check(cudaStreamSynchronize(stream), "synchronize");
        QCOMPARE(counter.host()[0], 128);
        check(cudaGraphExecDestroy(exec), "destroy");
        check(cudaGraphDestroy(graph), "destroy");

        check(cudaStreamBeginCapture(stream, cudaStreamCaptureModeThreadLocal), "begin");
        QCOMPARE(cudaStreamSynchronize(stream), cudaErrorStreamCaptureUnsupported);
        QCOMPARE(cudaStreamEndCapture(stream, &graph), cudaErrorStreamCaptureInvalidated);
        check(cudaStreamDestroy(stream), "destroy");
    }

    void lazy_streams_wait_until_somebody_waits() {
        int* pinned = nullptr;
        check(cudaMallocHost(reinterpret_cast<void**>(&pinned), sizeof(int)), "cudaMallocHost");
        const DeviceArray<int> counter(std::vector<int>(1));
        cudaStream_t stream = nullptr;
        cudaStream_t other = nullptr;
        cudaEvent_t event = nullptr;
        check(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking), "cudaStreamCreate");
        check(cudaStreamCreateWithFlags(&other, cudaStreamNonBlocking), "cudaStreamCreate");
        check(cudaEventCreate(&event), "cudaEventCreate");
        emulator::set_schedule(emulator::Schedule::Lazy);
        const Context context_of_stream{stream, &device, &attributes};
        launch(context_of_stream, "add_one", LaunchShape{dim3(1), dim3(32)}, add_one, counter.get());
        check(cudaEventRecord(event, stream), "cudaEventRecord");
        check(cudaStreamWaitEvent(other, event, 0), "cudaStreamWaitEvent");
        check(cudaMemcpyAsync(pinned, counter.get(), sizeof(int), cudaMemcpyDeviceToHost, other),
              "cudaMemcpyAsync");
        QCOMPARE(counter.host()[0], 0);
        QCOMPARE(*pinned, -1);
        check(cudaStreamSynchronize(other), "cudaStreamSynchronize");
        QCOMPARE(*pinned, 32);
        check(cudaEventDestroy(event), "destroy");
        check(cudaStreamDestroy(stream), "destroy");
        check(cudaStreamDestroy(other), "destroy");
        check(cudaFreeHost(pinned), "cudaFreeHost");
    }

    void calls_fail_when_told() {
        void* p = nullptr;
        emulator::fail({.call = 2, .only = "cudaMalloc"});
        QCOMPARE(cudaMalloc(&p, 16), cudaSuccess);
        QCOMPARE(cudaFree(p), cudaSuccess);
        QCOMPARE(cudaMalloc(&p, 16), cudaErrorMemoryAllocation);
        QCOMPARE(cudaGetLastError(), cudaErrorMemoryAllocation);
        QCOMPARE(cudaGetLastError(), cudaSuccess);
        QCOMPARE(cudaMalloc(&p, 16), cudaSuccess);
        QCOMPARE(cudaFree(p), cudaSuccess);
        QCOMPARE(emulator::calls("cudaMalloc"), std::int64_t{3});
        emulator::fail({.call = 1, .error = cudaErrorIllegalAddress, .sticky = true, .only = ""});
        QCOMPARE(cudaDeviceSynchronize(), cudaErrorIllegalAddress);
        QCOMPARE(cudaMalloc(&p, 16), cudaErrorIllegalAddress);
        QCOMPARE(cudaGetLastError(), cudaErrorIllegalAddress);
        QCOMPARE(cudaGetLastError(), cudaErrorIllegalAddress);
        emulator::reset_and_forget();
        emulator::set_device({.memory = 1024});
        QCOMPARE(cudaMalloc(&p, 1025), cudaErrorMemoryAllocation);
        std::size_t free = 0;
        std::size_t total = 0;
        QCOMPARE(cudaMemGetInfo(&free, &total), cudaSuccess);
        QCOMPARE(free, std::size_t{1024});
    }

    void leaks_are_told() {
        void* p = nullptr;
        check(cudaMalloc(&p, 300), "cudaMalloc");
        QVERIFY(contains(emulator::first_fault(emulator::reset), "1 CUDA objects were not released"));
    }
};

QTEST_APPLESS_MAIN(TestEmulator)
#include "test_emulator.moc"
