#include "tests/support/cuda_emulator/ptx.h"

#include <algorithm>

#include "tests/support/cuda_emulator/runtime.h"
#include "tests/support/cuda_emulator/shared_memory.h"

namespace sidewinder::emulator {

namespace {

struct Mma {
    float* c;
    const std::uint32_t* a;
    const std::uint32_t* b;
};

struct LoadMatrices {
    std::uint32_t* r;
    const char* row;
};

/// Exact, subnormal numbers too; the toolkit's own conversion takes several times as long.
float half_to_float(std::uint32_t bits) {
    const std::uint32_t magnitude = (bits & 0x7FFF) << 13;
    const float finite = std::bit_cast<float>(magnitude) * 0x1p112f;  // exponent bias 127 - 15
    const std::uint32_t unsigned_bits =
        magnitude >= 0x0F800000 ? magnitude | 0x7F800000 : std::bit_cast<std::uint32_t>(finite);
    return std::bit_cast<float>(unsigned_bits | (bits & 0x8000) << 16);
}

template <bool Bf16>
float number(std::uint32_t bits) {
    return Bf16 ? std::bit_cast<float>(bits << 16) : half_to_float(bits);
}

/// Two neighbours along k.
template <bool Bf16>
void unpack(std::uint32_t pair, float& low, float& high) {
    low = number<Bf16>(pair & 0xFFFF);
    high = number<Bf16>(pair >> 16);
}

template <bool Bf16>
void run_mma(void* const (&arguments)[32], std::uint32_t) {
    float a[16][16];
    float b[16][8];
    for (int lane = 0; lane < 32; ++lane) {
        const Mma& mine = *static_cast<const Mma*>(arguments[lane]);
        const int g = lane / 4;
        const int t = 2 * (lane % 4);
        unpack<Bf16>(mine.a[0], a[g][t], a[g][t + 1]);
        unpack<Bf16>(mine.a[1], a[g + 8][t], a[g + 8][t + 1]);
        unpack<Bf16>(mine.a[2], a[g][t + 8], a[g][t + 9]);
        unpack<Bf16>(mine.a[3], a[g + 8][t + 8], a[g + 8][t + 9]);
        unpack<Bf16>(mine.b[0], b[t][g], b[t + 1][g]);
        unpack<Bf16>(mine.b[1], b[t + 8][g], b[t + 9][g]);
    }
    float c[16][8];
    for (int row = 0; row < 16; ++row) {
        float sums[8] = {};
        for (int k = 0; k < 16; ++k) {
            for (int column = 0; column < 8; ++column) sums[column] += a[row][k] * b[k][column];
        }
        std::copy_n(sums, 8, c[row]);
    }
    for (int lane = 0; lane < 32; ++lane) {
        float* mine = static_cast<const Mma*>(arguments[lane])->c;
        const int g = lane / 4;
        const int t = 2 * (lane % 4);
        mine[0] += c[g][t];
        mine[1] += c[g][t + 1];
        mine[2] += c[g + 8][t];
        mine[3] += c[g + 8][t + 1];
    }
}

template <bool Transposed>
void run_load_matrices(void* const (&arguments)[32], std::uint32_t) {
    for (int lane = 0; lane < 32; ++lane) {
        const int row = lane / 4;
        const int column = 2 * (lane % 4);
        std::uint32_t* r = static_cast<const LoadMatrices*>(arguments[lane])->r;
        for (int matrix = 0; matrix < 4; ++matrix) {
            std::uint16_t pair[2];
            for (int i = 0; i < 2; ++i) {
                const int from = Transposed ? column + i : row;
                const int at = Transposed ? row : column + i;
                const char* source = static_cast<const LoadMatrices*>(arguments[8 * matrix + from])->row;
                std::memcpy(&pair[i], source + 2 * at, 2);
            }
            std::memcpy(&r[matrix], pair, 4);
        }
    }
}

constexpr Collective kMmaBf16{"mma_bf16", true, run_mma<true>};
constexpr Collective kMmaF16{"mma_f16", true, run_mma<false>};
constexpr Collective kLoadMatrices{"ldmatrix_x4", true, run_load_matrices<false>};
constexpr Collective kLoadTransposed{"ldmatrix_x4_trans", true, run_load_matrices<true>};

bool aligned(const void* address, std::uint32_t alignment) {
    return reinterpret_cast<std::uintptr_t>(address) % alignment == 0;
}

}  // namespace

void mma(float (&c)[4], const std::uint32_t (&a)[4], const std::uint32_t (&b)[2], bool bf16) {
    Mma argument{c, a, b};
    warp_collective(kAllLanes, bf16 ? kMmaBf16 : kMmaF16, &argument);
}

void load_matrices(std::uint32_t (&r)[4], const void* smem, bool transposed) {
    if (!aligned(smem, 16)) fault("ldmatrix reads a row that is not 16-byte aligned.");
    if (!is_shared(smem, 16)) fault("ldmatrix reads a row that is not in shared memory.");
    LoadMatrices argument{r, static_cast<const char*>(smem)};
    warp_collective(kAllLanes, transposed ? kLoadTransposed : kLoadMatrices, &argument);
}

void copy_later(void* smem, const void* global, std::uint32_t bytes) {
    if (!aligned(smem, bytes)) fault("cp.async writes to an address that is not aligned to its size.");
    if (!aligned(global, bytes)) fault("cp.async reads from an address that is not aligned to its size.");
    if (!is_shared(smem, bytes)) fault("cp.async writes to an address that is not in shared memory.");
    if (is_shared(global, bytes)) fault("cp.async reads from shared memory.");
    std::memset(smem, 0xFF, bytes);
    Thread& self = *current.thread;
    self.copies.push_back({smem, global, bytes, self.committed_groups});
}

void wait_copies(std::uint32_t pending) {
    Thread& self = *current.thread;
    if (self.committed_groups <= pending) return;
    const std::uint32_t done = self.committed_groups - pending;
    auto arrives = self.copies.begin();
    for (; arrives != self.copies.end() && arrives->group < done; ++arrives) {
        std::memcpy(arrives->to, arrives->from, arrives->bytes);
    }
    self.copies.erase(self.copies.begin(), arrives);
}

void check_load(const void* global, std::uint32_t alignment) {
    if (!aligned(global, alignment)) fault("A vector load from an address that is not aligned to its size.");
}

void check_prefetch(const void* global) {
    const Memory& memory = runtime().memory;
    if (memory.contains(Memory::Place::Device, global, 1)) return;
    const std::string near = memory.describe(global);
    fault("prefetch_l2 is given an address that is not in device memory" +
          (near.empty() ? "." : ": it is " + near + "."));
}

void check_counter(const unsigned* counter) {
    if (!launched_cooperatively()) {
        fault("Blocks wait for each other in a launch that is not cooperative (LaunchShape::cooperative).");
    }
    if (!aligned(counter, sizeof *counter)) fault("A counter of blocks is not aligned to its size.");
    if (!runtime().memory.contains(Memory::Place::Device, counter, sizeof *counter)) {
        fault("A counter of blocks is not in device memory.");
    }
}

}  // namespace sidewinder::emulator
