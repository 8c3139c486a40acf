#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "inference/tokenizer.h"

namespace sidewinder::inference {

/// What the last message of a request is.
enum class ChatEnd {
    Question,  ///< of the user or a tool, or an assistant message to go on with: a prompt
    Answer     ///< a whole assistant message with its end: a finished conversation, e.g. to be measured
};

/// A one-shot chat request (the form of mistral-common's sample.json: messages, tools,
/// continue_final_message; other fields are not read) as ids, token for token what mistral-common's v3 makes
/// of it (model-format.md 3.5). Throws Error(BadRequest) naming the message and the field.
std::vector<TokenId> encode_request(const Tokenizer& tokenizer, std::string_view request_json,
                                    ChatEnd end = ChatEnd::Question);

/// A conversation only ever appends (design.md 4): system prompt and project text stand in the first user
/// message. These two make the ids that a turn adds to the log.
///   first turn: 1 3 enc(system + "\n\n" + text) 4      later turns: 3 enc(text) 4
/// An empty `system` leaves out the two newlines too. A first turn that is put together piece by piece, so
/// that each has its ids whatever stands around it (a project, then the question): 1 3 enc(first part),
/// enc(any others), enc(last part) 4.
std::vector<TokenId> encode_first_turn(const Tokenizer& tokenizer, std::string_view system,
                                       std::string_view text);
std::vector<TokenId> encode_first_part(const Tokenizer& tokenizer, std::string_view text);
std::vector<TokenId> encode_last_part(const Tokenizer& tokenizer, std::string_view text);
std::vector<TokenId> encode_next_turn(const Tokenizer& tokenizer, std::string_view text);

}  // namespace sidewinder::inference
