#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace sidewinder::download {

/// A hub's access token, or none. It leaves this class in three ways only: header() for the hub's own
/// origin, hidden() to keep it out of everything that is printed, and text() for a store of secrets.
class Token {
  public:
    Token() = default;
    ~Token();  ///< wipes it, as far as moves and copies of strings allow
    Token(const Token&) = default;
    Token(Token&&) = default;
    Token& operator=(const Token&) = default;
    Token& operator=(Token&&) = default;
    /// White space around it is dropped. Throws Error(Usage) for what cannot stand in a header: anything but
    /// visible ASCII, or over 512 bytes. The sentence does not repeat it.
    explicit Token(std::string_view text);

    explicit operator bool() const { return !text_.empty(); }
    std::string header() const { return "Authorization: Bearer " + text_; }
    const std::string& text() const { return text_; }
    /// `text` with every occurrence of the token replaced by "[token]".
    std::string hidden(std::string text) const;

  private:
    std::string text_;
};

/// A regular file of ours (no link) that nobody else may read. Throws Error(Usage).
Token read_token_file(const std::filesystem::path& file);

/// Reads a descriptor that the parent handed over to its end, and closes it. Throws Error(Usage).
Token read_token_descriptor(int fd);

/// A token and what held it, to be shown: "HF_TOKEN", or a path.
struct FoundToken {
    Token token;
    std::string where;
};

/// HF_TOKEN, else HUGGING_FACE_HUB_TOKEN. Throws Error(Usage).
FoundToken token_of_variables();

/// HF_HUB_DISABLE_IMPLICIT_TOKEN: no token but one that was given for this run.
bool implicit_tokens_are_off();

/// The file of HF_TOKEN_PATH, HF_HOME/token, $XDG_CACHE_HOME/huggingface/token or ~/.cache/huggingface/token,
/// as huggingface_hub looks for it. Others may be able to read it: it is theirs. Throws Error(Usage).
FoundToken token_of_hugging_face();

}  // namespace sidewinder::download
