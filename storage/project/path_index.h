#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace sidewinder::project {

/// The files of a project by what people and models call them. Immutable; any thread.
class PathIndex {
  public:
    /// `root` lets absolute paths in it count as the project's; empty: none do.
    explicit PathIndex(std::vector<std::string> paths, const std::filesystem::path& root = {});

    const std::vector<std::string>& paths() const { return paths_; }

    /// The one file that `name` means: its path from the root, or the end of it ("core/engine.h", "engine.h")
    /// if no other file's path ends so, as bytes or as display_name() shows it. None for a name that leads
    /// elsewhere ("../x", "/etc/x"), also if a file of the project has such an end.
    std::optional<std::string> resolve(std::string_view name) const;
    /// The one file that a dotted name means: "http.client" is http/client.py.
    std::optional<std::string> resolve_module(std::string_view dotted) const;

  private:
    std::optional<std::string> find(std::string_view name) const;

    std::vector<std::string> paths_;
    std::string root_;
    std::unordered_multimap<std::string, std::uint32_t> by_base_name_;  ///< as display_name() shows it
    std::unordered_multimap<std::string, std::uint32_t> by_stem_;       ///< the same without its extension
};

}  // namespace sidewinder::project
