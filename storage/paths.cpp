#include "storage/paths.h"

#include <sys/stat.h>

#include <cerrno>
#include <cstdlib>

#include "storage/atomic_file.h"
#include "storage/error.h"

namespace sidewinder::storage {

namespace fs = std::filesystem;

namespace {

fs::path base_directory(const char* variable, const char* below_home) {
    const char* value = std::getenv(variable);
    if (value != nullptr && fs::path(value).is_absolute()) return fs::path(value) / "sidewinder";
    const char* home = std::getenv("HOME");
    if (home == nullptr || !fs::path(home).is_absolute())
        throw Error(Error::Kind::NotFound,
                    std::string("Could not find your home folder: neither ") + variable +
                        " nor HOME is set to an absolute path. Set one of them and start again.");
    return fs::path(home) / below_home / "sidewinder";
}

}  // namespace

Paths standard_paths() {
    return {base_directory("XDG_DATA_HOME", ".local/share"), base_directory("XDG_CACHE_HOME", ".cache"),
            base_directory("XDG_CONFIG_HOME", ".config")};
}

void make_private_directory(const fs::path& directory) {
    struct stat info {};
    if (::stat(directory.c_str(), &info) == 0) {
        if (S_ISDIR(info.st_mode)) return;
        throw system_error(ENOTDIR, "make the folder", directory);
    }
    const fs::path parent = directory.parent_path();
    if (!parent.empty() && parent != directory) make_private_directory(parent);
    if (::mkdir(directory.c_str(), 0700) != 0 && errno != EEXIST)
        throw system_error(errno, "make the folder", directory);
}

}  // namespace sidewinder::storage
