#pragma once

#include <cstdint>
#include <filesystem>
#include <stop_token>
#include <string>
#include <vector>

#include "inference/tokenizer.h"
#include "storage/paths.h"
#include "storage/project/excerpt_select.h"
#include "storage/projects.h"

namespace sidewinder::app {

/// Tokens of excerpts that are put next to a question where nobody said otherwise.
inline constexpr std::int64_t kExcerptTokens = 4'000;

/// Where a project's search index is kept: derived data, in the cache.
std::filesystem::path search_file(const storage::Paths& paths, const std::filesystem::path& root);

/// The project's files as they were read.
std::vector<project::ProjectFile> files_of(const storage::Reading& reading);

struct ExcerptQuestion {
    std::string text;
    std::vector<project::SwitchedOff> off = {};
    std::int64_t budget = kExcerptTokens;
};

/// Brings the index up to date with the files and chooses what to put next to the question; its
/// excerpts_text() goes before the question's text. Any thread, one at a time for an index file. Throws
/// storage::Error where the index cannot be had (the question can be asked without), storage::Stopped.
project::ExcerptChoice choose_excerpts(const std::filesystem::path& index_file,
                                       const project::ProjectRoot& root,
                                       std::vector<project::ProjectFile> files,
                                       const ExcerptQuestion& question, const inference::Tokenizer& tokenizer,
                                       std::stop_token stop = {});

}  // namespace sidewinder::app
