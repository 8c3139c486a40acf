#include <algorithm>
#include <cstdio>
#include <memory>

#include "app/cli/command.h"
#include "app/cli/models.h"
#include "app/core/model_choice.h"
#include "storage/hub_cache.h"
#include "storage/model_source.h"

namespace sidewinder::cli {

namespace {

using app::CatalogModel;
using nlohmann::ordered_json;
using storage::gigabytes;

const char* name_of(CatalogModel::State state) {
    constexpr const char* kNames[] = {"available", "installed", "incomplete", "broken"};
    return kNames[static_cast<int>(state)];
}

const char* name_of(app::Verdict verdict) {
    constexpr const char* kNames[] = {"fits", "fits-smaller", "cpu-only", "does-not-fit", "unknown"};
    return kNames[static_cast<int>(verdict)];
}

ordered_json as_json(const app::DeviceFit& fit) {
    if (!fit.usable) return {{"usable", false}, {"reason", fit.reason}};
    ordered_json object{{"usable", true},
                        {"device", fit.device},
                        {"fits", fit.fits},
                        {"need_bytes", fit.need},
                        {"free_bytes", fit.free}};
    if (!fit.fits) object["reason"] = fit.reason;
    return object;
}

ordered_json as_json(const CatalogModel& model) {
    ordered_json files = ordered_json::array(), precisions = ordered_json::array();
    for (const CatalogModel::File& file : model.files)
        files.push_back({{"name", file.name}, {"size", file.size}});
    for (const app::Precision& p : model.precisions) {
        ordered_json entry{{"name", p.name}, {"weights_bytes", p.weights}, {"disk_bytes", p.disk}};
        entry["made_bytes"] = p.made ? ordered_json(*p.made) : ordered_json(nullptr);
        entry["gpu"] = as_json(p.gpu);
        entry["cpu"] = as_json(p.cpu);
        precisions.push_back(std::move(entry));
    }
    return {{"id", model.id},
            {"name", model.name},
            {"repo", model.repo},
            {"license", model.license},
            {"state", name_of(model.state)},
            {"reason", model.reason},
            {"source", model.source},
            {"folder", model.folder.string()},
            {"files", files},
            {"bytes", model.bytes},
            {"bytes_there", model.bytes_there},
            {"disk_needed", model.disk_needed},
            {"disk_free", model.disk_free},
            {"precisions", precisions},
            {"verdict", name_of(model.verdict)},
            {"best", model.best},
            {"verdict_sentence", model.verdict_sentence}};
}

ordered_json as_json(const storage::CachedSnapshot& snapshot) {
    return {{"repo", snapshot.repo},
            {"commit", snapshot.commit},
            {"revisions", snapshot.revisions},
            {"path", snapshot.path.string()},
            {"bytes", snapshot.bytes}};
}

void print_line(const CatalogModel& model) {
    const std::uint64_t bytes =
        model.state == CatalogModel::State::Incomplete ? model.bytes_there : model.bytes;
    std::printf("%s\n    %s, %s%s%s\n", printable(model.id).c_str(),
                model.state == CatalogModel::State::Available ? "not here" : name_of(model.state),
                gigabytes(bytes).c_str(), model.license.empty() ? "" : ", ", model.license.c_str());
    if (!model.reason.empty()) std::printf("    %s\n", printable(model.reason).c_str());
    if (!model.verdict_sentence.empty()) std::printf("    %s\n", model.verdict_sentence.c_str());
}

int list(bool json) {
    const std::vector<CatalogModel> catalog = app::model_catalog(installed_models(), app::real_backends());
    const std::vector<storage::CachedSnapshot> cached = app::usable_snapshots();
    if (json) {
        ordered_json models = ordered_json::array(), cache = ordered_json::array();
        for (const CatalogModel& model : catalog) models.push_back(as_json(model));
        for (const storage::CachedSnapshot& snapshot : cached) cache.push_back(as_json(snapshot));
        print_json({{"models", models}, {"hub_cache", cache}});
        return exit_code::kOk;
    }
    for (const CatalogModel& model : catalog) print_line(model);
    for (const storage::CachedSnapshot& snapshot : cached)
        std::printf("%s at %.12s\n    in the Hugging Face cache, %s: 'models import %s' uses it from there\n",
                    printable(snapshot.repo).c_str(), snapshot.commit.c_str(),
                    gigabytes(snapshot.bytes).c_str(), printable(snapshot.repo).c_str());
    return exit_code::kOk;
}

void print_precision(const app::Precision& p) {
    const auto fit = [](const app::DeviceFit& f) {
        return f.usable ? gigabytes(f.need) + (f.fits ? ", fits" : ", too much") : std::string("-");
    };
    const std::string disk = p.disk == 0 ? "from the model's own files"
                             : p.made    ? gigabytes(*p.made) + ", made"
                                      : gigabytes(p.disk) + ", made when first used or by 'models quantize'";
    std::printf("  %-5s GPU %-20s CPU %-20s disk %s\n", p.name.c_str(), fit(p.gpu).c_str(),
                fit(p.cpu).c_str(), disk.c_str());
}

CatalogModel wanted(const std::string& called) {
    const CatalogModel known = app::known_model();
    const storage::ModelFiles models = installed_models();
    try {
        return app::catalog_entry(models.find(called), app::real_backends());
    } catch (const storage::Error& error) {
        if (error.kind() != storage::Error::Kind::NotFound || (called != known.name && called != known.repo))
            throw;
    }
    for (CatalogModel& model : app::model_catalog(models, app::real_backends()))
        if (model.repo == known.repo && model.state == CatalogModel::State::Available)
            return std::move(model);
    return known;
}

int show(const std::string& called, bool json) {
    const CatalogModel model = wanted(called);
    if (json) {
        print_json(as_json(model));
        return exit_code::kOk;
    }
    print_line(model);
    if (!model.source.empty()) std::printf("    %s\n", printable(model.source).c_str());
    if (!model.folder.empty()) std::printf("    %s\n", printable(model.folder.string()).c_str());
    std::printf("Disk\n  %s needed, %s free\n", gigabytes(model.disk_needed).c_str(),
                gigabytes(model.disk_free).c_str());
    std::printf("Files\n");
    for (const CatalogModel::File& file : model.files)
        std::printf("  %-40s %s\n", file.name.c_str(), gigabytes(file.size).c_str());
    if (!model.precisions.empty()) std::printf("Memory\n");
    for (const app::Precision& p : model.precisions) print_precision(p);
    return exit_code::kOk;
}

}  // namespace

void add_models_show(CLI::App& models, int& exit) {
    auto json = std::make_shared<bool>(false);
    auto called = std::make_shared<std::string>();
    CLI::App* list_command =
        models.add_subcommand("list", "What is here, what could be, and whether it fits");
    list_command->add_flag("--json", *json, "One JSON object");
    list_command->callback([json, &exit] { exit = list(*json); });
    CLI::App* show_command =
        models.add_subcommand("show", "Files, sizes, licence, and the memory that each precision needs here");
    show_command->add_option("model", *called, "Its name")->required();
    show_command->add_flag("--json", *json, "One JSON object");
    show_command->callback([called, json, &exit] { exit = show(*called, *json); });
}

}  // namespace sidewinder::cli
