#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "storage/project/search_index.h"
#include "storage/project/text_lines.h"

namespace sidewinder::project {

/// The texts of a project's files while excerpts are chosen: each read once, from the root only, and only
/// what belongs to the project. A file that has changed since it was scanned is indexed as it is now.
class ExcerptFiles {
  public:
    struct File {
        std::string text;
        std::string language;
        TextLines lines;
        File(std::string bytes, std::string its_language)
            : text(std::move(bytes)), language(std::move(its_language)), lines(text) {}
        File(const File&) = delete;
        File& operator=(const File&) = delete;
    };

    ExcerptFiles(const ProjectRoot& root, SearchIndex& index, const std::vector<ProjectFile>& files);

    /// Null if it does not belong to the project or cannot be used: then it stands in left_out().
    const File* find(const std::string& path);
    bool knows(const std::string& path) const { return known_.contains(path); }

    /// True once after a file was indexed anew: line numbers found before are not its own any more.
    bool take_changed() { return std::exchange(changed_, false); }
    std::vector<SkippedFile> take_left_out() { return std::move(left_out_); }

  private:
    std::unique_ptr<File> read(const ProjectFile& file);

    const ProjectRoot& root_;
    SearchIndex& index_;
    std::unordered_map<std::string_view, const ProjectFile*> known_;
    std::map<std::string, std::unique_ptr<File>> read_;
    std::vector<SkippedFile> left_out_;
    bool changed_ = false;
};

}  // namespace sidewinder::project
