#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "storage/project/project_scan.h"
#include "tests/support/temporary_directory.h"

namespace sidewinder::tests {

/// Writes a file of a project, its folders included.
inline void put(const std::filesystem::path& file, const std::string& bytes) {
    std::filesystem::create_directories(file.parent_path());
    write_bytes(file, bytes);
}

inline const project::ScannedEntry* find_entry(const project::ScanResult& result, const std::string& path) {
    for (const auto& entry : result.entries)
        if (entry.path == path) return &entry;
    return nullptr;
}

/// Of the files that would be read, in order.
inline std::vector<std::string> included_paths(const project::ScanResult& result) {
    std::vector<std::string> paths;
    for (const auto& entry : result.entries)
        if (entry.included) paths.push_back(entry.path);
    return paths;
}

}  // namespace sidewinder::tests
