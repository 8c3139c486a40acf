#pragma once

#include <curl/curl.h>

#include <array>
#include <exception>
#include <memory>
#include <vector>

#include "storage/download/http_session.h"

namespace sidewinder::download {

// CURL and CURLM are both void to the compiler.
template <auto free_function>
struct Freed {
    template <typename Handle>
    void operator()(Handle* handle) const {
        free_function(handle);
    }
};
using EasyHandle = std::unique_ptr<CURL, Freed<curl_easy_cleanup>>;
using MultiHandle = std::unique_ptr<CURLM, Freed<curl_multi_cleanup>>;
using HeaderList = std::unique_ptr<curl_slist, Freed<curl_slist_free_all>>;

/// What the transfers of a session have in common.
struct HttpSession::Shared {
    HttpOptions options;
    MultiHandle multi;
    Proxy proxy_for_https, proxy_for_http;
    bool hub_is_private = false;  ///< seen when the hub was connected
};

struct HttpTransfer::State {
    HttpSession::Shared* session = nullptr;
    HttpReceiver* receiver = nullptr;
    HttpRequest request;
    EasyHandle easy;
    HeaderList headers;
    std::array<char, CURL_ERROR_SIZE> detail{};
    HttpHead head;
    std::size_t header_bytes = 0;
    int header_lines = 0;
    bool head_done = false;
    bool ended_by_receiver = false;
    bool finished = false;
    bool asked_proxy = false;  ///< this request opened a connection to the proxy, or tried to
    CURLcode result = CURLE_OK;
    std::exception_ptr thrown;

    bool is_to_hub() const { return request.url.origin == session->options.hub; }
    const Proxy& proxy() const {
        return request.url.origin.scheme == "http" ? session->proxy_for_http : session->proxy_for_https;
    }
};

/// Why a connection to `address` (numeric) must not be made, or nothing. Notes in `session` what was learnt
/// of the hub. Pure but for that, so that it can be tested without a network.
std::optional<Error> refusal_of_address(HttpSession::Shared& session, const Url& url,
                                        const std::string& address, int port);

/// What libcurl knows of the way through a proxy.
struct ProxyTrouble {
    const Proxy& proxy;
    bool used = false;  ///< no_proxy may leave it out
    long status = 0;    ///< of its answer to CONNECT
    CURLproxycode code = CURLPX_OK;
    bool certificate = false;  ///< it is the proxy's that was not accepted

    explicit ProxyTrouble(const HttpTransfer::State& state);
};

/// What a failure on the way to or through the proxy means; none if it was elsewhere.
std::optional<Failure> failure_of_proxy(CURLcode code, const std::string& why, const ProxyTrouble& trouble,
                                        const std::string& host);

/// What libcurl's result and the server's trouble mean.
Failure failure_of(CURLcode code, const char* detail, const ProxyTrouble& trouble, const Url& url);

/// Sets all options of one request. Throws std::bad_alloc.
void configure(HttpTransfer::State& state);

}  // namespace sidewinder::download
