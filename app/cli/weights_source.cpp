#include "app/cli/weights_source.h"

#include "inference/model_folder.h"
#include "inference/random_weights.h"
#include "kernels/cpu/cpu_backend.h"
#include "kernels/cuda_library.h"
#include "kernels/error.h"

namespace sidewinder::cli {

std::unique_ptr<kernels::Backend> WeightsSource::make_backend(const inference::WeightRecipe& recipe) const {
    return gpu ? kernels::make_cuda_backend(config.dims, recipe.format, float8_prefill)
               : kernels::make_cpu_backend(threads);
}

bool means_gpu(const std::string& backend) {
    if (backend != "auto") return backend == "cuda";
    try {
        kernels::probe_cuda();
        return true;
    } catch (const kernels::Error&) {
        return false;
    }
}

WeightsSource open_weights(const std::filesystem::path& folder) {
    const inference::ModelFolder opened = inference::ModelFolder::open(folder);
    WeightsSource source;
    source.config = opened.config;
    source.tensors = opened.tensors;
    source.tokenizer = opened.tokenizer;
    return source;
}

WeightsSource random_weights(const std::string& shape, std::int64_t layers) {
    WeightsSource source;
    source.config = inference::named_config(shape, layers);
    source.tensors = std::make_shared<inference::RandomWeights>(source.config);
    return source;
}

}  // namespace sidewinder::cli
