#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sidewinder::inference {

enum class DType : std::uint8_t { F32, F16, BF16, I8, U8, I32 };
std::size_t size_of(DType dtype);
std::string_view name_of(DType dtype);                           ///< as safetensors spells it
std::string shape_text(const std::vector<std::int64_t>& shape);  ///< "[18560, 4096]", for messages

struct TensorInfo {
    std::string name;
    DType dtype = DType::F32;
    std::vector<std::int64_t> shape;
    std::uint64_t bytes = 0;
};

/// Named tensors from somewhere: a safetensors file, a folder of shards, or the random-weight formula.
/// `read` may be called from several threads.
class TensorSource {
  public:
    virtual ~TensorSource() = default;
    virtual const std::vector<TensorInfo>& tensors() const = 0;
    /// Copies bytes [offset, offset + into.size()) of the tensor `name`; throws Error when they cannot be
    /// had.
    virtual void read(std::string_view name, std::uint64_t offset, std::span<std::byte> into) const = 0;
    /// Throws Error (Changed) if what lies beneath was modified since it was opened. Call it after the last
    /// read.
    virtual void check_unchanged() const {}
    /// Is the data made by computing, so that every core helps, instead of being read?
    virtual bool computed() const { return false; }
    const TensorInfo* find(std::string_view name) const;  ///< null when absent
};

}  // namespace sidewinder::inference
