#pragma once

#include <cstdlib>
#include <filesystem>

namespace sidewinder::test {

/// The fixtures' folder: where the environment says, else where they lay when this was built. It may not
/// exist.
inline std::filesystem::path fixtures() {
    const char* elsewhere = std::getenv("SIDEWINDER_FIXTURES");
    return elsewhere && *elsewhere ? elsewhere : SIDEWINDER_FIXTURES;
}

}  // namespace sidewinder::test
