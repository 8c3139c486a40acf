#include "inference/bpe_breaks.h"

namespace sidewinder::inference {
namespace {

constexpr std::string_view kSpacePiece = "\xE2\x96\x81";  // U+2581

}  // namespace

BpeBreaks::BpeBreaks(const SentencePieceModel& model) {
    using Type = SentencePieceModel::Type;
    for (const auto& piece : model.pieces) {
        if (piece.type != Type::Normal && piece.type != Type::UserDefined) continue;
        std::size_t before = kAscii;
        for (std::string_view left = piece.text; !left.empty();) {
            const bool space = left.starts_with(kSpacePiece);
            const std::size_t now = space ? ' ' : static_cast<unsigned char>(left[0]);
            if (before < kAscii && now < kAscii) neighbours_.set(before * kAscii + now);
            before = now;
            left.remove_prefix(space ? kSpacePiece.size() : 1);
        }
    }
}

std::size_t BpeBreaks::next(std::string_view text, std::size_t from) const {
    for (std::size_t at = from == 0 ? 1 : from; at < text.size(); ++at) {
        const std::size_t before = static_cast<unsigned char>(text[at - 1]);
        const std::size_t now = static_cast<unsigned char>(text[at]);
        if (before < kAscii && now < kAscii && !neighbours_.test(before * kAscii + now)) return at;
    }
    return text.size();
}

}  // namespace sidewinder::inference
