#include "app/core/model_catalog.h"

#include <algorithm>
#include <cstdio>
#include <functional>
#include <memory>

#include "inference/error.h"
#include "inference/memory_budget.h"
#include "inference/model_folder.h"
#include "inference/quantized_file.h"
#include "inference/random_weights.h"
#include "inference/weight_plan.h"
#include "kernels/error.h"
#include "storage/model_source.h"

namespace sidewinder::app {

namespace fs = std::filesystem;
using inference::WeightRecipe;

namespace {

constexpr const char* kKnownRepo = "mistralai/Mamba-Codestral-7B-v0.1";
constexpr const char* kRecipes[] = {"bf16", "int8", "int4"};

std::string one_decimal(std::uint64_t bytes) {
    char text[32];
    const double value = static_cast<double>(bytes) * 1e-9;
    std::snprintf(text, sizeof text, value < 0.1 ? "%.3f" : "%.1f", value);
    return text;
}

DeviceFit fit_on(const std::function<std::unique_ptr<kernels::Backend>()>& make,
                 const inference::TensorSource& tensors, const inference::Config& config,
                 const WeightRecipe& recipe) {
    DeviceFit fit;
    try {
        const std::unique_ptr<kernels::Backend> backend = make();
        fit.usable = true;
        fit.device = backend->device_name();
        fit.free = backend->available_memory();
        const std::int64_t least = std::min(backend->best_chunk(config.dims), inference::kLeastChunk);
        fit.need = inference::memory_need(tensors, config, recipe, *backend, least).total();
        const inference::MemoryNeed need = inference::fit_in_memory(tensors, config, recipe, *backend);
        fit.need = need.total() - need.copies;  // these are made where there is room, and not needed
        fit.fits = true;
    } catch (const kernels::Error& error) {
        fit.reason = error.what();
    }
    return fit;
}

std::string on_device(const Precision& precision, const DeviceFit& fit) {
    return precision.name + " takes " + one_decimal(fit.need) + " of the " + one_decimal(fit.free) +
           " GB that are free on " + fit.device;
}

const Precision* widest(const std::vector<Precision>& all, DeviceFit Precision::*device) {
    const auto found =
        std::find_if(all.begin(), all.end(), [&](const Precision& p) { return (p.*device).fits; });
    return found == all.end() ? nullptr : &*found;
}

void judge(CatalogModel& model) {
    const std::vector<Precision>& all = model.precisions;
    const Precision *gpu = widest(all, &Precision::gpu), *cpu = widest(all, &Precision::cpu);
    if (gpu) {
        model.best = gpu->name;
        model.verdict = gpu == &all[0] ? Verdict::Fits : Verdict::FitsSmaller;
        model.verdict_sentence = "Fits: " + on_device(*gpu, gpu->gpu) + ".";
        if (gpu != &all[0])
            model.verdict_sentence +=
                " " + all[0].name + " would take " + one_decimal(all[0].gpu.need) + " GB.";
    } else if (cpu) {
        model.best = cpu->name;
        model.verdict = Verdict::CpuOnly;
        const Precision& smallest = all.back();
        model.verdict_sentence = "CPU only: " + on_device(*cpu, cpu->cpu) + ". ";
        model.verdict_sentence += smallest.gpu.usable
                                      ? "On " + smallest.gpu.device + " even " + smallest.name + " takes " +
                                            one_decimal(smallest.gpu.need) + " GB, and " +
                                            one_decimal(smallest.gpu.free) + " GB are free."
                                      : smallest.gpu.reason;
    } else {
        model.verdict = Verdict::DoesNotFit;
        const Precision& smallest = all.back();
        model.verdict_sentence = "Does not fit into this machine's memory: even " + smallest.name +
                                 " takes " + one_decimal(smallest.cpu.need) + " GB, and " +
                                 one_decimal(smallest.cpu.free) +
                                 " GB are free. Close other programs, or use a machine with more memory.";
    }
}

std::string source_of(const storage::ManifestSource& source) {
    using Kind = storage::ManifestSource::Kind;
    if (source.kind == Kind::Hub)
        return "downloaded from " + source.repo + (source.revision.empty() ? "" : " at " + source.revision);
    const std::string where =
        (source.kind == Kind::Cache ? "the Hugging Face cache at " : "") + source.path.string();
    return (source.linked ? "linked to " : "imported from ") + where;
}

std::string license_of(const std::string& repo) {
    return repo == kKnownRepo ? "Apache-2.0" : "";
}

CatalogModel known_here(const BackendMaker& backends, const fs::path& models) {
    CatalogModel model = known_model();
    const inference::RandomWeights shapes(inference::named_config("7b"));
    judge_memory(model, shapes, inference::named_config("7b"), backends);
    model.disk_free = storage::free_bytes(models);
    return model;
}

}  // namespace

CatalogModel known_model() {
    CatalogModel model;
    model.id = model.repo = kKnownRepo;
    model.name = "Mamba-Codestral-7B-v0.1";
    model.license = license_of(kKnownRepo);
    model.files = {{"params.json", 234},
                   {"consolidated.safetensors", 14'570'880'000},  // 14,570,807,296 of data and its header
                   {"tokenizer.model.v3", 587'591}};
    for (const CatalogModel::File& file : model.files) model.bytes += file.size;
    model.disk_needed = model.bytes + storage::kSpareBytes;
    return model;
}

void judge_memory(CatalogModel& model, const inference::TensorSource& tensors,
                  const inference::Config& config, const BackendMaker& backends) {
    for (const char* name : kRecipes) {
        const WeightRecipe recipe = WeightRecipe::parse(name);
        Precision precision;
        precision.name = name;
        precision.weights = inference::plan_weights(tensors, config, recipe).total_bytes;
        precision.disk = recipe.group == 0 ? 0 : precision.weights;
        precision.gpu =
            fit_on([&] { return backends.cuda(config.dims, recipe.format, false); }, tensors, config, recipe);
        precision.cpu = fit_on([&] { return backends.cpu(0); }, tensors, config, recipe);
        model.precisions.push_back(std::move(precision));
    }
    judge(model);
}

CatalogModel catalog_entry(const storage::ModelEntry& entry, const BackendMaker& backends) {
    CatalogModel model;
    model.id = entry.id.text();
    model.name = entry.id.name;
    model.repo = entry.manifest.source.repo;
    if (entry.state == storage::ModelState::Incomplete) model.repo = entry.id.owner + "/" + entry.id.name;
    model.license = license_of(model.repo);
    model.state = entry.state == storage::ModelState::Installed    ? CatalogModel::State::Installed
                  : entry.state == storage::ModelState::Incomplete ? CatalogModel::State::Incomplete
                                                                   : CatalogModel::State::Broken;
    model.reason = entry.reason;
    model.folder = entry.folder;
    for (const storage::ManifestFile& file : entry.manifest.files)
        model.files.push_back({file.name, file.size});
    model.bytes = entry.manifest.bytes();
    model.bytes_there = entry.bytes_there;
    model.disk_free = storage::free_bytes(entry.folder);
    if (!entry.manifest.files.empty()) model.source = source_of(entry.manifest.source);
    if (entry.state == storage::ModelState::Incomplete && model.repo == kKnownRepo) {
        model.files = known_model().files;
        model.bytes = known_model().bytes;
        model.disk_needed = storage::kSpareBytes + model.bytes - std::min(model.bytes, model.bytes_there);
    }
    if (entry.state != storage::ModelState::Installed) return model;
    try {
        const inference::ModelFolder folder = inference::ModelFolder::open(entry.data);
        judge_memory(model, *folder.tensors, folder.config, backends);
        for (Precision& precision : model.precisions) {
            std::error_code code;
            const auto bytes =
                fs::file_size(inference::quantized_file_path(folder, WeightRecipe::parse(precision.name),
                                                             entry.quantized()),
                              code);
            if (!code) precision.made = bytes;
        }
    } catch (const inference::Error& error) {
        model.state = CatalogModel::State::Broken;
        model.reason = error.what();
        model.precisions.clear();
        model.verdict = Verdict::Unknown;
    }
    return model;
}

std::vector<CatalogModel> model_catalog(const storage::ModelFiles& models, const BackendMaker& backends) {
    std::vector<CatalogModel> catalog;
    bool known = false;
    for (const storage::ModelEntry& entry : models.list()) {
        catalog.push_back(catalog_entry(entry, backends));
        known = known || catalog.back().repo == kKnownRepo;
    }
    if (!known) catalog.insert(catalog.begin(), known_here(backends, models.folder()));
    return catalog;
}

}  // namespace sidewinder::app
