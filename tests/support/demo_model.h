#pragma once

#include <filesystem>

namespace sidewinder::test {

/// The demo model in the sources.
inline std::filesystem::path demo_model() {
    return std::filesystem::path(SIDEWINDER_SOURCE_DIR) / "resources" / "demo-model";
}

}  // namespace sidewinder::test
