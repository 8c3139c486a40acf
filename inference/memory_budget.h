#pragma once

#include <cstdint>
#include <string>

#include "inference/config.h"
#include "inference/tensor_source.h"
#include "inference/weights.h"
#include "kernels/backend.h"

namespace sidewinder::inference {

class Model;

/// What a model takes of a backend's memory, known before anything is allocated.
struct MemoryNeed {
    std::uint64_t weights = 0;
    std::uint64_t states = 0;          ///< the live state, its undo copy and one copy on the device
    std::uint64_t work = 0;            ///< activations and the backend's own, for `chunk` tokens
    std::uint64_t copies = 0;          ///< of weights, for faster long steps (Backend::keep_copies)
    std::uint64_t copies_lacking = 0;  ///< what they would take where there is no room for them
    std::uint64_t copies_spare = 0;    ///< what must be left free beside them, no part of the total
    std::string copies_form;           ///< "bf16", "float8", or empty: there is no use for any
    std::int64_t chunk = 0;            ///< tokens of one step

    std::uint64_t total() const { return weights + states + work + copies; }
};

inline constexpr std::int64_t kStatesHeld = 3;
inline constexpr std::int64_t kLeastChunk = 256;  ///< below it a prefill reads the weights too often

/// Reads no data. Throws inference::Error when the tensors do not fit the configuration.
MemoryNeed memory_need(const TensorSource& source, const Config& config, const WeightRecipe& recipe,
                       const kernels::Backend& backend, std::int64_t chunk);

/// The need with the largest chunk that fits: the backend's best one, halved down to kLeastChunk; with copies
/// of the weights where they and what they must leave free fit beside the best one. Throws
/// kernels::Error(OutOfMemory) naming what is needed, what is free and which recipe would fit.
MemoryNeed fit_in_memory(const TensorSource& source, const Config& config, const WeightRecipe& recipe,
                         const kernels::Backend& backend);

/// Has the backend make the copies that `need` counts, if the states, Backend::runtime_bytes and copies_spare
/// still fit beside them; the model is loaded, its states are not. Returns what is needed then: without the
/// copies where there was no room.
MemoryNeed keep_copies(const MemoryNeed& need, Model& model);

/// "22.5 GB (weights 14.6, states 0.8, work area 0.2, float8 copies 6.9)", or without the last and with a
/// sentence on what they would take.
std::string describe(const MemoryNeed& need);

}  // namespace sidewinder::inference
