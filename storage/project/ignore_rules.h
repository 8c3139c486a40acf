#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace sidewinder::project {

/// The rules of one ignore file in gitignore's format, matched by libgit2 in memory: no repository is opened,
/// no file is read or written, no configuration of anybody's is looked at. Lines of more than 4096 bytes or
/// 32 stars, which could take for ever to match, are dropped. Move-only; one thread.
class RuleFile {
  public:
    enum class Verdict { Silent, Ignore, Keep };  ///< Keep: a rule with '!' was the last that matched

    explicit RuleFile(std::string_view text);
    RuleFile(RuleFile&&) noexcept;
    RuleFile& operator=(RuleFile&&) noexcept;
    ~RuleFile();

    /// `path` relative to the file's folder. Tells what the file says of this very path; whether a folder
    /// above it is ignored is the caller's to know.
    Verdict verdict(std::string_view path, bool is_folder) const;
    bool empty() const { return !ignoring_; }

  private:
    struct Matcher;
    std::unique_ptr<Matcher> ignoring_;  ///< null: no rules
    std::unique_ptr<Matcher> keeping_;   ///< null: no rule with '!'
};

/// An ignore file that acts from outside of the scanned folder.
struct OuterRules {
    std::string text;
    std::string prefix;  ///< from the file's folder to the scanned one, ending in "/"; empty for global rules
    std::string source;  ///< shown to the person: the file's path
    bool global = false;  ///< core.excludesFile or an info/exclude: weaker than every .gitignore
};

/// All rules that act at one place of the tree: .sidewinderignore of every level beats .gitignore of every
/// level, which beat .git/info/exclude, which beats core.excludesFile; deeper files beat upper ones; in a
/// file the last rule that matches counts. What git tracks although a rule names it counts as ignored here.
class IgnoreRules {
  public:
    explicit IgnoreRules(const std::vector<OuterRules>& outer = {});

    struct FolderRules {
        std::string sidewinderignore, gitignore, exclude;  ///< texts; empty where there is no such file
    };
    /// Before the entries of `folder` ("" or "a/b") are asked about, and after them.
    void enter(std::string_view folder, const FolderRules& rules);
    void leave();

    struct Decision {
        bool ignored = false;
        std::string source;  ///< the file with the rule that decided; empty if none did
    };
    /// Of an entry of the folder entered last, none of whose parents is ignored. `path` from the root.
    Decision decide(std::string_view path, bool is_folder) const;

  private:
    struct Level {
        RuleFile rules;
        std::size_t strip;   ///< bytes of the path that lie above the file's folder
        std::string prefix;  ///< to put before it instead
        std::string source;
    };
    using Levels = std::vector<Level>;
    static RuleFile::Verdict ask(const Levels& levels, std::string_view path, bool is_folder,
                                 const std::string*& source);

    Levels sidewinder_, git_, exclude_;  ///< strongest last
    struct Sizes {
        std::size_t sidewinder, git, exclude;
    };
    std::vector<Sizes> entered_;
};

/// The user's core.excludesFile (of the system's and the user's git configuration, never of a repository's),
/// or git's default for it; and where `folder` lies inside a repository and is not its top, the .gitignore
/// files between them and the repository's .git/info/exclude. These are the only files outside of a project
/// that a scan opens: regular files of at most 512 KiB, no links, in a repository that belongs to the user or
/// to root, on the same file system. Rules that would ignore `folder` itself are left out: it was asked for.
/// Throws nothing; what cannot be read is not there.
std::vector<OuterRules> outer_rules_of(const std::filesystem::path& folder);

inline constexpr std::size_t kMaxRuleBytes = 512 << 10;

}  // namespace sidewinder::project
