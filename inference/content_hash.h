#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

namespace sidewinder::inference {

/// XXH3-128 of what is added. Finds damage and tells models apart; it is no defence against an attacker.
class ContentHash {
  public:
    ContentHash();
    ~ContentHash();
    ContentHash(const ContentHash&) = delete;
    ContentHash& operator=(const ContentHash&) = delete;

    void add(std::span<const std::byte> data);
    void add(std::int64_t number);
    void add(const std::string& text);  ///< its length first

    std::array<std::byte, 16> digest() const;
    std::string hex() const;

  private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace sidewinder::inference
