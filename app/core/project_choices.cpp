#include "app/core/project_choices.h"

namespace sidewinder::app {

namespace {

using project::LeftOut;
using project::ScannedEntry;

bool lies_in(const std::string& path, const std::string& folder) {
    return path.size() > folder.size() && path.starts_with(folder) && path[folder.size()] == '/';
}

/// A folder that is left out as a whole gives way to one choice for each of the files that stay out.
void open_up(const std::vector<ScannedEntry>& entries, const std::string& path, ProjectChoices& choices) {
    for (std::size_t end = path.rfind('/'); end != std::string::npos && end > 0;
         end = path.rfind('/', end - 1)) {
        const std::string folder = path.substr(0, end);
        const auto found = choices.find(folder);
        if (found == choices.end() || found->second) continue;
        choices.erase(found);
        for (const ScannedEntry& entry : entries)
            if (lies_in(entry.path, folder) && !entry.included && entry.reason == LeftOut::None)
                choices[entry.path] = false;
    }
}

void forget_beneath(const std::string& folder, ProjectChoices& choices) {
    const std::string prefix = folder + "/";
    auto at = choices.lower_bound(prefix);
    while (at != choices.end() && at->first.starts_with(prefix)) at = choices.erase(at);
}

}  // namespace

bool tick(std::vector<ScannedEntry>& entries, const std::vector<std::size_t>& ticked,
          const std::string& folder, bool in, ProjectChoices& choices) {
    bool scan = false;
    for (const std::size_t i : ticked) {
        ScannedEntry& entry = entries.at(i);
        if (in) open_up(entries, entry.path, choices);
        const bool usual = entry.reason == LeftOut::None && !entry.is_folder;
        if (usual == in)
            choices.erase(entry.path);
        else
            choices[entry.path] = in;
        if (in && !entry.has_text) {
            scan = true;
        } else {
            entry.included = in;
            entry.by_choice = usual != in;
        }
    }
    if (folder.empty()) return scan;
    const auto taken = choices.find(folder);
    const bool was_taken = taken != choices.end() && taken->second;
    if (in) {
        if (!was_taken) choices.erase(folder);
    } else {
        forget_beneath(folder, choices);
        // A folder that was ticked in against a rule falls back to the rule.
        if (was_taken)
            choices.erase(folder);
        else
            choices[folder] = false;
    }
    return scan;
}

}  // namespace sidewinder::app
