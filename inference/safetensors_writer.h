#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "inference/file_reader.h"
#include "inference/tensor_source.h"

namespace sidewinder::inference {

/// Writes a safetensors file whose tensors are declared first and filled afterwards, in any order. Under its
/// name the file appears whole or not at all: it is written beside it, synced and renamed by `finish`;
/// without that it is removed. Throws Error (Io) naming the file when the disk refuses.
class SafetensorsWriter {
  public:
    /// `bytes` of each tensor is computed from dtype and shape.
    SafetensorsWriter(std::filesystem::path path, std::vector<TensorInfo> tensors,
                      const std::map<std::string, std::string>& metadata);
    ~SafetensorsWriter();
    SafetensorsWriter(const SafetensorsWriter&) = delete;
    SafetensorsWriter& operator=(const SafetensorsWriter&) = delete;

    /// Writes bytes [offset, offset + data.size()) of tensor number `tensor`.
    void write(std::size_t tensor, std::uint64_t offset, std::span<const std::byte> data);
    /// Every byte of every tensor must have been written once.
    void finish();

  private:
    void write_at(std::uint64_t position, std::span<const std::byte> data);
    [[noreturn]] void fail(const std::string& doing, int error) const;

    std::filesystem::path path_;
    std::filesystem::path temporary_;
    FileDescriptor fd_;
    std::vector<TensorInfo> tensors_;
    std::vector<std::uint64_t> offsets_;  ///< from the beginning of the file
    std::uint64_t missing_bytes_ = 0;
};

}  // namespace sidewinder::inference
