#pragma once

#include <filesystem>
#include <functional>
#include <stop_token>
#include <string>
#include <vector>

#include "inference/model_folder.h"
#include "inference/quantized_file.h"
#include "storage/hub_cache.h"
#include "storage/model_files.h"
#include "storage/model_import.h"
#include "storage/paths.h"

namespace sidewinder::app {

/// What a person means by "--model": where its files are and where its converted weights are kept.
struct ModelChoice {
    std::filesystem::path folder;
    std::filesystem::path quantized_cache;
    std::string source_sha256;  ///< of an installed model's weights, else empty
};

/// `called` is a folder or an installed model's name. A name with a slash at its beginning, or ./, ../, or
/// that no installed model has and a folder does, is a folder. Throws storage::Error with the reason when the
/// model is not to be used (a download that has not finished, a file that a check found wrong) or there is
/// none.
ModelChoice choose_model(const std::string& called, const storage::Paths& paths);

/// The files that a model folder in either layout needs: its configuration, weights (all shards), tokenizer.
/// Opens it as the engine does, so that what cannot be used is refused: throws inference::Error.
std::vector<std::string> model_file_names(const std::filesystem::path& folder);

struct ImportChoice {
    std::filesystem::path from;
    std::string name;  ///< "owner/name", or one word; empty: what the source calls it
    storage::ImportRequest::Way way = storage::ImportRequest::Way::Copy;
    storage::OnBytes progress;
    std::stop_token stop;
};

/// storage::import_model with the readers of inference as its check. A snapshot of a Hugging Face cache and a
/// folder that was exported bring their repository and revision along. Throws storage::Error,
/// inference::Error, storage::Stopped.
storage::ModelEntry import_folder(storage::ModelFiles& models, const ImportChoice& choice);

/// The snapshots of the Hugging Face cache that are models for us; the others are left out silently.
std::vector<storage::CachedSnapshot> usable_snapshots();

/// Makes the int8 or int4 file of an installed model (inference::make_quantized_file); the text that a
/// calibrated recipe needs is read where it is wanted.
inference::QuantizedFile quantize_model(const storage::ModelEntry& model,
                                        const inference::WeightRecipe& recipe,
                                        const std::function<void(inference::Weights::Progress)>& progress,
                                        std::stop_token stop);

}  // namespace sidewinder::app
