#include <git2.h>
#include <git2/sys/repository.h>

#include <algorithm>
#include <new>

#include "storage/error.h"
#include "storage/project/git_library.h"
#include "storage/project/ignore_rules.h"

namespace sidewinder::project {

namespace {

constexpr std::size_t kMaxLine = 4096;
constexpr std::ptrdiff_t kMaxStars = 32;
constexpr int kMaxDoubleStars = 3;  // libgit2 tries each way to place them: 64 folders over 3
constexpr int kMaxCostly = 64;      // rules of one file with two or three of them

int double_stars(std::string_view line) {
    int count = 0;
    for (std::size_t at = 0; (at = line.find("**", at)) != std::string_view::npos;
         at = std::min(line.find_first_not_of('*', at), line.size()))
        ++count;
    return count;
}

/// The lines that libgit2 gets: no byte order mark, CR or NUL, nothing that takes too long to match.
std::string clean(std::string_view text) {
    if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
    std::string lines;
    int costly = 0;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = std::min(text.find('\n', at), text.size());
        std::string_view line = text.substr(at, end - at);
        at = end + 1;
        if (line.ends_with('\r')) line.remove_suffix(1);
        line = line.substr(0, line.find('\0'));
        if (line.empty() || line.front() == '#' || line.size() > kMaxLine) continue;
        if (std::count(line.begin(), line.end(), '*') > kMaxStars) continue;
        const int doubles = double_stars(line);
        if (doubles > kMaxDoubleStars || (doubles > 1 && ++costly > kMaxCostly)) continue;
        lines.append(line).push_back('\n');
    }
    return lines;
}

void check(int result, const char* what) {
    if (result >= 0) return;
    const git_error* error = git_error_last();
    throw storage::Error(storage::Error::Kind::Io, std::string("libgit2 could not ") + what + ": " +
                                                       (error ? error->message : "no reason given") +
                                                       ". Move the ignore file away and scan again.");
}

}  // namespace

/// A repository that exists in memory only, with an empty configuration, as the holder of one list of rules.
struct RuleFile::Matcher {
    explicit Matcher(const std::string& rules) {
        git_repository* made = nullptr;
        check(git_repository_new(&made), "prepare ignore rules");
        repository.reset(made);
        git_config* empty = nullptr;
        check(git_config_new(&empty), "prepare ignore rules");
        const std::unique_ptr<git_config, decltype(&git_config_free)> config(empty, git_config_free);
        check(git_repository_set_config(made, empty), "prepare ignore rules");
        check(git_ignore_add_rule(made, rules.c_str()), "take in the ignore rules");
    }

    bool says_ignored(const std::string& path) const {
        int ignored = 0;
        check(git_ignore_path_is_ignored(&ignored, repository.get(), path.c_str()), "apply the ignore rules");
        return ignored != 0;
    }

    GitLibrary library;
    std::unique_ptr<git_repository, decltype(&git_repository_free)> repository{nullptr, git_repository_free};
};

// libgit2 answers only yes or no, and where no rule matches it goes on to the folders above. Rules put in
// front decide for every path, so that each question is about this path alone: after "everything is kept",
// yes means that the last match was an ignoring rule; after "everything is ignored", no means that it was a
// keeping one.
RuleFile::RuleFile(std::string_view text) {
    const std::string rules = clean(text);
    if (rules.empty()) return;
    ignoring_ = std::make_unique<Matcher>("**\n!**\n" + rules);
    if (rules.starts_with('!') || rules.find("\n!") != std::string::npos)
        keeping_ = std::make_unique<Matcher>("**\n" + rules);
}
RuleFile::RuleFile(RuleFile&&) noexcept = default;
RuleFile& RuleFile::operator=(RuleFile&&) noexcept = default;
RuleFile::~RuleFile() = default;

RuleFile::Verdict RuleFile::verdict(std::string_view path, bool is_folder) const {
    if (!ignoring_) return Verdict::Silent;
    std::string asked(path);
    if (is_folder) asked += '/';
    if (ignoring_->says_ignored(asked)) return Verdict::Ignore;
    return keeping_ && !keeping_->says_ignored(asked) ? Verdict::Keep : Verdict::Silent;
}

}  // namespace sidewinder::project
