#include "app/core/project_excerpts.h"

#include <map>

#include "app/core/symbol_finder.h"
#include "storage/project/file_kind.h"
#include "storage/project/search_index.h"

namespace sidewinder::app {

std::filesystem::path search_file(const storage::Paths& paths, const std::filesystem::path& root) {
    std::string name;
    for (const std::byte b : project::hash_content(root.native())) {
        name += "0123456789abcdef"[std::to_integer<unsigned>(b) >> 4];
        name += "0123456789abcdef"[std::to_integer<unsigned>(b) & 15];
    }
    return paths.search() / (name + ".db");
}

std::vector<project::ProjectFile> files_of(const storage::Reading& reading) {
    std::map<std::string, project::ContentHash> newest;  // of a path that stands twice the later one counts
    for (const storage::ReadFile& file : reading.files) newest[file.path] = file.hash;
    std::vector<project::ProjectFile> files;
    for (const auto& [path, hash] : newest)
        files.push_back({path, hash, std::string(project::language_of(path))});
    return files;
}

project::ExcerptChoice choose_excerpts(const std::filesystem::path& index_file,
                                       const project::ProjectRoot& root,
                                       std::vector<project::ProjectFile> files,
                                       const ExcerptQuestion& question, const inference::Tokenizer& tokenizer,
                                       std::stop_token stop) {
    storage::make_private_directory(index_file.parent_path());
    project::SearchIndex index(index_file, symbol_finder(), symbol_finder_name());
    project::ExcerptRequest request;
    request.question = question.text;
    request.off = question.off;
    request.files = std::move(files);
    request.budget = question.budget;
    request.count_tokens = [&](std::string_view text) {
        return static_cast<std::int64_t>(tokenizer.encode(text).size());
    };
    index.update(root, request.files, stop);
    return project::select_excerpts(root, index, request, stop);
}

}  // namespace sidewinder::app
