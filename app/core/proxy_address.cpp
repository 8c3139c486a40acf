#include "app/core/proxy_address.h"

#include <algorithm>
#include <cctype>

namespace sidewinder::app {

namespace {

/// Where the name and password begin and the '@' after them; no '@': npos.
struct Credentials {
    std::size_t begin = 0, at = std::string::npos;

    explicit Credentials(const std::string& proxy) {
        if (const std::size_t scheme = proxy.find("://"); scheme != std::string::npos) begin = scheme + 3;
        // The last one: in a password that is not encoded, as it should be, there may be more, and slashes.
        at = proxy.rfind('@');
        if (at != std::string::npos && at < begin) at = std::string::npos;
    }
};

}  // namespace

std::string without_password(const std::string& proxy) {
    const Credentials found(proxy);
    if (found.at == std::string::npos) return proxy;
    const std::size_t colon = std::min(proxy.find(':', found.begin), found.at);
    return proxy.substr(0, colon) + proxy.substr(found.at);
}

std::string with_password(const std::string& proxy, const std::string& password) {
    const std::string bare = without_password(proxy);
    const Credentials found(bare);
    if (found.at == std::string::npos || found.at == found.begin) return bare;
    std::string encoded;
    for (const char c : password) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte < 0x80 && std::isalnum(byte) != 0) {
            encoded += c;
        } else {
            encoded += '%';
            encoded += "0123456789ABCDEF"[byte >> 4];
            encoded += "0123456789ABCDEF"[byte & 15];
        }
    }
    return bare.substr(0, found.at) + ":" + encoded + bare.substr(found.at);
}

}  // namespace sidewinder::app
