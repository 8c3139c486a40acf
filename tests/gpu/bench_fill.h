#pragma once

#include <cstddef>
#include <cstdint>

/// Random contents for a bench's device memory, on the default stream.
namespace sidewinder::bench {

/// Each word is (random & keep) | set: any integers.
void fill_words(void* words, std::size_t bytes, std::uint32_t keep, std::uint32_t set);
/// bf16, normally distributed around 0: what real weights and activations cost the matrix units in power.
void fill_bf16(void* values, std::int64_t count, float deviation);
/// Evenly between mean - range and mean + range.
void fill_floats(float* values, std::int64_t count, float mean, float range);

}  // namespace sidewinder::bench
