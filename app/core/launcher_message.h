#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "app/core/process_starter.h"

/// What a locked process may ask its launcher for, as bytes and back. The launcher takes the asking side for
/// one that may have been taken over: whatever is not allowed here does not happen.
namespace sidewinder::app {

inline constexpr std::size_t kLongestMessage = std::size_t{64} << 10;
inline constexpr std::size_t kLongestField = 4096;  ///< one argument, variable or address
inline constexpr std::size_t kMostFields = 1024;
inline constexpr std::size_t kMostDescriptors = 8;  ///< of one message

/// An option of sidewinder-fetch that is known to do no more than name what is downloaded, from where, to
/// where and how: `--name=value` with a name from a fixed list, a flag, or a word that keeps
/// a proxy's password.
bool is_fetch_argument(std::string_view argument);
/// Of the environment: where the hub, the proxy, the CA file and the token are. None that a loader or a
/// library acts on.
bool is_fetch_variable(std::string_view name);
/// http or https, a host, characters of RFC 3986 but the apostrophe, and no longer than a field.
bool is_web_link(std::string_view address);

struct LaunchMessage {
    enum class Kind { Fetch, Link };
    Kind kind = Kind::Fetch;
    StartRequest fetch;  ///< of Fetch, without descriptors
    std::string link;    ///< of Link
};

std::string to_bytes(const LaunchMessage& message);
/// None for anything that is not exactly such a message, or asks for what is not allowed.
std::optional<LaunchMessage> parse_launch_message(std::string_view bytes);

/// What the launcher answers on the first descriptor of a message, one packet each: Started, then Ended; or
/// NotStarted.
struct LaunchStatus {
    enum class What : int { Started, NotStarted, Ended };
    What what = What::NotStarted;
    int value = 0;  ///< Started: its process id; NotStarted: errno; Ended: the exit code, or 128 + the signal
};

}  // namespace sidewinder::app
