#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace sidewinder::storage {

/// XXH3-128 of a token log's int32 little-endian ids, canonical (big-endian) bytes.
using LogHash = std::array<std::byte, 16>;

LogHash hash_log(std::span<const std::int32_t> tokens);

}  // namespace sidewinder::storage
