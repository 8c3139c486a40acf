#pragma once

#include <fcntl.h>
#include <sys/types.h>
#include <unistd.h>

#include <chrono>
#include <fstream>
#include <functional>
#include <stdexcept>
#include <string>
#include <thread>

#include "storage/atomic_file.h"

namespace sidewinder::tests {

/// Both ends, closed with it.
struct Pipe {
    storage::FileDescriptor read, write;
    Pipe() {
        int ends[2];
        if (::pipe2(ends, O_CLOEXEC) != 0) throw std::runtime_error("pipe failed");
        read = storage::FileDescriptor(ends[0]);
        write = storage::FileDescriptor(ends[1]);
    }
    std::string rest() {
        write.close();
        std::string all;
        char block[4096];
        for (ssize_t got; (got = ::read(read.get(), block, sizeof block)) > 0;)
            all.append(block, static_cast<std::size_t>(got));
        return all;
    }
};

/// A process that runs, no zombie.
inline bool is_there(pid_t process) {
    std::ifstream stat("/proc/" + std::to_string(process) + "/stat");
    std::string line;
    std::getline(stat, line);
    const std::size_t name = line.rfind(") ");
    return name != std::string::npos && line[name + 2] != 'Z';
}

/// Within ten seconds.
inline bool soon(const std::function<bool()>& condition) {
    for (int i = 0; i < 1000; ++i) {
        if (condition()) return true;
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return false;
}

}  // namespace sidewinder::tests
