#pragma once

#include <chrono>
#include <functional>
#include <string>

#include "storage/download/token.h"
#include "storage/download/token_file.h"

/// Secrets that outlive a run, by the place they are for (keyring.h): in the desktop's keyring, else, if the
/// person says so, in a file of ours that nobody else may read.
namespace sidewinder::fetch {

/// tokens.json in the configuration folder. Throws storage::Error without a home.
download::TokenFile our_token_file();

/// The keyring's, or none: within five seconds, and never an error. `note` hears why it could not be asked.
download::Token find_in_keyring(const std::string& place,
                                const std::function<void(const std::string&)>& note);

struct Keep {
    std::string place;
    bool in_file = false;
    std::chrono::seconds most{60};  ///< the person may have to unlock the keyring
    std::string otherwise;          ///< a sentence: what to do without a keyring
};

/// Throws Error, with `otherwise` at the end where there is no keyring to be had.
void keep(const Keep& where, const download::Token& secret);

/// From wherever we may have put it; whether it was there. `trouble` receives what kept the keyring from
/// being looked at, beginning with a space. Throws Error when that was all there was to look at.
bool forget(const Keep& where, std::string& trouble);

}  // namespace sidewinder::fetch
