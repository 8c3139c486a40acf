#pragma once

#include <functional>
#include <string>

#include "storage/download/token.h"

namespace sidewinder::fetch {

/// What was said about the token when this program was started.
struct TokenArguments {
    bool none = false;  ///< --no-token
    int fd = -1;
    std::string file;
    std::string handed_over;  ///< on standard input
};

/// The first of: what was handed over, --token-fd, --token-file, HF_TOKEN, the keyring's for this hub,
/// huggingface_hub's file, ours for this hub. `note` hears why the keyring could not be asked. Throws
/// Error(Usage).
download::FoundToken choose_token(const TokenArguments& arguments, const std::string& hub,
                                  const std::function<void(const std::string&)>& note);

}  // namespace sidewinder::fetch
