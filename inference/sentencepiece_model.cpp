#include "inference/sentencepiece_model.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <optional>

#include "inference/error.h"
#include "inference/protobuf_reader.h"
#include "inference/utf8_text.h"

namespace sidewinder::inference {
namespace {

using Piece = SentencePieceModel::Piece;
using Type = SentencePieceModel::Type;

/// Field numbers of sentencepiece_model.proto.
namespace model_field {
constexpr std::uint32_t kPieces = 1, kTrainer = 2, kNormalizer = 3;
}
namespace piece_field {
constexpr std::uint32_t kText = 1, kScore = 2, kType = 3;
}
namespace trainer_field {
constexpr std::uint32_t kModelType = 3, kVocabSize = 4, kWhitespaceAsSuffix = 24, kByteFallback = 35,
                        kUnknownId = 40, kBosId = 41, kEosId = 42, kPadId = 43;
}
namespace normalizer_field {
constexpr std::uint32_t kName = 1, kCharsmap = 2, kDummyPrefix = 3, kRemoveExtraSpaces = 4, kEscapeSpaces = 5;
}

constexpr std::uint64_t kModelTypeBpe = 2;
constexpr std::uint64_t kTypeUnused = 5;
constexpr std::size_t kBytePieces = 256;

/// The tokens whose ids the template relies on (model-format.md 3.2).
constexpr std::array<std::string_view, 10> kFixedPieces = {"<unk>",
                                                           "<s>",
                                                           "</s>",
                                                           "[INST]",
                                                           "[/INST]",
                                                           "[TOOL_CALLS]",
                                                           "[AVAILABLE_TOOLS]",
                                                           "[/AVAILABLE_TOOLS]",
                                                           "[TOOL_RESULTS]",
                                                           "[/TOOL_RESULTS]"};

[[noreturn]] void refuse(const std::string& what) {
    throw Error(Fault::BadTokenizer, "The tokenizer file cannot be used: " + what +
                                         ". Use the tokenizer.model.v3 that belongs to the model.");
}

std::string of_piece(std::size_t id) {
    return "token " + std::to_string(id);
}

/// For a message: a piece is a stranger's text.
std::string quoted(std::string_view text) {
    constexpr std::size_t kShown = 40;
    std::string shown = "'";
    for (const char c : text.substr(0, kShown)) shown.push_back(c >= ' ' && c <= '~' ? c : '?');
    return shown + (text.size() > kShown ? "...'" : "'");
}

Type read_type(std::uint64_t value, std::size_t id) {
    if (value == kTypeUnused)
        refuse(of_piece(id) + " is marked as unused, which Sidewinder does not support");
    if (value < 1 || value > 6) refuse(of_piece(id) + " is of the unknown type " + std::to_string(value));
    return static_cast<Type>(value);
}

int hex_digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

/// `<0x00>` .. `<0xFF>`, upper case, as sentencepiece writes them.
std::optional<unsigned char> byte_value(std::string_view text) {
    if (text.size() != 6 || !text.starts_with("<0x") || text[5] != '>') return std::nullopt;
    const int high = hex_digit(text[3]), low = hex_digit(text[4]);
    if (high < 0 || low < 0) return std::nullopt;
    return static_cast<unsigned char>(high * 16 + low);
}

void check_text(std::string_view text, std::size_t id, Type type) {
    if (text.empty()) refuse(of_piece(id) + " is empty");
    if (text.size() > SentencePieceModel::kMaxPieceBytes) {
        refuse(of_piece(id) + " is " + std::to_string(text.size()) + " bytes long; the limit is " +
               std::to_string(SentencePieceModel::kMaxPieceBytes));
    }
    if (type == Type::UserDefined && text.size() > SentencePieceModel::kMaxUserDefinedBytes) {
        refuse(of_piece(id) + " is user-defined and " + std::to_string(text.size()) +
               " bytes long; the limit is " + std::to_string(SentencePieceModel::kMaxUserDefinedBytes));
    }
    if (text.find('\0') != std::string_view::npos) refuse(of_piece(id) + " contains a NUL byte");
    if (!is_utf8(text)) refuse(of_piece(id) + " is not UTF-8 text");
}

Piece read_piece(std::string_view message, std::size_t id) {
    Piece piece;
    ProtobufReader reader(message);
    while (const auto field = reader.next()) {
        if (field->number == piece_field::kText) {
            const std::string_view text = field->as_bytes("piece");
            // Before the copy: nothing is allocated for a piece that is refused.
            if (text.size() > SentencePieceModel::kMaxPieceBytes) check_text(text, id, Type::Normal);
            piece.text = text;
        } else if (field->number == piece_field::kScore) {
            piece.score = field->as_float("score");
        } else if (field->number == piece_field::kType) {
            piece.type = read_type(field->as_varint("type"), id);
        }
    }
    check_text(piece.text, id, piece.type);
    if (!std::isfinite(piece.score)) refuse(of_piece(id) + " has a score that is not a finite number");
    if (piece.type == Type::Byte) {
        const auto byte = byte_value(piece.text);
        if (!byte) refuse(of_piece(id) + " is a byte piece, but " + quoted(piece.text) + " names no byte");
        piece.byte = *byte;
    }
    return piece;
}

void check_trainer(std::string_view message) {
    std::uint64_t model_type = 1;
    bool byte_fallback = false, whitespace_as_suffix = false;
    ProtobufReader reader(message);
    while (const auto field = reader.next()) {
        switch (field->number) {
            case trainer_field::kModelType:
                model_type = field->as_varint("model_type");
                break;
            case trainer_field::kByteFallback:
                byte_fallback = field->as_bool("byte_fallback");
                break;
            case trainer_field::kWhitespaceAsSuffix:
                whitespace_as_suffix = field->as_bool("treat_whitespace_as_suffix");
                break;
            default:
                break;
        }
    }
    if (model_type != kModelTypeBpe) {
        refuse("it is of the model type " + std::to_string(model_type) + ", not BPE (2)");
    }
    if (!byte_fallback) refuse("it has no byte fallback, so that it cannot express every text");
    if (whitespace_as_suffix) refuse("it treats whitespace as a suffix, which this model's format does not");
}

void check_normalizer(std::string_view message) {
    bool dummy_prefix = true, remove_extra = true, escape = true;
    std::size_t charsmap = 0;
    ProtobufReader reader(message);
    while (const auto field = reader.next()) {
        switch (field->number) {
            case normalizer_field::kCharsmap:
                charsmap = field->as_bytes("precompiled_charsmap").size();
                break;
            case normalizer_field::kDummyPrefix:
                dummy_prefix = field->as_bool("add_dummy_prefix");
                break;
            case normalizer_field::kRemoveExtraSpaces:
                remove_extra = field->as_bool("remove_extra_whitespaces");
                break;
            case normalizer_field::kEscapeSpaces:
                escape = field->as_bool("escape_whitespaces");
                break;
            default:
                break;
        }
    }
    if (charsmap != 0) {
        refuse("it normalises text by a character map of " + std::to_string(charsmap) +
               " bytes; only the identity normaliser is supported");
    }
    if (!dummy_prefix) refuse("it does not put a space before the text (add_dummy_prefix is off)");
    if (remove_extra) refuse("it removes spaces from the text (remove_extra_whitespaces is on)");
    if (!escape) refuse("it does not write spaces as U+2581 (escape_whitespaces is off)");
}

void check_fixed_pieces(const std::vector<Piece>& pieces) {
    for (std::size_t id = 0; id < kFixedPieces.size(); ++id) {
        const Type type = id == 0 ? Type::Unknown : Type::Control;
        if (pieces[id].text != kFixedPieces[id] || pieces[id].type != type) {
            refuse(of_piece(id) + " is " + quoted(pieces[id].text) + " where the control token " +
                   std::string(kFixedPieces[id]) + " must be");
        }
    }
}

void check_types(const std::vector<Piece>& pieces) {
    std::array<bool, kBytePieces> seen{};
    for (std::size_t id = 0; id < pieces.size(); ++id) {
        if (pieces[id].type == Type::Unknown && id != 0)
            refuse("it has a second unknown token, " + of_piece(id));
        if (pieces[id].type == Type::Byte) seen[pieces[id].byte] = true;
    }
    const auto count = std::count(seen.begin(), seen.end(), true);
    if (count != kBytePieces) refuse("it has pieces for only " + std::to_string(count) + " of the 256 bytes");
}

/// Sorted by text, equal pieces stand side by side, and every prefix of a piece before it.
void check_order(const std::vector<Piece>& pieces) {
    std::vector<std::uint32_t> order(pieces.size());
    std::iota(order.begin(), order.end(), 0u);
    std::sort(order.begin(), order.end(),
              [&](std::uint32_t a, std::uint32_t b) { return pieces[a].text < pieces[b].text; });
    std::vector<std::string_view> prefixes;
    for (std::size_t i = 0; i < order.size(); ++i) {
        const Piece& piece = pieces[order[i]];
        if (i > 0 && piece.text == pieces[order[i - 1]].text) {
            refuse(quoted(piece.text) + " is there twice, as " + of_piece(std::min(order[i - 1], order[i])) +
                   " and " + of_piece(std::max(order[i - 1], order[i])));
        }
        if (piece.type != Type::UserDefined) continue;
        while (!prefixes.empty() && !piece.text.starts_with(prefixes.back())) prefixes.pop_back();
        prefixes.push_back(piece.text);
        if (prefixes.size() > SentencePieceModel::kMaxUserDefinedNesting) {
            refuse("more than " + std::to_string(SentencePieceModel::kMaxUserDefinedNesting) +
                   " of its user-defined pieces begin with each other");
        }
    }
}

}  // namespace

SentencePieceModel SentencePieceModel::parse(std::string_view bytes) {
    if (bytes.empty()) refuse("it is empty");
    if (bytes.size() > kMaxFileBytes) {
        refuse("it is " + std::to_string(bytes.size()) + " bytes long; the limit is " +
               std::to_string(kMaxFileBytes));
    }
    SentencePieceModel model;
    std::optional<std::string_view> trainer, normalizer;
    ProtobufReader reader(bytes);
    while (const auto field = reader.next()) {
        if (field->number == model_field::kPieces) {
            if (model.pieces.size() == kMaxPieces)
                refuse("it has more than " + std::to_string(kMaxPieces) + " pieces");
            model.pieces.push_back(read_piece(field->as_bytes("pieces"), model.pieces.size()));
        } else if (field->number == model_field::kTrainer) {
            if (trainer) refuse("it has two trainer specifications");
            trainer = field->as_bytes("trainer_spec");
        } else if (field->number == model_field::kNormalizer) {
            if (normalizer) refuse("it has two normaliser specifications");
            normalizer = field->as_bytes("normalizer_spec");
        }
    }
    if (model.pieces.size() < kMinPieces) {
        refuse("it has " + std::to_string(model.pieces.size()) + " pieces; at least " +
               std::to_string(kMinPieces) + " are needed");
    }
    check_trainer(trainer.value_or(std::string_view()));
    check_normalizer(normalizer.value_or(std::string_view()));
    check_fixed_pieces(model.pieces);
    check_types(model.pieces);
    check_order(model.pieces);
    return model;
}

std::string SentencePieceModel::serialize() const {
    ProtobufWriter model;
    for (const Piece& piece : pieces) {
        ProtobufWriter message;
        message.bytes(piece_field::kText, piece.text);
        message.fixed32(piece_field::kScore, piece.score);
        message.varint(piece_field::kType, static_cast<std::uint64_t>(piece.type));
        model.bytes(model_field::kPieces, message.message());
    }
    ProtobufWriter trainer;
    trainer.varint(trainer_field::kModelType, kModelTypeBpe);
    trainer.varint(trainer_field::kVocabSize, pieces.size());
    trainer.varint(trainer_field::kByteFallback, 1);
    trainer.varint(trainer_field::kUnknownId, 0);
    trainer.varint(trainer_field::kBosId, 1);
    trainer.varint(trainer_field::kEosId, 2);
    trainer.varint(trainer_field::kPadId, ~std::uint64_t{0});
    model.bytes(model_field::kTrainer, trainer.message());
    ProtobufWriter normalizer;
    normalizer.bytes(normalizer_field::kName, "identity");
    normalizer.varint(normalizer_field::kDummyPrefix, 0);
    normalizer.varint(normalizer_field::kRemoveExtraSpaces, 0);
    normalizer.varint(normalizer_field::kEscapeSpaces, 1);
    model.bytes(model_field::kNormalizer, normalizer.message());
    return model.message();
}

}  // namespace sidewinder::inference
