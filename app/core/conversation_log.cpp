#include "app/core/conversation_log.h"

#include "inference/chat_template.h"

namespace sidewinder::app {

ConversationLog build_log(const inference::Tokenizer& tokenizer, const std::string& system_prompt,
                          const std::vector<LogPart>& path) {
    ConversationLog log;
    for (const LogPart& part : path) {
        std::vector<inference::TokenId> tokens = part.tokens;
        if (part.from_user && tokens.empty()) {
            tokens = log.tokens.empty() ? inference::encode_first_turn(tokenizer, system_prompt, part.text)
                                        : inference::encode_next_turn(tokenizer, part.text);
            log.encoded.push_back({part.message, true, part.text, tokens});
        } else if (tokens.empty()) {
            tokens = tokenizer.encode(part.text);
        }
        log.tokens.insert(log.tokens.end(), tokens.begin(), tokens.end());
        if (!part.from_user && (tokens.empty() || tokens.back() != inference::token::kEos)) {
            log.tokens.push_back(inference::token::kEos);
        }
    }
    return log;
}

}  // namespace sidewinder::app
