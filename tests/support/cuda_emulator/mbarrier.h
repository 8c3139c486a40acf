#pragma once

#include <cstdint>
#include <vector>

namespace sidewinder::emulator {

/// What an mbarrier in shared memory stands for. A phase ends when all have arrived and all expected bytes
/// were asked for; copies arrive no sooner than somebody waits for it.
struct Mbarrier {
    struct Copy {
        void* to;
        std::vector<char> bytes;  ///< as they were when the copy was asked for: a device may read so early
    };
    unsigned count = 1;    ///< arrivals of a phase
    unsigned missing = 1;  ///< of this one
    std::uint64_t expected = 0;
    std::uint64_t asked = 0;  ///< bytes of bulk copies
    unsigned parity = 0;
    std::vector<Copy> copies;  ///< on their way
};

}  // namespace sidewinder::emulator
