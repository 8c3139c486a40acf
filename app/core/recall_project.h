#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "app/core/recall.h"
#include "inference/tokenizer.h"

namespace sidewinder::app {

/// Something to be found again.
struct Needle {
    std::string question;
    std::string answer;      ///< digits, which stand nowhere else
    std::int64_t depth = 0;  ///< that it was planted for
};

/// Writes a project of made-up Python of about options.tokens tokens, in files whose names are in the order
/// in which they are read, with needles at recall_depths(). The same for the same options and tokenizer.
std::vector<Needle> write_recall_project(const std::filesystem::path& folder, const RecallOptions& options,
                                         const inference::Tokenizer& tokenizer);

}  // namespace sidewinder::app
