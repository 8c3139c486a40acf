#pragma once

#include <string>

namespace sidewinder::app {

/// Of "[SCHEME://][NAME[:PASSWORD]@]HOST[:PORT]": the same without ":PASSWORD".
std::string without_password(const std::string& proxy);

/// Of such an address with a name: the same with `password` in it, percent-encoded. As it is without a name.
std::string with_password(const std::string& proxy, const std::string& password);

}  // namespace sidewinder::app
