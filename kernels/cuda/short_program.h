#pragma once

#include <cstdint>
#include <memory>

#include "kernels/cuda/launch.h"
#include "kernels/cuda/ops.h"

/// The operations of a short run (up to kShortTokens tokens), collected and then run as one kernel, in which
/// the blocks meet between the operations and the weights never stop streaming. Results have the same bits as
/// when each operation runs by itself.
namespace sidewinder::kernels::cuda {

namespace small {
struct Program;
struct LinearPhase;
struct MixerPhase;
}  // namespace small

class ShortProgram {
  public:
    /// `barrier`: two counters in device memory, zero, used by nobody else; null: every operation becomes a
    /// kernel of its own. Context and counters outlive this.
    explicit ShortProgram(const Context& context, unsigned* barrier = nullptr);
    ~ShortProgram();
    ShortProgram(const ShortProgram&) = delete;
    ShortProgram& operator=(const ShortProgram&) = delete;

    // The operations small_linear and mixer_step of ops.h: checked now, run later. Each may read what the
    // ones before it write. Throw Error.
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
    void add(const small::LinearPhase& phase, bool first);
    template <class T>
    void cut(Format format, const small::LinearPhase& whole);

    const Context& context_;
    unsigned* barrier_;
    Format format_ = Format::None;
    std::unique_ptr<small::Program> program_;
};

}  // namespace sidewinder::kernels::cuda
