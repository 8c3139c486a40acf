#include "inference/weights.h"

#include "inference/error.h"
#include "inference/weight_loader.h"
#include "inference/weight_plan.h"

namespace sidewinder::inference {

std::string WeightRecipe::name() const {
    std::string text(kernels::name_of(format));
    return group == 0 ? text : text + "-g" + std::to_string(group);
}

WeightRecipe WeightRecipe::parse(const std::string& name) {
    using kernels::WeightFormat;
    for (const WeightRecipe& recipe :
         {WeightRecipe{WeightFormat::F32, 0}, WeightRecipe{WeightFormat::BF16, 0},
          WeightRecipe{WeightFormat::Int8, 64}, WeightRecipe{WeightFormat::Int8, 128},
          WeightRecipe{WeightFormat::Int4, 64}, WeightRecipe{WeightFormat::Int4, 128}})
        if (name == recipe.name() || (recipe.group == 128 && name == kernels::name_of(recipe.format)))
            return recipe;
    throw Error(Fault::BadConfig,
                "There is no weight format \"" + name +
                    "\". Choose f32, bf16, int8, int8-g64, int8-g128, int4, int4-g64 or int4-g128.");
}

Weights Weights::load(const TensorSource& source, const Config& config, const WeightRecipe& recipe,
                      kernels::Backend& backend, const std::function<void(Progress)>& progress,
                      std::stop_token stop) {
    const WeightPlan plan = plan_weights(source, config, recipe);
    Weights weights = WeightLoader::load(plan, config, backend, convert_from(source), {}, progress, stop);
    source.check_unchanged();
    return weights;
}

}  // namespace sidewinder::inference
