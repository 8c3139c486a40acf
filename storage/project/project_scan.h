#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "storage/project/file_reader.h"
#include "storage/project/file_text.h"
#include "storage/project/folder_walk.h"

namespace sidewinder::project {

/// XXH3-128 of a file's raw bytes, canonical (big-endian). It tells versions apart; it is no proof against
/// forgery.
using ContentHash = std::array<std::byte, 16>;
ContentHash hash_content(std::string_view bytes);

/// One line of the sheet: a file, or a folder that was not entered.
struct ScannedEntry {
    std::string path;     ///< raw bytes, relative to the root
    std::string display;  ///< the same as display_name(): one line of UTF-8
    bool is_folder = false;
    bool included = false;  ///< to be read
    LeftOut reason =
        LeftOut::None;  ///< why it is left out; with `included`: why it would be, had it not been ticked
    bool by_choice =
        false;  ///< the person's tick decides: ticked in in spite of `reason`, or ticked out without one
    std::string sentence;    ///< the reason for the person; empty for None
    std::uint64_t size = 0;  ///< bytes; 0 where it was not opened
    std::int64_t modified_ns = 0;
    std::string language;   ///< language_of()
    bool has_text = false;  ///< decoded: `hash`, `form` and `tokens` are known, also where it is left out
    ContentHash hash{};
    TextForm form;
    std::int64_t tokens = 0;  ///< what ScanOptions::count_tokens said
};

struct ScanProgress {
    std::size_t files = 0;  ///< done, of `of_files`; both 0 while the tree is listed
    std::size_t of_files = 0;
    std::uint64_t bytes = 0;  ///< of text decoded so far
};

struct ScanOptions {
    WalkOptions
        walk;  ///< ticked_in: files and folders to include all the same; a Secret only by its own path
    PathSet ticked_out;                  ///< files and folders to leave out
    std::uint64_t max_bytes = 2u << 20;  ///< for one file
    unsigned threads = 0;                ///< 0: as many as there are processors; at most 16

    /// From the workers, several at once: how many tokens this file will take in the prompt. Exceptions end
    /// the scan and come out of it.
    std::function<std::int64_t(const ScannedEntry&, std::string_view text)> count_tokens = {};
    /// The texts of included files, in the order of the entries, one at a time, from any worker. At most
    /// 4 x threads files are held at once.
    std::function<void(const ScannedEntry&, std::string_view text)> on_text = {};
    /// About ten times a second and at the end, one at a time, from any thread of the scan.
    std::function<void(const ScanProgress&)> on_progress = {};
    std::function<void(std::string_view path, int step)> read_hook = {};  ///< for tests: ReadOptions::hook
};

struct ScanResult {
    std::vector<ScannedEntry> entries;  ///< by path as walk_folder() has it, whatever the number of threads
    bool complete = true;               ///< false: there are more than WalkOptions::max_files
    std::size_t included_files = 0;
    std::int64_t included_tokens = 0;
    std::uint64_t included_bytes = 0;
};

/// Walks, reads, decodes, judges and counts a whole project. Reads nothing outside of the root but what
/// outer_rules_of() names. Blocks the caller; texts are not kept. A secret's content is judged in memory
/// only. Throws storage::Stopped within 250 ms of the stop if the callbacks are quick.
ScanResult scan_project(const ProjectRoot& root, const ScanOptions& options, std::stop_token stop = {});

/// One file's text as it was scanned. Throws Error(NotFound) if it is gone, Error(Io) with a sentence if it
/// is no longer what `hash` says or no longer text.
FileText read_text(const ProjectRoot& root, const std::string& path, const ContentHash& hash,
                   std::uint64_t max_bytes = 2u << 20);

}  // namespace sidewinder::project
