#pragma once

#include <string>
#include <string_view>

namespace sidewinder::download {

/// Whom a request talks to. A token goes to one origin only.
struct Origin {
    std::string scheme;  ///< "https" or "http"
    std::string host;    ///< lower case; an IPv6 address in brackets
    int port = 0;

    bool operator==(const Origin&) const = default;
    std::string text() const;  ///< "https://host", with the port unless it is the scheme's own
};

/// An address that we may ask: http or https, at most 8 KiB, no user name, no password, no control character.
struct Url {
    Origin origin;
    std::string text;

    bool operator==(const Url&) const = default;
};

/// Throws Error(RefusedAddress), whose sentence names at most the host.
Url parse_url(std::string_view text);

/// Where a Location header sends a request for `from`. Throws Error(RefusedAddress) for what parse_url()
/// refuses and for a step from https to http.
Url redirected(const Url& from, std::string_view location);

/// True for a Location without scheme and host.
bool is_relative_location(std::string_view location);

/// Percent-encodes everything but letters, digits and "-._~" (RFC 3986 2.3).
std::string percent_encoded(std::string_view text);

/// Loopback, private, link-local, carrier-grade, multicast, unspecified, and the same mapped into IPv6.
/// `address` is numeric, without brackets; anything else is not private.
bool is_private_address(std::string_view address);

/// The host is "localhost" or a loopback address written out.
bool is_loopback_host(std::string_view host);

/// "[::1]" -> "::1".
std::string_view without_brackets(std::string_view host);

}  // namespace sidewinder::download
