#include "storage/checkpoints.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>

#include "storage/atomic_file.h"
#include "storage/checkpoint_file.h"
#include "storage/paths.h"

namespace sidewinder::storage {

namespace fs = std::filesystem;

namespace {

std::int64_t now_ms() {
    using namespace std::chrono;
    return duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
}

void unlink_checkpoint(const fs::path& path) {
    if (::unlink(path.c_str()) != 0 && errno != ENOENT)
        throw system_error(errno, "remove the checkpoint", path);
}

bool comes_first(const CheckpointEntry& a, const CheckpointEntry& b) {
    return a.meta.position != b.meta.position ? a.meta.position > b.meta.position : a.id < b.id;
}

}  // namespace

Checkpoints::Checkpoints(fs::path directory, std::uint64_t budget_bytes)
    : directory_(std::move(directory)), budget_(budget_bytes) {
    make_private_directory(directory_);
    remove_stale_temporaries(directory_);
    const std::lock_guard lock(mutex_);
    scan();
    evict(0);
}

fs::path Checkpoints::path_of(const std::string& id) const {
    return directory_ / (id + kCheckpointSuffix);
}

void Checkpoints::scan() {
    std::error_code failed;
    std::set<std::string> seen;
    std::vector<fs::path> unknown;
    for (const auto& file : fs::directory_iterator(directory_, failed)) {
        if (file.path().extension() != kCheckpointSuffix) continue;
        const std::string id = file.path().stem().string();
        seen.insert(id);
        if (!entries_.contains(id)) unknown.push_back(file.path());
    }
    if (failed) throw system_error(failed.value(), "list the checkpoints in", directory_);
    std::erase_if(entries_, [&](const auto& pair) {
        const bool gone = !seen.contains(pair.first);
        if (gone) used_ -= pair.second.file_bytes;
        return gone;
    });
    for (const auto& path : unknown) adopt(path);
}

void Checkpoints::adopt(const fs::path& path) {
    const auto entry = read_checkpoint_header(path);
    if (!entry) {
        std::error_code failed;
        if (!fs::is_directory(fs::symlink_status(path, failed))) unlink_checkpoint(path);
        ++dropped_;
        return;
    }
    used_ += entry->file_bytes;
    newest_use_ = std::max(newest_use_, entry->last_used_ms);
    entries_.emplace(entry->id, *entry);
}

std::vector<std::string> Checkpoints::choose_victims(std::uint64_t needed) const {
    std::vector<const CheckpointEntry*> order;
    for (const auto& [id, entry] : entries_)
        if (!protected_.contains(id)) order.push_back(&entry);
    std::sort(order.begin(), order.end(), [](const auto* a, const auto* b) {
        if (a->meta.kind != b->meta.kind) return a->meta.kind < b->meta.kind;  // projects last
        return a->last_used_ms < b->last_used_ms;
    });
    std::vector<std::string> victims;
    std::uint64_t after = used_ + needed;
    for (const auto* entry : order) {
        if (after <= budget_) break;
        victims.push_back(entry->id);
        after -= entry->file_bytes;
    }
    if (after > budget_ && needed > 0)
        throw Error(
            Error::Kind::NoSpace,
            "Could not save this state: " + std::to_string(needed >> 20) + " MiB do not fit into the " +
                std::to_string(budget_ >> 20) +
                " MiB set aside for saved states. Give them more room in the settings, or remove some.");
    return victims;
}

void Checkpoints::evict(std::uint64_t needed) {
    for (const auto& id : choose_victims(needed)) drop(id);
}

void Checkpoints::drop(const std::string& id) {
    const auto found = entries_.find(id);
    if (found == entries_.end()) return;
    unlink_checkpoint(path_of(id));
    used_ -= found->second.file_bytes;
    entries_.erase(found);
}

void Checkpoints::touch(CheckpointEntry& entry) {
    newest_use_ = std::max(newest_use_ + 1, now_ms());  // a clock set back does not make it look old
    entry.last_used_ms = newest_use_;
    const timespec time{static_cast<time_t>(newest_use_ / 1000),
                        static_cast<long>(newest_use_ % 1000 * 1'000'000)};
    const timespec times[2] = {time, time};
    ::utimensat(AT_FDCWD, path_of(entry.id).c_str(), times,
                AT_SYMLINK_NOFOLLOW);  // best effort: it only orders eviction
}

std::string Checkpoints::write(const CheckpointMeta& meta, std::span<const std::byte> payload) {
    if (meta.fingerprint.empty() || meta.fingerprint.size() > kMaxFingerprintBytes)
        throw Error(Error::Kind::Io, "Could not save this state: its fingerprint has " +
                                         std::to_string(meta.fingerprint.size()) + " bytes, 1 to " +
                                         std::to_string(kMaxFingerprintBytes) +
                                         " are allowed. Please report this.");
    const std::lock_guard one_writer(writer_);
    CheckpointEntry entry{checkpoint_id(meta), meta, payload.size(), payload.size() + kCheckpointHeaderBytes,
                          0};
    {
        const std::lock_guard lock(mutex_);
        scan();
        const auto found = entries_.find(entry.id);
        const bool same = found != entries_.end() && found->second.payload_bytes == payload.size() &&
                          found->second.meta.kind >= meta.kind;
        if (same) {
            touch(found->second);
            return entry.id;
        }
        drop(entry.id);
        evict(entry.file_bytes);
        used_ += entry.file_bytes;
    }
    try {
        write_checkpoint(path_of(entry.id), meta, payload);
    } catch (...) {
        const std::lock_guard lock(mutex_);
        used_ -= entry.file_bytes;
        throw;
    }
    const std::lock_guard lock(mutex_);
    touch(entry);
    const std::string id = entry.id;
    entries_.emplace(id, std::move(entry));
    return id;
}

void Checkpoints::read(const std::string& id, std::span<std::byte> into) {
    CheckpointMeta expected;
    {
        const std::lock_guard lock(mutex_);
        const auto found = entries_.find(id);
        if (found == entries_.end())
            throw Error(Error::Kind::NotFound,
                        "The saved state " + id + " is not there any more. The tokens will be read again.");
        if (found->second.payload_bytes != into.size())
            throw Error(Error::Kind::Damaged, "The saved state " + id + " has " +
                                                  std::to_string(found->second.payload_bytes) + " bytes, " +
                                                  std::to_string(into.size()) +
                                                  " were expected. The tokens will be read again.");
        expected = found->second.meta;
    }
    try {
        read_checkpoint(path_of(id), expected, into);
    } catch (const Error& error) {
        if (error.kind() != Error::Kind::Damaged && error.kind() != Error::Kind::NotFound) throw;
        const std::lock_guard lock(mutex_);
        drop(id);
        throw;
    }
    const std::lock_guard lock(mutex_);
    if (const auto found = entries_.find(id); found != entries_.end()) touch(found->second);
}

std::vector<CheckpointEntry> Checkpoints::list() const {
    const std::lock_guard lock(mutex_);
    std::vector<CheckpointEntry> all;
    for (const auto& [id, entry] : entries_) all.push_back(entry);
    std::sort(all.begin(), all.end(), comes_first);
    return all;
}

std::vector<CheckpointEntry> Checkpoints::list(const std::string& fingerprint) const {
    auto all = list();
    std::erase_if(all, [&](const auto& entry) { return entry.meta.fingerprint != fingerprint; });
    return all;
}

std::optional<CheckpointEntry> Checkpoints::find(const std::string& id) const {
    const std::lock_guard lock(mutex_);
    const auto found = entries_.find(id);
    return found == entries_.end() ? std::nullopt : std::optional(found->second);
}

std::string Checkpoints::id_of(const CheckpointMeta& meta) {
    return checkpoint_id(meta);
}

bool Checkpoints::remove(const std::string& id) {
    const std::lock_guard lock(mutex_);
    const bool there = entries_.contains(id);
    drop(id);
    return there;
}

std::size_t Checkpoints::wipe() {
    const std::lock_guard one_writer(writer_);
    const std::lock_guard lock(mutex_);
    std::size_t count = 0;
    while (!entries_.empty()) {
        drop(entries_.begin()->first);
        ++count;
    }
    remove_stale_temporaries(directory_);
    sync_directory(directory_);
    return count;
}

void Checkpoints::protect(std::set<std::string> ids) {
    const std::lock_guard lock(mutex_);
    protected_ = std::move(ids);
}

void Checkpoints::set_budget(std::uint64_t bytes) {
    const std::lock_guard lock(mutex_);
    budget_ = bytes;
    evict(0);
}

std::uint64_t Checkpoints::budget() const {
    const std::lock_guard lock(mutex_);
    return budget_;
}

std::uint64_t Checkpoints::used() const {
    const std::lock_guard lock(mutex_);
    return used_;
}

}  // namespace sidewinder::storage
