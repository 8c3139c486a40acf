#pragma once

#include <string>
#include <vector>

#include "storage/projects.h"

namespace sidewinder::app {

/// Checkpoint ids (Checkpoints::id_of) of the project's readings that nobody needs any more, now that
/// another one is current: those readings are forgotten. A checkpoint that a reading which stays begins with
/// is not among them, and is noted on that one's ladder. Store thread. Throws storage::Error.
std::vector<std::string> prune_project(storage::Projects& projects, storage::RowId project);

/// Forgets the project and all that was read of it; returns the ids of its checkpoints. Chats stay. Store
/// thread. Throws storage::Error.
std::vector<std::string> forget_project(storage::Projects& projects, storage::RowId project);

}  // namespace sidewinder::app
