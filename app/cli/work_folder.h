#pragma once

#include <filesystem>
#include <string>

namespace sidewinder::cli {

/// A new folder for what a measurement writes, removed with all it holds. Throws inference::Error.
class WorkFolder {
  public:
    explicit WorkFolder(const std::string& in);  ///< empty: the system's folder for temporary files
    WorkFolder(const WorkFolder&) = delete;
    WorkFolder& operator=(const WorkFolder&) = delete;
    ~WorkFolder();

    const std::filesystem::path& path() const { return path_; }

  private:
    std::filesystem::path path_;
};

}  // namespace sidewinder::cli
