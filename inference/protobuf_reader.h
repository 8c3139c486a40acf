#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sidewinder::inference {

/// One field of a protobuf message. `bytes` points into the message.
struct ProtobufField {
    enum class Wire : std::uint8_t { Varint = 0, Fixed64 = 1, Bytes = 2, Fixed32 = 5 };
    std::uint32_t number = 0;
    Wire wire = Wire::Varint;
    std::uint64_t value = 0;  ///< for Varint, Fixed64 and Fixed32
    std::string_view bytes;   ///< for Bytes

    /// These check the wire type. Throw Error(BadTokenizer).
    std::string_view as_bytes(std::string_view name) const;
    std::uint64_t as_varint(std::string_view name) const;
    bool as_bool(std::string_view name) const { return as_varint(name) != 0; }
    float as_float(std::string_view name) const;
};

/// Walks the fields of one message, iteratively, within its bounds. Groups, field number 0, varints over 10
/// bytes and lengths past the end throw Error(BadTokenizer). Non-owning: the bytes outlive the reader.
class ProtobufReader {
  public:
    explicit ProtobufReader(std::string_view message) : message_(message) {}
    std::optional<ProtobufField> next();

  private:
    std::uint64_t read_varint();
    std::uint64_t read_fixed(std::size_t size);
    std::string_view take(std::uint64_t size);

    std::string_view message_;
    std::size_t position_ = 0;
};

/// Appends to a message. Only what SentencePieceModel::serialize needs.
class ProtobufWriter {
  public:
    void varint(std::uint32_t number, std::uint64_t value);
    void fixed32(std::uint32_t number, float value);
    void bytes(std::uint32_t number, std::string_view value);
    const std::string& message() const { return message_; }

  private:
    void append_varint(std::uint64_t value);
    std::string message_;
};

}  // namespace sidewinder::inference
