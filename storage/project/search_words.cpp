#include "storage/project/search_words.h"

#include <algorithm>
#include <iterator>

#include "storage/project/utf8.h"

namespace sidewinder::project {

namespace {

constexpr std::size_t kLongestRun = 100;  // longer ones are data, not names

enum class Kind { Other, Lower, Upper, Digit, Underscore, Beyond };

Kind kind_of(char c) {
    if (c >= 'a' && c <= 'z') return Kind::Lower;
    if (c >= 'A' && c <= 'Z') return Kind::Upper;
    if (c >= '0' && c <= '9') return Kind::Digit;
    if (c == '_') return Kind::Underscore;
    return static_cast<unsigned char>(c) >= 0x80 ? Kind::Beyond : Kind::Other;
}

bool is_letter(char c) {
    const Kind kind = kind_of(c);
    return kind == Kind::Lower || kind == Kind::Upper || kind == Kind::Beyond;
}

char32_t folded(char32_t code) {
    if ((code >= 0xc0 && code <= 0xde && code != 0xd7) || (code >= 0x391 && code <= 0x3a9) ||
        (code >= 0x410 && code <= 0x42f))
        return code + 0x20;
    return code >= 0x400 && code <= 0x40f ? code + 0x50 : code;
}

void append_folded(std::string& words, std::string_view part) {
    for (std::size_t at = 0; at < part.size();) {
        const Kind kind = kind_of(part[at]);
        if (kind != Kind::Beyond) {
            words += kind == Kind::Upper ? static_cast<char>(part[at] + 32) : part[at];
            ++at;
            continue;
        }
        const Character character = character_at(part, at);
        if (character.bytes == 0) {
            words += part[at++];
            continue;
        }
        append_utf8(words, folded(character.code));
        at += character.bytes;
    }
}

/// Ends the word that begins at `begin` of `words`: stemmed, or taken back if it is too short.
void end_word(std::string& words, std::size_t begin) {
    const std::size_t length = stem(std::string_view(words).substr(begin)).size();
    words.resize(begin + (length < 2 ? 0 : length));
    if (length >= 2) words += ' ';
}

bool is_break(std::string_view run, std::size_t at) {
    const Kind before = kind_of(run[at - 1]), here = kind_of(run[at]);
    if (before == Kind::Underscore || here == Kind::Underscore) return true;
    if ((before == Kind::Digit) != (here == Kind::Digit)) return true;
    if (here != Kind::Upper) return false;
    if (before != Kind::Upper) return before == Kind::Lower;
    return at + 1 < run.size() && kind_of(run[at + 1]) == Kind::Lower;  // HTTP|Server
}

/// Where the identifier that begins at `at` ends. A hyphen between letters belongs to it.
std::size_t end_of_run(std::string_view text, std::size_t at) {
    while (at < text.size()) {
        const bool hyphen =
            text[at] == '-' && at + 1 < text.size() && is_letter(text[at - 1]) && is_letter(text[at + 1]);
        if (kind_of(text[at]) == Kind::Other && !hyphen) break;
        ++at;
    }
    return at;
}

void append_identifier(std::string& words, std::string_view run) {
    const std::size_t begin = words.size();
    std::size_t parts = 0;
    std::string all;
    for (std::size_t at = 0; at < run.size();) {
        std::size_t end = at + 1;
        if (kind_of(run[at]) == Kind::Underscore || run[at] == '-') {
            ++at;
            continue;
        }
        while (end < run.size() && run[end] != '-' && !is_break(run, end)) ++end;
        const std::size_t word = words.size();
        append_folded(words, run.substr(at, end - at));
        all.append(words, word);
        // A number says something only with the letters about it.
        if (kind_of(run[at]) == Kind::Digit && (parts > 0 || end < run.size()))
            words.resize(word);
        else
            end_word(words, word);
        ++parts;
        at = end;
    }
    if (parts < 2) return;
    if (kind_of(run[0]) == Kind::Digit) words.resize(begin);  // 0x1f, 10ms: as a whole only
    const std::size_t word = words.size();
    words += all;
    end_word(words, word);
}

// As people write them: compared by their stems.
constexpr std::string_view kStopWords[] = {
    "about",   "above",     "after",       "again",   "all",     "also",    "am",      "an",       "and",
    "another", "answer",    "any",         "are",     "as",      "at",      "be",      "because",  "been",
    "before",  "being",     "below",       "between", "both",    "but",     "by",      "can",      "change",
    "changed", "code",      "could",       "did",     "do",      "does",    "doing",   "done",     "down",
    "each",    "ever",      "every",       "explain", "file",    "find",    "for",     "from",     "function",
    "get",     "give",      "given",       "had",     "happens", "has",     "have",    "he",       "hello",
    "help",    "helpful",   "her",         "here",    "hi",      "him",     "his",     "how",      "however",
    "if",      "implement", "implemented", "in",      "into",    "is",      "it",      "its",      "just",
    "know",    "like",      "make",        "makes",   "many",    "may",     "me",      "mean",     "means",
    "might",   "more",      "most",        "much",    "must",    "my",      "need",    "no",       "not",
    "now",     "of",        "off",         "ok",      "okay",    "on",      "once",    "one",      "only",
    "or",      "other",     "our",         "out",     "over",    "please",  "project", "question", "same",
    "see",     "she",       "should",      "show",    "simple",  "simpler", "so",      "some",     "such",
    "sure",    "tell",      "than",        "thank",   "thanks",  "that",    "the",     "their",    "them",
    "then",    "there",     "these",       "they",    "this",    "those",   "to",      "today",    "too",
    "under",   "up",        "us",          "use",     "used",    "uses",    "using",   "very",     "want",
    "was",     "way",       "we",          "were",    "what",    "when",    "where",   "whether",  "which",
    "while",   "who",       "why",         "will",    "with",    "word",    "words",   "would",    "yes",
    "yet",     "you",       "your"};

bool is_stop_word(std::string_view word) {
    return std::any_of(std::begin(kStopWords), std::end(kStopWords),
                       [word](std::string_view stop) { return stem(stop) == word; });
}

}  // namespace

std::string_view stem(std::string_view word) {
    const auto cut = [&](std::string_view ending, std::size_t at_least) {
        if (word.size() < ending.size() + at_least || !word.ends_with(ending)) return false;
        word.remove_suffix(ending.size());
        return true;
    };
    if (cut("'s", 2)) return stem(word);
    if (word.ends_with("ies") && word.size() > 5) {
        word.remove_suffix(2);  // queries, query: "queri" and "quer" + y
    } else if (!word.ends_with("ss") && !word.ends_with("us") && !word.ends_with("is")) {
        cut("s", 3);
    }
    if (cut("ing", 3) || cut("ed", 3)) {
        const std::size_t size = word.size();
        if (size > 3 && word[size - 1] == word[size - 2] && word[size - 1] != 'l' && word[size - 1] != 's')
            word.remove_suffix(1);  // running: run
    } else {
        cut("er", 4);
    }
    if (!cut("e", 3) && !cut("i", 3)) cut("y", 3);
    return word;
}

void append_words(std::string& words, std::string_view text) {
    for (std::size_t at = 0; at < text.size();) {
        if (kind_of(text[at]) == Kind::Other) {
            ++at;
            continue;
        }
        const std::size_t end = end_of_run(text, at);
        if (end - at <= kLongestRun) append_identifier(words, text.substr(at, end - at));
        at = end;
    }
}

std::vector<std::string> question_words(std::string_view question, std::size_t most) {
    std::string words;
    append_words(words, question);
    std::vector<std::string> found;
    for (std::size_t at = 0; at < words.size() && found.size() < most;) {
        const std::size_t end = words.find(' ', at);
        const std::string word = words.substr(at, end - at);
        if (!is_stop_word(word) && std::find(found.begin(), found.end(), word) == found.end())
            found.push_back(word);
        at = end + 1;
    }
    return found;
}

}  // namespace sidewinder::project
