#include "storage/project/folder_walk.h"

#include <dirent.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <system_error>

#include "storage/project/file_reader.h"
#include "storage/project/ignore_rules.h"

namespace sidewinder::project {

namespace {

constexpr std::size_t kNamesPerCheck = 1024;

struct Name {
    std::string name;
    unsigned char type = DT_UNKNOWN;
    bool operator<(const Name& other) const {  // a folder sorts as if it ended in "/"
        const std::size_t common = std::min(name.size(), other.name.size());
        if (const int order = name.compare(0, common, other.name, 0, common); order != 0) return order < 0;
        return end(common) < other.end(common);
    }

  private:
    int end(std::size_t at) const {
        if (at < name.size()) return static_cast<unsigned char>(name[at]);
        return type == DT_DIR ? '/' : -1;
    }
};

struct Folder {
    dev_t device;
    ino_t inode;
    bool operator==(const Folder&) const = default;
};

class Walker {
  public:
    Walker(const ProjectRoot& root, const WalkOptions& options, std::stop_token stop)
        : root_(root),
          options_(options),
          stop_(std::move(stop)),
          rules_(options.ignore_files ? outer_rules_of(root.path()) : std::vector<OuterRules>()) {}

    WalkResult run() {
        visit({}, 0, Mode::All);
        return std::move(result_);
    }

  private:
    /// OnlyTicked: an ignored folder, entered for some things in it that are ticked in.
    enum class Mode { All, Ticked, OnlyTicked };

    void visit(const std::string& folder, int depth, Mode mode);
    void visit_entry(const std::string& path, const Name& name, int depth, Mode mode);
    bool list(const std::string& folder, std::vector<Name>& names, Folder& identity);
    void learn_type(const std::string& path, Name& name) const;
    std::string small_text(const std::string& path) const;
    IgnoreRules::FolderRules rules_in(const std::string& folder, const std::vector<Name>& names) const;
    bool ticked_beneath(const std::string& folder) const;
    void add(const std::string& path, bool is_folder, LeftOut reason, std::string detail,
             bool ticked = false);
    bool full(const std::string& path, bool is_folder);
    void stop_if_asked() const {
        if (stop_.stop_requested()) throw storage::Stopped();
    }

    const ProjectRoot& root_;
    const WalkOptions& options_;
    std::stop_token stop_;
    IgnoreRules rules_;
    std::vector<Folder> above_;
    WalkResult result_;
};

void Walker::add(const std::string& path, bool is_folder, LeftOut reason, std::string detail, bool ticked) {
    result_.entries.push_back({path, is_folder, reason, ticked, std::move(detail)});
}

bool Walker::full(const std::string& path, bool is_folder) {
    if (!result_.complete) return true;
    if (result_.entries.size() < options_.max_files) return false;
    result_.complete = false;
    add(path, is_folder, LeftOut::TooMany,
        "the most is " + std::to_string(options_.max_files) + ", and this and all behind it are not listed");
    return true;
}

bool Walker::ticked_beneath(const std::string& folder) const {
    const std::string prefix = folder + "/";
    const auto first = options_.ticked_in.lower_bound(prefix);
    return first != options_.ticked_in.end() && first->starts_with(prefix);
}

std::string Walker::small_text(const std::string& path) const {
    ReadResult read = read_bytes(root_, path, {.max_bytes = kMaxRuleBytes});
    return read.reason == LeftOut::None ? std::move(read.bytes) : std::string();
}

/// The names in a folder; false after the folder was noted as left out.
bool Walker::list(const std::string& folder, std::vector<Name>& names, Folder& identity) {
    Opened opened = root_.open_folder(folder);
    struct stat info {};
    if (opened.file && ::fstat(opened.file.get(), &info) != 0) opened = {{}, errno};
    const int descriptor = opened.file ? ::dup(opened.file.get()) : -1;
    const std::unique_ptr<DIR, int (*)(DIR*)> stream(descriptor < 0 ? nullptr : ::fdopendir(descriptor),
                                                     ::closedir);
    if (!stream) {
        std::string detail;
        const LeftOut reason = reason_of(opened.error == 0 ? errno : opened.error, detail);
        if (descriptor >= 0) ::close(descriptor);
        add(folder, true, reason, detail);
        return false;
    }
    identity = {info.st_dev, info.st_ino};
    errno = 0;
    while (const dirent* entry = ::readdir(stream.get())) {
        const std::string_view name = entry->d_name;
        if (name == "." || name == "..") continue;
        if (names.size() >= options_.max_files) {
            add(folder, true, LeftOut::TooMany,
                "more than " + std::to_string(options_.max_files) + " in one folder");
            return false;
        }
        if (names.size() % kNamesPerCheck == 0) stop_if_asked();
        names.push_back({std::string(name), entry->d_type});
        errno = 0;
    }
    if (errno == 0) return true;
    std::string detail;
    const LeftOut reason = reason_of(errno, detail);
    add(folder, true, reason, detail);
    return false;
}

IgnoreRules::FolderRules Walker::rules_in(const std::string& folder, const std::vector<Name>& names) const {
    IgnoreRules::FolderRules rules;
    if (!options_.ignore_files) return rules;
    const std::string prefix = folder.empty() ? folder : folder + "/";
    for (const Name& name : names) {
        if (name.name == ".sidewinderignore") rules.sidewinderignore = small_text(prefix + name.name);
        if (name.name == ".gitignore") rules.gitignore = small_text(prefix + name.name);
        if (name.name == ".git" && name.type == DT_DIR)
            rules.exclude = small_text(prefix + ".git/info/exclude");
    }
    return rules;
}

void Walker::visit(const std::string& folder, int depth, Mode mode) {
    stop_if_asked();
    std::vector<Name> names;
    Folder identity{};
    if (!list(folder, names, identity)) return;
    if (std::find(above_.begin(), above_.end(), identity) != above_.end())
        return add(folder, true, LeftOut::Loop, {});
    const std::string prefix = folder.empty() ? folder : folder + "/";
    for (Name& name : names)  // before sorting: folders sort as folders
        if (name.type == DT_UNKNOWN) learn_type(prefix + name.name, name);
    std::sort(names.begin(), names.end());
    above_.push_back(identity);
    rules_.enter(folder, rules_in(folder, names));
    for (const Name& name : names) {
        stop_if_asked();
        const std::string path = prefix + name.name;
        if (full(path, name.type == DT_DIR)) break;
        visit_entry(path, name, depth, mode);
    }
    rules_.leave();
    above_.pop_back();
}

/// Where the file system does not tell types with the names. What cannot be looked at stays unknown: reading
/// tells.
void Walker::learn_type(const std::string& path, Name& name) const {
    const Opened seen = root_.look_at(path);
    struct stat info {};
    if (seen.file && ::fstat(seen.file.get(), &info) == 0)
        name.type = static_cast<unsigned char>(IFTODT(info.st_mode));
}

void Walker::visit_entry(const std::string& path, const Name& name, int depth, Mode mode) {
    const bool is_folder = name.type == DT_DIR;
    if (name.name == ".git") return add(path, is_folder, LeftOut::GitData, {});
    const bool ticked = mode == Mode::Ticked || options_.ticked_in.contains(path);
    if (mode == Mode::OnlyTicked && !ticked && !(is_folder && ticked_beneath(path))) return;
    IgnoreRules::Decision rule;
    if (mode == Mode::OnlyTicked)
        rule = {true, "a folder above"};
    else if (options_.ignore_files)
        rule = rules_.decide(path, is_folder);
    if (rule.ignored && !ticked) {
        const bool enter = is_folder && ticked_beneath(path);
        if (mode != Mode::OnlyTicked) add(path, is_folder, LeftOut::Ignored, display_name(rule.source));
        if (enter) visit(path, depth + 1, Mode::OnlyTicked);
        return;
    }
    if (is_folder) {
        if (depth + 1 >= options_.max_depth)
            return add(path, true, LeftOut::TooDeep,
                       "the most is " + std::to_string(options_.max_depth) + " folders");
        return visit(path, depth + 1, ticked ? Mode::Ticked : Mode::All);
    }
    if (name.type == DT_LNK) return add(path, false, LeftOut::Link, {});
    if (name.type != DT_REG && name.type != DT_UNKNOWN) return add(path, false, LeftOut::Special, {});
    add(path, false, rule.ignored ? LeftOut::Ignored : LeftOut::None,
        rule.ignored ? display_name(rule.source) : std::string(), ticked);
}

}  // namespace

LeftOut reason_of(int error, std::string& detail) {
    switch (error) {
        case ELOOP:
            return LeftOut::Link;
        case EXDEV:
            return LeftOut::OtherDisk;
        case ENOENT:
            return LeftOut::Vanished;
        case ENOTDIR:
        case EISDIR:
            return LeftOut::Changing;
        case ENOTSUP:
        case ENXIO:
        case ENODEV:
            return LeftOut::Special;
        case ENAMETOOLONG:
            detail = "its path is longer than the system takes";
            return LeftOut::TooDeep;
        case EACCES:
        case EPERM:
            detail = "you have no permission to read it";
            return LeftOut::Unreadable;
        default:
            detail = std::generic_category().message(error);
            return LeftOut::Unreadable;
    }
}

WalkResult walk_folder(const ProjectRoot& root, const WalkOptions& options, std::stop_token stop) {
    return Walker(root, options, std::move(stop)).run();
}

}  // namespace sidewinder::project
