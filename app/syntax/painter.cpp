#include <algorithm>

#include "app/syntax/language_queries.h"
#include "app/syntax/layer.h"
#include "app/syntax/query_roots.h"

namespace sidewinder::syntax {

namespace {

constexpr int kDeepest = 3;                            // Markdown > HTML > JavaScript
constexpr std::size_t kMostPieces = 4096;              // of one layer, kept
constexpr std::uint32_t kMatchLimit = 256;             // of unfinished matches: more is a degenerate text
constexpr std::uint64_t kParseMicroseconds = 200'000;  // for one embedded piece

ByteRange range_of(TSNode node) {
    return {ts_node_start_byte(node), ts_node_end_byte(node)};
}

bool meet(ByteRange a, ByteRange b) {
    return a.begin < b.end && b.begin < a.end;
}

/// The node without its named children: Markdown's markers of quotes are no part of the words.
std::vector<TSRange> own_ranges(TSNode node) {
    std::vector<TSRange> ranges;
    TSRange next{ts_node_start_point(node), {}, ts_node_start_byte(node), 0};
    const auto close = [&](TSPoint point, std::uint32_t byte) {
        next.end_point = point;
        next.end_byte = byte;
        if (next.start_byte < byte) ranges.push_back(next);
    };
    TSTreeCursor cursor = ts_tree_cursor_new(node);
    for (bool more = ts_tree_cursor_goto_first_child(&cursor); more;
         more = ts_tree_cursor_goto_next_sibling(&cursor)) {
        const TSNode child = ts_tree_cursor_current_node(&cursor);
        if (!ts_node_is_named(child)) continue;
        close(ts_node_start_point(child), ts_node_start_byte(child));
        next.start_point = ts_node_end_point(child);
        next.start_byte = ts_node_end_byte(child);
    }
    ts_tree_cursor_delete(&cursor);
    close(ts_node_end_point(node), ts_node_end_byte(node));
    return ranges;
}

struct Injection {
    const Language* language = nullptr;
    TSNode content{};
};

Injection injection_of(const Query& query, const TSQueryMatch& match, std::string_view text) {
    std::string_view tag = query.property(match.pattern_index, "injection.language");
    Injection found;
    bool has_content = false;
    for (std::uint16_t i = 0; i < match.capture_count; ++i) {
        const std::string_view capture = query.capture_name(match.captures[i].index);
        if (capture == "injection.language") tag = text_of(match.captures[i].node, text);
        if (capture != "injection.content") continue;
        found.content = match.captures[i].node;
        has_content = true;
    }
    if (has_content)
        found.language = tag == "markdown_inline" ? detail::inline_markdown() : find_language(tag);
    return found;
}

std::vector<ByteRange> bytes_of(const std::vector<TSRange>& ranges) {
    std::vector<ByteRange> bytes;
    for (const TSRange& range : ranges) bytes.push_back({range.start_byte, range.end_byte});
    return bytes;
}

}  // namespace

Painter::Painter(const SourceText& text, TSParser* parser, bool current, std::stop_token stop)
    : text_(text),
      parser_(parser),
      current_(current),
      stop_(std::move(stop)),
      cursor_(ts_query_cursor_new()) {
    ts_query_cursor_set_match_limit(cursor_.get(), kMatchLimit);
}

void Painter::collect(Layer& layer, ByteRange range, int depth) {
    if (!layer.tree || stop_.stop_requested()) return;
    collect_own(layer, range, depth);
    if (depth < kDeepest) collect_embedded(layer, range, depth);
}

void Painter::collect_own(const Layer& layer, ByteRange range, int depth) {
    const LanguageQueries& queries = layer.language->queries();
    if (queries.highlights.empty()) return;
    ts_query_cursor_set_byte_range(cursor_.get(), range.begin, range.end);
    std::uint32_t count = 0;
    TSQueryMatch match;
    for (const TSNode root : query_roots(layer.tree.get(), range)) {
        ts_query_cursor_exec(cursor_.get(), queries.highlights.get(), root);
        while (ts_query_cursor_next_match(cursor_.get(), &match)) {
            if (++count % 256 == 0 && stop_.stop_requested()) return;
            if (queries.highlights.accepts(match, text_.bytes())) add_strokes(queries, match, range, depth);
        }
    }
}

void Painter::add_strokes(const LanguageQueries& queries, const TSQueryMatch& match, ByteRange range,
                          int depth) {
    const std::int32_t rank = queries.first_wins ? -match.pattern_index : match.pattern_index;
    for (std::uint16_t i = 0; i < match.capture_count; ++i) {
        const CaptureKind kind = queries.highlight_kinds[match.captures[i].index];
        const ByteRange bytes = range_of(match.captures[i].node);
        if (kind.known && meet(bytes, range))
            strokes_.push_back({bytes.begin, bytes.end, depth, rank, kind.kind});
    }
}

void Painter::collect_embedded(Layer& layer, ByteRange range, int depth) {
    const Query& query = layer.language->queries().injections;
    if (query.empty()) return;
    std::vector<Injection> found;
    ts_query_cursor_set_byte_range(cursor_.get(), range.begin, range.end);
    TSQueryMatch match;
    for (const TSNode root : query_roots(layer.tree.get(), range)) {
        ts_query_cursor_exec(cursor_.get(), query.get(), root);
        while (ts_query_cursor_next_match(cursor_.get(), &match) && !stop_.stop_requested()) {
            if (!query.accepts(match, text_.bytes())) continue;
            const Injection injection = injection_of(query, match, text_.bytes());
            if (injection.language != nullptr && meet(range_of(injection.content), range))
                found.push_back(injection);
        }
    }
    for (Embedded& piece : layer.embedded) piece.seen = false;
    for (const Injection& piece : found) look_into(layer, *piece.language, piece.content, range, depth);
    if (layer.embedded.size() > kMostPieces)
        std::erase_if(layer.embedded, [](const Embedded& piece) { return !piece.seen; });
}

void Painter::look_into(Layer& layer, const Language& language, TSNode content, ByteRange range, int depth) {
    if (stop_.stop_requested()) return;
    const ByteRange bytes = range_of(content);
    const std::vector<TSRange> ranges = own_ranges(content);
    auto piece = std::find_if(layer.embedded.begin(), layer.embedded.end(), [&](const Embedded& known) {
        return known.range == bytes && known.layer->language == &language;
    });
    if (piece == layer.embedded.end()) {
        if (!current_) return;
        Embedded fresh{
            .range = bytes, .parts = {}, .stale = true, .seen = true, .layer = std::make_unique<Layer>()};
        fresh.layer->language = &language;
        layer.embedded.push_back(std::move(fresh));
        piece = layer.embedded.end() - 1;
    }
    piece->seen = true;
    if (current_ && (piece->stale || piece->parts != bytes_of(ranges)) && !parse(*piece, ranges)) return;
    collect(*piece->layer, {std::max(range.begin, bytes.begin), std::min(range.end, bytes.end)}, depth + 1);
}

bool Painter::parse(Embedded& piece, const std::vector<TSRange>& ranges) {
    if (ranges.empty()) return false;
    ts_parser_reset(parser_);
    ts_parser_set_timeout_micros(parser_, kParseMicroseconds);
    if (!ts_parser_set_language(parser_, piece.layer->language->grammar()) ||
        !ts_parser_set_included_ranges(parser_, ranges.data(), static_cast<std::uint32_t>(ranges.size())))
        return false;
    TreeHandle tree(
        ts_parser_parse_string(parser_, piece.layer->tree.get(), text_.bytes().data(), text_.size()));
    if (!tree) return false;
    piece.layer->tree = std::move(tree);
    piece.layer->embedded.clear();
    piece.parts = bytes_of(ranges);
    piece.stale = false;
    return true;
}

std::vector<Highlight> Painter::flattened(ByteRange range) {
    std::sort(strokes_.begin(), strokes_.end(), [](const Stroke& a, const Stroke& b) {
        if (a.begin != b.begin) return a.begin < b.begin;
        if (a.end != b.end) return a.end > b.end;
        return a.depth != b.depth ? a.depth < b.depth : a.rank < b.rank;
    });
    std::vector<Highlight> result;
    std::uint32_t done = range.begin;
    const auto paint_to = [&](std::uint32_t end, Kind kind) {
        end = std::min(end, range.end);
        if (end <= done) return;
        if (kind != Kind::None) {
            if (!result.empty() && result.back().end == done && result.back().kind == kind)
                result.back().end = end;
            else
                result.push_back({done, end, kind});
        }
        done = end;
    };
    struct Open {
        std::uint32_t end;
        Kind kind;
    };
    std::vector<Open> open{{range.end, Kind::None}};
    for (const Stroke& stroke : strokes_) {
        while (open.size() > 1 && open.back().end <= stroke.begin) {
            paint_to(open.back().end, open.back().kind);
            open.pop_back();
        }
        paint_to(stroke.begin, open.back().kind);
        open.push_back({std::min(stroke.end, open.back().end), stroke.kind});
    }
    while (!open.empty()) {
        paint_to(open.back().end, open.back().kind);
        open.pop_back();
    }
    return result;
}

}  // namespace sidewinder::syntax
