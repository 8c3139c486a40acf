#include "storage/download/url.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <netinet/in.h>

#include <array>
#include <charconv>
#include <cstring>
#include <memory>

#include "storage/download/fault.h"

namespace sidewinder::download {

namespace {

constexpr std::size_t kLongestUrl = 8192;

using Parts = std::unique_ptr<CURLU, decltype(&curl_url_cleanup)>;

Error refused(const std::string& what) {
    return {Fault::RefusedAddress,
            "The hub sent us to an address that Sidewinder does not go to: " + what +
                ". Nothing was fetched from there. Check the endpoint, or try again later."};
}

std::string part(CURLU* parts, CURLUPart which, unsigned flags = 0) {
    char* text = nullptr;
    if (curl_url_get(parts, which, &text, flags) != CURLUE_OK) return {};
    const std::unique_ptr<char, decltype(&curl_free)> owner(text, curl_free);
    return text;
}

void check_text(std::string_view text) {
    if (text.size() > kLongestUrl) throw refused("it is " + std::to_string(text.size()) + " bytes long");
    for (const char c : text)
        if (c <= 0x20 || c == 0x7f || c == '\\')
            throw refused("it has a character that no address has, e.g. a line break");
}

Url taken_apart(CURLU* parts) {
    Url url;
    url.origin.scheme = part(parts, CURLUPART_SCHEME);
    if (url.origin.scheme != "https" && url.origin.scheme != "http")
        throw refused("it is of the kind '" + url.origin.scheme.substr(0, 20) + ":', not https");
    url.origin.host = part(parts, CURLUPART_HOST);
    for (char& c : url.origin.host)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    if (url.origin.host.empty()) throw refused("it names no host");
    if (!part(parts, CURLUPART_USER).empty() || !part(parts, CURLUPART_PASSWORD).empty())
        throw refused("it holds a user name or password (host " + url.origin.host + ")");
    const std::string port = part(parts, CURLUPART_PORT, CURLU_DEFAULT_PORT);
    std::from_chars(port.data(), port.data() + port.size(), url.origin.port);
    curl_url_set(parts, CURLUPART_FRAGMENT, nullptr, 0);
    curl_url_set(parts, CURLUPART_HOST, url.origin.host.c_str(), 0);  // in lower case
    url.text = part(parts, CURLUPART_URL);
    return url;
}

Parts new_parts() {
    Parts parts(curl_url(), curl_url_cleanup);
    if (!parts) throw std::bad_alloc();
    return parts;
}

bool is_private_v4(std::uint32_t a) {
    struct Range {
        std::uint32_t net;
        int bits;
    };
    static constexpr std::array<Range, 10> kRanges{{{0x00000000, 8},    // this host
                                                    {0x0a000000, 8},    // private
                                                    {0x64400000, 10},   // carrier-grade NAT
                                                    {0x7f000000, 8},    // loopback
                                                    {0xa9fe0000, 16},   // link-local
                                                    {0xac100000, 12},   // private
                                                    {0xc0000000, 24},   // protocol assignments
                                                    {0xc0a80000, 16},   // private
                                                    {0xc6120000, 15},   // benchmarks
                                                    {0xe0000000, 3}}};  // multicast, reserved, broadcast
    for (const Range& range : kRanges)
        if ((a >> (32 - range.bits)) == (range.net >> (32 - range.bits))) return true;
    return false;
}

bool is_private_v6(const in6_addr& a) {
    const std::uint8_t* b = a.s6_addr;
    const std::uint32_t tail = std::uint32_t{b[12]} << 24 | std::uint32_t{b[13]} << 16 |
                               std::uint32_t{b[14]} << 8 | std::uint32_t{b[15]};
    bool high_zero = true;
    for (int i = 0; i < 10; ++i) high_zero = high_zero && b[i] == 0;
    if (high_zero && b[10] == 0xff && b[11] == 0xff) return is_private_v4(tail);  // mapped
    if (high_zero && b[10] == 0 && b[11] == 0) return true;                       // ::, ::1, compatible
    static constexpr std::array<std::uint8_t, 12> kNat64{0x00, 0x64, 0xff, 0x9b};
    if (std::memcmp(b, kNat64.data(), kNat64.size()) == 0) return is_private_v4(tail);
    return (b[0] & 0xfe) == 0xfc || (b[0] == 0xfe && (b[1] & 0x80) == 0x80) || b[0] == 0xff;
}

}  // namespace

std::string Origin::text() const {
    const bool own = (scheme == "https" && port == 443) || (scheme == "http" && port == 80);
    return scheme + "://" + host + (own ? "" : ":" + std::to_string(port));
}

Url parse_url(std::string_view text) {
    check_text(text);
    const Parts parts = new_parts();
    if (curl_url_set(parts.get(), CURLUPART_URL, std::string(text).c_str(), CURLU_NON_SUPPORT_SCHEME) !=
        CURLUE_OK)
        throw refused("it is not a whole address");
    return taken_apart(parts.get());
}

Url redirected(const Url& from, std::string_view location) {
    check_text(location);
    if (location.empty()) throw refused("it is empty");
    const Parts parts = new_parts();
    if (curl_url_set(parts.get(), CURLUPART_URL, from.text.c_str(), 0) != CURLUE_OK ||
        curl_url_set(parts.get(), CURLUPART_URL, std::string(location).c_str(), CURLU_NON_SUPPORT_SCHEME) !=
            CURLUE_OK)
        throw refused("it is not an address");
    Url to = taken_apart(parts.get());
    if (from.origin.scheme == "https" && to.origin.scheme != "https")
        throw refused("it leaves encryption (http on host " + to.origin.host + ")");
    return to;
}

bool is_relative_location(std::string_view location) {
    if (location.starts_with("//") || location.starts_with("\\")) return false;
    const std::size_t colon = location.find(':');
    return colon == std::string_view::npos || location.find_first_of("/?#") < colon;
}

std::string percent_encoded(std::string_view text) {
    static constexpr std::string_view kHex = "0123456789ABCDEF";
    std::string out;
    for (const char c : text) {
        const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                           c == '-' || c == '.' || c == '_' || c == '~';
        if (plain) {
            out += c;
            continue;
        }
        const auto byte = static_cast<unsigned char>(c);
        out += {'%', kHex[byte >> 4], kHex[byte & 15]};
    }
    return out;
}

bool is_private_address(std::string_view address) {
    const std::string text(address.substr(0, address.find('%')));
    in_addr v4{};
    if (::inet_pton(AF_INET, text.c_str(), &v4) == 1) return is_private_v4(ntohl(v4.s_addr));
    in6_addr v6{};
    return ::inet_pton(AF_INET6, text.c_str(), &v6) == 1 && is_private_v6(v6);
}

bool is_loopback_host(std::string_view host) {
    if (host == "localhost") return true;
    const std::string_view bare = without_brackets(host);
    if (bare == "::1") return true;
    in_addr v4{};
    return ::inet_pton(AF_INET, std::string(bare).c_str(), &v4) == 1 && (ntohl(v4.s_addr) >> 24) == 127;
}

std::string_view without_brackets(std::string_view host) {
    if (host.size() > 2 && host.front() == '[' && host.back() == ']') return host.substr(1, host.size() - 2);
    return host;
}

}  // namespace sidewinder::download
