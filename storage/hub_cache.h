#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace sidewinder::storage {

/// A model at a commit in a cache that Hugging Face's own tools made.
struct CachedSnapshot {
    std::string repo;                    ///< "mistralai/Mamba-Codestral-7B-v0.1"
    std::string commit;                  ///< 40 hexadecimal digits
    std::vector<std::string> revisions;  ///< names that point to it: "main", …
    std::filesystem::path path;          ///< …/snapshots/<commit>
    std::uint64_t bytes = 0;             ///< of the files in it that are whole
};

/// Where such a cache is, by the rules of model-format.md 5.5: HF_HUB_CACHE, HUGGINGFACE_HUB_CACHE,
/// $HF_HOME/hub, $XDG_CACHE_HOME/huggingface/hub, ~/.cache/huggingface/hub. Empty when none can be named;
/// it need not exist.
std::filesystem::path hub_cache_folder();

/// Every snapshot in `hub`, by repository; reads names and refs only, and leaves out what does not look like
/// one. An empty list when there is no such folder.
std::vector<CachedSnapshot> list_hub_cache(const std::filesystem::path& hub);

/// What forbids downloads, as Hugging Face's own tools read it: "HF_HUB_OFFLINE=1", or the same of
/// TRANSFORMERS_OFFLINE. Empty when nothing does.
std::string offline_variable();

}  // namespace sidewinder::storage
