#pragma once

#include <filesystem>
#include <vector>

#include "inference/config.h"

namespace sidewinder::app {

/// The source code that calibrated weights are made with, or an empty path when the installation lacks it.
std::filesystem::path calibration_file();

/// BOS and the first tokens of that text, at most Calibration::kTokens. Throws inference::Error when the
/// model has no tokenizer (`tokenizer` empty) or the text is not there.
std::vector<inference::TokenId> calibration_sample(const std::filesystem::path& tokenizer);

}  // namespace sidewinder::app
