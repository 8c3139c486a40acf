#pragma once

#include <string>

#include "app/core/model_jobs.h"
#include "app/core/settings.h"
#include "ui/models/model_values.h"

namespace sidewinder::app {

inline const QString kDemoModelId = QStringLiteral("demo");

/// What answers now: its own memory is free for whatever takes its place.
struct ModelInUse {
    QString id;  ///< as in the page; empty: none, or one that is not in the list
    QString weights;
    bool on_gpu = false;
    std::uint64_t memory = 0;  ///< bytes
};

/// storage::ModelId for a download of `repo`. Throws storage::Error.
std::string download_id(const std::string& repo, const std::string& revision);

/// The id in the page of what Settings::model or --model calls it.
QString page_id(const std::string& called, const storage::Paths& paths);

/// The page's list: what is here, what can be had, the demo model last. `added` names repositories that are
/// not begun yet, and what the folders of those that are begun cannot tell.
ui::ModelCatalog to_view(const ModelListing& listing, const storage::Paths& paths, const ModelInUse& use,
                         const std::vector<Settings::Download>& added);

}  // namespace sidewinder::app
