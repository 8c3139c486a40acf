#pragma once

#include <string>
#include <unordered_map>

#include "inference/file_reader.h"
#include "inference/safetensors_header.h"
#include "inference/tensor_source.h"

namespace sidewinder::inference {

/// One safetensors file, its header read and checked, its data read on demand.
class SafetensorsFile final : public TensorSource {
  public:
    explicit SafetensorsFile(ReadFile file);
    static SafetensorsFile open(const std::filesystem::path& path) {
        return SafetensorsFile(ReadFile::open(path));
    }

    const std::vector<TensorInfo>& tensors() const override { return header_.tensors; }
    void read(std::string_view name, std::uint64_t offset, std::span<std::byte> into) const override;
    void check_unchanged() const override { file_.check_unchanged(); }

    const std::map<std::string, std::string>& metadata() const { return header_.metadata; }
    const std::string& file_name() const { return file_.name(); }

  private:
    ReadFile file_;
    SafetensorsHeader header_;
    std::unordered_map<std::string_view, std::size_t> by_name_;  ///< keys point into header_
};

}  // namespace sidewinder::inference
