#include "inference/text_stream.h"

#include "inference/utf8_text.h"

namespace sidewinder::inference {
namespace {

constexpr std::string_view kSpacePiece = "\xE2\x96\x81";  // U+2581
constexpr std::string_view kUnknownSurface = " \xE2\x81\x87 ";

/// Takes from the front of `bytes` what is certain. As in sentencepiece, each byte that is no part of a
/// character is one U+FFFD (3.3), unlike replace_invalid_utf8.
std::string take_certain(std::string& bytes) {
    std::string text;
    std::string_view left = bytes;
    while (!left.empty()) {
        const Utf8Head head = utf8_head(left);
        if (head.kind == Utf8Head::Kind::Incomplete) break;
        const bool character = head.kind == Utf8Head::Kind::Character;
        text.append(character ? left.substr(0, head.length) : kReplacement);
        left.remove_prefix(character ? head.length : 1);
    }
    bytes.erase(0, bytes.size() - left.size());
    return text;
}

std::string with_spaces(std::string_view piece) {
    std::string text;
    for (std::size_t at = 0; at < piece.size();) {
        const std::size_t space = piece.find(kSpacePiece, at);
        text.append(piece.substr(at, space - at));
        if (space == std::string_view::npos) break;
        text.push_back(' ');
        at = space + kSpacePiece.size();
    }
    return text;
}

}  // namespace

std::string TextStream::push(TokenId id) {
    const Tokenizer::Piece piece = tokenizer_.piece(id);
    if (piece.kind == Tokenizer::PieceKind::Byte) {
        first_ = false;
        pending_.push_back(static_cast<char>(piece.byte));
        return take_certain(pending_);
    }
    std::string text = finish();
    if (piece.kind == Tokenizer::PieceKind::Control) return text;
    std::string_view surface = piece.text;
    if (first_ && surface.starts_with(kSpacePiece)) surface.remove_prefix(kSpacePiece.size());
    first_ = false;
    return text + (piece.kind == Tokenizer::PieceKind::Unknown ? std::string(kUnknownSurface)
                                                               : with_spaces(surface));
}

std::string TextStream::finish() {
    std::string text;
    for (std::size_t i = 0; i < pending_.size(); ++i) text += kReplacement;
    pending_.clear();
    return text;
}

}  // namespace sidewinder::inference
