#include "storage/project/project_text.h"

#include <algorithm>

namespace sidewinder::project {

namespace {

constexpr std::size_t kFence = 3;

std::size_t longest_run(std::string_view text, char of) {
    std::size_t longest = 0;
    for (std::size_t at = text.find(of); at != std::string_view::npos; at = text.find(of, at)) {
        const std::size_t end = std::min(text.find_first_not_of(of, at), text.size());
        longest = std::max(longest, end - at);
        at = end;
    }
    return longest;
}

std::vector<std::string_view> parts_of(std::string_view path) {
    std::vector<std::string_view> parts;
    for (std::size_t at = 0; at <= path.size();) {
        const std::size_t end = std::min(path.find('/', at), path.size());
        parts.push_back(path.substr(at, end - at));
        at = end + 1;
    }
    return parts;
}

}  // namespace

std::string project_tree(const std::vector<std::string>& paths) {
    std::string tree;
    std::vector<std::string_view> above;
    for (const std::string& path : paths) {
        const auto parts = parts_of(path);
        std::size_t common = 0;
        while (common < above.size() && common + 1 < parts.size() && above[common] == parts[common]) ++common;
        above.resize(common);
        for (; common + 1 < parts.size(); ++common) {
            tree += std::string(common, ' ') + display_name(parts[common]) + "/\n";
            above.push_back(parts[common]);
        }
        tree += std::string(common, ' ') + display_name(parts.back()) + "\n";
    }
    return tree;
}

std::string project_document(std::string_view path, std::string_view text, std::string_view language) {
    const std::string fence(std::max(kFence, longest_run(text, '`') + 1), '`');
    std::string document = "File: " + display_name(path) + "\n" + fence;
    document.reserve(document.size() + text.size() + 2 * fence.size() + 64);
    document.append(language).append("\n").append(text);
    const bool cut = !text.empty() && text.back() != '\n';
    if (cut) document += '\n';
    document.append(fence).append(cut ? "\n\\ No newline at end of file\n\n" : "\n\n");
    return document;
}

std::vector<std::size_t> reading_order(const std::vector<ScannedEntry>& entries,
                                       const std::map<std::string, std::int64_t>& changed_at) {
    constexpr std::int64_t kNanoseconds = 1'000'000'000;
    std::vector<std::pair<std::int64_t, std::size_t>> order;
    for (std::size_t i = 0; i < entries.size(); ++i) {
        if (!entries[i].included) continue;
        const auto known = changed_at.find(entries[i].path);
        order.emplace_back(known != changed_at.end() ? known->second : entries[i].modified_ns / kNanoseconds,
                           i);
    }
    std::stable_sort(order.begin(), order.end(),
                     [](const auto& a, const auto& b) { return a.first < b.first; });
    std::vector<std::size_t> indices;
    for (const auto& [time, index] : order) indices.push_back(index);
    return indices;
}

}  // namespace sidewinder::project
