#pragma once

#include <array>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <span>
#include <string>

#include "storage/atomic_file.h"
#include "storage/download/job.h"

namespace sidewinder::fetch {

/// What must not stand on a command line, from the line "secrets" of protocol.h. Wiped at the end.
struct Secrets {
    std::string token, proxy;

    Secrets() = default;
    Secrets(Secrets&&) = default;
    Secrets& operator=(Secrets&&) = default;
    ~Secrets();
};

/// The commands of protocol.h on a descriptor, and the signals that end the program. Blocks SIGTERM, SIGINT
/// and SIGHUP for good: make it before any thread. One thread.
class CommandReader final : public download::Control {
  public:
    /// Heeds `fd` only if it is a pipe or a socket: a terminal or /dev/null gives no commands.
    explicit CommandReader(int fd);

    /// Waits up to ten seconds for the secrets, which are to come first. Throws Error(Usage) when they do
    /// not, Error(Stopped) when the parent or a signal ends the program.
    Secrets wait_for_secrets();

    Wish wish() override;
    std::span<const int> descriptors() const override { return descriptors_; }
    bool remove_when_cancelled() const { return remove_; }

  private:
    void read_commands();
    void obey(const std::string& line);
    void take_secrets(const nlohmann::json& json);

    storage::FileDescriptor signals_;
    std::array<int, 2> descriptors_{-1, -1};  // commands, signals
    std::string partial_line_;
    std::optional<Secrets> secrets_;
    Wish wish_ = Wish::Run;
    bool remove_ = false;
};

}  // namespace sidewinder::fetch
