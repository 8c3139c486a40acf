#pragma once

#include <filesystem>
#include <stop_token>
#include <string>
#include <vector>

#include "app/core/device.h"
#include "app/core/model_catalog.h"
#include "storage/hub_cache.h"
#include "storage/model_files.h"
#include "storage/model_source.h"
#include "storage/paths.h"

namespace sidewinder::app {

struct ListedModel {
    CatalogModel model;
    storage::ManifestSource source;  ///< of one that is here; empty fields where they are not known
};

/// All that a page of models shows.
struct ModelListing {
    std::vector<ListedModel> models;
    std::vector<storage::CachedSnapshot> cached;  ///< usable, and not linked to by a model above
    std::uint64_t disk_free = 0;                  ///< where models are kept
};

/// Takes up to a few seconds with a GPU. Throws storage::Error.
ModelListing list_models(const storage::Paths& paths, const BackendMaker& backends);

/// Before sidewinder-fetch brings a model into its folder: no manifest may lie over files that were found
/// wrong, it would take them for right. Throws storage::Error for one that is linked.
void prepare_download(const storage::ModelFiles& models, const storage::ModelId& id);

/// After it: the model as it is then, looked at as the engine does. Throws storage::Error, inference::Error.
storage::ModelEntry finish_download(storage::ModelFiles& models, const storage::ModelId& id,
                                    const storage::OnBytes& progress, const std::stop_token& stop);

/// Long work on one model. Values; any thread, one at a time.
struct ModelJob {
    enum class Kind {
        Import,    ///< `folder` comes in, by link or copy
        Verify,    ///< every file is read
        Quantize,  ///< the file of `weights` is made
        Export,    ///< a copy goes to `folder`
        Remove,
        PrepareDownload,  ///< what a download into the model's folder must find
        FinishDownload,   ///< what sidewinder-fetch left is looked at as the engine does
    };
    Kind kind = Kind::Verify;
    std::string id;  ///< storage::ModelId, but of Import
    std::filesystem::path folder;
    bool link = false;
    std::string weights;
};

struct ModelJobResult {
    std::string id;                          ///< the model's, new of Import
    std::filesystem::path folder;            ///< of Export: where it is
    std::vector<storage::FileCheck> checks;  ///< of Verify
};

/// Does it. Throws storage::Error, inference::Error, kernels::Error, std::filesystem::filesystem_error;
/// storage::Stopped or inference::Stopped, with nothing half-made left.
ModelJobResult run_model_job(const ModelJob& job, const storage::Paths& paths,
                             const storage::OnBytes& progress, const std::stop_token& stop);

}  // namespace sidewinder::app
