#include "app/core/process_starter.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <string_view>
#include <thread>

#include "storage/atomic_file.h"
#include "storage/error.h"

extern char** environ;

namespace sidewinder::app {

namespace {

constexpr std::chrono::milliseconds kLookAgain{5};
constexpr int kAboveTargets = 64;  // where no descriptor is that the program is to have

/// What posix_spawn is told; released in the end.
struct SpawnSetup {
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    std::vector<storage::FileDescriptor>
        sources;  ///< copies, so that no dup2 overwrites the next one's source

    explicit SpawnSetup(const StartRequest& request) {
        posix_spawn_file_actions_init(&actions);
        posix_spawnattr_init(&attributes);
        give(request.input, STDIN_FILENO);
        give(request.output, STDOUT_FILENO);
        int target = STDERR_FILENO;
        for (const int more : request.more) give(more, ++target);
        sigset_t none, all;
        sigemptyset(&none);
        sigfillset(&all);
        posix_spawnattr_setsigmask(&attributes, &none);  // ours blocks SIGINT
        posix_spawnattr_setsigdefault(&attributes, &all);
        posix_spawnattr_setpgroup(&attributes, 0);
        posix_spawnattr_setflags(&attributes,
                                 POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
    }
    SpawnSetup(const SpawnSetup&) = delete;
    SpawnSetup& operator=(const SpawnSetup&) = delete;
    ~SpawnSetup() {
        posix_spawn_file_actions_destroy(&actions);
        posix_spawnattr_destroy(&attributes);
    }

  private:
    void give(int source, int target) {
        if (source < 0) return;
        sources.emplace_back(::fcntl(source, F_DUPFD_CLOEXEC, kAboveTargets));
        posix_spawn_file_actions_adddup2(&actions, sources.back().get(), target);
    }
};

/// This process's environment with the request's variables over it, as "NAME=value".
std::vector<std::string> environment_with(const StartRequest& request) {
    std::vector<std::string> all;
    for (char** entry = environ; *entry != nullptr; ++entry) {
        const std::string_view name = std::string_view(*entry).substr(0, std::string_view(*entry).find('='));
        bool replaced = false;
        for (const auto& variable : request.variables) replaced = replaced || variable.first == name;
        if (!replaced) all.emplace_back(*entry);
    }
    for (const auto& [name, value] : request.variables) all.push_back(name + "=" + value);
    return all;
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
    std::vector<char*> all;
    for (std::string& text : texts) all.push_back(text.data());
    all.push_back(nullptr);
    return all;
}

class Child : public StartedProcess {
  public:
    explicit Child(pid_t process) : process_(process) {}
    int wait() override {
        if (!ended_) look(0);
        return code_of_status(status_);
    }
    bool ends_within(std::chrono::milliseconds most) override {
        const auto end = std::chrono::steady_clock::now() + most;
        for (look(WNOHANG); !ended_ && std::chrono::steady_clock::now() < end; look(WNOHANG))
            std::this_thread::sleep_for(kLookAgain);
        return ended_;
    }
    void signal(int number) override {
        if (!ended_) ::kill(process_, number);  // it keeps its number until it is waited for
    }

  private:
    void look(int how) {
        pid_t found = 0;
        while ((found = ::waitpid(process_, &status_, how)) < 0 && errno == EINTR) {
        }
        ended_ = found != 0;
    }

    pid_t process_;
    int status_ = 0;
    bool ended_ = false;
};

}  // namespace

int code_of_status(int status) {
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

std::pair<int, int> spawn_program(const std::filesystem::path& program, const StartRequest& request) {
    std::vector<std::string> arguments{program.string()}, environment = environment_with(request);
    arguments.insert(arguments.end(), request.arguments.begin(), request.arguments.end());
    const SpawnSetup setup(request);
    pid_t process = -1;
    const int error = ::posix_spawn(&process, program.c_str(), &setup.actions, &setup.attributes,
                                    pointers(arguments).data(), pointers(environment).data());
    return {error, process};
}

std::unique_ptr<StartedProcess> DirectStarter::start(const StartRequest& request) const {
    const auto [error, process] = spawn_program(program_, request);
    if (error != 0) throw storage::system_error(error, "start", program_);
    return std::make_unique<Child>(process);
}

}  // namespace sidewinder::app
