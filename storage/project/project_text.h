#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "storage/project/project_scan.h"

namespace sidewinder::project {

/// The tree of a project's files for the prompt: one name a line, as display_name() shows it, a folder ending
/// in "/" and its content indented by one more space. `paths` in the order of a scan.
///     src/
///      main.cpp
///     README.md
std::string project_tree(const std::vector<std::string>& paths);

/// One file for the prompt:
///     File: <display_name(path)>
///     ```<language>
///     <text, and a line feed if it does not end in one>
///     ```
/// then, if the text is not empty and does not end in a line feed, the line "\ No newline at end of file";
/// then an empty line. The fence has three backticks, or one more than the longest run of them in the text,
/// so no text can close it; and the path has no line feed, so none can fake it. Documents put one behind the
/// other can be read back exactly: path, language and text. `text` has LF line ends.
std::string project_document(std::string_view path, std::string_view text, std::string_view language);

/// Indices of the included entries in the order in which they are best read: what changes seldom first, so
/// that a change leaves as much as possible of what was read; ties and unknown times by path. `changed_at`
/// (seconds since 1970) tells a file's last change where it is known better than by its modification time,
/// say from git's history.
std::vector<std::size_t> reading_order(const std::vector<ScannedEntry>& entries,
                                       const std::map<std::string, std::int64_t>& changed_at = {});

}  // namespace sidewinder::project
