#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

namespace sidewinder::storage {

/// XXH3-128 of a token log's int32 little-endian ids, canonical (big-endian) bytes.
using LogHash = std::array<std::byte, 16>;

/// Hashes a growing log: append ids, ask for the hash of all so far at any time.
class LogHasher {
  public:
    LogHasher();
    LogHasher(LogHasher&&) noexcept;
    LogHasher& operator=(LogHasher&&) noexcept;
    ~LogHasher();

    void append(std::span<const std::int32_t> tokens);
    LogHash hash() const;
    std::uint64_t position() const { return position_; }  ///< tokens appended

  private:
    struct Deleter {
        void operator()(void* state) const;
    };
    std::unique_ptr<void, Deleter> state_;
    std::uint64_t position_ = 0;
};

LogHash hash_log(std::span<const std::int32_t> tokens);

}  // namespace sidewinder::storage
