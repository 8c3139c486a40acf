#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "storage/project/project_scan.h"

namespace sidewinder::tests {

/// One attack: what lies in the folder, and what must come of it. `outside` is a folder beside the project
/// with the canary in "canary" and beneath "deep/".
struct EvilProject {
    std::string name;
    std::function<void(const std::filesystem::path& root, const std::filesystem::path& outside)> make;
    std::string path;  ///< of the entry that must be there; empty: nothing may be there of "gone"
    project::LeftOut reason = project::LeftOut::None;
    bool folder = false;
    bool unprivileged = false;  ///< only an ordinary user is stopped
};

inline constexpr const char* kCanary = "CANARY-7f3a91-outside-of-the-project";

std::vector<EvilProject> evil_projects();

}  // namespace sidewinder::tests
