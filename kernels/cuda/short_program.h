#pragma once

#include <cstdint>
#include <memory>

#include "kernels/cuda/launch.h"
#include "kernels/cuda/ops.h"

/// The operations of a short run (up to kShortTokens tokens), collected and then run as one kernel, in which
/// values go from block to block by their signs (signed_floats.cuh) and the weights never stop streaming.
/// Results have the same bits as when each operation runs by itself, but for the lowest: of all that an
/// operation writes or reads it is no part of the value.
namespace sidewinder::kernels::cuda {

namespace small {
struct Program;
struct LinearPhase;
struct MixerPhase;
}  // namespace small

class ShortProgram {
  public:
    /// Device memory of a program, used by nobody else; outlives it.
    struct Memory {
        /// Four counters, zero. Null: every operation becomes a kernel of its own, and `operand` is null
        /// too.
        unsigned* barrier = nullptr;
        /// For operands of several tokens: `operand_bytes(most_columns)`, aligned to 16 bytes; or null.
        /// Longer rows are staged by every block.
        char* operand = nullptr;
        std::int64_t most_columns = 0;
    };
    /// For weights of up to so many columns.
    static std::size_t operand_bytes(std::int64_t most_columns);

    /// The context outlives this.
    explicit ShortProgram(const Context& context) : ShortProgram(context, {}) {}
    ShortProgram(const Context& context, const Memory& memory);
    ~ShortProgram();
    ShortProgram(const ShortProgram&) = delete;
    ShortProgram& operator=(const ShortProgram&) = delete;

    // The operations small_linear and mixer_step of ops.h: checked now, run later. Each may read what the
    // ones before it write; a state that one of them writes makes those run first. Throw Error.
    void linear(const WeightView& weight, const WeightView& side, const SmallLinearInput& input,
                std::int64_t T, const SmallLinearOutput& output);
    void mixer(const Dims& dims, const MixerWeights& weights, const LayerState& state, const float* zxbcdt,
               std::int64_t T, float* y, float* head_squares, std::int32_t* arrivals);

    /// Launches what has been collected. To be called before anything else is issued on the stream.
    void run();
    /// Forgets it.
    void clear();

  private:
    enum class Format { None, Bf16, Int8g64, Int8g128, Int4g64, Int4g128 };

    void start_operation(Format format, int phases);
    void add(const small::LinearPhase& phase);
    template <class T>
    void cut(Format format, const small::LinearPhase& whole);

    const Context& context_;
    Memory memory_;
    Format format_ = Format::None;
    std::unique_ptr<small::Program> program_;
};

}  // namespace sidewinder::kernels::cuda
