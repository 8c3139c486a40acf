#include "storage/log_hash.h"

#include <xxhash.h>

#include <bit>
#include <cstring>
#include <new>

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

void LogHasher::Deleter::operator()(void* state) const {
    XXH3_freeState(static_cast<XXH3_state_t*>(state));
}

LogHasher::LogHasher() : state_(XXH3_createState()) {
    if (!state_) throw std::bad_alloc();
    XXH3_128bits_reset(static_cast<XXH3_state_t*>(state_.get()));
}
LogHasher::LogHasher(LogHasher&&) noexcept = default;
LogHasher& LogHasher::operator=(LogHasher&&) noexcept = default;
LogHasher::~LogHasher() = default;

void LogHasher::append(std::span<const std::int32_t> tokens) {
    XXH3_128bits_update(static_cast<XXH3_state_t*>(state_.get()), tokens.data(), tokens.size_bytes());
    position_ += tokens.size();
}

LogHash LogHasher::hash() const {
    return canonical(XXH3_128bits_digest(static_cast<XXH3_state_t*>(state_.get())));
}

LogHash hash_log(std::span<const std::int32_t> tokens) {
    return canonical(XXH3_128bits(tokens.data(), tokens.size_bytes()));
}

}  // namespace sidewinder::storage
