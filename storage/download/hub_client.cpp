#include "storage/download/hub_client.h"

#include <set>

namespace sidewinder::download {

namespace {

constexpr int kMostHops = 5;
constexpr int kMostPages = 200;
constexpr std::chrono::seconds kAnswerTimeout{60};

class WholeAnswer final : public HttpReceiver {
  public:
    HttpHead answer;
    std::string text;
    bool head_only = false;

    bool head(const HttpHead& head) override {
        answer = head;
        if (head_only) return true;
        if (!head.find("content-encoding").empty() && head.find("content-encoding") != "identity")
            throw Error(Fault::BadAnswer,
                        "The hub's list came compressed, which was not asked for. Try again later.");
        return head.status < 300;  // what an error says stands in its header
    }
    bool body(std::span<const std::byte> bytes) override {
        if (text.size() + bytes.size() > kMostListBytes)
            throw Error(Fault::BadAnswer,
                        "The hub's list of files is larger than 32 MiB, which no model's is. "
                        "Nothing was stored. Check the endpoint.");
        text.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
        return true;
    }
};

}  // namespace

struct HubClient::Answer {
    Url url;  // after redirects
    HttpHead head;
    std::string text;
};

Error HubClient::not_the_hub(const std::string& what) const {
    return {Fault::NotTheHub,
            "What answers at " + address_.origin().text() + " is not a model hub: " + what +
                ". Perhaps a network asks you to log in first: open a web page, log in, and try "
                "again."};
}

std::optional<Failure> HubClient::ask_once(Answer& answer, bool head_only) {
    WholeAnswer whole;
    whole.head_only = head_only;
    const auto transfer =
        job_.session.start({answer.url, head_only, std::nullopt, {}, false, kAnswerTimeout}, whole);
    while (!transfer->is_finished()) job_.step(Milliseconds(1000));
    answer.head = std::move(whole.answer);
    answer.text = std::move(whole.text);
    return transfer->check();
}

HubClient::Answer HubClient::ask(const Url& url, bool head_only, const std::string& file) {
    Attempts attempts(job_, file);
    for (;;) {
        Answer answer{url, {}, {}};
        std::optional<Failure> failure = ask_once(answer, head_only);
        if (!failure && answer.head.status >= 400) failure = failure_of_status(answer.head, file);
        if (!failure) {
            job_.network_has_worked = true;
            return answer;
        }
        job_.wait(attempts.failed(*failure));
    }
}

HubClient::Answer HubClient::ask_api(Url url) {
    for (int hops = 0; hops <= kMostHops; ++hops) {
        Answer answer = ask(url, false, "");
        if (answer.head.is_redirect()) {  // a renamed repository
            url = redirected(url, address_.at_mirror(answer.head.find("location")));
            if (url.origin != address_.origin()) throw not_the_hub("it sends us on to " + url.origin.host);
            continue;
        }
        if (answer.head.status != 200)
            throw not_the_hub("it answers with status " + std::to_string(answer.head.status));
        if (!answer.head.find("content-type").starts_with("application/json"))
            throw not_the_hub("it sends '" + shown_name(answer.head.find("content-type")) +
                              "' where JSON belongs");
        return answer;
    }
    throw Error(Fault::RefusedAddress,
                "The hub sent us in circles (more than 5 redirects). Try again later.");
}

std::string HubClient::commit() {
    return parse_revision(ask_api(address_.revision_url()).text);
}

std::vector<RemoteFile> HubClient::list(const std::string& commit) {
    std::vector<RemoteFile> files;
    std::set<std::string> names, pages;
    Url url = address_.tree_url(commit);
    while (pages.insert(url.text).second && pages.size() <= kMostPages) {
        const Answer answer = ask_api(url);
        for (RemoteFile& file : parse_tree(answer.text)) {
            if (!names.insert(file.name).second)
                throw Error(Fault::BadAnswer,
                            "The hub lists the file '" + shown_name(file.name) + "' twice.");
            files.push_back(std::move(file));
        }
        if (files.size() > kMostListEntries)
            throw Error(Fault::BadAnswer, "The hub lists more than 100000 files, which no model has.");
        const auto next = next_page(answer.head.find("link"));
        if (!next) return files;
        url = redirected(answer.url, address_.at_mirror(*next));
        if (url.origin != address_.origin()) throw not_the_hub("its list goes on at " + url.origin.host);
    }
    throw Error(Fault::BadAnswer, "The hub's list of files does not end. Try again later.");
}

FileSource HubClient::resolve(const std::string& commit, const std::string& file) {
    Url url = address_.resolve_url(commit, file);
    for (int hops = 0; hops <= kMostHops; ++hops) {
        const Answer answer = ask(url, true, file);
        const HttpHead& head = answer.head;
        const std::string_view commit_header = head.find("x-repo-commit");
        if (head.is_redirect()) {
            const std::string location = address_.at_mirror(head.find("location"));
            const Url next = redirected(url, location);
            const bool stays = next.origin == address_.origin();
            if (stays && (is_relative_location(location) || head.find("x-linked-etag").empty())) {
                url = next;
                continue;
            }
            if (commit_header.empty()) throw not_the_hub("it sends us on to " + next.origin.host);
            url = next;
        } else if (commit_header.empty()) {
            throw not_the_hub("its answer names no commit");
        }
        if (commit_header != commit)
            throw Error(Fault::Changed,
                        "The hub answers for another commit than was asked for. Try again later.");
        const bool linked = !head.find("x-linked-size").empty();
        const auto size = linked ? parse_count(head.find("x-linked-size"))
                                 : (head.is_redirect() ? std::nullopt : head.content_length());
        const std::string_view etag =
            head.find("x-linked-etag").empty() ? head.find("etag") : head.find("x-linked-etag");
        if (!size) throw Error(Fault::BadAnswer, "The hub names no size of " + file + ". Try again later.");
        return {bare_etag(etag), *size, url};
    }
    throw Error(Fault::RefusedAddress,
                "The hub sent us in circles for " + file + " (more than 5 redirects). Try again later.");
}

}  // namespace sidewinder::download
