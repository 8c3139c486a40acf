#pragma once

#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "inference/config.h"
#include "inference/encode_memory.h"

namespace sidewinder::inference {

/// The v3 control tokens. Fixed ids in every tokenizer that Sidewinder accepts; checked at load.
namespace token {
inline constexpr TokenId kUnknown = 0, kBos = 1, kEos = 2, kInstBegin = 3, kInstEnd = 4, kToolCalls = 5,
                         kToolsBegin = 6, kToolsEnd = 7, kToolResultsBegin = 8, kToolResultsEnd = 9;
}

/// sentencepiece BPE, tokenizer v3 (model-format.md 3). Immutable and thread-safe after load.
class Tokenizer {
  public:
    /// Checks size, piece count, piece lengths and the control tokens with a bounded reader of our own before
    /// sentencepiece sees the file (0.1.97 overflows on hostile ones). Throws Error(BadTokenizer), and
    /// Error(Io) or Error(Changed) when the file cannot be read.
    static std::unique_ptr<Tokenizer> load(const std::filesystem::path& file);
    /// The same from a file's content. Throws Error(BadTokenizer).
    static std::unique_ptr<Tokenizer> from_bytes(std::string_view bytes);
    ~Tokenizer();

    std::int64_t vocab_size() const;
    /// One segment, encoded on its own: sentencepiece's dummy prefix makes the leading space. No BOS.
    /// Control tokens typed as text become plain pieces. Bad UTF-8 is replaced by U+FFFD first.
    std::vector<TokenId> encode(std::string_view text) const;
    /// The same ids, faster for much text: parts that `memory` has met are not encoded again.
    std::vector<TokenId> encode(std::string_view text, EncodeMemory& memory) const;
    /// Control tokens vanish, byte runs become UTF-8 (U+FFFD where invalid), one leading space is dropped.
    /// Throws Error(BadTokenizer) for an id outside the vocabulary.
    std::string decode(std::span<const TokenId> ids) const;

    enum class PieceKind { Normal, Unknown, Control, UserDefined, Byte };
    struct Piece {
        std::string_view
            text;  ///< UTF-8, with U+2581 for a space; empty for Byte; lives as long as the tokenizer
        PieceKind kind;
        unsigned char byte;  ///< for Byte
    };
    Piece piece(TokenId id) const;  ///< throws Error(BadTokenizer) for an id outside the vocabulary

  private:
    struct Impl;
    void encode_part(std::string_view part, std::vector<TokenId>& ids) const;
    explicit Tokenizer(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

}  // namespace sidewinder::inference
