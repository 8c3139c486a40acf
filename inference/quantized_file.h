#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <stop_token>
#include <string>

#include "inference/model_folder.h"
#include "inference/weights.h"

namespace sidewinder::inference {

/// To be raised when kernels::quantize_rows, quantize_rows_following, the text that calibrated weights are
/// made with, the planned layout or WeightLoader::kBlockElements change: kept files are then made anew, and
/// states that rest on the old weights are read again.
inline constexpr const char* kQuantizedVersion = "3";

/// Weights and how they were come by.
struct CachedWeights {
    enum class Origin {
        Model,      ///< read from the model's own files: nothing is kept for this recipe, or keeping failed
        Made,       ///< read from the model's files and kept in the cache for the next time
        FromCache,  ///< read from the cache
    };
    Weights weights;
    Origin origin = Origin::Model;
    std::string
        note;  ///< a sentence for the person when a kept file was damaged or could not be written, else empty
};

/// Weights::load that keeps an int8 or int4 model in `cache_dir` (made if need be) as one safetensors file
/// <content_hash>-<recipe>.safetensors, so that the next load reads only that. The file holds every tensor as
/// it lies in memory; its metadata names format, version, recipe and source (content hash, and SHA-256 where
/// the folder has one), its last tensor is a checksum of all data. A file that does not fit model, recipe and
/// version, or whose checksum is wrong, is never used:
/// it is made anew and replaced atomically. f32 and bf16 are read from the model's files. Throws what
/// Weights::load throws; a full disk only makes a note. `sample` gives the text that a calibrated recipe is
/// made with, and is asked only when it has to be made; reading it is the first half of `progress`.
CachedWeights load_with_cache(const ModelFolder& folder, const WeightRecipe& recipe,
                              kernels::Backend& backend, const std::filesystem::path& cache_dir,
                              const std::function<void(Weights::Progress)>& progress = {},
                              std::stop_token stop = {},
                              const std::function<std::vector<TokenId>()>& sample = {});

/// What make_quantized_file found or did.
struct QuantizedFile {
    bool made = false;  ///< false: a whole and right one was there already
    std::uint64_t bytes = 0;
    std::string note;  ///< why one that was there was made anew, else empty
};

/// Makes that file without loading the model: 50 MiB of memory, whatever the model's size. One that is there
/// is read through and kept if every byte is right. Throws Error for a recipe that keeps no file (bf16, f32)
/// and when the disk refuses, saying how much is needed and free; Stopped, with nothing left behind.
QuantizedFile make_quantized_file(const ModelFolder& folder, const WeightRecipe& recipe,
                                  const std::filesystem::path& cache_dir,
                                  const std::function<void(Weights::Progress)>& progress = {},
                                  std::stop_token stop = {},
                                  const std::function<std::vector<TokenId>()>& sample = {});

/// Where that file is.
std::filesystem::path quantized_file_path(const ModelFolder& folder, const WeightRecipe& recipe,
                                          const std::filesystem::path& cache_dir);

}  // namespace sidewinder::inference
