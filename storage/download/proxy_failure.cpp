#include "storage/download/http_shared.h"

namespace sidewinder::download {

namespace {

Failure of_proxy(Retry retry, const std::string& sentence) {
    return {Fault::Proxy, retry, sentence, {}};
}

Failure of_credentials(const Proxy& proxy) {
    if (proxy.has_credentials())
        return of_proxy(Retry::Never,
                        "The proxy " + proxy.address() +
                            " does not accept the name and password. Give the right ones, special "
                            "characters as %XX.");
    return of_proxy(Retry::Never, "The proxy " + proxy.address() +
                                      " asks for a name and password. Put them into HTTPS_PROXY as "
                                      "http://NAME:PASSWORD@HOST:PORT.");
}

Failure of_status(const ProxyTrouble& trouble, const std::string& host) {
    if (trouble.status == 407) return of_credentials(trouble.proxy);
    return of_proxy(trouble.status >= 500 ? Retry::Server : Retry::Never,
                    "The proxy " + trouble.proxy.address() + " refused the connection to " + host +
                        " with status " + std::to_string(trouble.status) + ". Check the proxy's settings.");
}

/// A refusal in the SOCKS protocol itself.
Failure of_socks(const std::string& why, const ProxyTrouble& trouble, const std::string& host) {
    switch (trouble.code) {
        case CURLPX_NO_AUTH:
        case CURLPX_USER_REJECTED:
            return of_credentials(trouble.proxy);
        case CURLPX_REPLY_NOT_ALLOWED:
            return of_proxy(Retry::Never, "The proxy " + trouble.proxy.address() +
                                              " does not allow a connection to " + host + ".");
        default:
            return of_proxy(Retry::Server, "The proxy " + trouble.proxy.address() +
                                               " made no connection to " + host + ": " + why +
                                               ". Try again later.");
    }
}

}  // namespace

ProxyTrouble::ProxyTrouble(const HttpTransfer::State& state) : proxy(state.proxy()), used(state.asked_proxy) {
    CURL* easy = state.easy.get();
    long number = 0;
    curl_easy_getinfo(easy, CURLINFO_HTTP_CONNECTCODE, &status);
    if (curl_easy_getinfo(easy, CURLINFO_PROXY_ERROR, &number) == CURLE_OK)
        code = static_cast<CURLproxycode>(number);
    number = 0;
    curl_easy_getinfo(easy, CURLINFO_PROXY_SSL_VERIFYRESULT, &number);
    certificate = number != 0;
}

std::optional<Failure> failure_of_proxy(CURLcode code, const std::string& why, const ProxyTrouble& trouble,
                                        const std::string& host) {
    if (!trouble.used && code != CURLE_COULDNT_RESOLVE_PROXY) return std::nullopt;
    if (trouble.status >= 400) return of_status(trouble, host);
    switch (code) {
        case CURLE_COULDNT_RESOLVE_PROXY:
            return of_proxy(Retry::Network, "The proxy " + trouble.proxy.address() +
                                                " could not be found: " + why + ". Check its address.");
        case CURLE_COULDNT_CONNECT:
            return of_proxy(Retry::Network, "The proxy " + trouble.proxy.address() + " does not answer: " +
                                                why + ". Check its address, and whether it runs.");
        case CURLE_PROXY:
            return of_socks(why, trouble, host);
        case CURLE_PEER_FAILED_VERIFICATION:
            if (!trouble.certificate) return std::nullopt;
            return Failure{Fault::Certificate,
                           Retry::Never,
                           "The certificate of the proxy " + trouble.proxy.address() + " was not accepted: " +
                               why + ". Nothing was sent. Name the CA file that it is of.",
                           {}};
        default:
            return std::nullopt;
    }
}

}  // namespace sidewinder::download
