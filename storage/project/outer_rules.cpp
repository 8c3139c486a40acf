#include <fcntl.h>
#include <git2.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <memory>

#include "storage/atomic_file.h"
#include "storage/project/git_library.h"
#include "storage/project/ignore_rules.h"

namespace sidewinder::project {

namespace fs = std::filesystem;

namespace {

/// A small regular file; empty if it is anything else or cannot be read.
std::string text_of(const fs::path& file, int follow) {
    const storage::FileDescriptor opened(
        ::open(file.c_str(), O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC | follow));
    struct stat info {};
    if (!opened || ::fstat(opened.get(), &info) != 0 || !S_ISREG(info.st_mode) ||
        info.st_size > static_cast<off_t>(kMaxRuleBytes))
        return {};
    std::string text(static_cast<std::size_t>(info.st_size), '\0');
    std::size_t have = 0;
    while (have < text.size()) {
        const ssize_t got = ::read(opened.get(), text.data() + have, text.size() - have);
        if (got <= 0) break;
        have += static_cast<std::size_t>(got);
    }
    text.resize(have);
    return text;
}

fs::path default_excludes() {
    if (const char* configured = std::getenv("XDG_CONFIG_HOME"); configured && *configured)
        return fs::path(configured) / "git" / "ignore";
    const char* home = std::getenv("HOME");
    return home && *home ? fs::path(home) / ".config" / "git" / "ignore" : fs::path();
}

/// As the system's and the user's configuration have it; a repository's own is never asked.
fs::path users_excludes() {
    const GitLibrary library;
    git_config* opened = nullptr;
    if (git_config_open_default(&opened) < 0) return default_excludes();
    const std::unique_ptr<git_config, decltype(&git_config_free)> config(opened, git_config_free);
    git_buf found = {};
    if (git_config_get_path(&found, opened, "core.excludesfile") < 0) return default_excludes();
    fs::path path(std::string(found.ptr, found.size));
    git_buf_dispose(&found);
    return path;
}

bool status_of(const fs::path& path, struct stat& info) {
    return ::lstat(path.c_str(), &info) == 0;
}

bool is_trusted(const struct stat& info) {
    return info.st_uid == ::geteuid() || info.st_uid == 0;
}

/// The top of the repository that `folder` is a subfolder of; empty if there is none.
fs::path repository_above(const fs::path& folder) {
    struct stat start {
    }, info{};
    if (!folder.is_absolute() || !status_of(folder, start) || status_of(folder / ".git", info)) return {};
    for (fs::path above = folder.parent_path();; above = above.parent_path()) {
        if (!status_of(above, info) || info.st_dev != start.st_dev) return {};
        if (status_of(above / ".git", info)) return is_trusted(info) ? above : fs::path();
        if (above == above.parent_path()) return {};
    }
}

/// True if the rules (prefixes are from their folders to `folder`) ignore `folder` or a folder between.
bool ignores(const std::vector<OuterRules>& rules, const std::string& inside) {
    for (std::size_t end = inside.find('/'); end != std::string::npos; end = inside.find('/', end + 1)) {
        // Seen from the place itself: what follows is cut off the prefixes, and files beneath it have no say.
        const std::size_t behind = inside.size() - end;
        std::vector<OuterRules> acting;
        for (const OuterRules& file : rules) {
            if (file.prefix.size() <= behind) continue;
            acting.push_back(file);
            acting.back().prefix.resize(file.prefix.size() - behind);
        }
        if (IgnoreRules(acting).decide({}, true).ignored) return true;
    }
    return false;
}

}  // namespace

std::vector<OuterRules> outer_rules_of(const fs::path& folder) {
    std::vector<OuterRules> above;
    if (const fs::path top = repository_above(folder); !top.empty()) {
        const auto add = [&](const fs::path& file, const fs::path& from, bool global) {
            std::string text = text_of(file, O_NOFOLLOW);
            if (text.empty()) return;
            above.push_back(
                {std::move(text), folder.lexically_relative(from).string() + "/", file.string(), global});
        };
        struct stat info {};
        if (status_of(top / ".git", info) && S_ISDIR(info.st_mode))
            add(top / ".git" / "info" / "exclude", top, true);
        std::vector<fs::path> folders;
        for (fs::path at = folder.parent_path(); at != top; at = at.parent_path()) folders.push_back(at);
        folders.push_back(top);
        for (auto at = folders.rbegin(); at != folders.rend(); ++at) add(*at / ".gitignore", *at, false);
        if (ignores(above, folder.lexically_relative(top).string() + "/")) above.clear();
    }
    std::vector<OuterRules> all;
    if (const fs::path users = users_excludes(); !users.empty())
        if (std::string text = text_of(users, 0); !text.empty())
            all.push_back({std::move(text), {}, users.string(), true});
    for (OuterRules& rules : above) all.push_back(std::move(rules));
    return all;
}

}  // namespace sidewinder::project
