#include <sys/socket.h>

#include <algorithm>
#include <cctype>
#include <new>
#include <string>

#include <netdb.h>

#include "storage/download/http_shared.h"

namespace sidewinder::download {

namespace {

constexpr std::size_t kMostHeaderBytes = std::size_t{64} << 10;
constexpr int kMostHeaderLines = 200;

using State = HttpTransfer::State;

std::string trimmed(std::string_view text) {
    const std::size_t first = text.find_first_not_of(" \t\r\n");
    if (first == std::string_view::npos) return {};
    return std::string(text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1));
}

void take_status_line(State& state, std::string_view line) {
    state.head = {};
    const std::size_t space = line.find(' ');
    if (space == std::string_view::npos || line.size() < space + 4) return;
    state.head.status = std::atoi(std::string(line.substr(space + 1, 3)).c_str());
}

/// Counts over the whole answer, with its interim answers (1xx) and trailers.
void count_line(State& state, std::size_t bytes) {
    state.header_bytes += bytes;
    ++state.header_lines;
    if (state.header_bytes > kMostHeaderBytes || state.header_lines > kMostHeaderLines)
        throw Error(Fault::BadAnswer,
                    "The server " + state.request.url.origin.host +
                        " sent more header than an answer may have (64 KiB, 200 lines). Try "
                        "again later, or use another endpoint.");
}

void end_of_head(State& state) {
    if (state.head.status >= 100 && state.head.status < 200) return;  // the answer proper is still to come
    state.head_done = true;
    state.ended_by_receiver = !state.receiver->head(state.head);
}

bool take_header(State& state, std::string_view line) {
    count_line(state, line.size());
    if (state.head_done) return true;  // a trailer
    if (line.starts_with("HTTP/")) {
        take_status_line(state, line);
        return true;
    }
    if (trimmed(line).empty()) {
        end_of_head(state);
        return !state.ended_by_receiver;
    }
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) return true;
    std::string name(line.substr(0, colon));
    std::ranges::transform(name, name.begin(),
                           [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    state.head.fields.emplace_back(std::move(name), trimmed(line.substr(colon + 1)));
    return true;
}

// No exception may pass through libcurl: it is kept for HttpTransfer::check().
std::size_t on_header(char* data, std::size_t, std::size_t bytes, void* user) {
    auto& state = *static_cast<State*>(user);
    try {
        return take_header(state, {data, bytes}) ? bytes : 0;
    } catch (...) {
        state.thrown = std::current_exception();
        return 0;
    }
}

std::size_t on_body(char* data, std::size_t, std::size_t bytes, void* user) {
    auto& state = *static_cast<State*>(user);
    try {
        const bool taken = state.receiver->body(std::as_bytes(std::span(data, bytes)));
        return taken ? bytes : CURL_WRITEFUNC_PAUSE;
    } catch (...) {
        state.thrown = std::current_exception();
        return bytes + 1;  // never CURL_WRITEFUNC_PAUSE
    }
}

curl_socket_t on_open_socket(void* user, curlsocktype, curl_sockaddr* address) {
    auto& state = *static_cast<State*>(user);
    try {
        std::array<char, NI_MAXHOST> host{};
        std::array<char, NI_MAXSERV> port{};
        if (::getnameinfo(&address->addr, address->addrlen, host.data(), host.size(), port.data(),
                          port.size(), NI_NUMERICHOST | NI_NUMERICSERV) != 0)
            return CURL_SOCKET_BAD;
        if (state.proxy() && state.proxy().port() == std::atoi(port.data())) state.asked_proxy = true;
        if (auto refusal =
                refusal_of_address(*state.session, state.request.url, host.data(), std::atoi(port.data()))) {
            state.thrown = std::make_exception_ptr(std::move(*refusal));
            return CURL_SOCKET_BAD;
        }
        return ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
    } catch (...) {
        state.thrown = std::current_exception();
        return CURL_SOCKET_BAD;
    }
}

void add_header(State& state, const std::string& line) {
    curl_slist* longer = curl_slist_append(state.headers.get(), line.c_str());
    if (longer == nullptr) throw std::bad_alloc();
    (void)state.headers.release();
    state.headers.reset(longer);
}

/// A token never goes in the clear but on this machine itself.
bool may_carry_token(const State& state) {
    const Origin& origin = state.request.url.origin;
    return state.is_to_hub() && state.session->options.token &&
           (origin.scheme == "https" || is_loopback_host(origin.host));
}

template <typename Value>
void set(State& state, CURLoption option, Value value) {
    if (curl_easy_setopt(state.easy.get(), option, value) == CURLE_OUT_OF_MEMORY) throw std::bad_alloc();
}

/// Bytes of a file come faster over connections of HTTP/1.1 (tests/bench/results/download-2026-11-23.md): no
/// frames to take apart, and no window that they share. The few short questions share one of HTTP/2.
long version_of(const State& state) {
    switch (state.session->options.version) {
        case HttpVersion::One:
            return CURL_HTTP_VERSION_1_1;
        case HttpVersion::Two:
            return CURL_HTTP_VERSION_2TLS;
        case HttpVersion::Measured:
            break;
    }
    return state.request.is_bulk ? CURL_HTTP_VERSION_1_1 : CURL_HTTP_VERSION_2TLS;
}

void set_version(State& state) {
    const long version = version_of(state);
    set(state, CURLOPT_HTTP_VERSION, version);
    set(state, CURLOPT_PIPEWAIT, version == CURL_HTTP_VERSION_2TLS ? 1L : 0L);  // one connection for all
}

void set_limits(State& state) {
    const HttpOptions& options = state.session->options;
    set(state, CURLOPT_CONNECTTIMEOUT, static_cast<long>(options.connect_timeout.count()));
    set(state, CURLOPT_LOW_SPEED_LIMIT, 1024L);
    set(state, CURLOPT_LOW_SPEED_TIME, static_cast<long>(options.stall_timeout.count()));
    set(state, CURLOPT_TIMEOUT, static_cast<long>(state.request.timeout.count()));
    set(state, CURLOPT_BUFFERSIZE, 256L << 10);
    set(state, CURLOPT_TCP_KEEPALIVE, 1L);
    set(state, CURLOPT_NOSIGNAL, 1L);
}

void set_trust(State& state) {
    const HttpOptions& options = state.session->options;
    set(state, CURLOPT_PROTOCOLS_STR, state.request.url.origin.scheme.c_str());
    set(state, CURLOPT_FOLLOWLOCATION, 0L);
    set(state, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
    set(state, CURLOPT_SSL_VERIFYPEER, 1L);
    set(state, CURLOPT_SSL_VERIFYHOST, 2L);
    set(state, CURLOPT_HTTP09_ALLOWED, 0L);
    if (!options.ca_file.empty()) {
        set(state, CURLOPT_CAINFO, options.ca_file.c_str());
        set(state, CURLOPT_CAPATH, static_cast<const char*>(nullptr));
    }
    set(state, CURLOPT_HEADEROPT, static_cast<long>(CURLHEADER_SEPARATE));
    set(state, CURLOPT_OPENSOCKETFUNCTION, on_open_socket);
    set(state, CURLOPT_OPENSOCKETDATA, &state);
}

/// Name and password apart from the address: libcurl repeats an address in its messages.
void set_proxy(State& state) {
    const Proxy& proxy = state.proxy();
    set(state, CURLOPT_PROXY, proxy.address().c_str());  // "" also keeps libcurl from the environment
    if (!proxy) return;
    if (proxy.has_credentials()) {
        set(state, CURLOPT_PROXYUSERNAME, proxy.name().c_str());
        set(state, CURLOPT_PROXYPASSWORD, proxy.password().c_str());
        set(state, CURLOPT_PROXYAUTH, static_cast<long>(CURLAUTH_BASIC));
        set(state, CURLOPT_SOCKS5_AUTH, static_cast<long>(CURLAUTH_BASIC));
    } else {
        set(state, CURLOPT_SOCKS5_AUTH, static_cast<long>(CURLAUTH_NONE));
    }
    set(state, CURLOPT_HTTPPROXYTUNNEL, 1L);  // no proxy reads a request, not even a plain one
    set(state, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
    if (const auto& ca = state.session->options.ca_file; !ca.empty()) {
        set(state, CURLOPT_PROXY_CAINFO, ca.c_str());
        set(state, CURLOPT_PROXY_CAPATH, static_cast<const char*>(nullptr));
    }
}

}  // namespace

void configure(State& state) {
    const HttpRequest& request = state.request;
    set(state, CURLOPT_URL, request.url.text.c_str());
    set(state, CURLOPT_PRIVATE, &state);
    set(state, CURLOPT_ERRORBUFFER, state.detail.data());
    set(state, CURLOPT_USERAGENT, "sidewinder-fetch/" SIDEWINDER_VERSION);
    set(state, CURLOPT_NOBODY, request.head_only ? 1L : 0L);
    set(state, CURLOPT_HEADERFUNCTION, on_header);
    set(state, CURLOPT_HEADERDATA, &state);
    set(state, CURLOPT_WRITEFUNCTION, on_body);
    set(state, CURLOPT_WRITEDATA, &state);
    set_version(state);
    set_limits(state);
    set_trust(state);
    set_proxy(state);
    add_header(state, "Accept-Encoding: identity");
    if (may_carry_token(state)) add_header(state, state.session->options.token.header());
    if (request.range) {
        const std::string range =
            std::to_string(request.range->begin) + "-" + std::to_string(request.range->end - 1);
        set(state, CURLOPT_RANGE, range.c_str());
        if (!request.if_range.empty()) add_header(state, "If-Range: " + request.if_range);
    }
    set(state, CURLOPT_HTTPHEADER, state.headers.get());
}

}  // namespace sidewinder::download
