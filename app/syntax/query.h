#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "app/syntax/predicate.h"
#include "app/syntax/tree_sitter.h"

namespace sidewinder::syntax {

/// A compiled query with its predicates. Immutable once made, any thread.
class Query {
  public:
    /// Never throws for a bad query: `problems` gets a line for it, and the query, or the pattern, matches
    /// nothing.
    Query(const TSLanguage* language, std::string_view source, std::vector<std::string>& problems);

    bool empty() const { return query_ == nullptr || ts_query_pattern_count(query_.get()) == 0; }
    const TSQuery* get() const { return query_.get(); }

    /// Do the predicates of its pattern hold? `text` is what the tree was made from.
    bool accepts(const TSQueryMatch& match, std::string_view text) const;

    /// What `#set!` gives to the pattern; empty if nothing.
    std::string_view property(std::uint32_t pattern, std::string_view key) const;

    std::uint32_t capture_count() const;
    std::string_view capture_name(std::uint32_t capture) const;

  private:
    QueryHandle query_;
    std::vector<PatternRules> rules_;  ///< one per pattern
};

}  // namespace sidewinder::syntax
