#pragma once

#include <array>
#include <span>
#include <string>

#include "storage/atomic_file.h"
#include "storage/download/job.h"

namespace sidewinder::fetch {

/// The commands of protocol.h on a descriptor, and the signals that end the program. Blocks SIGTERM, SIGINT
/// and SIGHUP for good: make it before any thread. One thread.
class CommandReader final : public download::Control {
  public:
    /// Heeds `fd` only if it is a pipe or a socket: a terminal or /dev/null gives no commands.
    explicit CommandReader(int fd);

    Wish wish() override;
    std::span<const int> descriptors() const override { return descriptors_; }
    bool remove_when_cancelled() const { return remove_; }

  private:
    void read_commands();
    void obey(const std::string& line);

    storage::FileDescriptor signals_;
    std::array<int, 2> descriptors_{-1, -1};  // commands, signals
    std::string partial_line_;
    Wish wish_ = Wish::Run;
    bool remove_ = false;
};

}  // namespace sidewinder::fetch
