#include "app/window/models_view.h"

#include <algorithm>

#include "app/core/engine.h"
#include "storage/error.h"

namespace sidewinder::app {

namespace fs = std::filesystem;
using storage::ModelId;

namespace {

QString text(const std::string& value) {
    return QString::fromStdString(value);
}

ui::ModelState to_view(CatalogModel::State state) {
    constexpr ui::ModelState kStates[] = {ui::ModelState::Available, ui::ModelState::Installed,
                                          ui::ModelState::Incomplete, ui::ModelState::Broken};
    return kStates[static_cast<int>(state)];
}

ui::ModelFit to_view(const DeviceFit& fit, std::uint64_t held) {
    const std::uint64_t free = fit.free + held;
    return {.usable = fit.usable,
            .fits = fit.usable && (fit.fits || (fit.need > 0 && fit.need <= free)),
            .device = text(fit.device),
            .need = static_cast<qint64>(fit.need),
            .free = static_cast<qint64>(free),
            .reason = text(fit.reason)};
}

QString widest(const QList<ui::ModelPrecision>& all) {
    for (const ui::ModelPrecision& p : all)
        if (p.gpu.fits) return p.name;
    for (const ui::ModelPrecision& p : all)
        if (p.cpu.fits) return p.name;
    return {};
}

ui::ModelItem to_view(const ListedModel& listed, const ModelInUse& use) {
    const CatalogModel& m = listed.model;
    ui::ModelItem item{
        .id = text(m.id), .state = to_view(m.state), .name = text(m.name), .repo = text(m.repo)};
    if (m.state == CatalogModel::State::Available) item.id = text(download_id(m.repo, "main"));
    if (const auto id = ModelId::parse(m.id)) item.revision = text(id->revision);
    const storage::ManifestSource& source = listed.source;
    if (!source.revision.empty()) item.revision = text(source.revision);
    item.commit = text(source.commit);
    item.license = text(m.license);
    item.endpoint = text(source.endpoint);
    item.place = text(source.linked ? source.path.string() : m.folder.string());
    item.linked = source.linked;
    item.imported = source.kind != storage::ManifestSource::Kind::Hub && !source.path.empty();
    item.resumable = source.kind == storage::ManifestSource::Kind::Hub;
    item.reason = m.state == CatalogModel::State::Broken ? text(m.reason) : QString();
    for (const CatalogModel::File& file : m.files)
        item.files.append({text(file.name), static_cast<qint64>(file.size)});
    item.bytes = static_cast<qint64>(m.bytes);
    item.bytesThere = item.linked ? 0 : static_cast<qint64>(m.bytes_there);
    item.diskNeeded = static_cast<qint64>(m.disk_needed);
    item.diskFree = static_cast<qint64>(m.disk_free);
    for (const Precision& p : m.precisions)
        item.precisions.append({.name = text(p.name),
                                .disk = static_cast<qint64>(p.disk),
                                .made = p.made ? static_cast<qint64>(*p.made) : -1,
                                .gpu = to_view(p.gpu, use.on_gpu ? use.memory : 0),
                                .cpu = to_view(p.cpu, use.on_gpu ? 0 : use.memory)});
    item.best = widest(item.precisions);
    return item;
}

ui::ModelItem to_view(const storage::CachedSnapshot& snapshot, std::uint64_t free) {
    ui::ModelItem item{.id = QStringLiteral("cache:") + text(snapshot.path.string()),
                       .state = ui::ModelState::Cached,
                       .name = text(snapshot.repo.substr(snapshot.repo.find('/') + 1)),
                       .repo = text(snapshot.repo)};
    item.commit = text(snapshot.commit);
    if (snapshot.repo == known_model().repo) item.license = text(known_model().license);
    item.place = text(snapshot.path.string());
    item.bytes = static_cast<qint64>(snapshot.bytes);
    item.diskFree = static_cast<qint64>(free);
    return item;
}

ui::ModelItem to_view(const Settings::Download& added, std::uint64_t free) {
    ui::ModelItem item{.id = text(added.id),
                       .name = text(added.repo.substr(added.repo.find('/') + 1)),
                       .repo = text(added.repo),
                       .revision = text(added.revision)};
    item.endpoint = text(added.endpoint);
    item.diskFree = static_cast<qint64>(free);
    return item;
}

ui::ModelItem demo_item() {
    ui::ModelItem item{.id = kDemoModelId, .state = ui::ModelState::BuiltIn, .name = text("Demo model")};
    item.place = text(demo_model_folder().string());
    return item;
}

/// What is here first, then what was begun, then what could be.
int rank(const ui::ModelItem& item) {
    if (!item.used.isEmpty() && item.state != ui::ModelState::BuiltIn) return 0;
    constexpr int kRanks[] = {6, 3, 4, 2, 1, 5};  // by ui::ModelState
    return kRanks[static_cast<int>(item.state)];
}

}  // namespace

std::string download_id(const std::string& repo, const std::string& revision) {
    const std::size_t slash = repo.find('/');
    if (slash == std::string::npos)
        throw storage::Error(storage::Error::Kind::NotFound,
                             "'" + repo + "' is no repository: give OWNER/NAME.");
    return ModelId::make(repo.substr(0, slash), repo.substr(slash + 1), revision.empty() ? "main" : revision)
        .text();
}

QString page_id(const std::string& called, const storage::Paths& paths) {
    if (called.empty()) return kDemoModelId;
    if (ModelId::parse(called)) return text(called);
    std::error_code ignored;
    const fs::path folder(called), demo = demo_model_folder();
    if (!demo.empty() && fs::equivalent(folder, demo, ignored)) return kDemoModelId;
    if (fs::weakly_canonical(folder.parent_path(), ignored) == fs::weakly_canonical(paths.models(), ignored))
        return text(folder.filename().string());
    return {};
}

ui::ModelCatalog to_view(const ModelListing& listing, const storage::Paths& paths, const ModelInUse& use,
                         const std::vector<Settings::Download>& added) {
    ui::ModelCatalog catalog{.models = {},
                             .folder = text(paths.models().string()),
                             .diskFree = static_cast<qint64>(listing.disk_free),
                             .ready = true};
    for (const ListedModel& listed : listing.models) catalog.models.append(to_view(listed, use));
    for (const storage::CachedSnapshot& snapshot : listing.cached)
        catalog.models.append(to_view(snapshot, listing.disk_free));
    for (const Settings::Download& download : added) {
        const auto there = std::find_if(catalog.models.begin(), catalog.models.end(),
                                        [&](const ui::ModelItem& m) { return m.id == text(download.id); });
        if (there == catalog.models.end()) {
            catalog.models.append(to_view(download, listing.disk_free));
        } else if (there->state != ui::ModelState::Installed) {
            there->repo = text(download.repo);
            there->revision = text(download.revision);
            there->endpoint = text(download.endpoint);
        }
    }
    if (!demo_model_folder().empty()) catalog.models.append(demo_item());
    for (ui::ModelItem& item : catalog.models)
        if (!use.id.isEmpty() && item.id == use.id) item.used = use.weights;
    std::stable_sort(catalog.models.begin(), catalog.models.end(),
                     [](const ui::ModelItem& a, const ui::ModelItem& b) { return rank(a) < rank(b); });
    return catalog;
}

}  // namespace sidewinder::app
