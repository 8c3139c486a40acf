#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "inference/tensor_source.h"

namespace sidewinder::inference {

/// The checked header of a safetensors file (github.com/huggingface/safetensors, README "Format"). Stricter
/// than the reference: 100,000 tensors, names of 1..512 visible bytes and no paths, rank 8, only the dtypes
/// of DType.
struct SafetensorsHeader {
    static constexpr std::uint64_t kMaxBytes = 100'000'000;
    static constexpr std::size_t kMaxTensors = 100'000;
    static constexpr std::size_t kMaxName = 512;
    static constexpr std::size_t kMaxRank = 8;
    static constexpr std::size_t kMaxMetadata = 1 << 20;  ///< bytes of all keys and values of __metadata__

    std::vector<TensorInfo> tensors;     ///< in the order of their data
    std::vector<std::uint64_t> offsets;  ///< of each tensor's data from the beginning of the file
    std::map<std::string, std::string> metadata;
};

/// Reads the length that the first 8 bytes give, checked against the limit and the file's size. `beginning`
/// is the file's first bytes (512 suffice to say what another kind of file is).
std::uint64_t safetensors_header_length(std::string_view beginning, std::uint64_t file_size,
                                        const std::string& file);

/// `json` is the header's text of `file_size - 8 - json.size()` data bytes. Throws Error, `file` is its
/// subject. Afterwards the tensors cover the data without holes or overlaps, exactly to the end of the file.
SafetensorsHeader parse_safetensors_header(std::string_view json, std::uint64_t file_size,
                                           const std::string& file);

}  // namespace sidewinder::inference
