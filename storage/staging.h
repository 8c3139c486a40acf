#pragma once

#include <filesystem>
#include <string>

#include "storage/atomic_file.h"

namespace sidewinder::storage {

/// A folder ".working-<random>" beside the folders that it will become or was, locked while this lives, so
/// that remove_leftovers() of another process can tell it from what a killed one left. Destroyed, it is
/// removed with all in it unless it was published.
class Staging {
  public:
    explicit Staging(const std::filesystem::path& parent);  ///< makes `parent` where it is missing
    ~Staging();
    Staging(const Staging&) = delete;
    Staging& operator=(const Staging&) = delete;

    const std::filesystem::path& path() const { return path_; }
    int fd() const { return folder_.get(); }

    /// Syncs and renames to `target`, at once: there is either all of it or nothing. One that is there
    /// already is refused with Error(Io), or with `replace` changes places and is removed.
    void publish(const std::filesystem::path& target, bool replace);
    /// Takes a folder away from its name: it is inside this one then.
    void take(const std::filesystem::path& folder);
    /// Removes it now; throws Error, which the destructor swallows.
    void discard();

    static void remove_leftovers(const std::filesystem::path& parent);

  private:
    std::filesystem::path parent_, path_;
    FileDescriptor folder_;
    bool there_ = true;
};

}  // namespace sidewinder::storage
