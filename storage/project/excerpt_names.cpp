#include "storage/project/excerpt_names.h"

#include <algorithm>

#include "storage/project/answer_links.h"

namespace sidewinder::project {

namespace {

constexpr std::size_t kMostDefinitions = 3;  // of one name in plain words
constexpr std::size_t kMostMentioned = 6;    // of one mention
constexpr std::size_t kMostNames = 40;       // of one question
constexpr std::size_t kMostLookedUp = 200;   // words of a question that may hold a pasted file
constexpr std::size_t kLookedAt = 64;        // definitions among which the qualified ones are looked for

bool is_word(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '~' || static_cast<unsigned char>(c) >= 0x80;
}

/// "ns::Foo.bar" in its parts.
std::vector<std::string> parts_of(std::string_view name) {
    std::vector<std::string> parts;
    for (std::size_t at = 0; at < name.size();) {
        if (!is_word(name[at])) {
            ++at;
            continue;
        }
        std::size_t end = at;
        while (end < name.size() && is_word(name[end])) ++end;
        parts.emplace_back(name.substr(at, end - at));
        at = end;
    }
    return parts;
}

std::string stem_of(std::string_view path) {
    const std::string_view base = path.substr(path.rfind('/') + 1);
    return std::string(base.substr(0, base.rfind('.')));
}

/// True if the container ends in `qualifier`, or the file or its folder is called so.
bool is_in(const FoundSymbol& found, const std::string& qualifier) {
    const std::vector<std::string> containers = parts_of(found.symbol.container);
    if (std::find(containers.begin(), containers.end(), qualifier) != containers.end()) return true;
    if (stem_of(found.path) == qualifier) return true;
    return ("/" + found.path).find("/" + qualifier + "/") != std::string::npos;
}

std::vector<Named> definitions(std::string_view name, Why why, std::size_t most, const SearchIndex& index) {
    const std::vector<std::string> parts = parts_of(name);
    if (parts.empty()) return {};
    std::vector<FoundSymbol> found = index.symbols_named(parts.back(), kLookedAt);
    std::erase_if(found, [](const FoundSymbol& symbol) { return symbol.symbol.kind == "section"; });
    if (parts.size() > 1) {
        std::vector<FoundSymbol> qualified;
        for (const FoundSymbol& symbol : found)
            if (is_in(symbol, parts[parts.size() - 2])) qualified.push_back(symbol);
        found = std::move(qualified);
    }
    if (found.size() > most && why != Why::Mention) return {};
    found.resize(std::min(found.size(), most));
    std::vector<Named> named;
    for (const FoundSymbol& symbol : found)
        named.push_back({why, symbol.path, symbol.symbol.first_line, symbol.symbol.last_line, false});
    return named;
}

/// A piece of the question that may name a symbol.
struct Candidate {
    std::size_t begin = 0, end = 0;
    bool like_code = false;
};

bool has_hump(std::string_view word) {
    for (std::size_t i = 1; i < word.size(); ++i)
        if (word[i] >= 'A' && word[i] <= 'Z' && word[i - 1] >= 'a' && word[i - 1] <= 'z') return true;
    return false;
}

std::vector<Candidate> candidates_in(std::string_view text) {
    std::vector<Candidate> candidates;
    bool quoted = false;
    for (std::size_t at = 0; at < text.size();) {
        if (text[at] == '`') quoted = !quoted;
        if (!is_word(text[at])) {
            ++at;
            continue;
        }
        Candidate next{at, at, quoted};
        bool qualified = false;
        for (;;) {
            while (next.end < text.size() && is_word(text[next.end])) ++next.end;
            const std::string_view rest = text.substr(next.end, 3);
            const std::size_t joint = rest.starts_with("::") || rest.starts_with("->") ? 2
                                      : rest.starts_with(".")                          ? 1
                                                                                       : 0;
            if (joint == 0 || rest.size() <= joint || !is_word(rest[joint])) break;
            next.end += joint;
            qualified = true;
        }
        const std::string_view word = text.substr(at, next.end - at);
        const bool called = next.end < text.size() && text[next.end] == '(';
        next.like_code = quoted || qualified || called || has_hump(word) ||
                         (word.size() > 2 && word.find('_', 1) != std::string_view::npos);
        if (next.like_code) candidates.push_back(next);
        at = next.end;
    }
    return candidates;
}

void add(std::vector<Named>& all, const std::vector<Named>& more) {
    for (const Named& named : more) {
        const bool known = std::any_of(all.begin(), all.end(), [&](const Named& other) {
            return other.path == named.path && other.first_line == named.first_line &&
                   other.last_line == named.last_line;
        });
        if (!known && all.size() < kMostNames) all.push_back(named);
    }
}

Named named_place(const Location& location, Why why) {
    const bool one_line = location.line > 0 && location.line == location.last_line;
    return {why, location.path, location.line, location.last_line, one_line};
}

/// The mention that begins behind the `@` at `at`, and where it ends.
std::vector<Named> mention_at(std::string_view question, std::size_t at, std::size_t& end,
                              const PathIndex& paths, const SearchIndex& index) {
    const char quote = at < question.size() ? question[at] : ' ';
    if (quote == '"' || quote == '`') {
        end = question.find(quote, at + 1);
        if (end == std::string_view::npos || end - at > 4'096) return {};
        return meaning_of(question.substr(at + 1, end++ - at - 1), paths, index);
    }
    end = std::min(question.find_first_of(" \t\r\n,;\"`<>", at), question.size());
    // "@a.cpp." and "(see @Foo::bar)": what ends the sentence may belong to the name, or not.
    for (; end > at && end - at <= 4'096; --end) {
        std::vector<Named> found = meaning_of(question.substr(at, end - at), paths, index);
        if (!found.empty()) return found;
        if (std::string_view(".?!:)]}'").find(question[end - 1]) == std::string_view::npos) break;
    }
    return {};
}

}  // namespace

std::vector<Named> meaning_of(std::string_view mention, const PathIndex& paths, const SearchIndex& index) {
    Location location;
    if (parse_location(mention, paths, location)) return {named_place(location, Why::Mention)};
    if (mention.ends_with("()")) mention.remove_suffix(2);
    return definitions(mention, Why::Mention, kMostMentioned, index);
}

std::vector<Named> names_in(std::string_view question, const PathIndex& paths, const SearchIndex& index) {
    std::vector<Named> named;
    std::string rest(question);  // what was understood is blanked out
    std::size_t looked_up = 0;
    for (std::size_t at = question.find('@'); at != std::string_view::npos && looked_up < kMostLookedUp;
         at = question.find('@', at + 1)) {
        if (at > 0 && std::string_view(" \t\n([{\"'`,;").find(question[at - 1]) == std::string_view::npos)
            continue;
        ++looked_up;
        std::size_t end = at;
        const std::vector<Named> found = mention_at(question, at + 1, end, paths, index);
        add(named, found);
        if (!found.empty())
            std::fill(rest.begin() + static_cast<std::ptrdiff_t>(at),
                      rest.begin() + static_cast<std::ptrdiff_t>(end), ' ');
    }
    for (const Location& location : find_locations(rest, paths)) {
        add(named, {named_place(location, Why::NamedFile)});
        std::fill(rest.begin() + static_cast<std::ptrdiff_t>(location.begin),
                  rest.begin() + static_cast<std::ptrdiff_t>(location.end), ' ');
    }
    for (const Candidate& candidate : candidates_in(rest)) {
        if (++looked_up > 2 * kMostLookedUp) break;
        const std::string_view name =
            std::string_view(rest).substr(candidate.begin, candidate.end - candidate.begin);
        const std::vector<Named> found = definitions(name, Why::NamedSymbol, kMostDefinitions, index);
        add(named, found);
        if (!found.empty() || name.find('.') == std::string_view::npos) continue;
        if (const auto module = paths.resolve_module(name))
            add(named, {{Why::NamedFile, *module, 0, 0, false}});
    }
    return named;
}

}  // namespace sidewinder::project
