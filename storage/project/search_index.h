#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "storage/project/project_scan.h"
#include "storage/project/search_file.h"
#include "storage/project/search_rank.h"
#include "storage/project/search_symbols.h"

namespace sidewinder::project {

/// A file that belongs to the project, as a scan found it.
struct ProjectFile {
    std::string path;
    ContentHash hash{};
    std::string language;
};

/// The included files of a scan.
std::vector<ProjectFile> project_files(const std::vector<ScannedEntry>& entries);

/// A file that could not be used, and why.
struct SkippedFile {
    std::string path;
    std::string sentence;
};

struct SearchHit {
    std::string path;
    std::uint32_t first_line = 0, last_line = 0;
    Rank rank;
};

struct FoundSymbol {
    std::string path;
    Symbol symbol;
};

struct IndexProgress {
    std::size_t files = 0, of_files = 0;
};

struct IndexUpdate {
    std::size_t indexed = 0;  ///< files that were new or had changed
    std::size_t removed = 0;
    std::size_t kept = 0;
    std::uint64_t bytes = 0;            ///< of text indexed
    std::vector<SkippedFile> left_out;  ///< gone or changed since the scan: not in the index
};

/// What can be found in one project: words of its files in chunks (search_chunks.h), and its symbols. Holds
/// words and names, not the files' text. Derived data in one SQLite file, which may be deleted at any time
/// when no index is open on it; damage found later empties it, so that the next update() fills it again.
/// Functions throw Error only for a full disk, a busy file and the like; those that only read then can't
/// be relied on, and the caller goes on without excerpts of a search. One thread at a time; update() uses
/// several itself.
class SearchIndex {
  public:
    /// An empty `finder`: find_symbols(). `finder_name` tells finders and their versions apart.
    explicit SearchIndex(const std::filesystem::path& file, SymbolFinder finder = {},
                         const std::string& finder_name = "patterns 1");

    const std::string& notice() const { return file_.notice(); }  ///< see SearchFile::notice()

    /// Makes the index hold just these files. Reads and indexes those whose hash is new, about 4 x threads at
    /// a time. A stop throws storage::Stopped; what was done by then stays done. `on_progress` as ScanOptions
    /// has it.
    IndexUpdate update(const ProjectRoot& root, const std::vector<ProjectFile>& files,
                       std::stop_token stop = {},
                       const std::function<void(const IndexProgress&)>& on_progress = {},
                       unsigned threads = 0);
    /// Indexes one file anew, as it is now given.
    void replace(const ProjectFile& file, std::string_view text);

    std::vector<ProjectFile> files() const;
    std::optional<ContentHash> hash_of(const std::string& path) const;  ///< as it was indexed

    /// The best chunks for these words (question_words()), best first; in one file only, if `path` is given.
    std::vector<SearchHit> search(const std::vector<std::string>& words, std::size_t limit,
                                  const std::string& path = {}) const;
    /// Definitions of this name, upper and lower case the same if there is none in this very case; by path.
    std::vector<FoundSymbol> symbols_named(std::string_view name, std::size_t limit) const;
    std::vector<Symbol> symbols_of(const std::string& path) const;
    void each_symbol(const std::function<void(const std::string& path, const Symbol&)>& use) const;

    std::uint64_t bytes() const;  ///< of its file
    bool is_empty() const;
    std::size_t chunk_count() const;

  private:
    struct Prepared;
    class Writer;
    Prepared prepare(const ProjectFile& file, std::string_view text) const;
    IndexUpdate try_update(const ProjectRoot& root, const std::vector<ProjectFile>& files,
                           std::stop_token stop, const std::function<void(const IndexProgress&)>& on_progress,
                           unsigned threads);
    template <typename Work>
    auto guarded(Work work) const;

    mutable SearchFile file_;
    SymbolFinder finder_;
};

}  // namespace sidewinder::project
