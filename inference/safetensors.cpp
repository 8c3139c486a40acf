#include "inference/safetensors.h"

#include <algorithm>

#include "inference/error.h"

namespace sidewinder::inference {
namespace {

SafetensorsHeader read_header(const ReadFile& file) {
    std::string text(static_cast<std::size_t>(std::min<std::uint64_t>(file.size(), 512)), '\0');
    file.read(0, std::as_writable_bytes(std::span(text)));
    const std::uint64_t length = safetensors_header_length(text, file.size(), file.name());
    const std::string_view kind = sniff_kind(text);
    text.assign(static_cast<std::size_t>(length), '\0');
    file.read(8, std::as_writable_bytes(std::span(text)));
    // Another kind of file can begin with bytes that make a small number (a pickle does).
    if (!kind.empty() && text.find_first_not_of(" \t\r\n{") == 0)
        throw Error(Fault::WrongKind, file.name() + " cannot be used: this is " + std::string(kind) +
                                          "; a .safetensors file is needed. Download the file again.");
    SafetensorsHeader header = parse_safetensors_header(text, file.size(), file.name());
    file.check_unchanged();
    return header;
}

}  // namespace

SafetensorsFile::SafetensorsFile(ReadFile file) : file_(std::move(file)), header_(read_header(file_)) {
    for (std::size_t i = 0; i < header_.tensors.size(); ++i) by_name_.emplace(header_.tensors[i].name, i);
}

void SafetensorsFile::read(std::string_view name, std::uint64_t offset, std::span<std::byte> into) const {
    const auto found = by_name_.find(name);
    if (found == by_name_.end())
        throw Error(Fault::MissingTensor, file_.name() + " has no tensor \"" + std::string(name) + "\".");
    const TensorInfo& tensor = header_.tensors[found->second];
    if (into.size() > tensor.bytes || offset > tensor.bytes - into.size())
        throw Error(Fault::SizeMismatch, "Bytes past the end of \"" + tensor.name + "\" were asked of " +
                                             file_.name() +
                                             ". This is a bug of Sidewinder; please report it.");
    file_.read(header_.offsets[found->second] + offset, into);
}

}  // namespace sidewinder::inference
