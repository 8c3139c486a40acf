#pragma once

#include <vector_types.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "tests/support/cuda_emulator/fiber.h"

/// One block of threads at a time, each thread a fiber. A thread runs until it must wait for others. The
/// blocks of a cooperative launch are all there at once: each runs until all its threads wait or one has
/// called add_release (the others may then be behind), and then the next one does.
namespace sidewinder::emulator {

enum class Order { Forward, Reversed };

struct LaunchRequest {
    std::string name;
    const void* kernel = nullptr;  ///< by which it is asked for shared memory
    uint3 grid{1, 1, 1};
    uint3 block{1, 1, 1};
    std::size_t smem = 0;
    bool overlap = false;
    bool cooperative = false;
};

/// A cp.async that has not arrived.
struct PendingCopy {
    void* to;
    const void* from;
    std::uint32_t bytes;
    std::uint32_t group;
};

struct Warp;

struct Thread {
    Fiber fiber;
    uint3 index{};
    unsigned lane = 0;
    Warp* warp = nullptr;
    bool waited_prior_grid = false;
    std::uint32_t committed_groups = 0;
    std::vector<PendingCopy> copies;
    const unsigned* counter = nullptr;  ///< waits for it to reach `target`
    unsigned target = 0;
    bool is_sign = false;            ///< or for its lowest bit to be `target`
    const void* mbarrier = nullptr;  ///< waits for its phase to end
};

/// What the lanes of a warp do together: `run` sees every arrived lane's argument (null for others) once.
struct Collective {
    const char* name;
    bool whole_warp;  ///< .aligned instructions: all 32 lanes must be alive
    void (*run)(void* const (&arguments)[32], std::uint32_t lanes);
};

struct Warp {
    unsigned number = 0;
    Thread* threads = nullptr;     ///< its 32 or fewer
    std::uint32_t members = 0;     ///< lanes that exist
    std::uint32_t alive = 0;       ///< have not returned
    std::uint32_t ready = 0;       ///< may run
    std::uint32_t at_barrier = 0;  ///< wait in __syncthreads
    std::uint32_t at_team = 0;     ///< wait in block_barrier of some of the threads
    std::uint32_t at_counter = 0;  ///< wait in wait_until_reached or before_looking_again
    std::uint32_t at_mbarrier = 0;
    std::uint32_t arrived = 0;  ///< wait in a collective
    std::uint32_t masks[32] = {};
    const Collective* collectives[32] = {};
    void* arguments[32] = {};
};

/// What threadIdx and the like name. `thread` is null outside of kernels.
struct Current {
    Thread* thread = nullptr;
    uint3 block_index{};
    uint3 block_size{};
    uint3 grid_size{};
    char* dynamic_smem = nullptr;
    std::size_t dynamic_smem_bytes = 0;
};
extern Current current;

/// Runs all blocks, then returns. `body` is the kernel with its arguments.
void run_grid(const LaunchRequest& request, const std::function<void()>& body);

/// Waits for all lanes of `mask` that have not returned, then has `collective` run once.
void warp_collective(std::uint32_t mask, const Collective& collective, void* argument);

/// __syncthreads: waits for all threads of the block that have not returned; the number of them whose
/// `predicate` holds.
unsigned sync_threads(bool predicate);
/// block_barrier of ptx.h: waits for `threads` of them, whoever comes.
void team_barrier(unsigned threads);
/// Until `wake_from_mbarrier` is called for it.
void sleep_at_mbarrier(const void* barrier);
void wake_from_mbarrier(const void* barrier);
struct Mbarrier;
/// The running block's; null before `mbarrier_init`.
Mbarrier* find_mbarrier(const void* barrier);
Mbarrier& make_mbarrier(const void* barrier);

/// Waits until the counter has reached `target` (modulo 2^32); in cooperative launches only.
void wait_for_counter(const unsigned* counter, unsigned target);
/// Waits until its lowest bit is `sign`; in cooperative launches only.
void wait_for_sign(const unsigned* word, unsigned sign);
/// The other blocks have a turn at once, while threads of this one are still on their way.
void let_blocks_go_on();
bool launched_cooperatively();

/// " In kernel k<<<...>>>, block (x, y, z), thread (x, y, z).", or empty outside of kernels.
std::string where();

/// "behind the end of the dynamic shared memory" and the like; empty if `address` is near nothing of a
/// kernel's own.
std::string describe_kernel_memory(const void* address);

}  // namespace sidewinder::emulator
