#include "inference/tokenizer.h"

#include <fcntl.h>
#include <sentencepiece_processor.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "inference/bpe_breaks.h"
#include "inference/error.h"
#include "inference/sentencepiece_model.h"
#include "inference/text_stream.h"
#include "inference/utf8_text.h"

namespace sidewinder::inference {
namespace {

/// Below this, the call costs more than the shorter text saves.
constexpr std::size_t kLeastPart = 256;

class File {
  public:
    explicit File(const std::filesystem::path& path)
        : path_(path), descriptor_(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)) {
        if (descriptor_ < 0) refuse("cannot be opened: " + std::generic_category().message(errno));
    }
    ~File() {
        if (descriptor_ >= 0) close(descriptor_);
    }
    File(const File&) = delete;
    File& operator=(const File&) = delete;

    std::string read_all() const {
        const struct stat before = status();
        if (!S_ISREG(before.st_mode)) refuse("is no regular file");
        if (static_cast<std::uint64_t>(before.st_size) > SentencePieceModel::kMaxFileBytes) {
            throw Error(Fault::BadTokenizer,
                        "The tokenizer file " + path_.string() + " is " + std::to_string(before.st_size) +
                            " bytes long; the limit is " + std::to_string(SentencePieceModel::kMaxFileBytes) +
                            ". Use the tokenizer.model.v3 that belongs to the model.");
        }
        std::string bytes(static_cast<std::size_t>(before.st_size), '\0');
        for (std::size_t done = 0; done < bytes.size();) {
            const ssize_t got =
                pread(descriptor_, &bytes[done], bytes.size() - done, static_cast<off_t>(done));
            if (got < 0 && errno == EINTR) continue;
            if (got < 0) refuse("cannot be read: " + std::generic_category().message(errno));
            if (got == 0) changed();
            done += static_cast<std::size_t>(got);
        }
        const struct stat after = status();
        if (after.st_size != before.st_size || after.st_mtim.tv_sec != before.st_mtim.tv_sec ||
            after.st_mtim.tv_nsec != before.st_mtim.tv_nsec) {
            changed();
        }
        return bytes;
    }

  private:
    struct stat status() const {
        struct stat result {};
        if (fstat(descriptor_, &result) != 0)
            refuse("cannot be read: " + std::generic_category().message(errno));
        return result;
    }
    [[noreturn]] void refuse(const std::string& why) const {
        throw Error(Fault::Io,
                    "The tokenizer file " + path_.string() + " " + why + ". Check the model's folder.");
    }
    [[noreturn]] void changed() const {
        throw Error(Fault::Changed,
                    "The tokenizer file " + path_.string() +
                        " changed while it was read. Wait until the copy is complete and try again.");
    }

    const std::filesystem::path& path_;
    int descriptor_;
};

Tokenizer::PieceKind kind_of(SentencePieceModel::Type type) {
    switch (type) {
        case SentencePieceModel::Type::Normal:
            return Tokenizer::PieceKind::Normal;
        case SentencePieceModel::Type::Unknown:
            return Tokenizer::PieceKind::Unknown;
        case SentencePieceModel::Type::Control:
            return Tokenizer::PieceKind::Control;
        case SentencePieceModel::Type::UserDefined:
            return Tokenizer::PieceKind::UserDefined;
        case SentencePieceModel::Type::Byte:
            return Tokenizer::PieceKind::Byte;
    }
    throw Error(Fault::BadTokenizer, "The tokenizer holds a piece of an unknown type. Load the model again.");
}

}  // namespace

struct Tokenizer::Impl {
    explicit Impl(SentencePieceModel checked) : model(std::move(checked)), breaks(model) {}

    SentencePieceModel model;
    BpeBreaks breaks;
    sentencepiece::SentencePieceProcessor processor;
};

std::unique_ptr<Tokenizer> Tokenizer::load(const std::filesystem::path& file) {
    return from_bytes(File(file).read_all());
}

std::unique_ptr<Tokenizer> Tokenizer::from_bytes(std::string_view bytes) {
    auto impl = std::make_unique<Impl>(SentencePieceModel::parse(bytes));
    const auto status = impl->processor.LoadFromSerializedProto(impl->model.serialize());
    if (!status.ok()) {
        throw Error(Fault::BadTokenizer, "The tokenizer file cannot be used: sentencepiece says '" +
                                             std::string(status.message()) +
                                             "'. Use the tokenizer.model.v3 that belongs to the model.");
    }
    return std::unique_ptr<Tokenizer>(new Tokenizer(std::move(impl)));
}

Tokenizer::Tokenizer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Tokenizer::~Tokenizer() = default;

std::int64_t Tokenizer::vocab_size() const {
    return static_cast<std::int64_t>(impl_->model.pieces.size());
}

void Tokenizer::encode_part(std::string_view part, std::vector<TokenId>& ids) const {
    const auto status = impl_->processor.Encode(part, &ids);
    if (!status.ok()) {
        throw Error(Fault::BadTokenizer, "A text of " + std::to_string(part.size()) +
                                             " bytes could not be turned into tokens: sentencepiece says '" +
                                             std::string(status.message()) + "'. Load the model again.");
    }
}

std::vector<TokenId> Tokenizer::encode(std::string_view text) const {
    std::vector<TokenId> ids;
    if (text.empty()) return ids;
    // The dummy prefix; the processor adds none, since it sees the text in parts.
    const std::string clean = " " + replace_invalid_utf8(text);
    std::vector<TokenId> part_ids;
    for (std::size_t begin = 0; begin < clean.size();) {
        const std::size_t end = impl_->breaks.next(clean, begin + kLeastPart);
        encode_part(std::string_view(clean).substr(begin, end - begin), part_ids);
        ids.insert(ids.end(), part_ids.begin(), part_ids.end());
        begin = end;
    }
    return ids;
}

std::vector<TokenId> Tokenizer::encode(std::string_view text, EncodeMemory& memory) const {
    std::vector<TokenId> ids;
    if (text.empty()) return ids;
    const std::string clean = " " + replace_invalid_utf8(text);
    std::vector<TokenId> part_ids;
    for (std::size_t begin = 0; begin < clean.size();) {
        // As short as parts can be, since short ones come again.
        const std::size_t end = impl_->breaks.next(clean, begin + 1);
        const std::string_view part = std::string_view(clean).substr(begin, end - begin);
        begin = end;
        if (const auto* known = memory.find(part)) {
            ids.insert(ids.end(), known->begin(), known->end());
            continue;
        }
        encode_part(part, part_ids);
        ids.insert(ids.end(), part_ids.begin(), part_ids.end());
        memory.keep(part, part_ids);
    }
    return ids;
}

std::string Tokenizer::decode(std::span<const TokenId> ids) const {
    TextStream stream(*this);
    std::string text;
    for (const TokenId id : ids) text += stream.push(id);
    return text + stream.finish();
}

Tokenizer::Piece Tokenizer::piece(TokenId id) const {
    if (id < 0 || id >= vocab_size()) {
        throw Error(Fault::BadTokenizer, "The token " + std::to_string(id) +
                                             " is outside the vocabulary of " + std::to_string(vocab_size()) +
                                             " tokens. The tokenizer does not belong to this model.");
    }
    const SentencePieceModel::Piece& piece = impl_->model.pieces[static_cast<std::size_t>(id)];
    const PieceKind kind = kind_of(piece.type);
    return {kind == PieceKind::Byte ? std::string_view() : std::string_view(piece.text), kind, piece.byte};
}

}  // namespace sidewinder::inference
