#pragma once

#include <memory>

#include "inference/model.h"
#include "inference/random_weights.h"
#include "inference/timeline.h"
#include "kernels/cpu/cpu_backend.h"

namespace sidewinder::test {

/// A small real model on the real CPU backend, from the random-weight formula: no file is needed.
struct RandomEngine {
    explicit RandomEngine(std::int64_t chunk = 64, int threads = 2,
                          inference::WeightRecipe recipe = {kernels::WeightFormat::BF16, 0})
        : config(inference::make_config(128, 3, 512, 2)),
          backend(kernels::make_cpu_backend(threads)),
          model(*backend, config,
                inference::Weights::load(inference::RandomWeights(config), config, recipe, *backend), chunk) {
    }

    inference::Config config;
    std::unique_ptr<kernels::Backend> backend;
    inference::Model model;
};

}  // namespace sidewinder::test
