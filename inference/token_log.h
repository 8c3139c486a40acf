#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "inference/config.h"

namespace sidewinder::inference {

/// Identity of a prefix of a token log: XXH3-128 over the little-endian int32 ids.
struct LogHash {
    std::uint64_t high = 0;
    std::uint64_t low = 0;
    friend bool operator==(const LogHash&, const LogHash&) = default;
};

LogHash hash_log(std::span<const TokenId> log);

/// The hashes of the prefixes of `log` at the given ascending positions (each <= log.size()), in one pass.
std::vector<LogHash> hash_prefixes(std::span<const TokenId> log, std::span<const std::int64_t> positions);

}  // namespace sidewinder::inference
