#pragma once

#include <filesystem>

namespace sidewinder::storage {

/// Where a user's things are kept, by the XDG base directory specification. Relative XDG values are ignored,
/// as it says.
struct Paths {
    std::filesystem::path data;    ///< $XDG_DATA_HOME/sidewinder: database, its backups, models
    std::filesystem::path cache;   ///< $XDG_CACHE_HOME/sidewinder: checkpoints, search indexes
    std::filesystem::path config;  ///< $XDG_CONFIG_HOME/sidewinder: settings

    std::filesystem::path database() const { return data / "sidewinder.db"; }
    std::filesystem::path checkpoints() const { return cache / "checkpoints"; }
    std::filesystem::path search() const { return cache / "search"; }  ///< indexes of projects
    std::filesystem::path models() const { return data / "models"; }
    std::filesystem::path recall() const { return data / "recall.json"; }  ///< what was measured of models
};

/// From the environment; touches no file. Throws Error(NotFound) when neither the XDG variable nor HOME is
/// set.
Paths standard_paths();

/// Makes `directory` and its missing parents with mode 0700; one that is there keeps its mode.
/// Throws Error(Denied, NoSpace or Io).
void make_private_directory(const std::filesystem::path& directory);

}  // namespace sidewinder::storage
