#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "storage/project/excerpt_text.h"
#include "storage/project/path_index.h"
#include "storage/project/search_index.h"

namespace sidewinder::project {

/// What is selected in the editor: as the editor has it, saved or not.
struct EditorSelection {
    std::string path;  ///< from the project's root
    std::uint32_t first_line = 0, last_line = 0;
    std::string text;  ///< UTF-8, LF
};

/// Lines that the person does not want next to the question.
struct SwitchedOff {
    std::string path;
    std::uint32_t first_line = 0, last_line = 0;  ///< both 0: the whole file
};

struct ExcerptRequest {
    std::string question;
    std::vector<std::string>
        mentions;  ///< chosen beside the text: "core/engine.h", "a.cpp:10-20", "Foo::bar"
    std::optional<EditorSelection> selection;
    std::vector<ProjectFile> files;  ///< included in the project: nothing else is read
    const PathIndex* paths =
        nullptr;  ///< of `files`, where the caller keeps one; null: made for this question
    std::vector<SwitchedOff> off;
    std::int64_t budget = 4'000;  ///< tokens of excerpts_text(), its first line not counted
    std::function<std::int64_t(std::string_view)> count_tokens;  ///< of a text in the prompt
};

struct ExcerptChoice {
    /// Selection, mentions, what is named, what was found, best first; those switched off last. No line of a
    /// file stands in two of them.
    std::vector<Excerpt> excerpts;
    std::int64_t tokens = 0;  ///< of those that are on: at most the budget
    std::vector<SkippedFile>
        left_out;  ///< named or found, and not there: gone, unreadable, an unknown mention
};

/// The parts of a project that matter most to a question. What is named comes first and shares the budget
/// fairly; a search fills up what is left with what scores well, and with nothing if nothing does. Texts are
/// read from the project and are those of the hashes in `files`; a file that has changed since is read and
/// indexed as it is now. Fills an index that is empty. Throws as SearchIndex does, storage::Stopped, and
/// what `count_tokens` throws. The index's thread.
ExcerptChoice select_excerpts(const ProjectRoot& root, SearchIndex& index, const ExcerptRequest& request,
                              std::stop_token stop = {});

}  // namespace sidewinder::project
