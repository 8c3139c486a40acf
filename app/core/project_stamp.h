#pragma once

#include <stop_token>
#include <string>

#include "app/core/project_survey.h"

namespace sidewinder::app {

/// Names what a quick look at the folder shows: paths, sizes and times, together with what was read and
/// ticked. Equal stamps: nothing that a person edited meanwhile. Opens ignore files only. Any thread. Throws
/// storage::Stopped.
std::string project_stamp(const project::ProjectRoot& root, const ProjectMemory& memory,
                          std::stop_token stop = {});

}  // namespace sidewinder::app
