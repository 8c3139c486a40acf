#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "storage/error.h"

namespace SQLite {
class Database;
}

namespace sidewinder::project {

/// The SQLite file of a project's search index: derived data. A file that is missing, damaged, of another
/// format or made with other symbols is replaced by an empty one; where none can be written, the index lives
/// in memory. Never throws but bad_alloc. One thread.
class SearchFile {
  public:
    static constexpr int kFormat = 1;

    /// `symbols`: names what finds the symbols and its version. An empty `file`: in memory.
    SearchFile(std::filesystem::path file, std::string symbols);
    SearchFile(SearchFile&&) noexcept;
    SearchFile& operator=(SearchFile&&) noexcept;
    ~SearchFile();

    SQLite::Database& connection() { return *connection_; }
    /// Throws the old content away.
    void start_anew();
    /// For the person: why it is in memory; empty if it is not.
    const std::string& notice() const { return notice_; }
    const std::filesystem::path& file() const { return file_; }

  private:
    void open_memory(const std::string& why);
    bool try_open();

    std::filesystem::path file_;
    std::string symbols_;
    std::string notice_;
    std::unique_ptr<SQLite::Database> connection_;
};

}  // namespace sidewinder::project
