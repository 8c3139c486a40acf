#include "app/core/checkpoint_store.h"

#include <bit>
#include <cstring>

#include "kernels/error.h"

namespace sidewinder::app {

namespace {

/// Both are XXH3-128: two numbers here, and there the canonical bytes, the higher one first.
storage::LogHash to_storage(const inference::LogHash& hash) {
    const std::uint64_t words[] = {__builtin_bswap64(hash.high), __builtin_bswap64(hash.low)};
    storage::LogHash bytes;
    static_assert(sizeof words == sizeof bytes && std::endian::native == std::endian::little);
    std::memcpy(bytes.data(), words, sizeof bytes);
    return bytes;
}

inference::LogHash from_storage(const storage::LogHash& bytes) {
    std::uint64_t words[2];
    std::memcpy(words, bytes.data(), sizeof words);
    return {.high = __builtin_bswap64(words[0]), .low = __builtin_bswap64(words[1])};
}

}  // namespace

CheckpointStore::CheckpointStore(const std::filesystem::path& directory, std::uint64_t budget_bytes,
                                 Tell tell)
    : files_(directory, budget_bytes),
      tell_(std::move(tell)),
      writer_([this](const std::stop_token& stop) { run(stop); }) {}

CheckpointStore::~CheckpointStore() {
    writer_.request_stop();
    writer_.join();
}

std::vector<inference::CheckpointFiles::Entry> CheckpointStore::list(const std::string& fingerprint) {
    std::vector<Entry> entries;
    for (const storage::CheckpointEntry& entry : files_.list(fingerprint)) {
        entries.push_back(
            {entry.id, static_cast<std::int64_t>(entry.meta.position), from_storage(entry.meta.log_hash)});
    }
    return entries;
}

bool CheckpointStore::read(const std::string& id, std::span<std::byte> into) {
    try {
        files_.read(id, into);
        return true;
    } catch (const std::exception& error) {
        tell_(error.what());
        return false;
    }
}

void CheckpointStore::write(const std::string& fingerprint, const Entry& entry,
                            inference::CheckpointKind kind, Payload payload) {
    const std::lock_guard lock(mutex_);
    if (waiting_.size() >= kMostWaiting) waiting_.pop_front();
    waiting_.push_back(
        {.meta = {.fingerprint = fingerprint,
                  .position = static_cast<std::uint64_t>(entry.position),
                  .log_hash = to_storage(entry.log),
                  .kind = kind == inference::CheckpointKind::Project ? storage::CheckpointKind::Project
                                                                     : storage::CheckpointKind::Conversation},
         .payload = std::move(payload)});
    changed_.notify_all();
}

void CheckpointStore::run(const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    while (changed_.wait(lock, stop, [this] { return !waiting_.empty(); }) || !waiting_.empty()) {
        const Job job = std::move(waiting_.front());
        waiting_.pop_front();
        writing_ = true;
        lock.unlock();
        try {
            files_.protect({files_.write(
                job.meta, job.payload->bytes())});  // the newest state of what is being talked about
        } catch (const kernels::Error& error) {
            if (error.kind() != kernels::Error::Kind::DeviceLost) tell_(error.what());
        } catch (const std::exception& error) {
            tell_(error.what());
        }
        lock.lock();
        writing_ = false;
        changed_.notify_all();
    }
}

void CheckpointStore::flush() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return waiting_.empty() && !writing_; });
}

bool CheckpointStore::busy() {
    const std::lock_guard lock(mutex_);
    return writing_ || !waiting_.empty();
}

bool CheckpointStore::remove(const storage::CheckpointMeta& meta) {
    flush();
    return files_.remove(storage::Checkpoints::id_of(meta));
}

std::size_t CheckpointStore::wipe() {
    flush();
    return files_.wipe();
}

}  // namespace sidewinder::app
