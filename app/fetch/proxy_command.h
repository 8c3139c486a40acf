#pragma once

#include <functional>
#include <string>

#include "storage/download/proxy.h"

namespace sidewinder::fetch {

/// `sidewinder-fetch proxy set|remove`: the password of a proxy, in the keyring or our file. The proxy comes
/// on standard input (protocol.h), with its name and, to set, its password. One event "token" or "error" on
/// standard output; the exit code as for a download. `argv[0]` is the word "proxy".
int run_proxy_command(int argc, char** argv);

/// With the password that is kept for it, if it has a name and no password. `note` hears why the keyring
/// could not be asked. Throws Error(Usage).
download::Proxy with_kept_password(download::Proxy proxy,
                                   const std::function<void(const std::string&)>& note);

}  // namespace sidewinder::fetch
