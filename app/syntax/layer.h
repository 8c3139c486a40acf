#pragma once

#include <memory>
#include <stop_token>
#include <vector>

#include "app/syntax/highlight.h"
#include "app/syntax/language.h"
#include "app/syntax/source_text.h"
#include "app/syntax/tree_sitter.h"

namespace sidewinder::syntax {

struct Layer;
struct LanguageQueries;

/// A piece of a text in another language than what is around it.
struct Embedded {
    ByteRange range;               ///< of the node that holds it
    std::vector<ByteRange> parts;  ///< what of it is parsed, as one text
    bool stale = false;            ///< an edit touched it
    bool seen = false;             ///< the last look came past it
    std::unique_ptr<Layer> layer;
};

/// A tree and the pieces within it that were looked at.
struct Layer {
    const Language* language = nullptr;
    TreeHandle tree;
    std::vector<Embedded> embedded;

    void edit(const TSInputEdit& edit);
};

/// Collects what the queries of a layer and of what is embedded in it say of a range.
class Painter {
  public:
    /// `current`: the trees are those of the text, embedded pieces may be parsed.
    Painter(const SourceText& text, TSParser* parser, bool current, std::stop_token stop);

    void collect(Layer& layer, ByteRange range, int depth = 0);

    /// Disjoint and ascending: of what lies over the same byte the innermost counts.
    std::vector<Highlight> flattened(ByteRange range);

  private:
    struct Stroke {
        std::uint32_t begin, end;
        std::int32_t depth, rank;  ///< of two for the same node the greater counts
        Kind kind;
    };

    void collect_own(const Layer& layer, ByteRange range, int depth);
    void add_strokes(const LanguageQueries& queries, const TSQueryMatch& match, ByteRange range, int depth);
    void collect_embedded(Layer& layer, ByteRange range, int depth);
    void look_into(Layer& layer, const Language& language, TSNode content, ByteRange range, int depth);
    bool parse(Embedded& piece, const std::vector<TSRange>& ranges);

    const SourceText& text_;
    TSParser* parser_;
    bool current_;
    std::stop_token stop_;
    CursorHandle cursor_;
    std::vector<Stroke> strokes_;
};

}  // namespace sidewinder::syntax
