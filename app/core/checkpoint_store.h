#pragma once

#include <condition_variable>
#include <deque>
#include <filesystem>
#include <functional>
#include <mutex>
#include <string>
#include <thread>

#include "inference/checkpoint_files.h"
#include "storage/checkpoints.h"

namespace sidewinder::app {

/// The timeline's checkpoints on disk. Reads on the engine's thread, writes on a thread of its own, so that a
/// write of 266 MiB never holds up a token. The destructor finishes what was accepted. A checkpoint that
/// cannot be kept is no error: it costs reading again, and `tell` gets the sentence (called on either
/// thread); but for a lost device, which whoever works with it next hears of and can offer a way out of.
class CheckpointStore : public inference::CheckpointFiles {
  public:
    using Tell = std::function<void(const std::string& sentence)>;

    /// Throws storage::Error when the folder cannot be used at all.
    CheckpointStore(const std::filesystem::path& directory, std::uint64_t budget_bytes, Tell tell);
    ~CheckpointStore() override;

    std::vector<Entry> list(const std::string& fingerprint) override;
    bool read(const std::string& id, std::span<std::byte> into) override;
    void write(const std::string& fingerprint, const Entry& entry, inference::CheckpointKind kind,
               Payload payload) override;

    void flush();                                      ///< waits until everything accepted is on disk
    bool busy();                                       ///< something is still on its way there
    bool remove(const storage::CheckpointMeta& meta);  ///< false: it is not there
    std::size_t wipe();
    std::uint64_t used_bytes() const { return files_.used(); }

  private:
    struct Job {
        storage::CheckpointMeta meta;
        Payload payload;
    };
    void run(const std::stop_token& stop);

    static constexpr std::size_t kMostWaiting =
        2;  ///< older waiting jobs give way: each holds a whole state in memory

    storage::Checkpoints files_;
    Tell tell_;
    std::mutex mutex_;
    std::condition_variable_any changed_;
    std::deque<Job> waiting_;  ///< guarded by mutex_
    bool writing_ = false;     ///< guarded by mutex_
    std::jthread writer_;
};

}  // namespace sidewinder::app
