#include "storage/project/git_library.h"

#include <git2.h>

#include "storage/error.h"

namespace sidewinder::project {

GitLibrary::GitLibrary() {
    if (git_libgit2_init() < 0)
        throw storage::Error(
            storage::Error::Kind::Io,
            "libgit2 could not be started, so ignore rules cannot be applied. Nothing was read.");
}

GitLibrary::~GitLibrary() {
    git_libgit2_shutdown();
}

}  // namespace sidewinder::project
