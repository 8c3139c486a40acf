#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "storage/download/hub_client.h"
#include "storage/download/job.h"
#include "storage/model_manifest.h"

namespace sidewinder::download {

/// Downloads a repository's model into a folder: resolves the revision to a commit, lists and chooses the
/// files, checks names and disk space before anything is created, fetches and verifies each, then puts all of
/// them in place and writes manifest.json last. Nothing of it is usable before. Goes on with what an earlier
/// run left; returns at once when the folder already holds this commit. Throws Error; parts are kept then.
storage::Manifest download_repository(Job& job, const HubAddress& address, const std::filesystem::path& into,
                                      const std::vector<std::string>& wanted);

/// Removes what is on the way in `into`; what is in place stays. Throws Error(Busy) while somebody downloads.
void remove_parts(const std::filesystem::path& into);

}  // namespace sidewinder::download
