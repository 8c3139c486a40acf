#include "app/syntax/answer_paths.h"

#include <algorithm>

namespace sidewinder::syntax {

namespace {

constexpr std::string_view kBlanks = " \t\r";
constexpr std::size_t kLongestPath = 512;

std::string_view trimmed(std::string_view text, std::string_view set = kBlanks) {
    const auto begin = text.find_first_not_of(set);
    if (begin == text.npos) return {};
    return text.substr(begin, text.find_last_not_of(set) - begin + 1);
}

std::vector<std::string_view> words(std::string_view text) {
    std::vector<std::string_view> found;
    for (std::size_t at = 0; (at = text.find_first_not_of(kBlanks, at)) != text.npos;) {
        const std::size_t end = std::min(text.find_first_of(kBlanks, at), text.size());
        found.push_back(text.substr(at, end - at));
        at = end;
    }
    return found;
}

/// Takes "File:", "Filename:", "Path:" away; what is left is said to be a path.
std::string_view without_label(std::string_view text) {
    for (const std::string_view label : {"filename:", "file path:", "filepath:", "file:", "path:"}) {
        if (text.size() < label.size()) continue;
        const bool same = std::equal(label.begin(), label.end(), text.begin(), [](char a, char b) {
            return a == (b >= 'A' && b <= 'Z' ? static_cast<char>(b - 'A' + 'a') : b);
        });
        if (same) return trimmed(text.substr(label.size()));
    }
    return text;
}

/// The one path among pieces of text; empty if there is none or there are two.
template <typename Pieces>
std::string only_path(const Pieces& pieces, LanguageOfPath language_of) {
    std::string path;
    for (const auto& piece : pieces) {
        std::string next = clean_path(piece, language_of);
        if (next.empty() || next == path) continue;
        if (!path.empty()) return {};
        path = std::move(next);
    }
    return path;
}

}  // namespace

bool looks_like_path(std::string_view text, LanguageOfPath language_of) {
    if (text.empty() || text.size() > kLongestPath || text.find("://") != text.npos || text.ends_with('/'))
        return false;
    const bool odd = std::any_of(text.begin(), text.end(), [](char c) {
        return static_cast<unsigned char>(c) < 0x20 ||
               std::string_view("<>\"|?*;{}`'=,!").find(c) != std::string_view::npos;
    });
    if (odd || text.find_first_not_of("./") == text.npos) return false;
    if (!language_of(text).empty()) return true;
    const auto slash = text.find_last_of("/\\");
    const std::string_view name = text.substr(slash == text.npos ? 0 : slash + 1);
    const auto dot = name.rfind('.');
    if (slash == text.npos || dot == name.npos || text.find(' ') != text.npos) return false;
    const std::string_view ending = name.substr(dot + 1);
    return !ending.empty() && ending.size() <= 10 && std::all_of(ending.begin(), ending.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
    });
}

std::string clean_path(std::string_view text, LanguageOfPath language_of) {
    text = trimmed(text, " \t\r\"'`*()[]<>,;");
    while (text.ends_with(':') || (text.ends_with('.') && text.size() > 1)) text.remove_suffix(1);
    if (const auto mark = text.find("#L"); mark != text.npos) text = text.substr(0, mark);
    for (int i = 0; i < 2; ++i)  // ":12:3", ":12-20"
        if (const auto colon = text.rfind(':'); colon != text.npos && colon + 1 < text.size() &&
                                                text.find_first_not_of("0123456789-", colon + 1) == text.npos)
            text = text.substr(0, colon);
    text = trimmed(text, "\"'`*");
    while (text.starts_with("./")) text.remove_prefix(2);
    return looks_like_path(text, language_of) ? std::string(text) : std::string();
}

std::string path_in_info(std::string_view info, LanguageOfPath language_of) {
    info = trimmed(info, " \t\r{}");
    for (const std::string_view key : {"title=", "file=", "filename=", "path=", "name="}) {
        const auto at = info.find(key);
        if (at == info.npos || (at > 0 && info[at - 1] != ' ' && info[at - 1] != ',')) continue;
        const std::string_view value = info.substr(at + key.size());
        const bool quoted = value.starts_with('"') || value.starts_with('\'');
        const std::size_t end = quoted ? value.find(value.front(), 1) : value.find_first_of(" \t,");
        return clean_path(value.substr(0, end), language_of);
    }
    std::vector<std::string_view> pieces = words(info);
    if (pieces.empty()) return {};
    if (const auto colon = pieces[0].find(':');
        colon != std::string_view::npos && colon + 1 < pieces[0].size())
        if (std::string path = clean_path(pieces[0].substr(colon + 1), language_of); !path.empty())
            return path;
    return only_path(pieces, language_of);
}

std::string path_in_line(const TextLine& line, LanguageOfPath language_of) {
    const std::string_view text = trimmed(line.text, " \t\r*#");
    const std::string_view labelled = without_label(text);
    if (std::string path = clean_path(labelled, language_of); !path.empty() && path.find(' ') == path.npos)
        return path;
    if (!line.spans.empty())
        if (std::string path = only_path(line.spans, language_of); !path.empty()) return path;
    if (!line.spans.empty() &&
        std::any_of(line.spans.begin(), line.spans.end(),
                    [&](const std::string& span) { return !clean_path(span, language_of).empty(); }))
        return {};  // two in backticks: not clear
    return only_path(words(text), language_of);
}

std::string path_in_comment(std::string_view code, LanguageOfPath language_of) {
    std::string_view line = trimmed(code.substr(0, code.find('\n')));
    constexpr std::string_view kOpeners[] = {"<!--", "///", "//", "/*", "--", "#", ";", "%"};
    const auto opener = std::find_if(std::begin(kOpeners), std::end(kOpeners),
                                     [&](std::string_view mark) { return line.starts_with(mark); });
    if (opener == std::end(kOpeners) || line.starts_with("#!")) return {};
    line.remove_prefix(opener->size());
    for (const std::string_view closer : {"-->", "*/"})
        if (line.ends_with(closer)) line.remove_suffix(closer.size());
    line = without_label(trimmed(line));
    return line.find(' ') == line.npos ? clean_path(line, language_of) : std::string();
}

}  // namespace sidewinder::syntax
