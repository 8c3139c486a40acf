#include "app/fetch/token_choice.h"

#include "app/fetch/secret_store.h"

namespace sidewinder::fetch {

using download::FoundToken;

namespace {

FoundToken of_our_file(const std::string& hub) {
    const download::TokenFile file = our_token_file();
    return {file.find(hub), file.path().string()};
}

}  // namespace

FoundToken choose_token(const TokenArguments& arguments, const std::string& hub,
                        const std::function<void(const std::string&)>& note) {
    if (arguments.none) return {};
    if (!arguments.handed_over.empty()) return {download::Token(arguments.handed_over), "this run"};
    if (arguments.fd >= 0) return {download::read_token_descriptor(arguments.fd), "this run"};
    if (!arguments.file.empty()) return {download::read_token_file(arguments.file), arguments.file};
    if (FoundToken found = download::token_of_variables(); found.token) return found;
    if (download::implicit_tokens_are_off()) return {};
    if (download::Token found = find_in_keyring(hub, note)) return {std::move(found), "keyring"};
    if (FoundToken found = download::token_of_hugging_face(); found.token) return found;
    if (FoundToken found = of_our_file(hub); found.token) return found;
    return {};
}

}  // namespace sidewinder::fetch
