#pragma once

#include <QtTest>
#include <filesystem>
#include <optional>
#include <string>

#include "storage/error.h"
#include "storage/model_files.h"
#include "storage/model_import.h"
#include "tests/support/model_folder_files.h"
#include "tests/support/store_files.h"
#include "tests/support/temporary_directory.h"

namespace sidewinder::tests {

inline bool has(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

/// What the storage::Error thrown by `action` says.
template <class Action>
std::string sentence_of(const Action& action) {
    try {
        action();
    } catch (const storage::Error& error) {
        return error.what();
    }
    return "no error";
}

/// A folder of models and the files of one beside it, anew for each test.
struct ModelsFolder {
    using Way = storage::ImportRequest::Way;

    TemporaryDirectory directory;
    const storage::ModelId id{"local", "small", "import"};

    ModelsFolder() { write_model_files(source()); }
    std::filesystem::path path() const { return directory.path() / "models"; }
    std::filesystem::path source() const { return directory.path() / "source"; }
    storage::ModelFiles models() const { return storage::ModelFiles(path()); }
    storage::ModelEntry imported(Way way = Way::Copy) const {
        storage::ModelFiles files = models();
        return storage::import_model(files, import_request(source(), way));
    }
    /// Nothing but whole models in the folder.
    bool is_clean() const {
        for (const auto& entry : std::filesystem::directory_iterator(path()))
            if (!storage::ModelId::parse(entry.path().filename().string())) return false;
        return true;
    }
};

}  // namespace sidewinder::tests

#define REFUSED(action, part)                                                     \
    do {                                                                          \
        const std::string said = sidewinder::tests::sentence_of([&] { action; }); \
        QVERIFY2(sidewinder::tests::has(said, part), said.c_str());               \
    } while (false)
