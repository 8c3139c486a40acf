#include "storage/project/path_index.h"

#include <algorithm>

#include "storage/project/project_root.h"

namespace sidewinder::project {

namespace {

std::string_view base_name(std::string_view path) {
    return path.substr(path.rfind('/') + 1);
}

std::string_view without_extension(std::string_view name) {
    const std::size_t dot = name.rfind('.');
    return dot == std::string_view::npos || dot == 0 ? name : name.substr(0, dot);
}

/// True if `path` ends in `end` at a whole name.
bool ends_in(std::string_view path, std::string_view end) {
    return path.ends_with(end) && (path.size() == end.size() || path[path.size() - end.size() - 1] == '/');
}

}  // namespace

PathIndex::PathIndex(std::vector<std::string> paths, const std::filesystem::path& root)
    : paths_(std::move(paths)), root_(root.empty() ? "" : root.native() + "/") {
    for (std::uint32_t i = 0; i < paths_.size(); ++i) {
        const std::string base = display_name(base_name(paths_[i]));
        by_stem_.emplace(without_extension(base), i);
        by_base_name_.emplace(base, i);
    }
}

std::optional<std::string> PathIndex::find(std::string_view name) const {
    const std::string shown = display_name(name);
    std::optional<std::string> found;
    bool twice = false;
    // As the bytes are, and as it was shown: a backslash in a shown name would else be shown twice.
    for (const std::string_view wanted : {name, std::string_view(shown)}) {
        const auto [begin, end] = by_base_name_.equal_range(std::string(base_name(wanted)));
        for (auto entry = begin; entry != end; ++entry) {
            const std::string& path = paths_[entry->second];
            if (path == name) return path;
            const std::string shown_path = display_name(path);
            if (shown_path == wanted) return path;
            if (!ends_in(shown_path, wanted)) continue;
            twice = twice || (found && *found != path);
            found = path;
        }
    }
    return twice ? std::nullopt : found;
}

std::optional<std::string> PathIndex::resolve(std::string_view name) const {
    if (!root_.empty() && name.starts_with(root_)) {
        const std::optional<std::string> found = find(name.substr(root_.size()));
        return found && display_name(*found) == display_name(name.substr(root_.size())) ? found
                                                                                        : std::nullopt;
    }
    while (name.starts_with("./")) name.remove_prefix(2);
    return is_plain_path(name) ? find(name) : std::nullopt;
}

std::optional<std::string> PathIndex::resolve_module(std::string_view dotted) const {
    std::string path(dotted);
    std::replace(path.begin(), path.end(), '.', '/');
    if (!is_plain_path(path)) return std::nullopt;
    const auto [begin, end] = by_stem_.equal_range(std::string(base_name(path)));
    std::optional<std::string> found;
    for (auto entry = begin; entry != end; ++entry) {
        const std::string shown = display_name(paths_[entry->second]);
        const std::string_view whole = without_extension(shown);
        if (whole == path) return paths_[entry->second];
        if (!ends_in(whole, path)) continue;
        if (found) return std::nullopt;
        found = paths_[entry->second];
    }
    return found;
}

}  // namespace sidewinder::project
