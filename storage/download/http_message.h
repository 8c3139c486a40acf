#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "storage/download/extent_set.h"
#include "storage/download/fault.h"
#include "storage/download/url.h"

namespace sidewinder::download {

/// Status and header fields of one answer, names in lower case.
struct HttpHead {
    int status = 0;
    std::vector<std::pair<std::string, std::string>> fields;

    /// The first of that name, or "".
    std::string_view find(std::string_view name) const;
    bool is_redirect() const;
    /// Content-Length, if there is one. Throws Error(BadAnswer) for two that differ or one that is no number.
    std::optional<std::int64_t> content_length() const;
};

/// One request. A body is asked for as it is (Accept-Encoding: identity).
struct HttpRequest {
    Url url;
    bool head_only = false;
    std::optional<Extent> range;
    std::string if_range;             ///< a strong ETag as it stood in a header; empty = none
    bool is_bulk = false;             ///< a piece of many: what matters is how fast they come
    std::chrono::seconds timeout{0};  ///< for all of it; 0 = only the stall limit holds
};

/// Takes an answer as it comes. Both may throw: the transfer then ends, and HttpTransfer::check() throws it
/// again.
class HttpReceiver {
  public:
    virtual ~HttpReceiver() = default;
    /// Once, before any body. Returns whether a body is wanted; otherwise the transfer ends there.
    virtual bool head(const HttpHead& head) = 0;
    /// False pauses until HttpTransfer::resume(): the same bytes come again.
    virtual bool body(std::span<const std::byte> bytes) = 0;
};

/// What may be done about a failure.
enum class Retry {
    Never,
    Network,   ///< no connection: try for as long as the patience holds
    Server,    ///< the server has trouble: a number of tries without progress
    Protocol,  ///< the answer makes no sense: a few tries
};

struct Failure {
    Fault fault = Fault::Internal;
    Retry retry = Retry::Never;
    std::string sentence;
    std::optional<std::chrono::milliseconds> asked_wait;  ///< by the server
};

}  // namespace sidewinder::download
