#pragma once

#include <filesystem>
#include <string>

#include "storage/file_hash.h"
#include "storage/model_import.h"
#include "tests/support/temporary_directory.h"

namespace sidewinder::tests {

/// Three small files with the names of a model's; whether they are one is not the store's to know.
inline const std::vector<std::string> kModelNames{"params.json", "consolidated.safetensors",
                                                  "tokenizer.model.v3"};

inline void write_model_files(const std::filesystem::path& folder, const std::string& weights = "weights") {
    std::filesystem::create_directories(folder);
    write_bytes(folder / "params.json", "{}");
    write_bytes(folder / "consolidated.safetensors", weights);
    write_bytes(folder / "tokenizer.model.v3", "pieces");
}

inline storage::ImportRequest import_request(
    const std::filesystem::path& from, storage::ImportRequest::Way way = storage::ImportRequest::Way::Copy) {
    storage::ImportRequest request;
    request.from = from;
    request.names = kModelNames;
    request.id = {"local", "small", "import"};
    request.way = way;
    return request;
}

/// A Hugging Face cache as huggingface_hub lays it out: content in blobs named by its hash (git's for
/// params.json), relative links in the snapshot, refs/main.
struct HubCacheFiles {
    std::string commit = std::string(40, 'c');
    std::filesystem::path model, snapshot;

    HubCacheFiles(const std::filesystem::path& hub, const std::filesystem::path& from,
                  const std::string& repo_folder = "models--owner--small") {
        namespace fs = std::filesystem;
        model = hub / repo_folder;
        snapshot = model / "snapshots" / commit;
        fs::create_directories(snapshot);
        fs::create_directories(model / "blobs");
        fs::create_directories(model / "refs");
        write_bytes(model / "refs/main", commit);
        for (const std::string& name : kModelNames) {
            const std::string bytes = read_bytes(from / name);
            storage::FileHash git = storage::FileHash::git_blob(bytes.size());
            git.add(std::as_bytes(std::span(bytes)));
            const std::string blob = name == "params.json" ? git.hex() : storage::sha256_of(bytes);
            write_bytes(model / "blobs" / blob, bytes);
            fs::create_symlink("../../blobs/" + blob, snapshot / name);
        }
    }
};

}  // namespace sidewinder::tests
