#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "inference/config.h"
#include "inference/tokenizer.h"

namespace sidewinder::app {

/// One message of a conversation's path, root first.
struct LogPart {
    std::int64_t message = 0;  ///< the store's row
    bool from_user = true;
    std::string text;
    std::vector<inference::TokenId>
        tokens;  ///< as stored when it was fed; empty: never fed to this tokenizer
};

/// The token log of a path. Stored ids are used as they are and never made anew from text. A part without ids
/// is encoded here; `encoded` tells which of the user's, so that the store can keep them. An answer that was
/// cut off is closed with EOS, so that the next turn follows it as in training. `project`: the log of a
/// project's reading that the conversation branches off, which stands before all; the system prompt then
/// stands behind it, so that conversations with different ones share what was read.
struct ConversationLog {
    std::vector<inference::TokenId> tokens;
    std::vector<LogPart> encoded;
};
ConversationLog build_log(const inference::Tokenizer& tokenizer, const std::string& system_prompt,
                          const std::vector<LogPart>& path, std::span<const inference::TokenId> project = {});

}  // namespace sidewinder::app
