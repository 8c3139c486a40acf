#include "kernels/cuda/short_program.h"

#include <algorithm>
#include <climits>
#include <span>
#include <string>

#include "kernels/cuda/refuse.h"
#include "kernels/cuda/short_handover.h"
#include "kernels/cuda/short_plan.h"

namespace sidewinder::kernels::cuda {
namespace {

using small::LinearPhase;
using small::Phase;

bool aligned(const void* address, std::size_t to) {
    return reinterpret_cast<std::uintptr_t>(address) % to == 0;
}

void refuse_if(bool wrong, const std::string& what) {
    if (wrong)
        throw Error(Error::Kind::Internal,
                    "The short linear layer was given " + what + "; please report this.");
}

void check_arguments(const WeightView& weight, const WeightView& side, const SmallLinearInput& input,
                     std::int64_t T, const SmallLinearOutput& output) {
    const WeightLayout& layout = weight.layout;
    const bool integer = layout.format == WeightFormat::Int8 || layout.format == WeightFormat::Int4;
    refuse_if(T < 1 || T > kShortTokens, std::to_string(T) + " tokens");
    refuse_if(layout.format == WeightFormat::F32, "a float32 weight");
    refuse_if(integer && (!weight.scales || (layout.group != 64 && layout.group != 128)),
              "groups of " + std::to_string(layout.group) + " columns");
    refuse_if(layout.rows < 1 || layout.rows > INT_MAX / 2 || layout.cols < 128 ||
                  layout.cols > INT_MAX / 32 || layout.cols % 128 != 0,
              "a weight of " + std::to_string(layout.rows) + " x " + std::to_string(layout.cols));
    refuse_if(side.data && (side.layout.format != WeightFormat::BF16 || side.layout.cols != layout.cols),
              "side rows of another form");
    refuse_if(input.norm_weight && input.head_squares, "two norms");
    refuse_if(input.head_squares && (input.n_groups < 1 || input.n_heads % input.n_groups != 0 ||
                                     layout.cols % (4 * input.n_groups) != 0),
              std::to_string(input.n_heads) + " heads in " + std::to_string(input.n_groups) + " groups");
    refuse_if(!aligned(weight.data, 16) || !aligned(weight.scales, 16) || !aligned(side.data, 16) ||
                  !aligned(input.x, 16) || !aligned(input.norm_weight, 16) || input.stride % 4 != 0,
              "tensors that are not aligned to 16 bytes");
    refuse_if(output.stride < layout.rows + (side.data ? side.layout.rows : 0),
              "rows of " + std::to_string(output.stride) + " to write");
}

LinearPhase whole_phase(const WeightView& weight, const WeightView& side, const SmallLinearInput& input,
                        std::int64_t T, const SmallLinearOutput& output) {
    const WeightLayout& layout = weight.layout;
    LinearPhase p{};
    p.weight = static_cast<const char*>(weight.data);
    p.scales = weight.scales;
    p.row_bytes = static_cast<std::int64_t>(layout.row_bytes());
    p.row_scales = layout.group > 0 ? static_cast<int>(layout.padded_cols() / layout.group) : 0;
    p.padded_columns = static_cast<int>(layout.padded_cols());
    p.rows = static_cast<int>(layout.rows);
    p.columns = p.x_columns = static_cast<int>(layout.cols);
    p.x = input.x;
    p.x_stride = static_cast<int>(input.stride);
    p.T = static_cast<int>(T);
    p.norm_weight = input.norm_weight;
    p.head_squares = input.head_squares;
    p.n_heads = static_cast<int>(input.n_heads);
    p.n_groups = input.head_squares ? static_cast<int>(input.n_groups) : 0;
    if (p.n_groups > 0) {
        const std::int64_t width = layout.cols / p.n_groups;
        p.group_reciprocal = static_cast<unsigned>(((std::int64_t{1} << 32) + width - 1) / width);
    }
    if (p.n_groups > 0) p.heads_in_group = p.n_heads / p.n_groups;
    p.column_share = 1.0f / static_cast<float>(layout.cols);
    p.eps = input.eps;
    p.side = static_cast<const __nv_bfloat16*>(side.data);
    p.side_rows = side.data ? static_cast<int>(side.layout.rows) : 0;
    p.out = output.out;
    p.side_out = output.out + layout.rows;
    p.out_stride = static_cast<int>(output.stride);
    p.add = p.add_side = output.add;
    return p;
}

/// Tokens [first, first + T) of it.
LinearPhase part_of(LinearPhase p, int first, int T) {
    p.T = T;
    p.x += static_cast<std::int64_t>(first) * p.x_stride;
    if (p.head_squares) p.head_squares += static_cast<std::int64_t>(first) * p.n_heads;
    p.out += static_cast<std::int64_t>(first) * p.out_stride;
    p.side_out += static_cast<std::int64_t>(first) * p.out_stride;
    return p;
}

}  // namespace

std::size_t ShortProgram::operand_bytes(std::int64_t most_columns) {
    const auto columns = static_cast<std::size_t>(most_columns);  // 16 bits each, and a sum of at least 64
    return kShortTokens * (2 * columns + columns / 64 * sizeof(float));
}

ShortProgram::ShortProgram(const Context& context, const Memory& memory)
    : context_(context), memory_(memory), program_(std::make_unique<small::Program>()) {
    clear();
}
ShortProgram::~ShortProgram() = default;

void ShortProgram::clear() {
    program_->count = 0;
    program_->barrier = memory_.barrier;
    program_->operand = memory_.operand;
    format_ = Format::None;
}

// Where the program has no room, has no counters to meet by, or is written for weights of another format,
// what there is runs first. A mixer goes with any format.
void ShortProgram::start_operation(Format format, int phases) {
    const bool other = format != Format::None && format_ != Format::None && format != format_;
    if (!memory_.barrier || other || program_->count + phases > small::kMostPhases) run();
    if (format != Format::None) format_ = format;
}

void ShortProgram::add(const LinearPhase& phase) {
    Phase& to = program_->phases[program_->count];
    to.kind = Phase::Kind::Linear;
    to.linear = phase;
    ++program_->count;
}

// A row that is too long for shared memory is multiplied a few blocks of columns at a time.
template <class T>
void ShortProgram::cut(Format format, const LinearPhase& whole) {
    const DeviceTraits& device = *context_.device;
    const small::SumBlock block = small::sum_block<T>(device);
    if (whole.T > block.tokens) {
        cut<T>(format, part_of(whole, 0, block.tokens));
        return cut<T>(format, part_of(whole, block.tokens, whole.T - block.tokens));
    }
    const int step = small::staged_columns(device, block.columns, whole.columns, whole.T);
    start_operation(format, (whole.columns + step - 1) / step);
    const int most_tiles = device.multiprocessors * small::kKeptTiles;
    const bool keeps = !whole.side && whole.rows <= most_tiles * small::kTileRows;
    const bool prepared = memory_.operand && whole.T > 1 && whole.columns <= memory_.most_columns;
    for (int column = 0; column < whole.columns; column += step) {
        LinearPhase p = whole;
        p.first_column = column;
        p.columns = std::min(step, whole.columns - column);
        p.sum_iterations = block.iterations;
        p.weight += whole.row_bytes * column / whole.padded_columns;
        if (p.scales) p.scales += static_cast<std::int64_t>(whole.row_scales) * column / whole.padded_columns;
        p.prepared = prepared;
        p.prepares = prepared && column == 0;
        if (p.prepares) p.part_bits = static_cast<unsigned>(small::staged_part_bits(device, p)) & 15u;
        if (column > 0) p.add = p.add_side = true;
        p.adds_kept = keeps && column > 0;
        p.keeps_sums = keeps && column + p.columns < whole.columns;
        add(p);
    }
}

void ShortProgram::linear(const WeightView& weight, const WeightView& side, const SmallLinearInput& input,
                          std::int64_t T, const SmallLinearOutput& output) {
    check_arguments(weight, side, input, T, output);
    const WeightLayout& layout = weight.layout;
    const LinearPhase whole = whole_phase(weight, side, input, T, output);
    if (layout.format == WeightFormat::BF16) {
        cut<small::FormatBf16>(Format::Bf16, whole);
    } else if (layout.format == WeightFormat::Int8) {
        layout.group == 64 ? cut<small::FormatInt8<64>>(Format::Int8g64, whole)
                           : cut<small::FormatInt8<128>>(Format::Int8g128, whole);
    } else {
        layout.group == 64 ? cut<small::FormatInt4<64>>(Format::Int4g64, whole)
                           : cut<small::FormatInt4<128>>(Format::Int4g128, whole);
    }
}

void ShortProgram::mixer(const Dims& dims, const MixerWeights& weights, const LayerState& state,
                         const float* zxbcdt, std::int64_t T, float* y, float* head_squares,
                         std::int32_t* arrivals) {
    if (T < 1 || T > kShortTokens || !has_fast_kernels(dims)) {
        refuse("The mixer's step was asked for " + std::to_string(T) + " tokens, heads of " +
               std::to_string(dims.headdim) + " and a state of " + std::to_string(dims.d_state));
    }
    start_operation(Format::None, 1);
    // States are asked for phases ahead: one that is written before runs first.
    const std::span before(program_->phases, static_cast<std::size_t>(program_->count));
    if (std::any_of(before.begin(), before.end(), [&](const Phase& phase) {
            return phase.kind == Phase::Kind::Mixer && phase.mixer.state.ssm == state.ssm;
        })) {
        run();
    }
    Phase& to = program_->phases[program_->count];
    to.kind = Phase::Kind::Mixer;
    to.mixer = {weights,
                state,
                zxbcdt,
                y,
                head_squares,
                reinterpret_cast<unsigned*>(arrivals),
                static_cast<int>(T),
                static_cast<int>(dims.d_inner),
                static_cast<int>(dims.n_heads),
                static_cast<int>(dims.n_groups),
                static_cast<int>(dims.n_heads / dims.n_groups),
                static_cast<int>(dims.in_proj_rows()),
                small::kNoSign,
                0};
    ++program_->count;
}

void ShortProgram::run() {
    if (program_->count == 0) return;
    const Format format = format_;
    format_ = Format::None;
    small::plan_handovers(*program_);
    try {
        switch (format) {
            case Format::None:  // mixers alone
            case Format::Bf16:
                small::launch_short<small::FormatBf16>(context_, *program_);
                break;
            case Format::Int8g64:
                small::launch_short<small::FormatInt8<64>>(context_, *program_);
                break;
            case Format::Int8g128:
                small::launch_short<small::FormatInt8<128>>(context_, *program_);
                break;
            case Format::Int4g64:
                small::launch_short<small::FormatInt4<64>>(context_, *program_);
                break;
            case Format::Int4g128:
                small::launch_short<small::FormatInt4<128>>(context_, *program_);
                break;
        }
    } catch (...) {
        program_->count = 0;
        throw;
    }
    program_->count = 0;
}

void small_linear(const Context& context, const WeightView& weight, const WeightView& side, const Dims&,
                  const SmallLinearInput& input, std::int64_t T, const SmallLinearOutput& output) {
    ShortProgram alone(context);
    alone.linear(weight, side, input, T, output);
    alone.run();
}

void mixer_step(const Context& context, const Dims& dims, const MixerWeights& weights,
                const LayerState& state, const float* zxbcdt, std::int64_t T, float* y, float* head_squares,
                std::int32_t* arrivals) {
    ShortProgram alone(context);
    alone.mixer(dims, weights, state, zxbcdt, T, y, head_squares, arrivals);
    alone.run();
}

}  // namespace sidewinder::kernels::cuda
