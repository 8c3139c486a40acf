#pragma once

#include <string>
#include <vector>

#include "storage/download/hub_answers.h"

namespace sidewinder::download {

/// Which of the listed files are fetched, smallest first. `wanted` by name if there are any; else what a
/// model needs (model-format.md 1.4): params.json, consolidated.safetensors and tokenizer.model.v3, or in
/// Hugging Face's layout config.json, model*.safetensors with its index, and tokenizer.model*. Throws Error:
/// NoFile, UnsafeName (also for two names that differ in case only).
std::vector<RemoteFile> chosen_files(const std::vector<RemoteFile>& listed,
                                     const std::vector<std::string>& wanted);

}  // namespace sidewinder::download
