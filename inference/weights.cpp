#include "inference/weights.h"

#include "inference/error.h"
#include "inference/weight_loader.h"
#include "inference/weight_plan.h"

namespace sidewinder::inference {
namespace {

constexpr const char* kCalibrated = "-calibrated";

}  // namespace

std::string WeightRecipe::name() const {
    std::string text(kernels::name_of(format));
    if (group == 0) return text;
    return text + "-g" + std::to_string(group) + (calibrated ? kCalibrated : "");
}

WeightRecipe WeightRecipe::parse(const std::string& name) {
    using kernels::WeightFormat;
    if (name.starts_with("int4") && name.ends_with(kCalibrated)) {
        WeightRecipe recipe = parse(name.substr(0, name.size() - std::string_view(kCalibrated).size()));
        if (!recipe.calibrated) {
            recipe.calibrated = true;
            return recipe;
        }
    }
    for (const WeightRecipe& recipe :
         {WeightRecipe{WeightFormat::F32, 0}, WeightRecipe{WeightFormat::BF16, 0},
          WeightRecipe{WeightFormat::Int8, 64}, WeightRecipe{WeightFormat::Int8, 128},
          WeightRecipe{WeightFormat::Int4, 64}, WeightRecipe{WeightFormat::Int4, 128}})
        if (name == recipe.name() || (recipe.group == 128 && name == kernels::name_of(recipe.format)))
            return recipe;
    throw Error(
        Fault::BadConfig,
        "There is no weight format \"" + name +
            "\". Choose f32, bf16, int8, int8-g64, int8-g128, int4, int4-g64 or int4-g128; int4 also with "
            "-calibrated.");
}

Weights Weights::load(const TensorSource& source, const Config& config, const WeightRecipe& recipe,
                      kernels::Backend& backend, const std::function<void(Progress)>& progress,
                      std::stop_token stop, const Calibration* calibration) {
    const WeightPlan plan = plan_weights(source, config, recipe);
    Weights weights = WeightLoader::load(plan, config, backend, convert_from(source, recipe, calibration), {},
                                         progress, stop);
    source.check_unchanged();
    return weights;
}

}  // namespace sidewinder::inference
