#include <algorithm>
#include <cstdio>
#include <memory>

#include "app/cli/command.h"
#include "app/cli/interrupt.h"
#include "app/cli/models.h"
#include "app/core/model_choice.h"
#include "storage/hub_cache.h"
#include "storage/model_import.h"
#include "storage/model_source.h"

namespace sidewinder::cli {

namespace {

namespace fs = std::filesystem;
using storage::gigabytes;
using Way = storage::ImportRequest::Way;

struct BringOptions {
    std::string from, to, name, weights = "int4", also_make;
    bool link = false, copy = false, json = false;
};

/// A folder, or owner/name of a model in the Hugging Face cache; that one is used where it is.
app::ImportChoice choice_of(const BringOptions& options) {
    app::ImportChoice choice;
    choice.from = options.from;
    choice.name = options.name;
    std::error_code ignored;
    bool cached = false;
    if (!fs::exists(choice.from, ignored)) {
        // Of several snapshots the one that main points to.
        for (const storage::CachedSnapshot& snapshot : app::usable_snapshots()) {
            if (snapshot.repo != options.from) continue;
            const auto& names = snapshot.revisions;
            if (!cached || std::find(names.begin(), names.end(), "main") != names.end())
                choice.from = snapshot.path;
            cached = true;
        }
        if (!cached)
            throw storage::Error(storage::Error::Kind::NotFound,
                                 "There is neither a folder " + printable(options.from) +
                                     " nor such a model in the Hugging Face cache (" +
                                     storage::hub_cache_folder().string() + "). Check its name.");
    }
    choice.way = options.link || (cached && !options.copy) ? Way::Link : Way::Copy;
    return choice;
}

inference::QuantizedFile convert(const storage::ModelEntry& model, const std::string& weights,
                                 std::stop_token stop) {
    const auto recipe = inference::WeightRecipe::parse(weights);
    ProgressLine line("Converting to " + recipe.name());
    const auto progress = [&](inference::Weights::Progress p) { line.show({}, p.done_bytes, p.total_bytes); };
    return app::quantize_model(model, recipe, progress, stop);
}

int import(const BringOptions& options) {
    const Interrupt interrupt;
    if (!options.also_make.empty()) inference::WeightRecipe::parse(options.also_make);  // before any copying
    storage::ModelFiles models = installed_models();
    app::ImportChoice choice = choice_of(options);
    ProgressLine line(choice.way == Way::Link ? "Checking" : "Importing");
    choice.progress = [&](const storage::ByteProgress& p) { line.show(p.file, p.done, p.total); };
    choice.stop = interrupt.token();
    const storage::ModelEntry model = app::import_folder(models, choice);
    line.clear();
    if (!options.also_make.empty()) convert(model, options.also_make, interrupt.token());
    const bool tokenizer =
        model.manifest.find("tokenizer.model.v3") || model.manifest.find("tokenizer.model");
    if (options.json) {
        print_json({{"id", model.id.text()},
                    {"folder", model.folder.string()},
                    {"linked", model.manifest.source.linked},
                    {"bytes", model.manifest.bytes()},
                    {"sha256", storage::weights_sha256(model.manifest)}});
    } else {
        std::printf("%s %s, %s, every file checked. Use it with --model %s\n",
                    model.manifest.source.linked ? "Linked" : "Imported", model.id.text().c_str(),
                    gigabytes(model.manifest.bytes()).c_str(), model.id.text().c_str());
    }
    if (!tokenizer)
        std::fprintf(stderr,
                     "It has no tokenizer.model.v3 (or tokenizer.model), so it cannot read text until one is "
                     "put beside it and it is imported again.\n");
    return exit_code::kOk;
}

int export_to(const BringOptions& options) {
    const Interrupt interrupt;
    const storage::ModelEntry model = installed_models().find(options.from);
    ProgressLine line("Exporting");
    const fs::path folder = storage::export_model(
        model, options.to, [&](const storage::ByteProgress& p) { line.show(p.file, p.done, p.total); },
        interrupt.token());
    line.clear();
    if (options.json) {
        print_json({{"id", model.id.text()}, {"folder", folder.string()}, {"bytes", model.manifest.bytes()}});
    } else {
        std::printf("Exported %s to %s. On the other machine: sidewinder-cli models import %s\n",
                    gigabytes(model.manifest.bytes()).c_str(), printable(folder.string()).c_str(),
                    printable(folder.string()).c_str());
    }
    return exit_code::kOk;
}

int quantize(const BringOptions& options) {
    const Interrupt interrupt;
    const storage::ModelEntry model = installed_models().find(options.from);
    const auto recipe = inference::WeightRecipe::parse(options.weights);
    const inference::QuantizedFile file = convert(model, options.weights, interrupt.token());
    if (!file.note.empty()) std::fprintf(stderr, "%s\n", printable(file.note).c_str());
    if (options.json) {
        print_json({{"id", model.id.text()},
                    {"weights", recipe.name()},
                    {"made", file.made},
                    {"bytes", file.bytes}});
    } else {
        std::printf("%s: %s, %s.\n", recipe.name().c_str(),
                    file.made ? "made" : "there already, every byte checked", gigabytes(file.bytes).c_str());
    }
    return exit_code::kOk;
}

}  // namespace

void add_models_bring(CLI::App& models, int& exit) {
    auto options = std::make_shared<BringOptions>();
    CLI::App* command = models.add_subcommand(
        "import",
        "Take a folder (Mistral or Hugging Face layout), or OWNER/NAME from the Hugging Face cache");
    command->add_option("from", options->from, "Folder, or OWNER/NAME in the cache")->required();
    CLI::Option* link =
        command->add_flag("--link", options->link, "Use the files where they are (default for a cache)");
    command->add_flag("--copy", options->copy, "Copy them (default for a folder)")->excludes(link);
    command->add_option("--weights", options->also_make, "Also make this file: int8 or int4");
    command->add_option("--name", options->name, "What to call it: NAME, OWNER/NAME or OWNER/NAME@REVISION");
    command->add_flag("--json", options->json, "One JSON object");
    command->callback([options, &exit] { exit = import(*options); });

    command = models.add_subcommand("export", "Copy a model to a stick, with a list for sha256sum -c");
    command->add_option("model", options->from, "Its name")->required();
    command->add_option("to", options->to, "Folder to put it in")->required();
    command->add_flag("--json", options->json, "One JSON object");
    command->callback([options, &exit] { exit = export_to(*options); });

    command =
        models.add_subcommand("quantize", "Make the int8 or int4 file, so that the model loads from it");
    command->add_option("model", options->from, "Its name")->required();
    command->add_option("--weights", options->weights,
                        "int4 (default), int8, int4-g64, int4-g128-calibrated, …");
    command->add_flag("--json", options->json, "One JSON object");
    command->callback([options, &exit] { exit = quantize(*options); });
}

}  // namespace sidewinder::cli
