#include "storage/project/search_chunks.h"

#include <algorithm>

namespace sidewinder::project {

namespace {

constexpr int kDeepest = 12;                ///< levels of definitions within definitions
constexpr std::size_t kNamesBytes = 2'000;  ///< of one chunk

bool makes_chunk(const Symbol& symbol) {
    return symbol.kind != "variable" && symbol.kind != "macro" && symbol.kind != "field" &&
           symbol.kind != "constant" && symbol.kind != "property" && symbol.kind != "import";
}

class Cutter {
  public:
    explicit Cutter(const TextLines& lines) : lines_(lines) {}

    /// Symbols that lie within each other or apart, outer before inner.
    void nest(std::vector<Symbol> symbols) {
        std::erase_if(symbols, [this](const Symbol& symbol) {
            return symbol.first_line < 1 || symbol.last_line < symbol.first_line ||
                   symbol.first_line > lines_.count();
        });
        std::stable_sort(symbols.begin(), symbols.end(), [](const Symbol& a, const Symbol& b) {
            return a.first_line != b.first_line ? a.first_line < b.first_line : a.last_line > b.last_line;
        });
        std::vector<std::uint32_t> ends;
        for (Symbol& symbol : symbols) {
            symbol.last_line = std::min(symbol.last_line, lines_.count());
            while (!ends.empty() && ends.back() < symbol.first_line) ends.pop_back();
            if (!ends.empty()) symbol.last_line = std::min(symbol.last_line, ends.back());
            ends.push_back(symbol.last_line);
        }
        symbols_ = std::move(symbols);
    }

    std::vector<Chunk> run() {
        part(1, lines_.count(), {0, symbols_.size()}, {}, 0);
        return std::move(chunks_);
    }

  private:
    struct Span {
        std::size_t from, to;  ///< of symbols_
    };

    void part(std::uint32_t first, std::uint32_t last, Span in, const std::string& above, int depth) {
        std::uint32_t next = first;
        for (std::size_t i = in.from; i < in.to;) {
            const Symbol& symbol = symbols_[i];
            std::size_t end = i + 1;
            while (end < in.to && symbols_[end].first_line <= symbol.last_line) ++end;
            if (makes_chunk(symbol) && symbol.first_line >= next) {
                const std::uint32_t begin = with_comments(next, symbol.first_line);
                blocks(next, begin - 1, in, above);
                definition(begin, {i, end}, above, depth);
                next = symbol.last_line + 1;
            }
            i = end;
        }
        blocks(next, last, in, above);
    }

    void definition(std::uint32_t begin, Span in, const std::string& above, int depth) {
        const Symbol& symbol = symbols_[in.from];
        std::string names = above;
        add_name(names, symbol.container);
        add_name(names, symbol.name);
        const Span within{in.from + 1, in.to};
        if (symbol.last_line - begin < kChunkLines) {
            for (std::size_t i = within.from; i < within.to; ++i) add_name(names, symbols_[i].name);
            chunks_.push_back({begin, symbol.last_line, std::move(names)});
        } else if (depth < kDeepest) {
            part(begin, symbol.last_line, within, names, depth + 1);
        } else {
            blocks(begin, symbol.last_line, within, names);
        }
    }

    static void add_name(std::string& names, const std::string& name) {
        if (names.size() + name.size() < kNamesBytes) names.append(" ").append(name);
    }

    /// The first line of the comments and decorations that stand right above `line`.
    std::uint32_t with_comments(std::uint32_t from, std::uint32_t line) const {
        while (line > from) {
            const std::string_view row = lines_.range(line - 1, line - 1);
            const std::size_t text = row.find_first_not_of(" \t");
            if (text == std::string_view::npos || std::string_view("/*#@;-[%").find(row[text]) > 7) break;
            --line;
        }
        return line;
    }

    /// Cuts lines without definitions of their own at blank lines, the later the better.
    void blocks(std::uint32_t first, std::uint32_t last, Span in, const std::string& above) {
        for (;;) {
            while (first <= last && lines_.is_blank(first)) ++first;
            while (last >= first && lines_.is_blank(last)) --last;
            if (first > last) return;
            std::uint32_t end = last;
            if (last - first >= kBlockLines + kBlockLines / 4) {
                end = first + kBlockLines - 1;
                for (std::uint32_t line = end + 1; line > first + kBlockLines / 2; --line)
                    if (lines_.is_blank(line)) {
                        end = line - 1;
                        break;
                    }
            }
            std::string names = above;
            for (; in.from < in.to && symbols_[in.from].first_line <= end; ++in.from)
                if (symbols_[in.from].first_line >= first) add_name(names, symbols_[in.from].name);
            chunks_.push_back({first, end, std::move(names)});
            first = end + 1;
        }
    }

    const TextLines& lines_;
    std::vector<Symbol> symbols_;
    std::vector<Chunk> chunks_;
};

}  // namespace

std::vector<Chunk> chunks_of(const TextLines& lines, std::vector<Symbol> symbols) {
    Cutter cutter(lines);
    cutter.nest(std::move(symbols));
    return cutter.run();
}

}  // namespace sidewinder::project
