#include "storage/download/proxy.h"

#include <curl/curl.h>
#include <string.h>

#include <charconv>
#include <initializer_list>
#include <memory>

#include "storage/download/fault.h"

namespace sidewinder::download {

namespace {

constexpr std::size_t kLongest = 2048;
constexpr std::size_t kShortestToHide = 4;  // shorter ones cannot be told from other text

using Parts = std::unique_ptr<CURLU, decltype(&curl_url_cleanup)>;

std::string part(CURLU* parts, CURLUPart which, unsigned flags = 0) {
    char* text = nullptr;
    if (curl_url_get(parts, which, &text, flags) != CURLUE_OK) return {};
    const std::unique_ptr<char, decltype(&curl_free)> owner(text, curl_free);
    return text;
}

bool is_known(std::string_view scheme) {
    return scheme == "http" || scheme == "https" || scheme == "socks5" || scheme == "socks5h";
}

Error unclear() {
    return {Fault::Usage,
            "The proxy's address cannot be understood. Give http://HOST:PORT, https://HOST:PORT or "
            "socks5h://HOST:PORT, with NAME:PASSWORD@ before HOST where it asks for them (special characters "
            "as %XX)."};
}

void check(std::string_view text) {
    if (text.size() > kLongest) throw unclear();
    for (const char c : text)
        if (c <= 0x20 || c == 0x7f) throw unclear();
}

void hide(std::string& text, const std::string& secret) {
    if (secret.size() < kShortestToHide) return;
    for (std::size_t at = 0; (at = text.find(secret, at)) != std::string::npos;)
        text.replace(at, secret.size(), "[password]");
}

void wipe(std::string& text) {
    ::explicit_bzero(text.data(), text.size());
}

}  // namespace

Proxy::Proxy(std::string_view text) {
    if (text.empty()) return;
    check(text);
    const Parts parts(curl_url(), curl_url_cleanup);
    if (!parts) throw std::bad_alloc();
    const std::string whole =
        text.find("://") == std::string_view::npos ? "http://" + std::string(text) : std::string(text);
    if (curl_url_set(parts.get(), CURLUPART_URL, whole.c_str(), CURLU_NON_SUPPORT_SCHEME) != CURLUE_OK)
        throw unclear();
    const std::string scheme = part(parts.get(), CURLUPART_SCHEME);
    const std::string host = part(parts.get(), CURLUPART_HOST);
    if (!is_known(scheme) || host.empty()) throw unclear();
    name_ = part(parts.get(), CURLUPART_USER, CURLU_URLDECODE);
    password_ = part(parts.get(), CURLUPART_PASSWORD, CURLU_URLDECODE);
    encoded_name_ = part(parts.get(), CURLUPART_USER);
    encoded_password_ = part(parts.get(), CURLUPART_PASSWORD);
    if (name_.empty() && !part(parts.get(), CURLUPART_USER).empty()) throw unclear();  // e.g. %0A in it
    if (password_.empty() && !encoded_password_.empty()) throw unclear();
    const std::string port = part(parts.get(), CURLUPART_PORT);
    port_ = scheme == "https" ? 443 : 1080;  // what libcurl takes for a proxy without one
    std::from_chars(port.data(), port.data() + port.size(), port_);
    address_ = scheme + "://" + host + ":" + std::to_string(port_);
}

Proxy Proxy::with_password(const std::string& encoded) const {
    const std::size_t host = address_.find("://") + 3;
    std::string whole =
        address_.substr(0, host) + encoded_name_ + ":" + encoded + "@" + address_.substr(host);
    Proxy proxy(whole);
    wipe(whole);
    return proxy;
}

Proxy::~Proxy() {
    for (std::string* secret : {&name_, &encoded_name_, &password_, &encoded_password_}) wipe(*secret);
}

std::string Proxy::hidden(std::string text) const {
    hide(text, password_);
    hide(text, encoded_password_);
    return text;
}

Proxy proxy_of_environment(std::string_view scheme,
                           const std::function<const char*(const char*)>& environment) {
    const bool plain = scheme == "http";
    for (const char* name : {plain ? "http_proxy" : "https_proxy", plain ? "http_proxy" : "HTTPS_PROXY",
                             "all_proxy", "ALL_PROXY"}) {
        const char* value = environment(name);
        if (value == nullptr || *value == '\0') continue;
        try {
            return Proxy(value);
        } catch (const Error& error) {
            throw Error(error.fault(), std::string(name) + " cannot be used. " + error.what());
        }
    }
    return {};
}

}  // namespace sidewinder::download
