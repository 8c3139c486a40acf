#include "inference/content_hash.h"

#include <xxhash.h>

#include <cstring>
#include <new>

namespace sidewinder::inference {

struct ContentHash::State {
    struct Free {
        void operator()(XXH3_state_t* state) const { XXH3_freeState(state); }
    };
    std::unique_ptr<XXH3_state_t, Free> xxh{XXH3_createState()};
};

ContentHash::ContentHash() : state_(std::make_unique<State>()) {
    if (!state_->xxh) throw std::bad_alloc();
    XXH3_128bits_reset(state_->xxh.get());
}

ContentHash::~ContentHash() = default;

void ContentHash::add(std::span<const std::byte> data) {
    XXH3_128bits_update(state_->xxh.get(), data.data(), data.size());
}

void ContentHash::add(std::int64_t number) {
    add(std::as_bytes(std::span(&number, 1)));
}

void ContentHash::add(const std::string& text) {
    add(static_cast<std::int64_t>(text.size()));
    add(std::as_bytes(std::span(text)));
}

std::array<std::byte, 16> ContentHash::digest() const {
    XXH128_canonical_t canonical;
    XXH128_canonicalFromHash(&canonical, XXH3_128bits_digest(state_->xxh.get()));
    std::array<std::byte, 16> bytes;
    static_assert(sizeof canonical.digest == sizeof bytes);
    std::memcpy(bytes.data(), canonical.digest, sizeof bytes);
    return bytes;
}

std::string ContentHash::hex() const {
    std::string text;
    for (const std::byte byte : digest()) {
        text += "0123456789abcdef"[std::to_integer<unsigned>(byte) >> 4];
        text += "0123456789abcdef"[std::to_integer<unsigned>(byte) & 15];
    }
    return text;
}

}  // namespace sidewinder::inference
