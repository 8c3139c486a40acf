#include <algorithm>

#include "storage/project/definition_head.h"
#include "storage/project/search_symbols.h"

namespace sidewinder::project {

namespace {

constexpr std::size_t kLongestHead = 600;
constexpr std::size_t kNone = static_cast<std::size_t>(-1);

/// What the text of a language looks like to someone who only looks for braces.
struct Habits {
    bool preprocessor = false, hash_comments = false, slash_comments = true, backtick_strings = false;
    bool quote_strings = false;  ///< '...' holds more than one character
    bool lines_end = false;      ///< a line's end ends a statement

    explicit Habits(std::string_view language) {
        const auto is = [&](auto... names) { return ((language == names) || ...); };
        preprocessor = is("c", "cpp", "cuda", "objective-c", "csharp", "glsl");
        hash_comments = is("bash", "perl", "php", "awk", "r");
        slash_comments = !is("bash", "perl", "awk", "r");
        backtick_strings = is("javascript", "jsx", "typescript", "tsx", "go");
        lines_end = is("go", "javascript", "jsx", "typescript", "tsx", "kotlin", "swift", "scala", "groovy");
        quote_strings = hash_comments || backtick_strings || is("groovy", "dart", "css", "qml");
    }
};

class BraceScan {
  public:
    BraceScan(std::string_view text, std::string_view language) : text_(text), habits_(language) {}

    std::vector<Symbol> run() {
        while (at_ < text_.size()) step();
        while (!open_.empty()) pop();
        return std::move(symbols_);
    }

  private:
    struct Open {
        std::size_t symbol = kNone;
        std::size_t indent = 0;  ///< of the line where its head begins
        int brackets = 0;
        bool in_function = false;  ///< before it was opened
        bool initialiser = false;
        std::string head;
        std::uint32_t head_line = 0;
        std::size_t head_indent = 0;
    };

    void step() {
        const char c = text_[at_];
        const char next = at_ + 1 < text_.size() ? text_[at_ + 1] : '\0';
        if (c == '\n') return end_line();
        if (c == '#' && habits_.preprocessor && at_margin_) return directive();
        if ((habits_.slash_comments && c == '/' && next == '/') ||
            (c == '#' && habits_.hash_comments &&
             (at_ == 0 || std::string_view(" \t\n;").find(text_[at_ - 1]) < 4)))
            return skip_to("\n", false);
        if (habits_.slash_comments && c == '/' && next == '*') return skip_to("*/", true);
        if (c == '"' || (c == '`' && habits_.backtick_strings)) return string(c, c == '`');
        if (c == '\'') return quote();
        if (c == '{') return open();
        if (c == '}') return close();
        if (c == ';' && brackets_ <= 0) return statement();
        if (c == ':' && is_access_label()) return clear_label();
        if (c == '(') ++brackets_;
        if (c == ')') --brackets_;
        if (c != ' ' && c != '\t' && c != '\r') at_margin_ = false;
        put(c);
        ++at_;
    }

    void put(char c) {
        const bool space = c == ' ' || c == '\t' || c == '\r' || c == '\n';
        if (space && (head_.empty() || head_.back() == ' ')) return;
        if (head_.empty()) {
            head_line_ = line_;
            head_indent_ = indent_of(at_);
        }
        if (head_.size() < kLongestHead) head_ += space ? ' ' : c;
    }

    bool is_access_label() const {
        return head_ == "public" || head_ == "private" || head_ == "protected" || head_ == "public slots" ||
               head_ == "private slots" || head_ == "signals" || head_ == "default";
    }

    void clear_label() {
        head_.clear();
        ++at_;
    }

    /// Where a line's end ends a statement, unless it visibly goes on.
    bool ends_statement() const {
        if (!habits_.lines_end || brackets_ > 0 || head_.empty()) return false;
        const std::size_t next = text_.find_first_not_of(" \t\r\n", at_);
        if (next != std::string_view::npos && std::string_view("{.:?&|=").find(text_[next]) < 7) return false;
        const std::size_t last = head_.find_last_not_of(' ');
        return last != std::string::npos && std::string_view("=,(+-*/&|:?.<>").find(head_[last]) > 13;
    }

    void end_line() {
        if (ends_statement()) {
            if (!in_function_) define(statement_of(head_), line_, nullptr);
            head_.clear();
        }
        put('\n');
        ++line_;
        ++at_;
        line_begin_ = at_;
        at_margin_ = true;
    }

    std::size_t indent_of(std::size_t at) const { return at - line_begin_; }

    /// Moves behind `end`, or onto it.
    void skip_to(std::string_view end, bool behind) {
        const std::size_t found = text_.find(end, at_ + (behind ? 2 : 0));
        const std::size_t stop =
            found == std::string_view::npos ? text_.size() : found + (behind ? end.size() : 0);
        count_lines(stop);
    }

    void count_lines(std::size_t stop) {
        for (; at_ < stop; ++at_)
            if (text_[at_] == '\n') {
                ++line_;
                line_begin_ = at_ + 1;
                at_margin_ = true;
            }
    }

    void directive() {
        std::string_view rest = text_.substr(at_ + 1, 200);
        rest.remove_prefix(std::min(rest.find_first_not_of(" \t"), rest.size()));
        const std::uint32_t first = line_;
        for (;;) {
            const std::size_t end = std::min(text_.find('\n', at_), text_.size());
            const bool goes_on = end > at_ && text_[end - 1] == '\\' && end < text_.size();
            count_lines(goes_on ? end + 1 : end);
            if (!goes_on) break;
        }
        if (!rest.starts_with("define")) return;
        rest.remove_prefix(6);
        rest.remove_prefix(std::min(rest.find_first_not_of(" \t"), rest.size()));
        const std::size_t end = std::min(rest.find_first_of(" \t\r\n(\\"), rest.size());
        if (end > 0) symbols_.push_back({std::string(rest.substr(0, end)), "macro", {}, first, line_});
    }

    void string(char quote, bool many_lines) {
        if (quote == '"' && at_ > 0 && text_[at_ - 1] == 'R' && habits_.preprocessor) {  // R"x(...)x"
            const std::size_t bracket = text_.find('(', at_);
            if (bracket != std::string_view::npos && bracket - at_ <= 17) {
                const std::string end = ")" + std::string(text_.substr(at_ + 1, bracket - at_ - 1)) + "\"";
                at_ = bracket;
                const std::size_t found = text_.find(end, at_);
                return count_lines(found == std::string_view::npos ? text_.size() : found + end.size());
            }
        }
        if (quote == '"' && text_.substr(at_, 3) == "\"\"\"") {
            const std::size_t found = text_.find("\"\"\"", at_ + 3);
            return count_lines(found == std::string_view::npos ? text_.size() : found + 3);
        }
        std::size_t end = at_ + 1;
        while (end < text_.size() && text_[end] != quote && (many_lines || text_[end] != '\n'))
            end += text_[end] == '\\' ? 2 : 1;
        put('"');
        at_margin_ = false;
        end = std::min(end, text_.size());
        count_lines(end < text_.size() && text_[end] == quote ? end + 1 : end);
    }

    void quote() {
        if (habits_.quote_strings) return string('\'', false);
        const std::size_t end = text_.find('\'', at_ + 2);  // a character, a lifetime or 1'000
        const bool escaped = at_ + 1 < text_.size() && text_[at_ + 1] == '\\';
        const bool is_character =
            end != std::string_view::npos && end - at_ <= (escaped ? 12u : 5u) &&
            (escaped || end - at_ == 2 || static_cast<unsigned char>(text_[at_ + 1]) >= 0x80) &&
            text_.substr(at_, end - at_).find('\n') == std::string_view::npos;
        at_margin_ = false;
        at_ = is_character ? end + 1 + (escaped && end == at_ + 2 ? 1 : 0) : at_ + 1;
    }

    void open() {
        Open entry{
            kNone, head_.empty() ? indent_of(at_) : head_indent_, brackets_, in_function_, false, {}, 0, 0};
        const bool adjacent = !head_.empty() && head_.back() != ' ' && head_.back() != ')' &&
                              head_.back() != '"' && head_.find(") :") != std::string::npos;
        if (adjacent) {  // a(b), c{d}: a constructor's list goes on
            entry.initialiser = true;
            entry.head = head_;
            entry.head_line = head_line_;
            entry.head_indent = head_indent_;
        } else {
            define(definition_of(head_, in_function_), line_, &entry);
        }
        open_.push_back(std::move(entry));
        head_.clear();
        brackets_ = 0;
        at_margin_ = false;
        ++at_;
    }

    void define(Definition found, std::uint32_t last_line, Open* entry) {
        if (found.name.empty()) return;
        if (found.container.empty())
            for (auto above = open_.rbegin(); above != open_.rend() && found.container.empty(); ++above)
                if (above->symbol != kNone) found.container = symbols_[above->symbol].name;
        if (entry != nullptr) entry->symbol = symbols_.size();
        if (entry != nullptr && found.kind == "function") in_function_ = true;
        symbols_.push_back({std::move(found.name), std::move(found.kind), std::move(found.container),
                            std::max(head_line_, 1u), last_line});
    }

    void pop() {
        Open entry = std::move(open_.back());
        open_.pop_back();
        if (entry.symbol != kNone) symbols_[entry.symbol].last_line = line_;
        in_function_ = entry.in_function;
        brackets_ = entry.brackets;
        head_ = std::move(entry.head);
        head_line_ = entry.head_line;
        head_indent_ = entry.head_indent;
    }

    void close() {
        // A brace at the margin ends what began at the margin, whatever was miscounted within.
        if (at_ == line_begin_)
            while (open_.size() > 1 && open_.back().indent > 0) pop();
        head_.clear();
        if (!open_.empty()) pop();
        at_margin_ = false;
        ++at_;
    }

    void statement() {
        if (!in_function_ && !head_.empty()) define(statement_of(head_), line_, nullptr);
        head_.clear();
        at_margin_ = false;
        ++at_;
    }

    std::string_view text_;
    Habits habits_;
    std::size_t at_ = 0, line_begin_ = 0;
    std::uint32_t line_ = 1;
    bool at_margin_ = true;  ///< only space so far on this line
    std::string head_;
    std::uint32_t head_line_ = 1;
    std::size_t head_indent_ = 0;
    int brackets_ = 0;
    bool in_function_ = false;
    std::vector<Open> open_;
    std::vector<Symbol> symbols_;
};

}  // namespace

std::vector<Symbol> symbols_by_braces(std::string_view text, std::string_view language) {
    std::vector<Symbol> symbols = BraceScan(text, language).run();
    std::stable_sort(symbols.begin(), symbols.end(), [](const Symbol& a, const Symbol& b) {
        return a.first_line != b.first_line ? a.first_line < b.first_line : a.last_line > b.last_line;
    });
    return symbols;
}

}  // namespace sidewinder::project
