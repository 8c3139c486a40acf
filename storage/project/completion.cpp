#include "storage/project/completion.h"

#include <algorithm>
#include <numeric>
#include <optional>

namespace sidewinder::project {

namespace {

constexpr int kWhole = 1'000, kBeginning = 700, kWordBeginning = 500, kInside = 300, kScattered = 200;
constexpr int kOutsideName = 150, kPerGap = 4, kPerLooseGap = 20;

bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || static_cast<unsigned char>(c) >= 0x80;
}

bool is_upper(char c) {
    return c >= 'A' && c <= 'Z';
}

char lower(char c) {
    return is_upper(c) ? static_cast<char>(c + 32) : c;
}

bool begins_word(std::string_view text, std::size_t at) {
    if (at == 0) return true;
    const char before = text[at - 1], here = text[at];
    if (is_upper(here))
        return !is_upper(before) ||
               (at + 1 < text.size() && is_letter(text[at + 1]) && !is_upper(text[at + 1]));
    return is_letter(here) != is_letter(before) || !is_letter(here);
}

std::uint64_t bit_of(char c) {
    if (c >= 'a' && c <= 'z') return std::uint64_t{1} << (c - 'a');
    return std::uint64_t{1} << (26 + static_cast<unsigned char>(c) % 38);
}

}  // namespace

struct Completion::Match {
    bool found = false;
    int score = 0;
};

namespace {

/// The part of an entry in which the typed characters are looked for.
struct Part {
    std::string_view text;
    const std::vector<bool>& heads;
    std::size_t heads_begin;

    bool is_head(std::size_t at) const { return heads[heads_begin + at]; }
    std::size_t next_head(char c, std::size_t from) const {
        for (std::size_t at = text.find(c, from); at != std::string_view::npos; at = text.find(c, at + 1))
            if (is_head(at)) return at;
        return std::string_view::npos;
    }
};

void fill(std::vector<std::uint32_t>* matched, std::size_t begin, std::size_t count) {
    if (matched == nullptr) return;
    matched->resize(count);
    std::iota(matched->begin(), matched->end(), static_cast<std::uint32_t>(begin));
}

/// In one piece; no value if it is nowhere.
std::optional<int> in_one_piece(const Part& part, std::string_view typed,
                                std::vector<std::uint32_t>* matched) {
    std::size_t inside = std::string_view::npos;
    for (std::size_t at = part.text.find(typed); at != std::string_view::npos;
         at = part.text.find(typed, at + 1)) {
        if (part.is_head(at)) {
            fill(matched, at, typed.size());
            return at > 0 ? kWordBeginning : typed.size() == part.text.size() ? kWhole : kBeginning;
        }
        if (inside == std::string_view::npos) inside = at;
    }
    if (inside == std::string_view::npos || typed.size() < 3) return std::nullopt;
    fill(matched, inside, typed.size());
    return kInside;
}

/// Each character behind the one before; at words' beginnings rather than within, if `by_heads`.
std::optional<int> in_pieces(const Part& part, std::string_view typed, bool by_heads,
                             std::vector<std::uint32_t>* matched) {
    if (matched != nullptr) matched->clear();
    std::size_t last = part.next_head(typed[0], 0);
    int score = by_heads ? kWordBeginning - 1 : kScattered;
    for (std::size_t i = 0; i < typed.size(); ++i) {
        if (i > 0) {
            std::size_t next = last + 1;
            if (next >= part.text.size()) return std::nullopt;
            if (part.text[next] != typed[i]) {
                next = by_heads ? part.next_head(typed[i], next) : part.text.find(typed[i], next);
                score -= by_heads ? kPerGap : kPerLooseGap;
            }
            last = next;
        }
        if (last == std::string_view::npos) return std::nullopt;
        if (matched != nullptr) matched->push_back(static_cast<std::uint32_t>(last));
    }
    return score;
}

std::optional<int> score_in(const Part& part, std::string_view typed, std::vector<std::uint32_t>* matched) {
    if (typed.size() > part.text.size()) return std::nullopt;
    if (const auto whole = in_one_piece(part, typed, matched)) return whole;
    if (const auto humps = in_pieces(part, typed, true, matched)) return humps;
    return in_pieces(part, typed, false, matched);
}

}  // namespace

Completion::Completion(std::vector<CompletionEntry> entries) : entries_(std::move(entries)) {
    keys_.reserve(entries_.size());
    for (const CompletionEntry& entry : entries_) {
        const std::string_view text = entry.text;
        const std::size_t name = text.find_last_of(entry.line == 0 ? "/" : ":./") + 1;
        Keys keys{0, 0, static_cast<std::uint32_t>(folded_.size()),
                  static_cast<std::uint32_t>(name < text.size() ? name : 0)};
        for (std::size_t at = 0; at < text.size(); ++at) {
            const char c = lower(text[at]);
            const bool head = begins_word(text, at);
            keys.letters |= bit_of(c);
            if (head) keys.heads |= bit_of(c);
            folded_ += c;
            is_head_.push_back(head);
        }
        keys_.push_back(keys);
    }
}

Completion::Match Completion::match(std::string_view typed, std::size_t entry,
                                    std::vector<std::uint32_t>* matched) const {
    const Keys& keys = keys_[entry];
    const std::size_t size = entries_[entry].text.size();
    const std::string_view text = std::string_view(folded_).substr(keys.begin, size);
    const int length = static_cast<int>(std::min<std::size_t>(size - keys.name, 100));
    const bool is_file = entries_[entry].line == 0;
    if (const auto score =
            score_in({text.substr(keys.name), is_head_, keys.begin + keys.name}, typed, matched)) {
        if (matched != nullptr)
            for (std::uint32_t& at : *matched) at += keys.name;
        return {true, *score - length + (is_file ? 1 : 0)};
    }
    if (keys.name == 0) return {};
    const auto score = score_in({text, is_head_, keys.begin}, typed, matched);
    return score ? Match{true, *score - kOutsideName - length} : Match{};
}

std::vector<CompletionMatch> Completion::complete(std::string_view typed, std::size_t limit) const {
    std::string folded(typed.substr(0, 200));
    std::transform(folded.begin(), folded.end(), folded.begin(), lower);
    std::uint64_t letters = 0;
    for (const char c : folded) letters |= bit_of(c);
    const std::uint64_t head = folded.empty() ? 0 : bit_of(folded[0]);
    std::vector<std::pair<int, std::uint32_t>> found;  // negative score and entry
    for (std::uint32_t i = 0; i < entries_.size(); ++i) {
        if ((letters & ~keys_[i].letters) != 0 || (head & ~keys_[i].heads) != 0) continue;
        const Match match =
            folded.empty() ? Match{true, entries_[i].line == 0 ? 1 : 0} : this->match(folded, i, nullptr);
        if (match.found) found.emplace_back(-match.score, i);
    }
    limit = std::min(limit, found.size());
    const auto better = [this](const auto& a, const auto& b) {
        if (a.first != b.first) return a.first < b.first;
        const std::string &x = entries_[a.second].text, &y = entries_[b.second].text;
        return x != y ? x < y : a.second < b.second;
    };
    std::partial_sort(found.begin(), found.begin() + static_cast<std::ptrdiff_t>(limit), found.end(), better);
    std::vector<CompletionMatch> matches;
    for (std::size_t i = 0; i < limit; ++i) {
        CompletionMatch& next =
            matches.emplace_back(CompletionMatch{&entries_[found[i].second], -found[i].first, {}});
        if (!folded.empty()) match(folded, found[i].second, &next.matched);
    }
    return matches;
}

std::vector<CompletionEntry> completion_entries(const SearchIndex& index) {
    std::vector<CompletionEntry> entries;
    for (const ProjectFile& file : index.files()) entries.push_back({file.path, file.path, 0, "file"});
    index.each_symbol([&](const std::string& path, const Symbol& symbol) {
        if (symbol.kind == "section") return;
        const std::string before = symbol.container.empty() ? std::string() : symbol.container + "::";
        entries.push_back({before + symbol.name, path, symbol.first_line, symbol.kind});
    });
    return entries;
}

}  // namespace sidewinder::project
