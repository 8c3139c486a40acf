#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "app/syntax/syntax_tree.h"

using namespace sidewinder::syntax;

namespace {

void check(SyntaxTree& tree, ByteRange range) {
    std::uint32_t end = range.begin;
    for (const Highlight& span : tree.highlights(range)) {
        if (span.begin < end || span.end <= span.begin || span.end > range.end) std::abort();
        end = span.end;
    }
    for (const Symbol& symbol : tree.symbols()) {
        const bool inside =
            symbol.range.begin <= symbol.range.end && symbol.range.end <= tree.text().size() &&
            symbol.begin_with_comment <= symbol.range.begin && symbol.last_line < tree.line_count();
        if (tree.current() && !inside) std::abort();
    }
}

}  // namespace

/// The first byte chooses the language, four bytes each the edits: where, how much goes, what comes.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::vector<std::string_view> names = languages();
    if (size < 13 || names.empty()) return 0;
    const std::string_view text(reinterpret_cast<const char*>(data + 13),
                                std::min<std::size_t>(size - 13, 2048));
    SyntaxTree tree(*find_language(names[data[0] % names.size()]), std::string(text));
    constexpr auto kBudget = std::chrono::milliseconds(300);
    if (tree.update({}, kBudget).parsed != Parsed::Ready) return 0;
    const auto length = [&] { return static_cast<std::uint32_t>(tree.text().size()); };
    check(tree, {0, length()});
    for (int i = 0; i < 3; ++i) {
        const std::uint8_t* edit = data + 1 + 4 * i;
        const std::uint32_t at = (edit[0] | edit[1] << 8u) % (length() + 1);
        const std::string piece(edit[3] % 4, static_cast<char>(edit[3]));
        tree.edit({at, at + edit[2] % 16u}, piece);
        if (i == 1) check(tree, {0, length()});  // before the update: the old tree serves
        if (tree.update({}, kBudget).parsed != Parsed::Ready) return 0;
        check(tree, {at / 2, length()});
    }
    const SyntaxTree anew(tree.language(), std::string(tree.text()));
    if (anew.line_count() != tree.line_count()) std::abort();
    return 0;
}
