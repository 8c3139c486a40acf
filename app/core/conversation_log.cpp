#include "app/core/conversation_log.h"

#include "inference/chat_template.h"

namespace sidewinder::app {

namespace {

std::vector<inference::TokenId> first_turn(const inference::Tokenizer& tokenizer, const std::string& system,
                                           const std::string& text, bool of_project) {
    if (!of_project) return inference::encode_first_turn(tokenizer, system, text);
    return inference::encode_last_part(tokenizer, system.empty() ? text : system + "\n\n" + text);
}

}  // namespace

ConversationLog build_log(const inference::Tokenizer& tokenizer, const std::string& system_prompt,
                          const std::vector<LogPart>& path, std::span<const inference::TokenId> project) {
    ConversationLog log;
    log.tokens.assign(project.begin(), project.end());
    for (const LogPart& part : path) {
        std::vector<inference::TokenId> tokens = part.tokens;
        if (part.from_user && tokens.empty()) {
            tokens = &part == &path.front()
                         ? first_turn(tokenizer, system_prompt, part.text, !project.empty())
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
