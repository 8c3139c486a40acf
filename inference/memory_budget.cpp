#include "inference/memory_budget.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <numeric>
#include <utility>

#include "inference/model.h"
#include "inference/state.h"
#include "inference/weight_plan.h"
#include "kernels/error.h"

namespace sidewinder::inference {
namespace {

constexpr std::array<const char*, 3> kOffered{"bf16", "int8", "int4"};

std::string gigabytes(std::uint64_t bytes) {
    char text[32];
    const double value = static_cast<double>(bytes) * 1e-9;
    std::snprintf(text, sizeof text, value < 0.1 ? "%.3f" : "%.1f", value);
    return text;
}

std::string short_name(const WeightRecipe& recipe) {
    return std::string(kernels::name_of(recipe.format));
}

// The best recipe that fits, or, when none does, how little the smallest would need.
std::string advice(const TensorSource& source, const Config& config, const WeightRecipe& recipe,
                   const kernels::Backend& backend, std::int64_t chunk, std::uint64_t needed,
                   std::uint64_t free) {
    std::string smallest;
    for (const char* name : kOffered) {
        const WeightRecipe other = WeightRecipe::parse(name);
        if (other.format == recipe.format) continue;
        const std::uint64_t total = memory_need(source, config, other, backend, chunk).total();
        if (total >= needed) continue;
        smallest = std::string(name) + " would need " + gigabytes(total) + " GB";
        if (total <= free) return smallest + " and fits.";
    }
    if (smallest.empty()) return "No smaller weight format is left: close other programs that use it.";
    return "Even " + smallest + ".";
}

}  // namespace

MemoryNeed memory_need(const TensorSource& source, const Config& config, const WeightRecipe& recipe,
                       const kernels::Backend& backend, std::int64_t chunk) {
    const WeightPlan plan = plan_weights(source, config, recipe);
    MemoryNeed need;
    need.weights = std::accumulate(plan.buffer_bytes.begin(), plan.buffer_bytes.end(), std::uint64_t{0});
    need.states = static_cast<std::uint64_t>(kStatesHeld) * State::bytes_for(config);
    need.work = Model::work_bytes(backend, config, chunk);
    need.chunk = chunk;
    return need;
}

MemoryNeed fit_in_memory(const TensorSource& source, const Config& config, const WeightRecipe& recipe,
                         const kernels::Backend& backend) {
    const std::uint64_t free = backend.available_memory();
    const std::int64_t best = backend.best_chunk(config.dims);
    const std::int64_t least = std::min(best, kLeastChunk);
    MemoryNeed need = memory_need(source, config, recipe, backend, best);
    const kernels::CopiesNeed copies = backend.copies_need(config.dims, config.n_layers);
    need.copies_form = copies.form;
    need.copies_spare = copies.spare;
    (need.total() + copies.bytes + copies.spare <= free ? need.copies : need.copies_lacking) = copies.bytes;
    while (need.total() > free && need.chunk > least) {
        need.chunk = std::max(need.chunk / 2, least);
        need.work = Model::work_bytes(backend, config, need.chunk);
    }
    if (need.total() <= free) return need;
    throw kernels::Error(kernels::Error::Kind::OutOfMemory,
                         "The model does not fit into the memory of " + backend.device_name() + ": " +
                             short_name(recipe) + " needs " + gigabytes(need.total()) + " GB, " +
                             gigabytes(free) + " GB are free. " +
                             advice(source, config, recipe, backend, least, need.total(), free));
}

MemoryNeed keep_copies(const MemoryNeed& need, Model& model) {
    MemoryNeed now = need;
    if (need.copies == 0) return now;
    kernels::Backend& backend = model.backend();
    // Of the runtime's some may be there by now; nobody knows how much, so all of it is left free.
    const std::uint64_t later = need.states + backend.runtime_bytes() + need.copies_spare;
    if (backend.available_memory() < need.copies + later || !backend.keep_copies(model.weights().layers()))
        now.copies_lacking = std::exchange(now.copies, 0);
    return now;
}

std::string describe(const MemoryNeed& need) {
    std::string text = gigabytes(need.total()) + " GB (weights " + gigabytes(need.weights) + ", states " +
                       gigabytes(need.states) + ", work area " + gigabytes(need.work);
    if (need.copies != 0) text += ", " + need.copies_form + " copies " + gigabytes(need.copies);
    text += ")";
    if (need.copies_lacking != 0) {
        text += "; there is no room for " + need.copies_form + " copies of the weights, " +
                gigabytes(need.copies_lacking) + " GB" +
                (need.copies_spare != 0 ? " and " + gigabytes(need.copies_spare) + " to leave free" : "") +
                ", with which it would read prompts faster";
    }
    return text;
}

}  // namespace sidewinder::inference
