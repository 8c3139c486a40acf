#include "storage/download/token.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>

#include "storage/atomic_file.h"
#include "storage/download/fault.h"

namespace sidewinder::download {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t kLongest = 512;

std::string read_short(int fd) {
    std::string text(kLongest * 2, '\0');
    std::size_t filled = 0;
    while (filled < text.size()) {
        const ssize_t got = ::read(fd, text.data() + filled, text.size() - filled);
        if (got < 0) throw Error(Fault::Usage, "The access token could not be read. Give it again.");
        if (got == 0) break;
        filled += static_cast<std::size_t>(got);
    }
    text.resize(filled);
    return text;
}

std::string environment(const char* name) {
    const char* value = std::getenv(name);
    return value == nullptr ? std::string() : std::string(value);
}

Token read_file(const fs::path& file, bool strict) {
    const int link = strict ? O_NOFOLLOW : 0;
    const storage::FileDescriptor handle(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | link));
    struct stat info {};
    if (!handle || ::fstat(handle.get(), &info) != 0 || !S_ISREG(info.st_mode))
        throw Error(Fault::Usage,
                    "The token file " + file.string() +
                        " is not there, not readable, or not a plain file (links are refused).");
    if (strict && (info.st_mode & 077) != 0)
        throw Error(Fault::Usage, "Others may read the token file " + file.string() +
                                      ". Make it private with: chmod 600 " + file.string());
    return Token(read_short(handle.get()));
}

}  // namespace

Token::~Token() {
    ::explicit_bzero(text_.data(), text_.size());
}

Token::Token(std::string_view text) {
    while (!text.empty() &&
           (text.back() == '\n' || text.back() == '\r' || text.back() == ' ' || text.back() == '\t'))
        text.remove_suffix(1);
    while (!text.empty() &&
           (text.front() == ' ' || text.front() == '\t' || text.front() == '\n' || text.front() == '\r'))
        text.remove_prefix(1);
    for (const char c : text)
        if (c <= 0x20 || c > 0x7e || text.size() > kLongest)
            throw Error(
                Fault::Usage,
                "The access token has characters that no token has, or is too long. Copy it again from "
                "the hub's settings.");
    text_ = text;
}

std::string Token::hidden(std::string text) const {
    if (text_.size() < 4) return text;  // too short to be one, and to be told from other text
    for (std::size_t at = 0; (at = text.find(text_, at)) != std::string::npos;)
        text.replace(at, text_.size(), "[token]");
    return text;
}

Token read_token_file(const fs::path& file) {
    return read_file(file, true);
}

Token read_token_descriptor(int fd) {
    const storage::FileDescriptor handle(fd);
    return Token(read_short(fd));
}

FoundToken token_of_variables() {
    for (const char* name : {"HF_TOKEN", "HUGGING_FACE_HUB_TOKEN"})
        if (const std::string value = environment(name); !value.empty()) return {Token(value), name};
    return {};
}

bool implicit_tokens_are_off() {
    const std::string off = environment("HF_HUB_DISABLE_IMPLICIT_TOKEN");
    return !off.empty() && off != "0";
}

FoundToken token_of_hugging_face() {
    fs::path file = environment("HF_TOKEN_PATH");
    if (file.empty()) {
        fs::path home = environment("HF_HOME");
        if (home.empty()) {
            fs::path cache = environment("XDG_CACHE_HOME");
            if (cache.empty()) cache = fs::path(environment("HOME")) / ".cache";
            home = cache / "huggingface";
        }
        file = home / "token";
    }
    std::error_code ignored;
    if (!fs::is_regular_file(file, ignored)) return {};
    return {read_file(file, false), file.string()};
}

}  // namespace sidewinder::download
