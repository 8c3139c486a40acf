#include "storage/hub_cache.h"

#include <strings.h>

#include <algorithm>
#include <cstdlib>
#include <map>

#include "storage/error.h"
#include "storage/file_hash.h"
#include "storage/model_source.h"

namespace sidewinder::storage {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view kModels = "models--";
constexpr int kMostRefs = 1000;

fs::path from_environment(const char* name) {
    const char* value = std::getenv(name);
    if (value == nullptr || *value == '\0') return {};
    const std::string text = value;
    const char* home = std::getenv("HOME");
    if (text.starts_with("~/") && home != nullptr) return fs::path(home) / text.substr(2);
    return text;
}

/// "owner/name" of "models--owner--name"; empty for anything else.
std::string repo_of(const std::string& folder) {
    if (!folder.starts_with(kModels)) return {};
    std::string repo = folder.substr(kModels.size());
    const std::size_t dashes = repo.find("--");
    if (dashes == std::string::npos || dashes == 0 || dashes + 2 >= repo.size()) return {};
    return repo.replace(dashes, 2, "/");
}

bool is_folder(const fs::path& path) {
    std::error_code ignored;
    return fs::is_directory(fs::symlink_status(path, ignored));
}

/// Names by the commit that they point to; "refs/pr/1" lies deeper and is left out.
std::multimap<std::string, std::string> read_refs(const fs::path& folder) {
    std::multimap<std::string, std::string> names;
    if (!is_folder(folder)) return names;
    std::error_code ignored;
    int count = 0;
    for (const auto& entry : fs::directory_iterator(folder, ignored)) {
        if (++count > kMostRefs) break;
        try {
            const std::string name = entry.path().filename().string();
            std::string commit = ModelSource(folder).read_text(name, 64);
            while (!commit.empty() && commit.back() == '\n') commit.pop_back();
            if (is_hex(commit, 40)) names.emplace(commit, name);
        } catch (const Error&) {  // a folder, a pipe, too long: no ref
        }
    }
    return names;
}

std::uint64_t whole_bytes(const fs::path& snapshot) {
    std::uint64_t bytes = 0;
    std::error_code ignored;
    for (const auto& entry : fs::directory_iterator(snapshot, ignored)) {
        try {
            bytes += ModelSource(snapshot).open(entry.path().filename().string()).size;
        } catch (const Error&) {  // a download that broke off, or a link elsewhere
        }
    }
    return bytes;
}

}  // namespace

fs::path hub_cache_folder() {
    for (const char* name : {"HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE"})
        if (fs::path cache = from_environment(name); !cache.empty()) return cache;
    if (const fs::path home = from_environment("HF_HOME"); !home.empty()) return home / "hub";
    if (const fs::path cache = from_environment("XDG_CACHE_HOME"); !cache.empty())
        return cache / "huggingface/hub";
    const fs::path home = from_environment("HOME");
    return home.empty() ? fs::path() : home / ".cache/huggingface/hub";
}

std::vector<CachedSnapshot> list_hub_cache(const fs::path& hub) {
    std::vector<CachedSnapshot> found;
    std::error_code ignored;
    for (const auto& model : fs::directory_iterator(hub, ignored)) {
        const std::string repo = repo_of(model.path().filename().string());
        if (repo.empty() || !is_folder(model.path()) || !is_folder(model.path() / "snapshots")) continue;
        const auto refs = read_refs(model.path() / "refs");
        for (const auto& entry : fs::directory_iterator(model.path() / "snapshots", ignored)) {
            CachedSnapshot snapshot;
            snapshot.commit = entry.path().filename().string();
            if (!is_hex(snapshot.commit, 40) || !is_folder(entry.path())) continue;
            snapshot.repo = repo;
            snapshot.path = entry.path();
            snapshot.bytes = whole_bytes(entry.path());
            const auto [first, last] = refs.equal_range(snapshot.commit);
            for (auto ref = first; ref != last; ++ref) snapshot.revisions.push_back(ref->second);
            std::sort(snapshot.revisions.begin(), snapshot.revisions.end());
            found.push_back(std::move(snapshot));
        }
    }
    std::sort(found.begin(), found.end(), [](const CachedSnapshot& a, const CachedSnapshot& b) {
        return std::tie(a.repo, a.commit) < std::tie(b.repo, b.commit);
    });
    return found;
}

std::string offline_variable() {
    for (const char* name : {"HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE"}) {
        const char* value = std::getenv(name);
        if (value == nullptr) continue;
        for (const char* yes : {"1", "ON", "YES", "TRUE"})
            if (::strcasecmp(value, yes) == 0) return std::string(name) + "=" + value;
    }
    return {};
}

}  // namespace sidewinder::storage
