#pragma once

#include <filesystem>

namespace sidewinder::download {

/// The file of the CAs that this system trusts, where it is elsewhere than where the libcurl that runs looks
/// by itself: a bundle brings Debian's to other distributions. Empty where it finds its own, or nobody's is
/// known. `root` stands before every place.
std::filesystem::path system_ca_file(const std::filesystem::path& root = "/");

}  // namespace sidewinder::download
