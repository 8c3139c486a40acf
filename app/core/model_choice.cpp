#include "app/core/model_choice.h"

#include <algorithm>

#include "app/core/calibration_sample.h"
#include "inference/error.h"
#include "inference/file_reader.h"
#include "inference/safetensors_index.h"
#include "storage/file_hash.h"

namespace sidewinder::app {

namespace fs = std::filesystem;
using storage::ManifestSource;
using storage::ModelEntry;
using storage::ModelId;
using storage::ModelState;

namespace {

constexpr const char* kIndex = "model.safetensors.index.json";

struct Origin {
    ManifestSource source;
    std::string owner, name, revision;
};

void name_after_repo(Origin& origin) {
    const std::size_t slash = origin.source.repo.find('/');
    if (slash == std::string::npos) return;
    origin.owner = origin.source.repo.substr(0, slash);
    origin.name = origin.source.repo.substr(slash + 1);
}

/// …/models--owner--name/snapshots/<commit>
bool is_snapshot(const fs::path& real, Origin& origin) {
    const std::string models = real.parent_path().parent_path().filename().string();
    const std::string commit = real.filename().string();
    const std::size_t dashes = models.find("--", 8);
    if (real.parent_path().filename() != "snapshots" || !models.starts_with("models--") ||
        !storage::is_hex(commit, 40) || dashes == std::string::npos)
        return false;
    origin.source.kind = ManifestSource::Kind::Cache;
    origin.source.repo = models.substr(8, dashes - 8) + "/" + models.substr(dashes + 2);
    origin.source.commit = commit;
    origin.revision = commit.substr(0, 12);
    name_after_repo(origin);
    return true;
}

Origin origin_of(const fs::path& folder) {
    const storage::ModelSource files(folder);
    Origin origin{{}, "local", files.path().filename().string(), "import"};
    if (is_snapshot(files.path(), origin)) return origin;
    const std::string manifest(storage::Manifest::kFileName);
    if (!files.has(manifest)) return origin;
    // What an export says of itself; its files' hashes are checked by the import.
    const auto said =
        storage::parse_manifest(files.read_text(manifest, storage::Manifest::kMaxBytes), folder / manifest)
            .source;
    origin.source.repo = said.repo;
    origin.source.revision = said.revision;
    origin.source.commit = said.commit;
    name_after_repo(origin);
    const std::string name = origin.name;
    if (const std::size_t at = name.rfind('@'); at != std::string::npos) {  // what export_model named it
        origin.revision = name.substr(at + 1);
        origin.name = name.substr(0, at);
    }
    if (!said.revision.empty()) origin.revision = said.revision;
    return origin;
}

ModelId id_for(const Origin& origin, const std::string& name) {
    if (name.empty()) return ModelId::make(origin.owner, origin.name, origin.revision);
    if (const auto whole = ModelId::parse(name)) return *whole;
    const std::size_t slash = name.find('/'), at = name.rfind('@');
    const std::string owner = slash == std::string::npos ? origin.owner : name.substr(0, slash);
    const std::string rest = slash == std::string::npos ? name : name.substr(slash + 1);
    if (at == std::string::npos) return ModelId::make(owner, rest, origin.revision);
    return ModelId::make(owner, rest.substr(0, rest.rfind('@')), name.substr(at + 1));
}

ModelChoice chosen(const ModelEntry& entry) {
    if (entry.state != ModelState::Installed)
        throw storage::Error(storage::Error::Kind::Damaged, entry.reason);
    return {entry.data, entry.quantized(), storage::weights_sha256(entry.manifest)};
}

}  // namespace

ModelChoice choose_model(const std::string& called, const storage::Paths& paths) {
    const storage::ModelFiles models(paths.models());
    std::error_code ignored;
    const fs::path real = fs::weakly_canonical(called, ignored),
                   home = fs::weakly_canonical(paths.models(), ignored);
    if (const auto id = ModelId::parse(real.filename().string()); id && real.parent_path() == home)
        if (const auto entry = models.at(*id))
            return chosen(*entry);  // by its path: as a window's setting has it
    const bool is_path = called.starts_with('/') || called.starts_with("./") || called.starts_with("../");
    if (!is_path) {
        try {
            return chosen(models.find(called));
        } catch (const storage::Error& error) {
            if (error.kind() != storage::Error::Kind::NotFound ||
                (!fs::exists(called, ignored) && called.find('/') == std::string::npos))
                throw;
        }
    }
    return {called, paths.cache / "quantized", {}};
}

std::vector<std::string> model_file_names(const fs::path& path) {
    const inference::ModelFolder model = inference::ModelFolder::open(path);
    const inference::Folder folder = inference::Folder::open(path);
    std::vector<std::string> names;
    if (model.layout == inference::ModelFolder::Layout::Mistral) {
        names = {"params.json", "consolidated.safetensors"};
    } else if (folder.has("model.safetensors")) {
        names = {"config.json", "model.safetensors"};
    } else {
        names = {"config.json", kIndex};
        const std::string json = folder.open_file(kIndex).read_all(inference::SafetensorsIndex::kMaxBytes);
        for (const std::string& shard : inference::parse_safetensors_index(json, kIndex).shards)
            names.push_back(shard);
    }
    if (!model.tokenizer.empty()) names.push_back(model.tokenizer.filename().string());
    return names;
}

ModelEntry import_folder(storage::ModelFiles& models, const ImportChoice& choice) {
    const std::vector<std::string> names = model_file_names(choice.from);
    const Origin origin = origin_of(choice.from);
    storage::ImportRequest request;
    request.from = choice.from;
    request.names = names;
    request.id = id_for(origin, choice.name);
    request.way = choice.way;
    request.source = origin.source;
    request.progress = choice.progress;
    request.stop = choice.stop;
    request.check = [&](const fs::path& folder) {
        const auto whole = [](std::vector<std::string> list) {
            std::sort(list.begin(), list.end());
            return list;
        };
        if (whole(model_file_names(folder)) != whole(names))
            throw inference::Error(
                inference::Fault::Changed,
                "The files in " + choice.from.string() +
                    " changed while they were imported. Wait until nothing writes there and "
                    "import again.");
    };
    return storage::import_model(models, request);
}

std::vector<storage::CachedSnapshot> usable_snapshots() {
    std::vector<storage::CachedSnapshot> usable;
    for (storage::CachedSnapshot& snapshot : storage::list_hub_cache(storage::hub_cache_folder())) {
        try {
            model_file_names(snapshot.path);
            usable.push_back(std::move(snapshot));
        } catch (const inference::Error&) {  // some other model, or half of one
        }
    }
    return usable;
}

inference::QuantizedFile quantize_model(const ModelEntry& model, const inference::WeightRecipe& recipe,
                                        const std::function<void(inference::Weights::Progress)>& progress,
                                        std::stop_token stop) {
    const ModelChoice choice = chosen(model);
    inference::ModelFolder folder = inference::ModelFolder::open(choice.folder);
    folder.source_sha256 = choice.source_sha256;
    return inference::make_quantized_file(folder, recipe, choice.quantized_cache, progress, stop,
                                          [&] { return calibration_sample(folder.tokenizer); });
}

}  // namespace sidewinder::app
