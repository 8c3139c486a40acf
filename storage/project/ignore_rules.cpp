#include "storage/project/ignore_rules.h"

namespace sidewinder::project {

namespace {

std::string join(std::string_view folder, std::string_view name) {
    return folder.empty() ? std::string(name) : std::string(folder) + "/" + std::string(name);
}

}  // namespace

IgnoreRules::IgnoreRules(const std::vector<OuterRules>& outer) {
    for (const OuterRules& file : outer) {
        Level level{RuleFile(file.text), 0, file.prefix, file.source};
        if (level.rules.empty()) continue;
        (file.global ? exclude_ : git_).push_back(std::move(level));
    }
}

void IgnoreRules::enter(std::string_view folder, const FolderRules& rules) {
    entered_.push_back({sidewinder_.size(), git_.size(), exclude_.size()});
    const std::size_t strip = folder.empty() ? 0 : folder.size() + 1;
    const auto add = [&](Levels& levels, const std::string& text, std::string_view name) {
        if (text.empty()) return;
        Level level{RuleFile(text), strip, {}, join(folder, name)};
        if (!level.rules.empty()) levels.push_back(std::move(level));
    };
    add(sidewinder_, rules.sidewinderignore, ".sidewinderignore");
    add(git_, rules.gitignore, ".gitignore");
    add(exclude_, rules.exclude, ".git/info/exclude");
}

void IgnoreRules::leave() {
    const auto shrink = [](Levels& levels, std::size_t size) {
        levels.erase(levels.begin() + static_cast<std::ptrdiff_t>(size), levels.end());
    };
    shrink(sidewinder_, entered_.back().sidewinder);
    shrink(git_, entered_.back().git);
    shrink(exclude_, entered_.back().exclude);
    entered_.pop_back();
}

RuleFile::Verdict IgnoreRules::ask(const Levels& levels, std::string_view path, bool is_folder,
                                   const std::string*& source) {
    for (auto level = levels.rbegin(); level != levels.rend(); ++level) {
        const std::string asked = level->prefix + std::string(path.substr(level->strip));
        const auto verdict = level->rules.verdict(asked, is_folder);
        if (verdict == RuleFile::Verdict::Silent) continue;
        source = &level->source;
        return verdict;
    }
    return RuleFile::Verdict::Silent;
}

IgnoreRules::Decision IgnoreRules::decide(std::string_view path, bool is_folder) const {
    for (const Levels* levels : {&sidewinder_, &git_, &exclude_}) {
        const std::string* source = nullptr;
        const auto verdict = ask(*levels, path, is_folder, source);
        if (verdict != RuleFile::Verdict::Silent) return {verdict == RuleFile::Verdict::Ignore, *source};
    }
    return {};
}

}  // namespace sidewinder::project
