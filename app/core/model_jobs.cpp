#include "app/core/model_jobs.h"

#include <algorithm>

#include "app/core/model_choice.h"
#include "storage/error.h"
#include "storage/model_import.h"

namespace sidewinder::app {

namespace fs = std::filesystem;
using storage::Error;
using storage::ModelEntry;
using storage::ModelFiles;
using storage::ModelId;
using storage::ModelState;

namespace {

ModelId id_of(const ModelJob& job) {
    const auto id = ModelId::parse(job.id);
    if (!id) throw Error(Error::Kind::NotFound, "'" + job.id + "' is no model's name.");
    return *id;
}

ModelEntry entry_of(const ModelFiles& models, const ModelJob& job) {
    const auto entry = models.at(id_of(job));
    if (!entry)
        throw Error(Error::Kind::NotFound, job.id + " is not in " + models.folder().string() + " any more.");
    return *entry;
}

}  // namespace

void prepare_download(const ModelFiles& models, const ModelId& id) {
    const auto there = models.at(id);
    if (!there) return;
    if (there->manifest.source.linked)
        throw Error(Error::Kind::Io, id.text() + " is linked to " + there->manifest.source.path.string() +
                                         ". Remove it before you download it.");
    if (there->state == ModelState::Broken) fs::remove(there->folder / storage::Manifest::kFileName);
}

ModelEntry finish_download(ModelFiles& models, const ModelId& id, const storage::OnBytes& progress,
                           const std::stop_token& stop) {
    auto model = models.at(id);
    if (model && model->state == ModelState::Broken) {  // the mark of a check that failed before
        models.verify(id, progress, stop);
        model = models.at(id);
    }
    if (!model || model->state != ModelState::Installed)
        throw Error(Error::Kind::Damaged,
                    model ? model->reason : "The download left no model " + id.text() + ".");
    model_file_names(model->data);  // throws when it is no model for us
    return *std::move(model);
}

ModelListing list_models(const storage::Paths& paths, const BackendMaker& backends) {
    const ModelFiles models(paths.models());
    ModelListing listing;
    listing.disk_free = storage::free_bytes(models.folder());
    const std::vector<ModelEntry> entries = models.list();
    for (CatalogModel& model : model_catalog(models, backends)) {
        ListedModel listed{std::move(model), {}};
        const auto entry = std::find_if(entries.begin(), entries.end(),
                                        [&](const ModelEntry& e) { return e.id.text() == listed.model.id; });
        if (entry != entries.end()) listed.source = entry->manifest.source;
        listing.models.push_back(std::move(listed));
    }
    for (storage::CachedSnapshot& snapshot : usable_snapshots()) {
        const bool linked = std::any_of(entries.begin(), entries.end(), [&](const ModelEntry& e) {
            std::error_code ignored;
            return e.manifest.source.linked && fs::equivalent(e.manifest.source.path, snapshot.path, ignored);
        });
        if (!linked) listing.cached.push_back(std::move(snapshot));
    }
    return listing;
}

ModelJobResult run_model_job(const ModelJob& job, const storage::Paths& paths,
                             const storage::OnBytes& progress, const std::stop_token& stop) {
    using Kind = ModelJob::Kind;
    using Way = storage::ImportRequest::Way;
    ModelFiles models(paths.models());
    ModelJobResult result{job.id, {}, {}};
    switch (job.kind) {
        case Kind::Import:
            models.remove_leftovers();
            result.id =
                import_folder(models, {job.folder, {}, job.link ? Way::Link : Way::Copy, progress, stop})
                    .id.text();
            break;
        case Kind::Verify:
            result.checks = models.verify(id_of(job), progress, stop);
            break;
        case Kind::Quantize:
            quantize_model(
                entry_of(models, job), inference::WeightRecipe::parse(job.weights),
                [&](inference::Weights::Progress p) {
                    progress({job.weights, p.done_bytes, p.total_bytes});
                },
                stop);
            break;
        case Kind::Export:
            result.folder = storage::export_model(entry_of(models, job), job.folder, progress, stop);
            break;
        case Kind::Remove:
            models.remove_leftovers();
            models.remove(id_of(job));
            break;
        case Kind::PrepareDownload:
            prepare_download(models, id_of(job));
            break;
        case Kind::FinishDownload:
            finish_download(models, id_of(job), progress, stop);
            break;
    }
    return result;
}

}  // namespace sidewinder::app
