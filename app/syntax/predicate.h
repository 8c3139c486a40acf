#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "app/syntax/tree_sitter.h"

namespace re2 {
class RE2;
}

namespace sidewinder::syntax {

/// One test of a query's pattern on the text of its captures: #eq?, #match?, #any-of?, #contains?,
/// #lua-match? and their not- and any- forms, #has-parent?, #has-ancestor?. Regular expressions run in linear
/// time on any bytes.
class Predicate {
  public:
    enum class Test { Equal, Match, OneOf, Contains, HasParent, HasAncestor };

    Predicate(Test test, std::uint32_t capture);
    Predicate(Predicate&&) noexcept;
    Predicate& operator=(Predicate&&) noexcept;
    ~Predicate();

    /// All nodes of the capture pass (with `any`: one does); true where it captured nothing.
    bool holds(const TSQueryMatch& match, std::string_view text) const;

    bool negated = false;
    bool any = false;
    int other_capture = -1;           ///< Equal with another capture's text
    std::vector<std::string> values;  ///< what to compare with
    bool set_pattern(const std::string& expression);

  private:
    bool passes(TSNode node, const TSQueryMatch& match, std::string_view text) const;

    Test test_;
    std::uint32_t capture_;
    std::unique_ptr<re2::RE2> pattern_;
};

struct PatternRules {
    std::vector<Predicate> tests;
    std::vector<std::pair<std::string, std::string>> properties;
    bool usable = true;  ///< false: a predicate that is not known, or does not make sense
};

/// The predicates of one pattern. What only concerns other editors (#is?, #is-not?, #offset!) is passed over.
PatternRules read_rules(const TSQuery* query, std::uint32_t pattern, std::vector<std::string>& problems);

/// The text of a node; empty where the tree is older than the text and reaches beyond it.
std::string_view text_of(TSNode node, std::string_view text);

/// A Lua pattern as a regular expression: classes, sets, anchors, + * - ?; empty if it holds more than these.
std::string expression_of_lua(std::string_view pattern);

}  // namespace sidewinder::syntax
