#include "tests/support/cuda_emulator/builtins.h"

#include <bit>

namespace sidewinder::emulator {

namespace {

struct Shuffle {
    void* value;
    std::uint32_t bytes;
    unsigned source;
};

struct Ballot {
    bool predicate;
    std::uint32_t result;
};

template <class Visit>
void each_lane(std::uint32_t lanes, const Visit& visit) {
    for (; lanes; lanes &= lanes - 1) visit(std::countr_zero(lanes));
}

void run_shuffle(void* const (&arguments)[32], std::uint32_t lanes) {
    std::uint64_t values[32];
    each_lane(lanes, [&](int lane) {
        const auto& shuffle = *static_cast<const Shuffle*>(arguments[lane]);
        std::memcpy(&values[lane], shuffle.value, shuffle.bytes);
    });
    each_lane(lanes, [&](int lane) {
        const auto& shuffle = *static_cast<const Shuffle*>(arguments[lane]);
        if (lanes >> shuffle.source & 1) {
            std::memcpy(shuffle.value, &values[shuffle.source], shuffle.bytes);
        } else {
            std::memset(shuffle.value, 0xFF, shuffle.bytes);
        }
    });
}

void run_ballot(void* const (&arguments)[32], std::uint32_t lanes) {
    std::uint32_t result = 0;
    each_lane(lanes, [&](int lane) {
        if (static_cast<const Ballot*>(arguments[lane])->predicate) result |= 1u << lane;
    });
    each_lane(lanes, [&](int lane) { static_cast<Ballot*>(arguments[lane])->result = result; });
}

constexpr Collective kSync{"__syncwarp", false, [](void* const (&)[32], std::uint32_t) {}};
constexpr Collective kShuffle{"a shuffle", false, run_shuffle};
constexpr Collective kBallot{"a vote", false, run_ballot};

}  // namespace

void warp_sync(std::uint32_t mask) {
    warp_collective(mask, kSync, nullptr);
}

void shuffle(std::uint32_t mask, void* value, std::uint32_t bytes, unsigned source) {
    Shuffle argument{value, bytes, source & 31};
    warp_collective(mask, kShuffle, &argument);
}

std::uint32_t ballot(std::uint32_t mask, bool predicate) {
    Ballot argument{predicate, 0};
    warp_collective(mask, kBallot, &argument);
    return argument.result;
}

}  // namespace sidewinder::emulator
