#include "storage/log_hash.h"

#include <xxhash.h>

#include <bit>
#include <cstring>

namespace sidewinder::storage {

static_assert(std::endian::native == std::endian::little,
              "token logs are hashed and stored as little-endian int32");

namespace {

LogHash canonical(XXH128_hash_t value) {
    XXH128_canonical_t bytes;
    XXH128_canonicalFromHash(&bytes, value);
    LogHash hash;
    std::memcpy(hash.data(), bytes.digest, hash.size());
    return hash;
}

}  // namespace

LogHash hash_log(std::span<const std::int32_t> tokens) {
    return canonical(XXH3_128bits(tokens.data(), tokens.size_bytes()));
}

}  // namespace sidewinder::storage
