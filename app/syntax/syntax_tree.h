#pragma once

#include <chrono>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "app/syntax/byte_range.h"
#include "app/syntax/highlight.h"
#include "app/syntax/language.h"
#include "app/syntax/symbol.h"

namespace sidewinder::syntax {

enum class Parsed {
    Ready,      ///< the tree is that of the text
    Stopped,    ///< the stop was asked for; the next update goes on where this one ended
    OutOfTime,  ///< likewise, for the budget
    TooLarge,   ///< the text is longer than max_bytes: it has no tree
};

struct Update {
    Parsed parsed = Parsed::Ready;
    /// Where what the text means may have changed since the last update that was Ready: ascending, in bytes
    /// of the text as it is now. The edited bytes themselves are not always among them.
    std::vector<ByteRange> changed;
};

/// The syntax tree of a text in one language, kept up with edits.
///
/// Any bytes are allowed, UTF-8 is meant; positions are bytes from the beginning of the text, below 2^32. A
/// tree is used by one thread at a time and may be handed from one to another; different trees are
/// independent. Nothing throws but bad_alloc (tree-sitter itself ends the program where malloc fails).
class SyntaxTree {
  public:
    static constexpr std::uint32_t max_bytes = 16u << 20;

    /// Parses nothing yet.
    SyntaxTree(const Language& language, std::string text);
    SyntaxTree(SyntaxTree&&) noexcept;
    SyntaxTree& operator=(SyntaxTree&&) noexcept;
    ~SyntaxTree();

    const Language& language() const;
    std::string_view text() const;
    std::uint32_t line_count() const;                    ///< at least 1
    std::uint32_t line_of(std::uint32_t byte) const;     ///< from 0
    std::uint32_t line_begin(std::uint32_t line) const;  ///< the text's size for lines behind the last
    bool current() const;                                ///< is the tree that of the text?

    /// Replaces bytes of the text, cheaply (a move of what follows). Until the next update the old tree
    /// serves, its positions moved along.
    void edit(ByteRange replaced, std::string_view text);

    /// Parses what has changed. Ends within some milliseconds of a stop, or of the end of the budget.
    Update update(std::stop_token stop = {}, std::chrono::milliseconds budget = std::chrono::seconds(2));

    /// The kinds of the bytes in a range: ascending, disjoint, not empty, cut to the range; what no span
    /// covers is plain. Embedded languages (HTML's scripts, Markdown's fences) included: they are parsed
    /// here, where they are looked at, and kept. Less or nothing after a stop.
    std::vector<Highlight> highlights(ByteRange range, std::stop_token stop = {});

    /// All symbols, by where they begin, the outer before the inner; empty after a stop.
    std::vector<Symbol> symbols(std::stop_token stop = {}) const;

    /// The symbols around a byte, the outermost first: enclosing(symbols(), byte).
    std::vector<Symbol> enclosing(std::uint32_t byte) const;

    /// The tree as an S-expression, for tests. Empty without a tree.
    std::string structure() const;

  private:
    struct Parts;
    std::unique_ptr<Parts> parts_;
};

/// Those of the symbols that a byte lies in or whose comment it lies in, in the same order.
std::vector<Symbol> enclosing(const std::vector<Symbol>& symbols, std::uint32_t byte);

}  // namespace sidewinder::syntax
