#include "inference/protobuf_reader.h"

#include <bit>

#include "inference/error.h"

namespace sidewinder::inference {
namespace {

constexpr int kMaxVarintBytes = 10;

[[noreturn]] void refuse(const std::string& what) {
    throw Error(Fault::BadTokenizer, "The tokenizer file is damaged: " + what +
                                         ". Get the file again from where the model came from.");
}

[[noreturn]] void refuse_wire_type(std::string_view name) {
    refuse("the field '" + std::string(name) + "' has the wrong wire type");
}

}  // namespace

std::string_view ProtobufField::as_bytes(std::string_view name) const {
    if (wire != Wire::Bytes) refuse_wire_type(name);
    return bytes;
}

std::uint64_t ProtobufField::as_varint(std::string_view name) const {
    if (wire != Wire::Varint) refuse_wire_type(name);
    return value;
}

float ProtobufField::as_float(std::string_view name) const {
    if (wire != Wire::Fixed32) refuse_wire_type(name);
    return std::bit_cast<float>(static_cast<std::uint32_t>(value));
}

std::optional<ProtobufField> ProtobufReader::next() {
    if (position_ == message_.size()) return std::nullopt;
    const std::uint64_t tag = read_varint();
    ProtobufField field;
    if (tag >> 32 != 0 || tag >> 3 == 0) refuse("it has a field number " + std::to_string(tag >> 3));
    field.number = static_cast<std::uint32_t>(tag >> 3);
    field.wire = static_cast<ProtobufField::Wire>(tag & 7);
    switch (field.wire) {
        case ProtobufField::Wire::Varint:
            field.value = read_varint();
            return field;
        case ProtobufField::Wire::Fixed64:
            field.value = read_fixed(8);
            return field;
        case ProtobufField::Wire::Fixed32:
            field.value = read_fixed(4);
            return field;
        case ProtobufField::Wire::Bytes:
            field.bytes = take(read_varint());
            return field;
    }
    refuse("field " + std::to_string(field.number) + " has the wire type " + std::to_string(tag & 7));
}

std::uint64_t ProtobufReader::read_varint() {
    std::uint64_t value = 0;
    for (int i = 0; i < kMaxVarintBytes; ++i) {
        const auto byte = static_cast<unsigned char>(take(1)[0]);
        // The tenth byte holds one bit only.
        if (i == kMaxVarintBytes - 1 && byte > 1) break;
        value |= static_cast<std::uint64_t>(byte & 0x7f) << (7 * i);
        if (byte < 0x80) return value;
    }
    refuse("a number at byte " + std::to_string(position_) + " is longer than 64 bits");
}

std::uint64_t ProtobufReader::read_fixed(std::size_t size) {
    const std::string_view raw = take(size);
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < size; ++i) {
        value |= static_cast<std::uint64_t>(static_cast<unsigned char>(raw[i])) << (8 * i);
    }
    return value;
}

std::string_view ProtobufReader::take(std::uint64_t size) {
    const std::size_t left = message_.size() - position_;
    if (size > left) {
        refuse("a field of " + std::to_string(size) + " bytes has only " + std::to_string(left) +
               " left to it");
    }
    const std::string_view taken = message_.substr(position_, static_cast<std::size_t>(size));
    position_ += static_cast<std::size_t>(size);
    return taken;
}

void ProtobufWriter::varint(std::uint32_t number, std::uint64_t value) {
    append_varint(std::uint64_t{number} << 3);
    append_varint(value);
}

void ProtobufWriter::fixed32(std::uint32_t number, float value) {
    append_varint(std::uint64_t{number} << 3 | 5);
    const auto bits = std::bit_cast<std::uint32_t>(value);
    for (int shift = 0; shift < 32; shift += 8) message_.push_back(static_cast<char>(bits >> shift & 0xff));
}

void ProtobufWriter::bytes(std::uint32_t number, std::string_view value) {
    append_varint(std::uint64_t{number} << 3 | 2);
    append_varint(value.size());
    message_.append(value);
}

void ProtobufWriter::append_varint(std::uint64_t value) {
    for (; value >= 0x80; value >>= 7) message_.push_back(static_cast<char>((value & 0x7f) | 0x80));
    message_.push_back(static_cast<char>(value));
}

}  // namespace sidewinder::inference
