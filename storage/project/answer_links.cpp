#include "storage/project/answer_links.h"

#include <algorithm>

namespace sidewinder::project {

namespace {

constexpr std::size_t kLongest = 4'096 + 32;

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

bool is_word(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || is_digit(c) || c == '_' ||
           static_cast<unsigned char>(c) >= 0x80;
}

/// What stands in a path outside of quotes.
bool is_path(char c) {
    return is_word(c) || std::string_view("./-+@~\\{}[]$%=").find(c) != std::string_view::npos;
}

/// A number at the front, taken off; 0 if there is none or it is none of a line.
std::uint32_t take_number(std::string_view& text) {
    std::uint64_t value = 0;
    std::size_t digits = 0;
    while (digits < text.size() && digits < 9 && is_digit(text[digits]))
        value = value * 10 + static_cast<std::uint64_t>(text[digits++] - '0');
    if (digits == 0 || (digits < text.size() && is_digit(text[digits]))) return 0;
    text.remove_prefix(digits);
    return static_cast<std::uint32_t>(value);
}

bool take(std::string_view& text, std::string_view front) {
    if (!text.starts_with(front)) return false;
    text.remove_prefix(front.size());
    return true;
}

/// "-20", "-L20" or an en dash: the range's end.
void take_range(std::string_view& text, Location& location) {
    std::string_view rest = text;
    if (!take(rest, "-") && !take(rest, "\xe2\x80\x93")) return;
    take(rest, "L");
    const std::uint32_t last = take_number(rest);
    if (last < location.line) return;
    location.last_line = last;
    text = rest;
}

/// What may stand behind a path, taken off `text`.
void take_position(std::string_view& text, Location& location) {
    std::string_view rest = text;
    const bool bracket = take(rest, "(");
    const bool hash = !bracket && take(rest, "#L");
    if (!bracket && !hash && !take(rest, ":")) return;
    if (!hash) take(rest, "L");
    location.line = location.last_line = take_number(rest);
    if (location.line == 0) return;
    std::string_view column = rest;
    if (take(column, bracket ? "," : hash ? "C" : ":"))
        if ((location.column = take_number(column)) > 0) rest = column;
    take_range(rest, location);
    if (bracket && !take(rest, ")")) {
        location.line = location.last_line = location.column = 0;
        return;
    }
    text = rest;
}

class Finder {
  public:
    Finder(std::string_view text, const PathIndex& paths) : text_(text), paths_(paths) {}

    std::vector<Location> run() {
        while (at_ < text_.size()) {
            const char c = text_[at_];
            if (is_punctuation(at_)) {
                at_ += 3;
            } else if (c == '`' || c == '"') {
                if (!quoted(c)) ++at_;
            } else if (is_path(c)) {
                word();
            } else {
                ++at_;
            }
        }
        return std::move(found_);
    }

  private:
    /// Typographic quotes, dashes and spaces: U+2000 to U+207F.
    bool is_punctuation(std::size_t at) const {
        const std::string_view lead = text_.substr(at, 2);
        return text_.size() - at >= 3 && (lead == "\xe2\x80" || lead == "\xe2\x81");
    }

    /// `path` or "path", with a position inside or behind; true if it was one.
    bool quoted(char quote) {
        const std::string_view reach = text_.substr(at_ + 1, kLongest);  // so that the whole stays linear
        const std::size_t length = reach.substr(0, reach.find('\n')).find(quote);
        if (length == std::string_view::npos || length == 0) return false;
        const std::size_t end = at_ + 1 + length;
        Location location;
        const std::string_view inside = text_.substr(at_ + 1, end - at_ - 1);
        if (quote == '"' && inside.find_first_of("./") == std::string_view::npos) return false;
        if (!parse_location(inside, paths_, location)) return false;
        location.begin = at_ + 1;
        location.end = end;
        at_ = end + 1;
        if (location.line == 0) position_behind(location, quote == '"');
        found_.push_back(std::move(location));
        return true;
    }

    void position_behind(Location& location, bool is_quote) {
        std::string_view rest = text_.substr(at_, 64);
        const std::size_t before = rest.size();
        if (is_quote && take(rest, ", line ")) {
            location.line = location.last_line = take_number(rest);
            if (location.line == 0) return;
        } else {
            take_position(rest, location);
        }
        if (rest.size() == before) return;
        at_ += before - rest.size();
        location.end = at_;
    }

    void word() {
        const std::size_t begin = at_;
        while (at_ < text_.size() && is_path(text_[at_]) && !is_punctuation(at_)) ++at_;
        if (at_ - begin > kLongest) return;
        if (text_.substr(at_).starts_with("://")) {
            at_ = std::min(text_.find_first_of(" \t\n)>\"'`", at_), text_.size());
            return;
        }
        const std::size_t end = at_;
        // A sentence's end belongs to no path, nor do brackets and the like, unless they make a known one.
        const std::size_t first =
            begin + std::min(text_.substr(begin, end - begin).find_first_not_of("[{=$@"), end - begin);
        std::size_t last = end;
        while (last > first && std::string_view(".-]}=").find(text_[last - 1]) != std::string_view::npos)
            --last;
        if (try_word(begin, end) || try_word(first, end) || try_word(begin, last)) return;
        try_word(first, last);
    }

    bool try_word(std::size_t begin, std::size_t end) {
        const std::string_view name = text_.substr(begin, end - begin);
        if (name.find_first_of("./") == std::string_view::npos && !position_follows(end)) return false;
        const std::optional<std::string> path = paths_.resolve(name);
        if (!path) return false;
        Location location{begin, end, *path, 0, 0, 0};
        std::string_view rest = text_.substr(end, 64);
        const std::size_t before = rest.size();
        take_position(rest, location);
        location.end = end + before - rest.size();
        if (location.line > 0 && location.end < text_.size() && is_word(text_[location.end]) &&
            !is_punctuation(location.end)) {
            location.end = end;
            location.line = location.last_line = location.column = 0;
        }
        at_ = std::max(at_, location.end);
        found_.push_back(std::move(location));
        return true;
    }

    bool position_follows(std::size_t end) const {
        Location none;
        std::string_view rest = text_.substr(end, 64);
        take_position(rest, none);
        return none.line > 0;
    }

    std::string_view text_;
    const PathIndex& paths_;
    std::size_t at_ = 0;
    std::vector<Location> found_;
};

}  // namespace

bool parse_location(std::string_view text, const PathIndex& paths, Location& location) {
    if (const auto whole = paths.resolve(text)) {
        location.path = *whole;
        return true;
    }
    constexpr std::size_t kLongestPosition = 40;
    const std::size_t mark = text.find_last_not_of("0123456789:-#LC(),\xe2\x80\x93");
    if (mark == std::string_view::npos || mark + 1 >= text.size()) return false;
    // The position begins at the first mark behind which nothing of a path stands.
    for (std::size_t at = std::max(mark + 1, text.size() - std::min(text.size(), kLongestPosition));
         at < text.size(); ++at) {
        if (text[at] != ':' && text[at] != '#' && text[at] != '(') continue;
        const auto path = paths.resolve(text.substr(0, at));
        if (!path) continue;
        std::string_view rest = text.substr(at);
        Location found = location;
        take_position(rest, found);
        if (found.line == 0 || !rest.empty()) continue;
        found.path = *path;
        location = found;
        return true;
    }
    return false;
}

std::vector<Location> find_locations(std::string_view text, const PathIndex& paths) {
    return Finder(text, paths).run();
}

std::vector<Location> find_locations(std::string_view text, const std::vector<std::string>& known_paths) {
    return find_locations(text, PathIndex(known_paths));
}

}  // namespace sidewinder::project
