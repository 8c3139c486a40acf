#pragma once

#include <algorithm>
#include <span>
#include <string>
#include <vector>

#include "inference/checkpoint_files.h"

namespace sidewinder::test {

/// Checkpoints kept in memory: what the app puts on disk, without the disk. Real files are tests/app's.
class MemoryFiles : public inference::CheckpointFiles {
  public:
    struct File {
        std::string fingerprint;
        Entry entry;
        std::vector<std::byte> bytes;
    };
    std::vector<Entry> list(const std::string& fingerprint) override {
        std::vector<Entry> entries;
        for (const File& file : files) {
            if (file.fingerprint == fingerprint) entries.push_back(file.entry);
        }
        return entries;
    }
    bool read(const std::string& id, std::span<std::byte> into) override {
        for (const File& file : files) {
            if (file.entry.id != id || damaged) continue;
            std::copy(file.bytes.begin(), file.bytes.end(), into.begin());
            ++reads;
            return true;
        }
        return false;
    }
    void write(const std::string& fingerprint, const Entry& entry, inference::CheckpointKind,
               Payload payload) override {
        const auto bytes = payload->bytes();
        files.push_back({fingerprint,
                         {std::to_string(files.size()), entry.position, entry.log},
                         {bytes.begin(), bytes.end()}});
    }

    std::vector<File> files;
    bool damaged = false;
    int reads = 0;
};

}  // namespace sidewinder::test
