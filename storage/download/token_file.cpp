#include "storage/download/token_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <map>
#include <nlohmann/json.hpp>

#include "storage/atomic_file.h"
#include "storage/download/disk_error.h"
#include "storage/paths.h"

namespace sidewinder::download {

namespace fs = std::filesystem;

namespace {

using Tokens = std::map<std::string, std::string>;
constexpr std::size_t kLargest = std::size_t{64} << 10;

Error unclear(const fs::path& path) {
    return {Fault::Usage, "The file of tokens " + path.string() +
                              " is not as Sidewinder writes it. Remove it and set the token anew."};
}

/// "" if there is no such file.
std::string read_private(const fs::path& path) {
    const storage::FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW));
    if (!file && errno == ENOENT) return {};
    struct stat info {};
    if (!file || ::fstat(file.get(), &info) != 0 || !S_ISREG(info.st_mode))
        throw Error(Fault::Usage, "The file of tokens " + path.string() +
                                      " cannot be read, or is not a plain file (links are refused). "
                                      "Remove it and set the token anew.");
    if ((info.st_mode & 077) != 0 || info.st_uid != ::geteuid())
        throw Error(Fault::Usage, "Others may read the file of tokens " + path.string() +
                                      ", so it was not used. Make it private with: chmod 600 " +
                                      path.string());
    std::string text(kLargest + 1, '\0');
    const ssize_t got = ::read(file.get(), text.data(), text.size());
    if (got < 0 || static_cast<std::size_t>(got) > kLargest) throw unclear(path);
    text.resize(static_cast<std::size_t>(got));
    return text;
}

Tokens read_tokens(const fs::path& path) {
    const std::string text = read_private(path);
    if (text.empty()) return {};
    const auto json = nlohmann::json::parse(text, nullptr, false);
    if (!json.is_object()) throw unclear(path);
    Tokens tokens;
    for (const auto& [hub, token] : json.items()) {
        if (!token.is_string()) throw unclear(path);
        tokens[hub] = token.get<std::string>();
    }
    return tokens;
}

void write_tokens(const fs::path& path, const Tokens& tokens) {
    try {
        storage::make_private_directory(path.parent_path());
        storage::write_atomically(path, nlohmann::json(tokens).dump(1) + "\n");  // mode 0600
    } catch (const storage::Error& error) {
        throw from_storage(error);
    }
}

}  // namespace

Token TokenFile::find(const std::string& hub) const {
    const Tokens tokens = read_tokens(path_);
    const auto found = tokens.find(hub);
    return found == tokens.end() ? Token() : Token(found->second);
}

void TokenFile::store(const std::string& hub, const Token& token) const {
    Tokens tokens = read_tokens(path_);
    tokens[hub] = token.text();
    write_tokens(path_, tokens);
}

bool TokenFile::remove(const std::string& hub) const {
    Tokens tokens = read_tokens(path_);
    if (tokens.erase(hub) == 0) return false;
    if (!tokens.empty()) {
        write_tokens(path_, tokens);
    } else if (std::error_code why; !fs::remove(path_, why)) {
        throw from_storage(storage::system_error(why.value(), "remove the file of tokens", path_));
    }
    return true;
}

}  // namespace sidewinder::download
