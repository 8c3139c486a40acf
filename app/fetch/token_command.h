#pragma once

namespace sidewinder::fetch {

/// `sidewinder-fetch token set|show-where|remove`: tokens in the keyring or our file. One event "token" or
/// "error" on standard output; the exit code as for a download. `argv[0]` is the word "token".
int run_token_command(int argc, char** argv);

}  // namespace sidewinder::fetch
