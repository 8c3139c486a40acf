#include "storage/download/hub_client.h"

namespace sidewinder::download {

namespace {

std::string of(int status) {
    return " (status " + std::to_string(status) + ")";
}

}  // namespace

Failure HubClient::failure_of_status(const HttpHead& head, const std::string& file) const {
    const int status = head.status;
    const std::string_view code = head.find("x-error-code"), message = head.find("x-error-message");
    const std::string repository = "the repository " + address_.repository();
    const auto never = [&](Fault fault, const std::string& sentence) {
        return Failure{fault, Retry::Never, sentence, {}};
    };
    if (status == 429 || status == 408 || status == 500 || status == 502 || status == 503 || status == 504) {
        const auto wait = asked_wait(head.find("retry-after"), head.find("date"), head.find("ratelimit"),
                                     std::chrono::system_clock::now());
        const bool limited = status == 429;
        return {limited ? Fault::RateLimited : Fault::Server, Retry::Server,
                (limited ? "The hub asks us to slow down" : "The hub is in trouble") + of(status) +
                    ". Nothing is lost. Start the download again later.",
                wait};
    }
    if (code == "GatedRepo")
        return never(Fault::Gated, "The licence of " + repository + " must be accepted first" + of(status) +
                                       ": do so at " + address_.page() +
                                       ", then give a token of that account.");
    if (message.find("disabled") != std::string_view::npos && (status == 401 || status == 403))
        return never(Fault::Unavailable, "The hub has disabled access to " + repository + of(status) + ".");
    if (status == 401 && message.starts_with("Invalid credentials"))
        return never(Fault::BadToken, "The hub does not accept the access token" + of(status) +
                                          ". Make a new one in the hub's settings and give that.");
    if (code == "RevisionNotFound")
        return never(Fault::NoRevision, "The revision '" + shown_name(address_.revision()) + "' is not in " +
                                            repository + of(status) + ". Look at " + address_.page() + ".");
    if (code == "EntryNotFound" || (status == 404 && !file.empty() && code.empty()))
        return never(Fault::NoFile, "There is no file " + shown_name(file) + " in " + repository +
                                        of(status) + ". Look at " + address_.page() + ".");
    if (code == "RepoNotFound" || status == 401 || status == 404)
        return never(Fault::NoRepository, "There is no " + repository.substr(4) + " at " +
                                              address_.origin().text() + ", or it is private" + of(status) +
                                              ". Check its name, or give a token that may read it.");
    if (status == 403)
        return never(Fault::Forbidden, "The hub does not let us read " + repository + of(status) +
                                           ". Check the token's rights at " + address_.page() + ".");
    if (status == 410 || status == 451)
        return never(Fault::Unavailable, "The hub does not offer " + repository + " any more" + of(status) +
                                             ". Look at " + address_.page() + ".");
    if (status == 511)
        return never(Fault::NotTheHub, "The network asks you to log in first" + of(status) +
                                           ". Open a web page, log in, and try again.");
    return never(Fault::BadAnswer, "The hub's answer cannot be used" + of(status) + ". Try again later.");
}

}  // namespace sidewinder::download
