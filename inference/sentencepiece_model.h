#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace sidewinder::inference {

/// The part of a sentencepiece ModelProto that Sidewinder uses, checked. The format is google/sentencepiece
/// src/sentencepiece_model.proto; the rules are model-format.md 3.2 and reliability.md 1.
///
/// libsentencepiece 0.1.97 overflows on hostile files, so it never sees a file: it gets `serialize()`,
/// written from the fields below and from nothing else (no charsmap, no self test data, no unknown field).
struct SentencePieceModel {
    /// The enum values of the proto. Unused (5) pieces are refused.
    enum class Type : std::uint8_t { Normal = 1, Unknown = 2, Control = 3, UserDefined = 4, Byte = 6 };
    struct Piece {
        std::string text;  ///< UTF-8, 1..512 bytes, no NUL, unique in the file
        float score = 0;   ///< finite; the higher is merged first
        Type type = Type::Normal;
        unsigned char byte = 0;  ///< for Byte: the value that `<0xHH>` names
    };
    std::vector<Piece> pieces;  ///< index = token id; 0 unknown, 1..9 the v3 control tokens

    static constexpr std::size_t kMaxFileBytes = 16u << 20;
    static constexpr std::size_t kMinPieces = 16;
    static constexpr std::size_t kMaxPieces = 1'000'000;
    static constexpr std::size_t kMaxPieceBytes = 512;
    /// sentencepiece builds its table of user-defined pieces by recursion, one frame a byte.
    static constexpr std::size_t kMaxUserDefinedBytes = 128;
    /// sentencepiece collects the user-defined pieces that match at one position in an array of 64.
    static constexpr std::size_t kMaxUserDefinedNesting = 16;

    /// Reads and checks `bytes` without recursion. Throws Error(BadTokenizer) with a sentence.
    static SentencePieceModel parse(std::string_view bytes);
    /// A ModelProto of these pieces: BPE, byte fallback, identity normaliser, and no dummy prefix: the caller
    /// adds it.
    std::string serialize() const;
};

}  // namespace sidewinder::inference
