#pragma once

#include <string>

namespace sidewinder::cli {

/// One secret from the person: at a terminal after `question` and without an echo, else the first line of
/// standard input. White space around it is dropped; it is never from an argument. Throws storage::Error.
std::string read_secret(const std::string& question);

/// All that an open descriptor gives, at most 4 KiB, without white space around it; the descriptor is closed.
/// Throws storage::Error.
std::string read_secret_from(int fd);

/// Throws storage::Error for a proxy with a password: arguments can be read by others.
void refuse_password(const std::string& proxy);

void wipe(std::string& secret);

}  // namespace sidewinder::cli
