#pragma once

#include <cstddef>
#include <cstdint>

/// Random contents for a bench's device memory, on the default stream.
namespace sidewinder::bench {

/// Each word is (random & keep) | set: bf16 and e4m3 of a bounded exponent, any integers.
void fill_words(void* words, std::size_t bytes, std::uint32_t keep, std::uint32_t set);
/// Evenly between mean - range and mean + range.
void fill_floats(float* values, std::int64_t count, float mean, float range);

}  // namespace sidewinder::bench
