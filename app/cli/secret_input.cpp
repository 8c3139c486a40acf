#include "app/cli/secret_input.h"

#include <string.h>
#include <termios.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

#include "app/core/proxy_address.h"
#include "storage/atomic_file.h"
#include "storage/error.h"

namespace sidewinder::cli {

namespace {

constexpr std::size_t kLongest = 4096;

/// The terminal of standard input without echo, for as long as it lives.
class Silence {
  public:
    Silence() {
        if (::tcgetattr(STDIN_FILENO, &before_) != 0) return;
        termios silent = before_;
        silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
        changed_ = ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent) == 0;
    }
    ~Silence() {
        if (changed_) ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_);
    }
    Silence(const Silence&) = delete;
    Silence& operator=(const Silence&) = delete;
    bool is_on() const { return changed_; }

  private:
    termios before_{};
    bool changed_ = false;
};

std::string read_from(int fd, bool one_line) {
    std::string text;
    text.reserve(kLongest);
    char c = 0;
    while (text.size() < kLongest) {
        const ssize_t got = ::read(fd, &c, 1);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) throw storage::system_error(errno, "read the access token from", "descriptor");
        if (got == 0 || (one_line && c == '\n')) break;
        text += c;
    }
    const std::size_t first = text.find_first_not_of(" \t\r\n");
    if (first == std::string::npos) return {};
    text.erase(text.find_last_not_of(" \t\r\n") + 1);
    text.erase(0, first);
    return text;
}

}  // namespace

std::string read_secret(const std::string& question) {
    if (::isatty(STDIN_FILENO) == 0) return read_from(STDIN_FILENO, true);
    const Silence silence;
    if (!silence.is_on())
        throw storage::Error(storage::Error::Kind::Io,
                             "This terminal cannot hide what is typed. Give the token on standard input: "
                             "sidewinder-cli models token set <FILE");
    std::fprintf(stderr, "%s", question.c_str());
    std::string secret = read_from(STDIN_FILENO, true);
    std::fprintf(stderr, "\n");
    return secret;
}

std::string read_secret_from(int fd) {
    const storage::FileDescriptor owner(fd);
    return read_from(fd, false);
}

void refuse_password(const std::string& proxy) {
    if (app::without_password(proxy) == proxy) return;
    throw storage::Error(
        storage::Error::Kind::Denied,
        "A proxy's password on a command line can be read by others on this machine. Put the proxy into "
        "HTTPS_PROXY instead, or leave the password out here and have the window's settings keep it.");
}

void wipe(std::string& secret) {
    ::explicit_bzero(secret.data(), secret.size());
    secret.clear();
}

}  // namespace sidewinder::cli
