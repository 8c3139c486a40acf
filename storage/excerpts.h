#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "storage/conversations.h"

namespace sidewinder::storage {

/// One line of an answer's side note: what was put next to the question, or was switched off.
struct KeptExcerpt {
    std::string path;                             ///< raw bytes, from the project's root
    std::uint32_t first_line = 0, last_line = 0;  ///< from 1; the last one belongs to it
    std::int64_t tokens = 0;
    std::string why;  ///< project::name_of(Why)
    bool is_on = true;
    bool operator==(const KeptExcerpt&) const = default;
};

/// The excerpts of messages. A message of another branch has its own; purging a conversation forgets its
/// excerpts. Unknown messages throw Error(NotFound); see Database for the others. Store thread only.
class Excerpts {
  public:
    explicit Excerpts(Database& database) : database_(database) {}

    /// In place of what was kept for the message. `prompt_text` stood before its text in the prompt
    /// (project::excerpts_text()), at most Conversations::kMaxTextBytes. One committed transaction.
    void set(RowId message, std::span<const KeptExcerpt> excerpts, std::string_view prompt_text);
    std::vector<KeptExcerpt> of(RowId message) const;  ///< in their order; empty for unknown messages too
    std::string prompt_text(RowId message) const;      ///< empty: nothing stood there
    /// For all messages from the root to `leaf` that have one: what a log made anew needs.
    std::map<RowId, std::string> prompt_texts(RowId leaf) const;

  private:
    Database& database_;
};

}  // namespace sidewinder::storage
