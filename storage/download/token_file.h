#pragma once

#include <filesystem>
#include <string>

#include "storage/download/token.h"

namespace sidewinder::download {

/// Our own file of tokens, for whoever has no keyring and says so: one JSON object, hub ("https://host") to
/// token, mode 0600. A token is given to the hub that it was stored for only. Every function throws
/// Error(Usage) for a file that others may read, a link, and what is no such object; Error(NoSpace, Denied or
/// Disk) when it cannot be written.
class TokenFile {
  public:
    explicit TokenFile(std::filesystem::path path) : path_(std::move(path)) {}

    const std::filesystem::path& path() const { return path_; }
    Token find(const std::string& hub) const;  ///< none if there is no file, or none of this hub in it
    void store(const std::string& hub, const Token& token) const;
    bool remove(const std::string& hub) const;  ///< whether there was one; an empty file goes with it

  private:
    std::filesystem::path path_;
};

}  // namespace sidewinder::download
