#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace sidewinder::syntax {

/// One line of a change: what stays, goes or comes. Without its line break.
struct ChangeLine {
    enum class Role : std::uint8_t { Context, Removed, Added };
    Role role = Role::Context;
    std::string text;
    bool operator==(const ChangeLine&) const = default;
};

/// A place in a file and what becomes of it. Where it is its lines must say: `claimed_line` is what the
/// answer wrote.
struct Hunk {
    std::uint32_t claimed_line = 0;  ///< from 1; 0: not said
    std::vector<ChangeLine> lines;

    std::vector<std::string_view> before() const;  ///< context and removed: what to look for
    std::vector<std::string_view> after() const;   ///< context and added: what to put there
};

/// The changes to one file that a diff, or the search/replace blocks of a fence, ask for.
struct FileChange {
    enum class Action : std::uint8_t { Change, Create, Delete, Rename };
    Action action = Action::Change;
    std::string path;      ///< as written, without "a/", "b/", "./"; not to be trusted; empty: not said
    std::string old_path;  ///< of a rename
    std::vector<Hunk> hunks;
};

enum class PathSource : std::uint8_t { None, Info, LineBefore, FirstLine, Change };

/// One code block of an answer, in the order in which they stand, the same blocks that the window shows.
struct AnswerBlock {
    enum class Form : std::uint8_t { Code, Diff, SearchReplace };
    Form form = Form::Code;
    bool fenced = true;    ///< false: it is code by its indentation
    bool closed = true;    ///< false: the answer ended within it, so that it may not be whole
    std::string language;  ///< the first word of what stands behind the fence: find_language() takes it
    std::string info;      ///< all of that
    std::string
        path;  ///< the file that the text names for it, as FileChange::path; empty: none, or not clearly
    PathSource path_source = PathSource::None;
    std::string code;                 ///< without the last line break
    std::vector<FileChange> changes;  ///< of Diff and SearchReplace: at least one
    std::string
        problem;  ///< a sentence: it looks like a change but is none that can be understood (form: Code)
};

/// storage/project's language_of(): a path is believed to be one if it has a known ending, or a folder and an
/// ending.
using LanguageOfPath = std::string_view (*)(std::string_view path);

/// Finds the code blocks of an answer in Markdown, whatever bytes it has; of a longer answer the first MiB
/// counts. Throws nothing but bad_alloc. Any thread.
std::vector<AnswerBlock> parse_answer(std::string_view markdown, LanguageOfPath language_of);

}  // namespace sidewinder::syntax
