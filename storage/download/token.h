#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace sidewinder::download {

/// A hub's access token, or none. It leaves this class in two ways only: header() for the hub's own origin,
/// and hidden() to keep it out of everything that is printed.
class Token {
  public:
    Token() = default;
    /// White space around it is dropped. Throws Error(Usage) for what cannot stand in a header: anything but
    /// visible ASCII, or over 512 bytes. The sentence does not repeat it.
    explicit Token(std::string_view text);

    explicit operator bool() const { return !text_.empty(); }
    std::string header() const { return "Authorization: Bearer " + text_; }
    /// `text` with every occurrence of the token replaced by "[token]".
    std::string hidden(std::string text) const;

  private:
    std::string text_;
};

/// A regular file of ours (no link) that nobody else may read. Throws Error(Usage).
Token read_token_file(const std::filesystem::path& file);

/// Reads a descriptor that the parent handed over to its end, and closes it. Throws Error(Usage).
Token read_token_descriptor(int fd);

/// HF_TOKEN, HUGGING_FACE_HUB_TOKEN, the file of HF_TOKEN_PATH, HF_HOME/token,
/// $XDG_CACHE_HOME/huggingface/token or ~/.cache/huggingface/token, as huggingface_hub looks for it; none
/// when HF_HUB_DISABLE_IMPLICIT_TOKEN is set and HF_TOKEN is not. A file of theirs may be readable by others.
/// Throws Error(Usage).
Token token_from_environment();

}  // namespace sidewinder::download
