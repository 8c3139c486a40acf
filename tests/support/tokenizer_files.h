#pragma once

#include <bit>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "tests/support/fixtures.h"

/// Tokenizer files made in code: a small valid vocabulary, and the parts to spoil it with. Writes protobuf by
/// itself, so that a mistake in the product's writer shows.
namespace sidewinder::test {

inline std::string varint(std::uint64_t value) {
    std::string out;
    for (; value >= 0x80; value >>= 7) out.push_back(static_cast<char>((value & 0x7f) | 0x80));
    out.push_back(static_cast<char>(value));
    return out;
}
inline std::string number_field(unsigned number, std::uint64_t value) {
    return varint(std::uint64_t{number} << 3) + varint(value);
}
inline std::string bytes_field(unsigned number, std::string_view value) {
    return varint(std::uint64_t{number} << 3 | 2) + varint(value.size()) + std::string(value);
}
inline std::string float_field(unsigned number, float value) {
    std::string out = varint(std::uint64_t{number} << 3 | 5);
    const auto bits = std::bit_cast<std::uint32_t>(value);
    for (int i = 0; i < 4; ++i) out.push_back(static_cast<char>(bits >> (8 * i) & 0xff));
    return out;
}

enum PieceType : std::uint64_t {
    kNormal = 1,
    kUnknownType = 2,
    kControl = 3,
    kUserDefined = 4,
    kUnused = 5,
    kByte = 6
};

struct TestPiece {
    std::string text;
    float score = 0;
    std::uint64_t type = kNormal;
};

/// Every part of a valid file, to be changed before `bytes()`.
struct TokenizerFile {
    std::vector<TestPiece> pieces;
    std::string trainer = number_field(3, 2) + number_field(4, 300) + number_field(35, 1) +
                          number_field(40, 0) + number_field(41, 1) + number_field(42, 2);
    std::string normalizer =
        bytes_field(1, "identity") + number_field(3, 1) + number_field(4, 0) + number_field(5, 1);

    static std::string piece_message(const TestPiece& piece) {
        return bytes_field(1, piece.text) + float_field(2, piece.score) + number_field(3, piece.type);
    }
    std::string piece_bytes() const {
        std::string out;
        for (const TestPiece& piece : pieces) out += bytes_field(1, piece_message(piece));
        return out;
    }
    std::string bytes() const { return piece_bytes() + bytes_field(2, trainer) + bytes_field(3, normalizer); }
};

/// 10 fixed tokens, 1 more control token, 2 user-defined ones, 256 bytes, some merges. Newline and tab have
/// no piece.
inline TokenizerFile small_tokenizer() {
    TokenizerFile file;
    file.pieces.push_back({"<unk>", 0, kUnknownType});
    for (const char* text : {"<s>", "</s>", "[INST]", "[/INST]", "[TOOL_CALLS]", "[AVAILABLE_TOOLS]",
                             "[/AVAILABLE_TOOLS]", "[TOOL_RESULTS]", "[/TOOL_RESULTS]", "[IMG]"}) {
        file.pieces.push_back({text, 0, kControl});
    }
    file.pieces.push_back({"[DOC_1]", 0, kUserDefined});
    file.pieces.push_back({"[DOC_1]x", 0, kUserDefined});
    for (int byte = 0; byte < 256; ++byte) {
        constexpr std::string_view kHex = "0123456789ABCDEF";
        file.pieces.push_back({std::string("<0x") + kHex[static_cast<std::size_t>(byte >> 4)] +
                                   kHex[static_cast<std::size_t>(byte & 15)] + ">",
                               0, kByte});
    }
    float score = 0;
    for (const char* text :
         {"▁▁",   "▁t",  "he",     "in",  "re",      "▁a", "▁the", "on", "er",   "▁▁▁▁", "or",   "nd",
          "▁and", "ret", "return", "urn", "▁return", "tu", "rn",   "aa", "aaaa", "é",    "日本", "()"}) {
        file.pieces.push_back({text, score, kNormal});
        score -= 1;
    }
    file.pieces.push_back({"▁", score, kNormal});
    for (char c = '!'; c <= '~'; ++c) file.pieces.push_back({std::string(1, c), score -= 1, kNormal});
    for (const char* text : {"日", "本", "\xEF\xBF\xBD"}) file.pieces.push_back({text, score -= 1, kNormal});
    return file;
}

inline std::string read_file(const std::filesystem::path& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

inline std::filesystem::path v3_tokenizer_path() {
    return sidewinder::test::fixtures() / "tokenizer-v3" / "tokenizer.model.v3";
}
inline std::filesystem::path demo_tokenizer_path() {
    return std::filesystem::path(SIDEWINDER_SOURCE_DIR) / "resources" / "demo-model" / "tokenizer.model.v3";
}

}  // namespace sidewinder::test
