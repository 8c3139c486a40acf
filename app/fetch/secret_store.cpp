#include "app/fetch/secret_store.h"

#include "app/fetch/keyring.h"
#include "storage/paths.h"

namespace sidewinder::fetch {

namespace {

constexpr std::chrono::seconds kKeyringTime{5};

template <typename Use>
auto with_advice(const Keep& where, Use use) {
    try {
        return use();
    } catch (const keyring::Missing& error) {
        throw keyring::Missing(error.fault(), std::string(error.what()) + " " + where.otherwise);
    } catch (const download::Error& error) {
        throw download::Error(error.fault(), std::string(error.what()) + " " + where.otherwise);
    }
}

}  // namespace

download::TokenFile our_token_file() {
    return download::TokenFile(storage::standard_paths().config / "tokens.json");
}

download::Token find_in_keyring(const std::string& place,
                                const std::function<void(const std::string&)>& note) {
    try {
        return keyring::find(place, kKeyringTime);
    } catch (const keyring::Missing&) {  // most machines without a desktop
    } catch (const download::Error& error) {
        note(error.what());
    }
    return {};
}

void keep(const Keep& where, const download::Token& secret) {
    if (where.in_file) return our_token_file().store(where.place, secret);
    with_advice(where, [&] { keyring::store(where.place, secret, where.most); });
}

bool forget(const Keep& where, std::string& trouble) {
    bool removed = our_token_file().remove(where.place);
    try {
        removed = with_advice(where, [&] { return keyring::remove(where.place, where.most); }) || removed;
    } catch (const keyring::Missing&) {
    } catch (const download::Error& error) {
        if (!removed) throw;
        trouble = std::string(" The keyring's own was not looked for. ") + error.what();
    }
    return removed;
}

}  // namespace sidewinder::fetch
