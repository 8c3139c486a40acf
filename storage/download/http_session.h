#pragma once

#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "storage/download/http_message.h"
#include "storage/download/proxy.h"
#include "storage/download/token.h"
#include "storage/download/url.h"

namespace sidewinder::download {

/// What is asked for. A server that does not offer HTTP/2 is spoken to in HTTP/1.1 always.
enum class HttpVersion {
    Measured,  ///< HTTP/2 for what is short, a connection of HTTP/1.1 for each piece of a file
    One,
    Two,
};

struct HttpOptions {
    Origin hub;  ///< the token goes there and nowhere else
    Token token;
    std::filesystem::path ca_file;  ///< instead of the system's; empty = the system's
    Proxy proxy;  ///< none = by the environment (https_proxy, ALL_PROXY …); no_proxy holds for both
    HttpVersion version = HttpVersion::Measured;
    std::chrono::seconds connect_timeout{15};
    std::chrono::seconds stall_timeout{30};  ///< below 1 KiB/s for that long ends a transfer
};

class HttpSession;

/// A request under way. Destroyed, it is given up at once. Not movable: libcurl points into it.
class HttpTransfer {
  public:
    ~HttpTransfer();
    HttpTransfer(const HttpTransfer&) = delete;
    HttpTransfer& operator=(const HttpTransfer&) = delete;

    bool is_finished() const;
    /// Throws what the receiver threw, or what we refused while it ran. Nothing if it came to its end as the
    /// receiver wanted; else what went wrong on the way. Only when finished.
    std::optional<Failure> check() const;
    void resume();

    struct State;

  private:
    friend class HttpSession;
    explicit HttpTransfer(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

/// All of our network traffic: one libcurl multi handle, used by one thread (wake() by any). Https only,
/// plain http only to private addresses; no redirect is followed here; no cookie, Referer, .netrc or
/// authentication but the token for the hub's own origin; at most 64 KiB and 200 lines of header; a server
/// that is not on the hub's side of the network border (a private address while the hub is public) is not
/// connected.
class HttpSession {
  public:
    /// Throws Error(Usage) for a proxy or CA file that cannot be used.
    explicit HttpSession(HttpOptions options);
    ~HttpSession();
    HttpSession(const HttpSession&) = delete;
    HttpSession& operator=(const HttpSession&) = delete;

    /// `receiver` must outlive the transfer.
    std::unique_ptr<HttpTransfer> start(const HttpRequest& request, HttpReceiver& receiver);
    /// Waits up to `most` for something to happen on the transfers or on `descriptors` (readable), then moves
    /// all transfers on. How long it waited.
    std::chrono::nanoseconds pump(std::chrono::milliseconds most, std::span<const int> descriptors);
    void wake();
    const Proxy& proxy() const;  ///< for https, given or of the environment

    struct Shared;

  private:
    std::unique_ptr<Shared> shared_;
};

}  // namespace sidewinder::download
