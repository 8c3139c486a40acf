#pragma once

#include <condition_variable>
#include <exception>
#include <filesystem>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>

#include "storage/download/part_file.h"
#include "storage/download/piece_map.h"

namespace sidewinder::download {

/// A thread that syncs the part file and only then writes the piece map that claims its bytes, so that the
/// network does not wait for the disk. One save at a time. save(), wait() and saved_bytes() are for one
/// thread.
class ProgressSaver {
  public:
    /// `wake` is called on the saver's thread after each save. `part` must outlive this.
    ProgressSaver(PartFile& part, std::filesystem::path map_file, std::function<void()> wake);
    ProgressSaver(const ProgressSaver&) = delete;
    ProgressSaver& operator=(const ProgressSaver&) = delete;
    ~ProgressSaver();

    /// False while a save is under way. Throws what the last one threw.
    bool is_idle();
    /// Starts to save what `map` claims; all of it must have been written. Only when idle.
    void save(PieceMap map);
    /// Waits for the save under way. Throws what it threw.
    void wait();
    std::int64_t saved_bytes();  ///< that the last finished save claims

  private:
    void run(const std::stop_token& stop);
    void save_one(const PieceMap& map);

    PartFile& part_;
    std::filesystem::path map_file_;
    std::function<void()> wake_;
    std::mutex mutex_;
    std::condition_variable_any changed_;
    std::optional<PieceMap> job_;  // guarded by mutex_, like the three below
    bool busy_ = false;
    std::int64_t saved_bytes_ = 0;
    std::exception_ptr failure_;
    std::jthread thread_;  // last: it starts when all else is there
};

}  // namespace sidewinder::download
