#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "storage/project/search_index.h"

namespace sidewinder::project {

/// Something that can stand behind an `@`.
struct CompletionEntry {
    std::string text;        ///< a path, or a symbol's name with its container ("FooBar::baz")
    std::string path;        ///< of the file; the same as `text` for a file
    std::uint32_t line = 0;  ///< of the symbol; 0: a file
    std::string kind;        ///< "file", or the symbol's kind
};

struct CompletionMatch {
    const CompletionEntry* entry = nullptr;  ///< lives as long as the Completion
    int score = 0;
    std::vector<std::uint32_t> matched;  ///< bytes of entry->text that the typed characters are
};

/// Paths and symbols by what a person types of them. Immutable; any thread. About 150 bytes an entry.
class Completion {
  public:
    explicit Completion(std::vector<CompletionEntry> entries);

    /// The entries that have the characters of `typed` in this order, in either case, best first: matches at
    /// the beginning of the name, of its humps and words, and those without gaps stand first, a file's base
    /// name and a symbol's own name before the rest, short before long. The first character must begin a word
    /// of the entry. Nothing typed: files first, by path.
    std::vector<CompletionMatch> complete(std::string_view typed, std::size_t limit) const;

    std::size_t size() const { return entries_.size(); }

  private:
    struct Match;
    struct Keys {
        std::uint64_t letters;  ///< that the entry has, as bits
        std::uint64_t heads;    ///< that begin its words
        std::uint32_t begin;    ///< of its folded text in `folded_`
        std::uint32_t name;     ///< where in it the base name or the symbol's own name begins
    };

    Match match(std::string_view typed, std::size_t entry, std::vector<std::uint32_t>* matched) const;

    std::vector<CompletionEntry> entries_;
    std::vector<Keys> keys_;
    std::string folded_;         ///< all texts in lower case (ASCII), one behind the other
    std::vector<bool> is_head_;  ///< by byte of folded_: it begins a word
};

/// The files and symbols of an index, for Completion; headings of prose left out.
std::vector<CompletionEntry> completion_entries(const SearchIndex& index);

}  // namespace sidewinder::project
