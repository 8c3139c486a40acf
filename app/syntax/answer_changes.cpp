#include "app/syntax/answer_changes.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "app/syntax/answer_paths.h"

namespace sidewinder::syntax {

namespace {

using Lines = std::vector<std::string_view>;
using Role = ChangeLine::Role;

Lines lines_of(std::string_view text) {
    Lines lines;
    while (true) {
        const auto end = text.find('\n');
        std::string_view line = text.substr(0, end);
        if (line.ends_with('\r')) line.remove_suffix(1);
        lines.push_back(line);
        if (end == text.npos) return lines;
        text.remove_prefix(end + 1);
    }
}

bool blank(std::string_view line) {
    return line.find_first_not_of(" \t") == line.npos;
}

/// The path of a "--- a/x", "+++ b/x<TAB>time" line: nothing for /dev/null.
std::string header_path(std::string_view line) {
    line.remove_prefix(4);
    line = line.substr(0, line.find('\t'));
    while (line.ends_with(' ')) line.remove_suffix(1);
    if (line.size() >= 2 && line.front() == '"' && line.back() == '"') line = line.substr(1, line.size() - 2);
    if (line == "/dev/null") return {};
    if (line.starts_with("a/") || line.starts_with("b/")) line.remove_prefix(2);
    while (line.starts_with("./")) line.remove_prefix(2);
    return std::string(line);
}

bool is_hunk_head(std::string_view line) {
    return line.starts_with("@@");
}

bool is_file_head(const Lines& lines, std::size_t at) {
    return at + 1 < lines.size() && lines[at].starts_with("--- ") && lines[at + 1].starts_with("+++ ");
}

/// "@@ -12,3 +14,4 @@": 12. 0 for "@@ ... @@".
std::uint32_t claimed_line(std::string_view head) {
    const auto minus = head.find('-');
    if (minus == head.npos) return 0;
    std::uint32_t line = 0;
    for (std::size_t i = minus + 1; i < head.size() && head[i] >= '0' && head[i] <= '9' && line < 100'000'000;
         ++i)
        line = line * 10 + static_cast<std::uint32_t>(head[i] - '0');
    return line;
}

class DiffReader {
  public:
    explicit DiffReader(const Lines& lines) : lines_(lines) {}

    std::vector<FileChange> read() {
        for (at_ = 0; at_ < lines_.size(); ++at_) {
            const std::string_view line = lines_[at_];
            if (is_file_head(lines_, at_) && (!in_hunk_ || hunk_follows()))
                file_head();
            else if (line.starts_with("diff --git "))
                begin_file({});
            else if (in_head_ && line.starts_with("rename from "))
                rename(line.substr(12), true);
            else if (in_head_ && line.starts_with("rename to "))
                rename(line.substr(10), false);
            else if (is_hunk_head(line))
                begin_hunk(line);
            else if (in_hunk_ && !line.starts_with("\\ "))
                add(line);
        }
        for (FileChange& file : files_) tidy(file);
        std::erase_if(files_, [](const FileChange& file) {
            return file.hunks.empty() && file.action != FileChange::Action::Rename &&
                   file.action != FileChange::Action::Delete;
        });
        return std::move(files_);
    }

  private:
    /// Within a hunk "--- x" may also be the line "-- x" that goes.
    bool hunk_follows() const { return at_ + 2 < lines_.size() && is_hunk_head(lines_[at_ + 2]); }

    void begin_file(FileChange file) {
        files_.push_back(std::move(file));
        in_hunk_ = false;
        in_head_ = true;
    }

    void file_head() {
        if (!in_head_ || files_.empty()) begin_file({});
        FileChange& file = files_.back();
        const std::string old_path = header_path(lines_[at_]), new_path = header_path(lines_[at_ + 1]);
        if (file.action != FileChange::Action::Rename) {
            if (old_path.empty())
                file.action = FileChange::Action::Create;
            else if (new_path.empty())
                file.action = FileChange::Action::Delete;
            file.path = new_path.empty() ? old_path : new_path;
        }
        ++at_;
        in_head_ = in_hunk_ = false;
    }

    void rename(std::string_view path, bool from) {
        FileChange& file = files_.back();
        file.action = FileChange::Action::Rename;
        (from ? file.old_path : file.path) = std::string(path);
    }

    void begin_hunk(std::string_view head) {
        if (files_.empty()) begin_file({});
        files_.back().hunks.push_back({claimed_line(head), {}});
        in_head_ = false;
        in_hunk_ = true;
    }

    void add(std::string_view line) {
        std::vector<ChangeLine>& lines = files_.back().hunks.back().lines;
        const char mark = line.empty() ? ' ' : line.front();
        const Role role = mark == '+' ? Role::Added : mark == '-' ? Role::Removed : Role::Context;
        // A line without its mark: models forget the blank before what stays.
        const bool marked = mark == '+' || mark == '-' || mark == ' ';
        lines.push_back({role, std::string(line.empty() || !marked ? line : line.substr(1))});
    }

    /// Empty lines at the end are the fence's, not the file's; a hunk that changes nothing is none.
    static void tidy(FileChange& file) {
        for (Hunk& hunk : file.hunks)
            while (!hunk.lines.empty() && hunk.lines.back() == ChangeLine{Role::Context, ""})
                hunk.lines.pop_back();
        std::erase_if(file.hunks, [](const Hunk& hunk) {
            return std::all_of(hunk.lines.begin(), hunk.lines.end(),
                               [](const ChangeLine& line) { return line.role == Role::Context; });
        });
    }

    const Lines& lines_;
    std::size_t at_ = 0;
    std::vector<FileChange> files_;
    bool in_head_ = false;
    bool in_hunk_ = false;
};

bool looks_like_diff(const Lines& lines, std::string_view language) {
    const bool named = language == "diff" || language == "patch" || language == "udiff";
    for (std::size_t i = 0; i < lines.size(); ++i) {
        if (is_file_head(lines, i) || lines[i].starts_with("diff --git ")) return true;
        if (is_hunk_head(lines[i])) return named || lines[i].starts_with("@@ -");
        if (!named && !blank(lines[i])) return false;
    }
    return false;
}

/// A run of 5 to 9 marks, then one of the words or nothing.
bool is_marker(std::string_view line, char mark, std::initializer_list<std::string_view> words) {
    std::size_t run = 0;
    while (run < line.size() && line[run] == mark) ++run;
    if (run < 5 || run > 9) return false;
    line.remove_prefix(run);
    while (!line.empty() && (line.front() == ' ')) line.remove_prefix(1);
    while (!line.empty() && (line.back() == ' ' || line.back() == '\t')) line.remove_suffix(1);
    if (words.size() == 0) return line.empty();
    return std::any_of(words.begin(), words.end(), [&](std::string_view word) { return line == word; });
}

bool is_search(std::string_view line) {
    return is_marker(line, '<', {"SEARCH", "ORIGINAL"});
}
bool is_middle(std::string_view line) {
    return is_marker(line, '=', {});
}
bool is_replace(std::string_view line) {
    return is_marker(line, '>', {"REPLACE", "UPDATED"});
}

/// Nothing where a block is not finished, or its parts come in another order.
std::optional<std::vector<FileChange>> read_search_replace(const Lines& lines, LanguageOfPath language_of) {
    enum class Part { Outside, Search, Replace };
    Part part = Part::Outside;
    std::vector<FileChange> files;
    std::string path;
    for (const std::string_view line : lines) {
        if (is_search(line)) {
            if (part != Part::Outside) return std::nullopt;
            if (files.empty() || files.back().path != path)
                files.push_back({.path = path, .old_path = {}, .hunks = {}});
            files.back().hunks.emplace_back();
            part = Part::Search;
        } else if (is_middle(line) && part == Part::Search) {
            part = Part::Replace;
        } else if (is_replace(line)) {
            if (part != Part::Replace) return std::nullopt;
            part = Part::Outside;
        } else if (part == Part::Outside) {
            if (std::string next = clean_path(line, language_of); !next.empty()) path = std::move(next);
        } else {
            files.back().hunks.back().lines.push_back(
                {part == Part::Search ? Role::Removed : Role::Added, std::string(line)});
        }
    }
    if (part != Part::Outside || files.empty()) return std::nullopt;
    return files;
}

}  // namespace

void read_changes(AnswerBlock& block, LanguageOfPath language_of) {
    const Lines lines = lines_of(block.code);
    if (std::any_of(lines.begin(), lines.end(), is_search)) {
        if (auto changes = read_search_replace(lines, language_of)) {
            block.form = AnswerBlock::Form::SearchReplace;
            block.changes = std::move(*changes);
        } else {
            block.problem =
                "The search/replace block is not complete: it needs <<<<<<< SEARCH, =======, and >>>>>>> "
                "REPLACE, each on a line of its own.";
        }
        return;
    }
    if (!looks_like_diff(lines, block.language)) return;
    std::vector<FileChange> changes = DiffReader(lines).read();
    if (changes.empty()) {
        block.problem = "The diff changes nothing: no line in it begins with + or -.";
        return;
    }
    block.form = AnswerBlock::Form::Diff;
    block.changes = std::move(changes);
}

}  // namespace sidewinder::syntax
