#pragma once

#include <chrono>
#include <string>

#include "storage/download/fault.h"
#include "storage/download/token.h"

/// The desktop's keyring (Secret Service over the session's D-Bus, by libsecret), a secret for each place: a
/// hub's address, or download::Proxy::place(). Every function ends within its time limit, and throws
/// Error(Keyring) whose sentence says what to do.
namespace sidewinder::fetch::keyring {

/// There is no keyring here at all: no session bus, or nothing on it that keeps secrets.
class Missing : public download::Error {
  public:
    using Error::Error;
};

/// None if it holds none for this place. Never asks the person anything: a locked one is an error.
download::Token find(const std::string& place, std::chrono::seconds most);

/// The desktop may ask the person to unlock it.
void store(const std::string& place, const download::Token& token, std::chrono::seconds most);

/// Whether there was one.
bool remove(const std::string& place, std::chrono::seconds most);

}  // namespace sidewinder::fetch::keyring
