#pragma once

#include <vector>

#include "storage/projects.h"

namespace sidewinder::app {

/// Forgets the project's readings that nobody needs any more, now that another one is current. Returns their
/// checkpoints, for remove_checkpoints, but for those that a reading which stays begins with: these are noted
/// on that one's ladder. Store thread. Throws storage::Error.
std::vector<storage::DroppedReading> prune_project(storage::Projects& projects, storage::RowId project);

}  // namespace sidewinder::app
