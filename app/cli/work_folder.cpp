#include "app/cli/work_folder.h"

#include <cstdlib>

#include "inference/error.h"

namespace sidewinder::cli {

namespace fs = std::filesystem;

WorkFolder::WorkFolder(const std::string& in) {
    const fs::path parent = in.empty() ? fs::temp_directory_path() : fs::path(in);
    std::string name = (parent / "sidewinder-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr)
        throw inference::Error(inference::Fault::Io, "No folder can be made in " + parent.string() +
                                                         ". Name another one with --work.");
    path_ = name;
}

WorkFolder::~WorkFolder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
}

}  // namespace sidewinder::cli
