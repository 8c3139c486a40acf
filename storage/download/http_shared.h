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
    std::vector<int> proxy_ports;
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
    CURLcode result = CURLE_OK;
    std::exception_ptr thrown;

    bool is_to_hub() const { return request.url.origin == session->options.hub; }
};

/// Why a connection to `address` (numeric) must not be made, or nothing. Notes in `session` what was learnt
/// of the hub. Pure but for that, so that it can be tested without a network.
std::optional<Error> refusal_of_address(HttpSession::Shared& session, const Url& url,
                                        const std::string& address, int port);

/// What libcurl's result and the server's trouble mean.
Failure failure_of(CURLcode code, const char* detail, long proxy_status, const Url& url);

/// Sets all options of one request. Throws std::bad_alloc.
void configure(HttpTransfer::State& state);

}  // namespace sidewinder::download
