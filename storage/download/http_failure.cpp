#include <string>

#include "storage/download/http_shared.h"

namespace sidewinder::download {

namespace {

bool is_proxys(const HttpSession::Shared& session, int port) {
    return (session.proxy_for_https && session.proxy_for_https.port() == port) ||
           (session.proxy_for_http && session.proxy_for_http.port() == port);
}

std::string said(const char* detail, CURLcode code) {
    return detail[0] != '\0' ? detail : curl_easy_strerror(code);
}

}  // namespace

std::optional<Error> refusal_of_address(HttpSession::Shared& session, const Url& url,
                                        const std::string& address, int port) {
    const bool is_private = is_private_address(address);
    const bool written_out = is_private_address(without_brackets(url.origin.host));
    if (is_proxys(session,
                  port)) {  // where the proxy goes is beyond our sight, but for an address written out
        if (!written_out || session.hub_is_private) return std::nullopt;
    } else if (url.origin == session.options.hub) {
        session.hub_is_private = is_private;
        if (url.origin.scheme == "https" || is_private) return std::nullopt;
        return Error(Fault::RefusedAddress, "The endpoint " + url.origin.text() +
                                                " is not encrypted, and it is not on your own network (" +
                                                address + "). Use https.");
    } else if (is_private ? session.hub_is_private : url.origin.scheme == "https") {
        return std::nullopt;
    }
    return Error(Fault::RefusedAddress,
                 "The hub sent us to " + url.origin.host + " (" + address +
                     "), which is not where files of this hub can be. Nothing was fetched "
                     "from there. Check the endpoint, or try again later.");
}

Failure failure_of(CURLcode code, const char* detail, const ProxyTrouble& trouble, const Url& url) {
    const std::string& host = url.origin.host;
    const std::string why = trouble.proxy.hidden(said(detail, code));
    if (auto of_proxy = failure_of_proxy(code, why, trouble, host)) return std::move(*of_proxy);
    switch (code) {
        case CURLE_PEER_FAILED_VERIFICATION:
        case CURLE_SSL_CACERT_BADFILE:
        case CURLE_SSL_ISSUER_ERROR:
        case CURLE_SSL_CERTPROBLEM:
        case CURLE_SSL_INVALIDCERTSTATUS:
            return {Fault::Certificate,
                    Retry::Never,
                    "The certificate of " + host + " was not accepted: " + why +
                        ". Nothing was sent. If your company's network looks into encrypted connections, "
                        "name its "
                        "CA file.",
                    {}};
        case CURLE_SSL_CONNECT_ERROR:
        case CURLE_SSL_CIPHER:
        case CURLE_USE_SSL_FAILED:
            return {Fault::Certificate,
                    Retry::Protocol,
                    "No encrypted connection to " + host + " could be made: " + why +
                        ". The server must speak TLS 1.2 or newer.",
                    {}};
        case CURLE_UNSUPPORTED_PROTOCOL:
        case CURLE_WEIRD_SERVER_REPLY:
        case CURLE_BAD_CONTENT_ENCODING:
        case CURLE_WRITE_ERROR:
        case CURLE_HTTP2:
        case CURLE_HTTP2_STREAM:
        case CURLE_FILESIZE_EXCEEDED:
            return {Fault::BadAnswer,
                    Retry::Protocol,
                    "The answer of " + host + " breaks the protocol: " + why + ". Try again later.",
                    {}};
        case CURLE_RECV_ERROR:
        case CURLE_SEND_ERROR:
        case CURLE_GOT_NOTHING:
        case CURLE_PARTIAL_FILE:  // it was connected: not the network but what is at its other end
            return {Fault::Network,
                    Retry::Server,
                    "The connection to " + host + " broke: " + why +
                        ". Nothing is lost. Start the download again later.",
                    {}};
        case CURLE_OUT_OF_MEMORY:
            return {Fault::Internal,
                    Retry::Never,
                    "There is not enough memory. Close something and try again.",
                    {}};
        default:
            return {Fault::Network,
                    Retry::Network,
                    "The connection to " + host + " failed: " + why +
                        ". Nothing is lost. Check the network and start the download again.",
                    {}};
    }
}

}  // namespace sidewinder::download
