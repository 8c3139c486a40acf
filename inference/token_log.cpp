#include "inference/token_log.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <memory>

namespace sidewinder::inference {

std::vector<LogHash> hash_prefixes(std::span<const TokenId> log, std::span<const std::int64_t> positions) {
    const std::unique_ptr<XXH3_state_t, decltype(&XXH3_freeState)> state(XXH3_createState(), &XXH3_freeState);
    XXH3_128bits_reset(state.get());
    std::vector<LogHash> hashes;
    hashes.reserve(positions.size());
    std::int64_t done = 0;
    for (const std::int64_t position : positions) {
        const auto part =
            log.subspan(static_cast<std::size_t>(done), static_cast<std::size_t>(position - done));
        XXH3_128bits_update(state.get(), part.data(), part.size_bytes());
        done = position;
        const XXH128_hash_t hash = XXH3_128bits_digest(state.get());
        hashes.push_back({hash.high64, hash.low64});
    }
    return hashes;
}

LogHash hash_log(std::span<const TokenId> log) {
    const std::int64_t end[] = {static_cast<std::int64_t>(log.size())};
    return hash_prefixes(log, end).front();
}

}  // namespace sidewinder::inference
