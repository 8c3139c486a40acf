#pragma once

#include <filesystem>
#include <string_view>

#include "storage/download/fault.h"
#include "storage/error.h"

namespace sidewinder::download {

/// What the store's file functions throw, as a fault of a download: the same sentence.
Error from_storage(const storage::Error& error);

/// For an errno value; `action` continues "Could not ".
Error disk_error(int code, std::string_view action, const std::filesystem::path& path);

}  // namespace sidewinder::download
