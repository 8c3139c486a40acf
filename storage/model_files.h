#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "storage/model_manifest.h"
#include "storage/model_source.h"

namespace sidewinder::storage {

/// Names of a model: `mistralai--Mamba-Codestral-7B-v0.1@main` is the folder of revision main (or, for an
/// import, the name that was given to it) of mistralai/Mamba-Codestral-7B-v0.1.
struct ModelId {
    std::string owner, name, revision;

    std::string text() const { return owner + "--" + name + "@" + revision; }
    static std::optional<ModelId> parse(std::string_view text);
    /// From words of a stranger: what is no letter, digit, . _ - becomes _. Throws Error(Damaged) when
    /// nothing is left of one or it is longer than 96.
    static ModelId make(std::string_view owner, std::string_view name, std::string_view revision);
    bool operator==(const ModelId&) const = default;
};

enum class ModelState {
    Installed,   ///< every file was verified when it came, and is there with its size
    Incomplete,  ///< no manifest: a download that has not finished
    Broken,      ///< may not be used; `reason` says why
};

struct ModelEntry {
    ModelId id;
    std::filesystem::path folder;  ///< in the models folder
    std::filesystem::path data;    ///< where the files are: `folder`, or the source of a linked model
    ModelState state = ModelState::Incomplete;
    std::string reason;             ///< a sentence unless Installed
    Manifest manifest;              ///< empty when there is none that can be read
    std::uint64_t bytes_there = 0;  ///< of the model's files on disk; of Incomplete what has come so far

    std::filesystem::path quantized() const { return folder / "quantized"; }
};

struct FileCheck {
    std::string name, expected, found;  ///< SHA-256; `found` is empty for a file that cannot be read
    std::string problem;                ///< a sentence, or empty
};

/// The folder of models. Each model is a folder of its own; nothing outside is ever removed, and links are
/// not followed. Any number of processes may read; changes are renames, so that a reader finds whole models
/// only.
class ModelFiles {
  public:
    explicit ModelFiles(std::filesystem::path folder) : folder_(std::move(folder)) {}

    const std::filesystem::path& folder() const { return folder_; }
    std::filesystem::path folder_of(const ModelId& id) const { return folder_ / id.text(); }

    /// By name; no file is read but the manifests. An empty list when the folder is not there.
    std::vector<ModelEntry> list() const;
    /// What a person calls it: the whole id, owner/name, owner/name@revision, or the name alone where that is
    /// one model's. Throws Error(NotFound) listing what there is, or which it could be.
    ModelEntry find(std::string_view called) const;
    /// None when there is no such folder.
    std::optional<ModelEntry> at(const ModelId& id) const;

    /// Reads every file and compares its SHA-256. A wrong file is moved to .partial/<name>.wrong (a linked
    /// one stays where it is) and the model may not be used until a later verify finds all of it right,
    /// which also removes what was put aside.
    /// Throws Stopped with nothing changed, Error when there is no manifest.
    std::vector<FileCheck> verify(const ModelId& id, const OnBytes& progress = {}, std::stop_token stop = {});

    /// Removes the model's folder with all in it; of a linked model not the files that it names. Throws
    /// Error: NotFound, Busy while it is being downloaded.
    void remove(const ModelId& id);

    /// What killed imports and removals left.
    void remove_leftovers();

  private:
    std::filesystem::path folder_;
};

/// Removes `name` beneath the open folder with everything in it; links are removed, never followed. Throws
/// Error.
void remove_tree(int folder, const std::string& name, const std::filesystem::path& shown);

/// In the folder of models: an import on its way, or a model on its way out. Locked by whoever works on it.
inline constexpr std::string_view kStagingPrefix = ".working-";

}  // namespace sidewinder::storage
