#include "storage/project/excerpt_text.h"

#include <algorithm>
#include <charconv>
#include <iterator>

#include "storage/project/project_root.h"
#include "storage/project/project_text.h"
#include "storage/project/utf8.h"

namespace sidewinder::project {

namespace {

constexpr std::string_view kWhyNames[] = {"selection", "mention", "symbol", "file", "search"};
constexpr std::string_view kOne = "1 excerpt from the project's files for the question that follows:\n\n";
constexpr std::string_view kMany = " excerpts from the project's files for the question that follows:\n\n";
constexpr std::string_view kFile = "File: ";
constexpr std::string_view kNoNewline = "\\ No newline at end of file\n";

bool take(std::string_view& text, std::string_view front) {
    if (!text.starts_with(front)) return false;
    text.remove_prefix(front.size());
    return true;
}

template <typename Number>
bool take_number(std::string_view& text, Number& number, int base = 10) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, base);
    if (error != std::errc() || end == text.data()) return false;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    return true;
}

std::string_view take_line(std::string_view& text) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    return line;
}

bool take_header(std::string_view& text, Excerpt& excerpt) {
    if (!take(text, kFile)) return false;
    const std::string_view name = take_line(text);
    const std::size_t colon = name.rfind(':');
    if (colon == std::string_view::npos) return false;
    std::string_view lines = name.substr(colon + 1);
    if (!take_number(lines, excerpt.first_line) || !take(lines, "-") ||
        !take_number(lines, excerpt.last_line) || !lines.empty())
        return false;
    const auto path = path_shown_as(name.substr(0, colon));
    if (!path) return false;
    excerpt.path = *path;
    return true;
}

bool take_excerpt(std::string_view& text, Excerpt& excerpt) {
    if (!take_header(text, excerpt)) return false;
    const std::string_view opening = take_line(text);
    const std::size_t ticks = std::min(opening.find_first_not_of('`'), opening.size());
    if (ticks < 3) return false;
    const std::string fence(opening.substr(0, ticks));
    excerpt.language = opening.substr(ticks);
    std::string_view line;
    while (!text.empty() && (line = take_line(text)) != fence) excerpt.text.append(line).append("\n");
    if (line != fence) return false;
    if (take(text, kNoNewline)) excerpt.text.pop_back();
    return take(text, "\n");
}

}  // namespace

std::string_view name_of(Why why) {
    return kWhyNames[static_cast<std::size_t>(why)];
}

Why why_named(std::string_view name) {
    const auto found = std::find(std::begin(kWhyNames), std::end(kWhyNames), name);
    return found == std::end(kWhyNames) ? Why::Search
                                        : static_cast<Why>(std::distance(std::begin(kWhyNames), found));
}

std::string excerpt_text(const Excerpt& excerpt) {
    return project_document(
        excerpt.path + ":" + std::to_string(excerpt.first_line) + "-" + std::to_string(excerpt.last_line),
        excerpt.text, excerpt.language);
}

std::string excerpts_text(const std::vector<Excerpt>& excerpts) {
    const auto count = std::count_if(excerpts.begin(), excerpts.end(), [](const Excerpt& e) { return e.on; });
    if (count == 0) return {};
    std::string text = count == 1 ? std::string(kOne) : std::to_string(count) + std::string(kMany);
    for (const Excerpt& excerpt : excerpts)
        if (excerpt.on) text += excerpt_text(excerpt);
    return text;
}

std::optional<ReadExcerpts> read_excerpts(std::string_view prompt) {
    ReadExcerpts read;
    std::size_t count = 1;
    if (!take(prompt, kOne) && (!take_number(prompt, count) || count < 2 || !take(prompt, kMany)))
        return std::nullopt;
    for (; count > 0; --count) {
        Excerpt& excerpt = read.excerpts.emplace_back();
        if (!take_excerpt(prompt, excerpt)) return std::nullopt;
    }
    read.rest = prompt;
    return read;
}

std::optional<std::string> path_shown_as(std::string_view display) {
    std::string path;
    while (!display.empty()) {
        if (!take(display, "\\")) {
            path += display.front();
            display.remove_prefix(1);
            continue;
        }
        std::uint32_t code = 0;
        if (take(display, "\\")) {
            path += '\\';
        } else if (take(display, "n")) {
            path += '\n';
        } else if (take(display, "r")) {
            path += '\r';
        } else if (take(display, "t")) {
            path += '\t';
        } else if (take(display, "u{")) {
            if (!take_number(display, code, 16) || !take(display, "}") || code > 0x10ffff)
                return std::nullopt;
            append_utf8(path, code);
        } else if (display.size() >= 3 && display[0] == 'x') {
            std::string_view digits = display.substr(1, 2);
            if (!take_number(digits, code, 16) || !digits.empty()) return std::nullopt;
            path += static_cast<char>(code);
            display.remove_prefix(3);
        } else {
            return std::nullopt;
        }
    }
    return path;
}

}  // namespace sidewinder::project
