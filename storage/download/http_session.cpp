#include "storage/download/http_session.h"

#include <unistd.h>

#include <cstdlib>
#include <mutex>

#include "storage/download/http_shared.h"
#include "storage/download/system_ca.h"

namespace sidewinder::download {

namespace {

void start_libcurl() {
    static std::once_flag once;
    std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
}

}  // namespace

HttpTransfer::HttpTransfer(std::unique_ptr<State> state) : state_(std::move(state)) {}

HttpTransfer::~HttpTransfer() {
    curl_multi_remove_handle(state_->session->multi.get(), state_->easy.get());
}

bool HttpTransfer::is_finished() const {
    return state_->finished;
}

void HttpTransfer::resume() {
    curl_easy_pause(state_->easy.get(), CURLPAUSE_CONT);
}

std::optional<Failure> HttpTransfer::check() const {
    if (state_->thrown) std::rethrow_exception(state_->thrown);
    if (state_->result == CURLE_OK || state_->ended_by_receiver) return std::nullopt;
    return failure_of(state_->result, state_->detail.data(), ProxyTrouble(*state_), state_->request.url);
}

HttpSession::HttpSession(HttpOptions options) : shared_(std::make_unique<Shared>()) {
    start_libcurl();
    if (!options.ca_file.empty() && ::access(options.ca_file.c_str(), R_OK) != 0)
        throw Error(Fault::Usage,
                    "The CA file " + options.ca_file.string() + " cannot be read. Check its path.");
    shared_->proxy_for_https = options.proxy ? options.proxy : proxy_of_environment("https", ::getenv);
    shared_->proxy_for_http = options.proxy ? options.proxy : proxy_of_environment("http", ::getenv);
    shared_->hub_is_private =
        is_loopback_host(options.hub.host) || is_private_address(without_brackets(options.hub.host));
    if (options.ca_file.empty()) options.ca_file = system_ca_file();
    shared_->options = std::move(options);
    shared_->multi.reset(curl_multi_init());
    if (!shared_->multi) throw std::bad_alloc();
}

HttpSession::~HttpSession() = default;

std::unique_ptr<HttpTransfer> HttpSession::start(const HttpRequest& request, HttpReceiver& receiver) {
    auto state = std::make_unique<HttpTransfer::State>();
    state->session = shared_.get();
    state->receiver = &receiver;
    state->request = request;
    state->easy.reset(curl_easy_init());
    if (!state->easy) throw std::bad_alloc();
    configure(*state);
    CURL* easy = state->easy.get();
    std::unique_ptr<HttpTransfer> transfer(new HttpTransfer(std::move(state)));
    if (curl_multi_add_handle(shared_->multi.get(), easy) != CURLM_OK) throw std::bad_alloc();
    return transfer;
}

std::chrono::nanoseconds HttpSession::pump(std::chrono::milliseconds most, std::span<const int> descriptors) {
    std::vector<curl_waitfd> waits;
    for (const int fd : descriptors)
        if (fd >= 0) waits.push_back({fd, CURL_WAIT_POLLIN, 0});
    CURLM* multi = shared_->multi.get();
    // Waits first, so that the caller sees at once what the transfers then did; libcurl's own timers end the
    // wait.
    const auto begin = std::chrono::steady_clock::now();
    curl_multi_poll(multi, waits.data(), static_cast<unsigned>(waits.size()), static_cast<int>(most.count()),
                    nullptr);
    const auto waited = std::chrono::steady_clock::now() - begin;
    int running = 0, left = 0;
    curl_multi_perform(multi, &running);
    while (const CURLMsg* message = curl_multi_info_read(multi, &left)) {
        if (message->msg != CURLMSG_DONE) continue;
        HttpTransfer::State* state = nullptr;
        curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &state);
        state->finished = true;
        state->result = message->data.result;
    }
    return waited;
}

const Proxy& HttpSession::proxy() const {
    return shared_->proxy_for_https;
}

void HttpSession::wake() {
    curl_multi_wakeup(shared_->multi.get());
}

}  // namespace sidewinder::download
