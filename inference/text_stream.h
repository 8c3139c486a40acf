#pragma once

#include <string>

#include "inference/tokenizer.h"

namespace sidewinder::inference {

/// Token ids in, text out, never half a UTF-8 character. The pieces' concatenation plus `finish()` equals
/// Tokenizer::decode of all ids. One object per answer; not thread-safe.
class TextStream {
  public:
    explicit TextStream(const Tokenizer& tokenizer) : tokenizer_(tokenizer) {}
    /// The text that became certain; may be empty. Throws Error(BadTokenizer) for an id outside the
    /// vocabulary.
    std::string push(TokenId id);
    std::string finish();  ///< what was pending, incomplete bytes as U+FFFD

  private:
    const Tokenizer& tokenizer_;
    std::string pending_;  ///< bytes of an unfinished character
    bool first_ = true;    ///< no text yet: one leading space is dropped
};

}  // namespace sidewinder::inference
