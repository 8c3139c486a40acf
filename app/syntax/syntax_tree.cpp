#include "app/syntax/syntax_tree.h"

#include <algorithm>
#include <atomic>
#include <cstdlib>

#include "app/syntax/layer.h"
#include "app/syntax/symbol_finder.h"

namespace sidewinder::syntax {

struct SyntaxTree::Parts {
    SourceText text;
    Layer root;
    ParserHandle parser{ts_parser_new()};
    ParserHandle embedded_parser{ts_parser_new()};
    bool current = false;
    bool halted = false;  ///< the parser holds the state of an unfinished parse
    std::size_t stop_flag = 0;

    TreeHandle parse(const std::stop_token& stop, std::chrono::microseconds budget);
    std::vector<ByteRange> changes(const TSTree* now) const;
};

SyntaxTree::SyntaxTree(const Language& language, std::string text)
    : parts_(std::make_unique<Parts>(Parts{SourceText(std::move(text)), {}})) {
    parts_->root.language = &language;
}

SyntaxTree::SyntaxTree(SyntaxTree&&) noexcept = default;
SyntaxTree& SyntaxTree::operator=(SyntaxTree&&) noexcept = default;
SyntaxTree::~SyntaxTree() = default;

const Language& SyntaxTree::language() const {
    return *parts_->root.language;
}
std::string_view SyntaxTree::text() const {
    return parts_->text.bytes();
}
std::uint32_t SyntaxTree::line_count() const {
    return parts_->text.line_count();
}
std::uint32_t SyntaxTree::line_of(std::uint32_t byte) const {
    return parts_->text.line_of(byte);
}
std::uint32_t SyntaxTree::line_begin(std::uint32_t line) const {
    return parts_->text.line_begin(line);
}
bool SyntaxTree::current() const {
    return parts_->current;
}

void SyntaxTree::edit(ByteRange replaced, std::string_view text) {
    const TSInputEdit edit = parts_->text.replace(replaced, text);
    parts_->root.edit(edit);
    parts_->current = false;
    if (parts_->halted) ts_parser_reset(parts_->parser.get());
    parts_->halted = false;
}

TreeHandle SyntaxTree::Parts::parse(const std::stop_token& stop, std::chrono::microseconds budget) {
    std::atomic_ref<std::size_t>(stop_flag).store(0);
    const std::stop_callback raise(stop, [this] { std::atomic_ref<std::size_t>(stop_flag).store(1); });
    if (!halted) ts_parser_set_language(parser.get(), root.language->grammar());
    ts_parser_set_cancellation_flag(parser.get(), &stop_flag);
    ts_parser_set_timeout_micros(parser.get(),
                                 static_cast<std::uint64_t>(std::max<std::int64_t>(1, budget.count())));
    TreeHandle tree(ts_parser_parse_string(parser.get(), root.tree.get(), text.bytes().data(), text.size()));
    ts_parser_set_cancellation_flag(parser.get(), nullptr);
    halted = tree == nullptr;
    return tree;
}

std::vector<ByteRange> SyntaxTree::Parts::changes(const TSTree* now) const {
    if (!root.tree) return {{0, text.size()}};
    std::uint32_t count = 0;
    TSRange* ranges = ts_tree_get_changed_ranges(root.tree.get(), now, &count);
    std::vector<ByteRange> result;
    for (std::uint32_t i = 0; i < count; ++i) {
        const ByteRange range{ranges[i].start_byte, std::min(ranges[i].end_byte, text.size())};
        if (range.begin < range.end) result.push_back(range);
    }
    std::free(ranges);
    return result;
}

Update SyntaxTree::update(std::stop_token stop, std::chrono::milliseconds budget) {
    Parts& parts = *parts_;
    if (parts.current) return {};
    if (parts.text.size() > max_bytes) {
        parts.root.tree.reset();
        parts.root.embedded.clear();
        return {Parsed::TooLarge, {}};
    }
    if (stop.stop_requested()) return {Parsed::Stopped, {}};
    TreeHandle tree = parts.parse(stop, budget);
    if (!tree) return {stop.stop_requested() ? Parsed::Stopped : Parsed::OutOfTime, {}};
    Update update{Parsed::Ready, parts.changes(tree.get())};
    parts.root.tree = std::move(tree);
    parts.current = true;
    return update;
}

std::vector<Highlight> SyntaxTree::highlights(ByteRange range, std::stop_token stop) {
    range.end = std::min(range.end, parts_->text.size());
    if (!parts_->root.tree || range.begin >= range.end) return {};
    Painter painter(parts_->text, parts_->embedded_parser.get(), parts_->current, std::move(stop));
    painter.collect(parts_->root, range);
    return painter.flattened(range);
}

std::vector<Symbol> SyntaxTree::symbols(std::stop_token stop) const {
    if (!parts_->root.tree) return {};
    return find_symbols(*parts_->root.language, parts_->root.tree.get(), parts_->text, stop);
}

std::vector<Symbol> SyntaxTree::enclosing(std::uint32_t byte) const {
    return syntax::enclosing(symbols(), byte);
}

std::string SyntaxTree::structure() const {
    if (!parts_->root.tree) return {};
    char* text = ts_node_string(ts_tree_root_node(parts_->root.tree.get()));
    std::string result(text);
    std::free(text);
    return result;
}

std::vector<Symbol> enclosing(const std::vector<Symbol>& symbols, std::uint32_t byte) {
    std::vector<Symbol> around;
    std::copy_if(symbols.begin(), symbols.end(), std::back_inserter(around), [byte](const Symbol& symbol) {
        return symbol.begin_with_comment <= byte && byte < symbol.range.end;
    });
    return around;
}

}  // namespace sidewinder::syntax
