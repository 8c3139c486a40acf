#pragma once

#include <string_view>

namespace sidewinder::cli {

/// Writes a piece of an answer to standard output at once. On a terminal without the control characters by
/// which a text could move the cursor or change settings; into a file or pipe as it is.
void print_answer(std::string_view text);

}  // namespace sidewinder::cli
