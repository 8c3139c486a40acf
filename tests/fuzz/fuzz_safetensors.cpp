#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "inference/error.h"
#include "inference/safetensors_header.h"

using namespace sidewinder::inference;

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t max_size);

namespace {

constexpr const char* kFile = "file";

/// The header of a file whose first bytes are `bytes` and which has `file_size` bytes.
void parse(std::string_view bytes, std::uint64_t file_size) {
    const std::uint64_t length = safetensors_header_length(bytes.substr(0, 512), file_size, kFile);
    if (length > bytes.size() - 8) return;  // a real file would have them
    const SafetensorsHeader header = parse_safetensors_header(bytes.substr(8, length), file_size, kFile);
    // What was accepted covers the data exactly, in order.
    std::uint64_t end = 8 + length;
    for (std::size_t i = 0; i < header.tensors.size(); ++i) {
        if (header.offsets[i] != end) std::abort();
        end += header.tensors[i].bytes;
    }
    if (end != file_size) std::abort();
}

}  // namespace

/// The first two bytes are how much longer than its header the file is; the rest is the file's beginning.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 2) return 0;
    const std::string_view bytes(reinterpret_cast<const char*>(data + 2), size - 2);
    const std::uint64_t data_bytes = data[0] | (static_cast<std::uint64_t>(data[1]) << 8);
    try {
        parse(bytes, bytes.size() + data_bytes);
    } catch (const Error&) {
    }
    return 0;
}

/// Mutates the header's text and sets the length before it right again, most of the time: otherwise hardly an
/// input would get past the length.
extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t max_size,
                                               unsigned seed) {
    constexpr std::size_t kBefore = 10;
    if (size <= kBefore || max_size <= kBefore || seed % 16 == 0)
        return LLVMFuzzerMutate(data, size, max_size);
    if (seed % 4 == 1) LLVMFuzzerMutate(data, 2, 2);
    const std::size_t json = LLVMFuzzerMutate(data + kBefore, size - kBefore, max_size - kBefore);
    for (std::size_t i = 0; i < 8; ++i) data[2 + i] = static_cast<std::uint8_t>(json >> (8 * i));
    return kBefore + json;
}
