#pragma once

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace sidewinder::app {

/// What a program is started with. Descriptors stay the caller's.
struct StartRequest {
    std::vector<std::string> arguments{};                          ///< without the program's name
    std::vector<std::pair<std::string, std::string>> variables{};  ///< over those of the starter
    int input = -1, output = -1;                                   ///< become 0 and 1; -1: ours
    std::vector<int> more{};                                       ///< become 3, 4, …
};

/// A program that was started. Destroyed without wait(), it goes on.
class StartedProcess {
  public:
    virtual ~StartedProcess() = default;
    /// Waits for its end; its exit code, or 128 + the signal that ended it. Once.
    virtual int wait() = 0;
    /// Whether it ends within `most`; wait() will not wait then.
    virtual bool ends_within(std::chrono::milliseconds most) = 0;
    /// Sends it a signal, unless it is known to have ended.
    virtual void signal(int number) = 0;
};

/// Starts one program, always the same. It has a process group of its own, and no signal blocked.
class ProcessStarter {
  public:
    virtual ~ProcessStarter() = default;
    /// Throws storage::Error when it cannot be started.
    virtual std::unique_ptr<StartedProcess> start(const StartRequest& request) const = 0;
};

/// As a child of this process: it can do no more than this process may.
class DirectStarter : public ProcessStarter {
  public:
    explicit DirectStarter(std::filesystem::path program) : program_(std::move(program)) {}
    std::unique_ptr<StartedProcess> start(const StartRequest& request) const override;

  private:
    std::filesystem::path program_;
};

/// 0 and the child's id, or the errno of the failure. For both sides of the launcher as well.
std::pair<int, int> spawn_program(const std::filesystem::path& program, const StartRequest& request);

/// Of a status of waitpid: the exit code, or 128 + the signal.
int code_of_status(int status);

}  // namespace sidewinder::app
