#include "storage/project/reading_plan.h"

#include <algorithm>
#include <map>
#include <set>

namespace sidewinder::project {

namespace {

using storage::ReadFile;
using storage::Reading;

constexpr std::size_t kNone = static_cast<std::size_t>(-1);

/// For each stored document the present file that it still shows; kNone if it is superseded, changed or gone.
struct Matches {
    std::vector<std::size_t> present_of;  ///< by stored document
    std::vector<bool> is_read;            ///< by present file
};

/// The last document of each path is the version that counts.
std::map<std::string_view, std::size_t> newest_versions(const Reading& stored) {
    std::map<std::string_view, std::size_t> newest;
    for (std::size_t i = 0; i < stored.files.size(); ++i) newest[stored.files[i].path] = i;
    return newest;
}

Matches match(const Reading& stored, const std::vector<PresentFile>& present, ReadingPlan& plan) {
    Matches matches{std::vector<std::size_t>(stored.files.size(), kNone),
                    std::vector<bool>(present.size(), false)};
    const auto newest = newest_versions(stored);
    std::set<std::string_view> here;
    std::multimap<ContentHash, std::size_t> unknown;  // present files whose paths were never read, by content
    for (std::size_t i = 0; i < present.size(); ++i) {
        here.insert(present[i].path);
        const auto known = newest.find(present[i].path);
        if (known == newest.end()) {
            unknown.emplace(present[i].hash, i);
        } else if (stored.files[known->second].hash == present[i].hash) {
            matches.present_of[known->second] = i;
            matches.is_read[i] = true;
        } else {
            plan.changed.push_back(i);
        }
    }
    for (const auto& [path, document] : newest) {
        if (here.contains(path)) continue;
        const auto same = unknown.find(stored.files[document].hash);
        if (same == unknown.end()) {
            plan.removed.emplace_back(path);
            continue;
        }
        plan.renamed.push_back({std::string(path), present[same->second].path});
        matches.present_of[document] = same->second;
        matches.is_read[same->second] = true;
        unknown.erase(same);
    }
    for (const auto& [hash, i] : unknown) plan.added.push_back(i);
    std::sort(plan.added.begin(), plan.added.end());
    return matches;
}

std::int64_t sum_of(const std::vector<std::size_t>& read, const std::vector<PresentFile>& present) {
    std::int64_t sum = 0;
    for (const std::size_t i : read) sum += present[i].tokens;
    return sum;
}

ReadingStep plan_append(const Reading& stored, const std::vector<PresentFile>& present,
                        const Matches& matches) {
    ReadingStep step;
    step.keep_tokens = static_cast<std::int64_t>(stored.tokens.size());
    step.keep_files = stored.files.size();
    for (std::size_t i = 0; i < present.size(); ++i)
        if (!matches.is_read[i]) step.read.push_back(i);
    for (std::size_t i = 0; i < stored.files.size(); ++i)
        if (matches.present_of[i] == kNone) step.stale_tokens += stored.files[i].tokens();
    return step;
}

ReadingStep plan_rebuild(const Reading& stored, const std::vector<PresentFile>& present,
                         const Matches& matches) {
    ReadingStep step;
    const auto first = std::find(matches.present_of.begin(), matches.present_of.end(), kNone);
    step.keep_files = static_cast<std::size_t>(first - matches.present_of.begin());
    step.keep_tokens = first == matches.present_of.end() ? static_cast<std::int64_t>(stored.tokens.size())
                                                         : stored.files[step.keep_files].log_begin;
    for (std::size_t i = step.keep_files; i < stored.files.size(); ++i)
        if (matches.present_of[i] != kNone) step.read.push_back(matches.present_of[i]);
    for (std::size_t i = 0; i < present.size(); ++i)
        if (!matches.is_read[i]) step.read.push_back(i);
    return step;
}

void add_names(std::string& note, const char* heading, const std::vector<std::string>& names) {
    if (names.empty()) return;
    note += heading;
    note += '\n';
    for (const std::string& name : names) note += "- " + name + "\n";
}

}  // namespace

bool ReadingPlan::append_is_better() const {
    return append.read_tokens * 2 < rebuild.read_tokens && append.stale_tokens * 4 <= append.log_tokens;
}

ReadingPlan plan_reading(const Reading& stored, const std::vector<PresentFile>& present) {
    ReadingPlan plan;
    const Matches matches = match(stored, present, plan);
    plan.append = plan_append(stored, present, matches);
    plan.rebuild = plan_rebuild(stored, present, matches);
    for (ReadingStep* step : {&plan.append, &plan.rebuild}) {
        step->read_tokens = sum_of(step->read, present);
        step->log_tokens = step->keep_tokens + step->read_tokens;
    }
    return plan;
}

std::string change_note(const ReadingPlan& plan, const std::vector<PresentFile>& present) {
    const auto names = [&](const std::vector<std::size_t>& files) {
        std::vector<std::string> shown;
        for (const std::size_t i : files) shown.push_back(display_name(present[i].path));
        return shown;
    };
    std::string note;
    add_names(note, "Changed since they were read; the versions below are the ones that count:",
              names(plan.changed));
    add_names(note, "New files:", names(plan.added));
    std::vector<std::string> gone, renamed;
    for (const std::string& path : plan.removed) gone.push_back(display_name(path));
    for (const Renamed& pair : plan.renamed)
        renamed.push_back(display_name(pair.from) + " -> " + display_name(pair.to));
    add_names(note, "No longer part of the project:", gone);
    add_names(note, "Renamed, with the same content:", renamed);
    return note;
}

}  // namespace sidewinder::project
