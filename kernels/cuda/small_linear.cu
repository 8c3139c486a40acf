#include <algorithm>
#include <climits>
#include <cstddef>
#include <string>

#include "kernels/cuda/ops.h"
#include "kernels/cuda/small_linear_stage.cuh"

/// Linear layers for up to kShortTokens tokens. Each block owns whole tiles of 16 rows; its eight warps split
/// a tile's columns. Weights stream through a ring that runs on across tiles; the activations lie in shared
/// memory for the whole launch. Everything is a tensor-core product with the tokens as columns, so T = 1 and
/// T = 8 take the same time and a token has the same bits in each.
namespace sidewinder::kernels::cuda {
namespace small {
namespace {

/// Dynamic shared memory: ring | operand | partial sums | zeros | scratch.
template <class Format, int kColumnTiles, int kDepth>
struct Smem {
    static constexpr int kPartials = kWarps * kColumnTiles * 128;  ///< floats, of one buffer of two
    static constexpr int kZeros = 64;

    static constexpr std::size_t bytes(int T, int columns, int n_groups) {
        const auto tokens = static_cast<std::size_t>(T);
        return Ring<Format, kDepth>::kBytes + tokens * static_cast<std::size_t>(columns) * 2 +
               2 * kPartials * sizeof(float) + kZeros +
               tokens * (2 * kWarps + static_cast<std::size_t>(n_groups)) * sizeof(float);
    }

    __device__ __forceinline__ explicit Smem(const Params& p) {
        ring = dynamic_smem();
        operand = ring + Ring<Format, kDepth>::kBytes;
        partials = reinterpret_cast<float*>(operand + static_cast<std::int64_t>(p.T) * p.columns * 2);
        zeros = reinterpret_cast<char*>(partials + 2 * kPartials);
        scratch.squares = reinterpret_cast<float*>(zeros + kZeros);
        scratch.dots = scratch.squares + p.T * kWarps;
        scratch.inverse = scratch.dots + p.T * kWarps;
    }
    char* ring;
    char* operand;
    float* partials;
    char* zeros;
    Scratch scratch;
};

/// A lane's B registers: token g of each column tile, or zeros where there is no such token.
template <class Format, int kColumnTiles>
struct Operand {
    const char* address[kColumnTiles];
    int stride[kColumnTiles];  ///< from pair to pair

    __device__ __forceinline__ Operand(const char* operand, const char* zeros, int T) {
        const int lane = static_cast<int>(threadIdx.x) % 32;
#pragma unroll
        for (int c = 0; c < kColumnTiles; ++c) {
            const int token = lane / 4 + 8 * c;
            address[c] = (token < T ? operand + token * 64 : zeros) + lane % 4 * 16;
            stride[c] = token < T ? T * 64 : 0;
        }
    }
    __device__ __forceinline__ uint4 load(int c, int pair) const {
        return *reinterpret_cast<const uint4*>(address[c] + pair * stride[c]);
    }
};

template <int kColumnTiles>
using Accumulator = float[kColumnTiles][4];

/// `acc` += one step of a unit. Per quantisation group the sums start at zero and are scaled in float32; each
/// of the two mmas of a pair has its own sum, which halves the chain of dependent instructions.
template <class Format, int kColumnTiles>
__device__ __forceinline__ void multiply_step(const Unit<Format>& unit, int s,
                                              const Operand<Format, kColumnTiles>& operand, int first_pair,
                                              Accumulator<kColumnTiles>& acc) {
    constexpr int kGroups = Format::kUnitGroups;
    constexpr int kPairs = Format::kStepPairs;
    constexpr int kPairsPerGroup = kGroups > 0 ? kUnitSteps * kPairs / kGroups : kPairs;
    Accumulator<kColumnTiles> even = {}, odd = {};
#pragma unroll
    for (int q = 0; q < kPairs; ++q) {
        std::uint32_t low[4], high[4];
        Format::decode(unit.low[s], q, low);
        Format::decode(unit.high[s], q, high);
#pragma unroll
        for (int c = 0; c < kColumnTiles; ++c) {
            const uint4 b = operand.load(c, first_pair + q);
            Format::multiply(kGroups > 0 ? even[c] : acc[c], low[0], high[0], low[1], high[1], b.x, b.y);
            Format::multiply(kGroups > 0 ? odd[c] : acc[c], low[2], high[2], low[3], high[3], b.z, b.w);
        }
        // A group that fills more than one step is scaled a step at a time.
        if (kGroups > 0 && ((q + 1) % kPairsPerGroup == 0 || q + 1 == kPairs)) {
            const int group = (s * kPairs + q) / kPairsPerGroup;
#pragma unroll
            for (int c = 0; c < kColumnTiles; ++c) {
#pragma unroll
                for (int i = 0; i < 4; ++i) {
                    const float scale = i < 2 ? unit.scale_low[group] : unit.scale_high[group];
                    acc[c][i] = fmaf(scale, even[c][i] + odd[c][i], acc[c][i]);
                    even[c][i] = odd[c][i] = 0.0f;
                }
            }
        }
    }
}

/// Adds the warps' sums in their order. Thread i holds the total of accumulator i.
template <int kColumnTiles>
__device__ __forceinline__ void add_warps(const Accumulator<kColumnTiles>& acc, float* partials,
                                          float& total) {
    constexpr int kCount = kColumnTiles * 128;
    const int thread = static_cast<int>(threadIdx.x), lane = thread % 32;
#pragma unroll
    for (int c = 0; c < kColumnTiles; ++c) {
        *reinterpret_cast<float4*>(partials + thread / 32 * kCount + c * 128 + lane * 4) =
            make_float4(acc[c][0], acc[c][1], acc[c][2], acc[c][3]);
    }
    __syncthreads();
    if (thread < kCount) {
        float sum = partials[thread];
#pragma unroll
        for (int w = 1; w < kWarps; ++w) sum += partials[w * kCount + thread];
        total += sum;
    }
}

/// Which element of a tile the thread of that accumulator writes.
struct Element {
    int row, token;
    __device__ __forceinline__ explicit Element(int thread) {
        const int lane = thread / 4 % 32, i = thread % 4;
        row = lane / 4 + i / 2 * 8;
        token = lane % 4 * 2 + i % 2 + thread / 128 * 8;
    }
};

template <class Format, int kColumnTiles, int kDepth>
__device__ __forceinline__ void multiply_tiles(const Params& p,
                                               const Smem<Format, kColumnTiles, kDepth>& smem,
                                               Ring<Format, kDepth>& ring) {
    constexpr int kUnitPairs = kUnitSteps * Format::kStepPairs;
    const int warp = static_cast<int>(threadIdx.x) / 32;
    const int count = iterations<Format>(p.columns);
    const Operand<Format, kColumnTiles> operand(smem.operand, smem.zeros, p.T);
    const Element element(static_cast<int>(threadIdx.x));
    const bool writes = static_cast<int>(threadIdx.x) < kColumnTiles * 128 && element.token < p.T;
    bool triggered = false;
    int slot = 0, buffer = 0;
    for (int tile = static_cast<int>(blockIdx.x); tile * kTileRows < p.rows;
         tile += static_cast<int>(gridDim.x)) {
        const int row = tile * kTileRows + element.row;
        float* out = p.out + element.token * p.out_stride + row;
        float total = p.add && writes && row < p.rows ? *out : 0.0f;
        Accumulator<kColumnTiles> acc = {};
        for (int i = 0, left = p.iterations_per_block; i < count; ++i) {
            Unit<Format> unit;
            ring.take(slot, unit);
            ring.load(slot);
            slot = slot + 1 == kDepth ? 0 : slot + 1;
            if (!triggered && ring.exhausted()) {
                launch_dependents();
                triggered = true;
            }
            const int index = warp + kWarps * i;
            const int column = index * kUnitColumns<Format>;
            if (column + kUnitColumns<Format> <= p.columns) {
#pragma unroll
                for (int s = 0; s < kUnitSteps; ++s) {
                    multiply_step<Format, kColumnTiles>(unit, s, operand,
                                                        index * kUnitPairs + s * Format::kStepPairs, acc);
                }
            } else if (kHasHalfUnits<Format> && column < p.columns) {
                multiply_step<Format, kColumnTiles>(unit, 0, operand, index * kUnitPairs, acc);
            }
            if (--left == 0 || i + 1 == count) {
                add_warps<kColumnTiles>(acc, smem.partials + buffer * smem.kPartials, total);
                buffer ^= 1;
                left = p.iterations_per_block;
#pragma unroll
                for (int c = 0; c < kColumnTiles; ++c) acc[c][0] = acc[c][1] = acc[c][2] = acc[c][3] = 0.0f;
            }
        }
        if (writes && row < p.rows) *out = total;
    }
}

/// kHeld: tokens that staging takes at a time; one for T = 1, whose code is then short.
template <class Format, int kColumnTiles, int kDepth, int kHeld>
__global__ void __launch_bounds__(kThreads, kColumnTiles == 1 ? 2 : 1) small_linear_kernel(const Params p) {
    const Smem<Format, kColumnTiles, kDepth> smem(p);
    {
        Ring<Format, kDepth> first(p, smem.ring, 0);
        for (int slot = 0; slot < kDepth; ++slot) first.load(slot);
    }
    if (threadIdx.x < smem.kZeros / 4) reinterpret_cast<float*>(smem.zeros)[threadIdx.x] = 0.0f;
    {
        Stage<Format, kHeld> stage(p, smem.scratch, smem.operand);
        stage.prefetch();
        wait_prior_grid();
        stage.run();
    }
    // Where the ring stands is worked out anew: staging needs the registers.
    Ring<Format, kDepth> ring(p, smem.ring, kDepth);
    multiply_tiles<Format, kColumnTiles, kDepth>(p, smem, ring);
}

/// How an operation is cut into launches: tokens, then columns. The block of columns follows from the device
/// and the format alone: it decides the order of additions, which must not depend on T.
struct Plan {
    int tokens = 0;
    int columns = 0;
    int block_columns = 0;
    bool deep = false;
};

template <class Format>
std::size_t smem_bytes(bool deep, int T, int columns, int n_groups) {
    if (deep && T <= 8) return Smem<Format, 1, kSlots>::bytes(T, columns, n_groups);
    if (deep) return Smem<Format, 2, kSlots>::bytes(T, columns, n_groups);
    if (T <= 8) return Smem<Format, 1, kShallowSlots>::bytes(T, columns, n_groups);
    return Smem<Format, 2, kShallowSlots>::bytes(T, columns, n_groups);
}

template <class Format>
Plan make_plan(const DeviceTraits& device, int T, int columns, int n_groups) {
    const auto fits = [&](bool deep, int tokens, int width) {
        return smem_bytes<Format>(deep, tokens, width, n_groups) <= device.shared_per_block;
    };
    Plan plan;
    plan.block_columns = fits(false, static_cast<int>(kShortTokens), 4096) ? 4096 : 2048;
    static_assert(2048 % (kWarps * kUnitSteps * Format::kStepColumns) == 0);
    plan.tokens = T;
    if (T > 8 && !fits(false, T, std::min(columns, plan.block_columns))) plan.tokens = 8;
    plan.deep = fits(true, plan.tokens, columns);
    plan.columns = columns;
    if (plan.deep || fits(false, plan.tokens, columns)) return plan;
    plan.columns = plan.block_columns;
    while (fits(false, plan.tokens, plan.columns + plan.block_columns)) plan.columns += plan.block_columns;
    if (fits(false, plan.tokens, plan.columns)) return plan;
    throw Error(Error::Kind::Unsupported,
                "This device has " + std::to_string(device.shared_per_block >> 10) +
                    " KiB of shared memory a block, too little for the short kernels: use the CPU.");
}

template <class Format, int kColumnTiles, int kDepth, int kHeld = 4>
void launch_one(const Context& context, const Params& p, int blocks = 1) {
    LaunchShape shape;
    const int tiles = (p.rows + kTileRows - 1) / kTileRows;
    shape.grid.x = static_cast<unsigned>(std::min(tiles, context.device->multiprocessors * blocks));
    shape.block.x = kThreads;
    shape.smem = Smem<Format, kColumnTiles, kDepth>::bytes(p.T, p.columns, p.n_groups);
    shape.overlap = true;
    launch(context, "small_linear", shape, small_linear_kernel<Format, kColumnTiles, kDepth, kHeld>, p);
}

template <class Format>
bool fits_single(const DeviceTraits& device, const Params& p) {
    const std::size_t bytes = Smem<Format, 1, kSingleSlots<Format>>::bytes(1, p.columns, p.n_groups);
    constexpr std::size_t kReserved = 1024;  // what the system takes of each block's share
    return bytes <= device.shared_per_block &&
           kSingleBlocks<Format> * (bytes + kReserved) <= device.shared_per_multiprocessor;
}

/// `whole` has all tokens and columns.
template <class Format>
void launch_all(const Context& context, const Params& whole) {
    const Plan plan = make_plan<Format>(*context.device, whole.T, whole.columns, whole.n_groups);
    for (int token = 0; token < whole.T; token += plan.tokens) {
        for (int column = 0; column < whole.columns; column += plan.columns) {
            Params p = whole;
            p.T = std::min(plan.tokens, whole.T - token);
            p.x += token * whole.x_stride;
            if (p.head_squares) p.head_squares += static_cast<std::int64_t>(token) * whole.n_heads;
            p.out += token * whole.out_stride;
            p.side_out += token * whole.out_stride;
            p.first_column = column;
            p.columns = std::min(plan.columns, whole.columns - column);
            p.iterations_per_block = iterations<Format>(plan.block_columns);
            p.weight += static_cast<std::int64_t>(column / Format::kStepColumns) * kStepBytes;
            if constexpr (Format::kGroup > 0) p.scales += column / Format::kGroup;
            if (column > 0) {
                p.add = true;
                p.side_rows = 0;
            }
            if (p.T == 1 && fits_single<Format>(*context.device, p)) {
                launch_one<Format, 1, kSingleSlots<Format>, 1>(context, p, kSingleBlocks<Format>);
                continue;
            }
            if (p.T <= 8 && plan.deep) launch_one<Format, 1, kSlots>(context, p);
            if (p.T <= 8 && !plan.deep) launch_one<Format, 1, kShallowSlots>(context, p);
            if (p.T > 8 && plan.deep) launch_one<Format, 2, kSlots>(context, p);
            if (p.T > 8 && !plan.deep) launch_one<Format, 2, kShallowSlots>(context, p);
        }
    }
}

bool aligned(const void* address, std::size_t to) {
    return reinterpret_cast<std::uintptr_t>(address) % to == 0;
}

void refuse(bool wrong, const std::string& what) {
    if (wrong) throw Error(Error::Kind::Internal, "small_linear was given " + what + "; please report this.");
}

void check_arguments(const WeightView& weight, const WeightView& side, const SmallLinearInput& input,
                     std::int64_t T, const SmallLinearOutput& output) {
    const WeightLayout& layout = weight.layout;
    const bool integer = layout.format == WeightFormat::Int8 || layout.format == WeightFormat::Int4;
    refuse(T < 1 || T > kShortTokens, std::to_string(T) + " tokens");
    refuse(layout.format == WeightFormat::F32, "a float32 weight");
    refuse(integer && (!weight.scales || (layout.group != 64 && layout.group != 128)),
           "groups of " + std::to_string(layout.group) + " columns");
    refuse(layout.rows < 1 || layout.rows > INT_MAX / 2 || layout.cols < 128 || layout.cols > INT_MAX / 32 ||
               layout.cols % 128 != 0,
           "a weight of " + std::to_string(layout.rows) + " x " + std::to_string(layout.cols));
    refuse(side.data && (side.layout.format != WeightFormat::BF16 || side.layout.cols != layout.cols),
           "side rows of another form");
    refuse(input.norm_weight && input.head_squares, "two norms");
    refuse(input.head_squares && (input.n_groups < 1 || input.n_heads % input.n_groups != 0 ||
                                  layout.cols % (4 * input.n_groups) != 0),
           std::to_string(input.n_heads) + " heads in " + std::to_string(input.n_groups) + " groups");
    refuse(!aligned(weight.data, 16) || !aligned(side.data, 8) || !aligned(input.x, 16) ||
               !aligned(input.norm_weight, 16) || input.stride % 4 != 0,
           "tensors that are not aligned to 16 bytes");
    refuse(output.stride < layout.rows + (side.data ? side.layout.rows : 0),
           "rows of " + std::to_string(output.stride) + " to write");
}

}  // namespace
}  // namespace small

void small_linear(const Context& context, const WeightView& weight, const WeightView& side, const Dims&,
                  const SmallLinearInput& input, std::int64_t T, const SmallLinearOutput& output) {
    small::check_arguments(weight, side, input, T, output);
    const WeightLayout& layout = weight.layout;
    small::Params p;
    p.weight = static_cast<const char*>(weight.data);
    p.scales = weight.scales;
    p.row_bytes = static_cast<std::int64_t>(layout.row_bytes());
    p.row_scales = layout.group > 0 ? layout.padded_cols() / layout.group : 0;
    p.rows = static_cast<int>(layout.rows);
    p.columns = p.x_columns = static_cast<int>(layout.cols);
    p.x = input.x;
    p.x_stride = input.stride;
    p.T = static_cast<int>(T);
    p.norm_weight = input.norm_weight;
    p.head_squares = input.head_squares;
    p.n_heads = static_cast<int>(input.n_heads);
    p.n_groups = input.head_squares ? static_cast<int>(input.n_groups) : 0;
    p.eps = input.eps;
    p.side = static_cast<const __nv_bfloat16*>(side.data);
    p.side_rows = side.data ? static_cast<int>(side.layout.rows) : 0;
    p.out = output.out;
    p.side_out = output.out + layout.rows;
    p.out_stride = output.stride;
    p.add = p.add_side = output.add;
    if (layout.format == WeightFormat::BF16) {
        small::launch_all<small::FormatBf16>(context, p);
    } else if (layout.format == WeightFormat::Int8) {
        layout.group == 64 ? small::launch_all<small::FormatInt8<64>>(context, p)
                           : small::launch_all<small::FormatInt8<128>>(context, p);
    } else {
        layout.group == 64 ? small::launch_all<small::FormatInt4<64>>(context, p)
                           : small::launch_all<small::FormatInt4<128>>(context, p);
    }
}

}  // namespace sidewinder::kernels::cuda
