#pragma once

#include <sys/types.h>

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "app/core/process_starter.h"
#include "storage/atomic_file.h"

namespace sidewinder::app {

/// A program that the launcher started.
class LaunchedProcess : public StartedProcess {
  public:
    LaunchedProcess(storage::FileDescriptor status, pid_t process)
        : status_(std::move(status)), process_(process) {}
    int wait() override;  ///< 255 when the launcher ended before the program
    bool ends_within(std::chrono::milliseconds most) override;
    void signal(int number) override;
    int status() const { return status_.get(); }  ///< to wait on: readable when wait() will not wait

  private:
    storage::FileDescriptor status_;
    pid_t process_;
};

/// A process of its own, forked before this one locks itself out of the network (network_lock.h), which
/// starts for it the two programs that need one: sidewinder-fetch, and what opens a link in the person's
/// browser. It knows them by path from the start, and looks at every request as if the window had been taken
/// over (launcher_message.h). It ends when this process does, however that ends; what it started goes on.
/// Every function but the constructor may be called by any thread.
class Launcher : public ProcessStarter {
  public:
    /// Empty: there is none.
    struct Programs {
        std::filesystem::path fetch, browser;
    };
    /// sidewinder-fetch of this installation, and xdg-open along PATH.
    static Programs installed();

    /// Forks: no thread may run yet, and nothing be open that the other process should not have. Throws
    /// storage::Error.
    explicit Launcher(const Programs& programs);
    ~Launcher() override;
    Launcher(const Launcher&) = delete;
    Launcher& operator=(const Launcher&) = delete;

    /// Starts sidewinder-fetch. Waits until it has started or could not be, a few milliseconds.
    std::unique_ptr<StartedProcess> start(const StartRequest& request) const override;
    /// Opens an http or https address in the person's browser: encoded, as QUrl::toEncoded() gives it. Ends
    /// with 0 when a browser took it. Throws storage::Error when there is nothing to open it with, or when it
    /// is no such address.
    std::unique_ptr<LaunchedProcess> open_link(std::string_view address) const;

    pid_t id() const { return process_; }

  private:
    std::unique_ptr<LaunchedProcess> ask(const std::string& message, std::vector<int> descriptors,
                                         const char* program) const;

    pid_t process_ = -1;
    storage::FileDescriptor requests_;
};

}  // namespace sidewinder::app
