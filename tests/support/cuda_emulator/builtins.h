#pragma once

#include <cuda_runtime.h>
#include <device_launch_parameters.h>

#include <cstdint>
#include <cstring>
#include <type_traits>

#include "tests/support/cuda_emulator/fault.h"
#include "tests/support/cuda_emulator/scheduler.h"

/// CUDA C++ for a host compiler: built-in variables, qualifiers, barriers, warp functions and atomics. Names
/// and meanings: CUDA C++ Programming Guide.

#define threadIdx (::sidewinder::emulator::current.thread->index)
#define blockIdx (::sidewinder::emulator::current.block_index)
#define blockDim (::sidewinder::emulator::current.block_size)
#define gridDim (::sidewinder::emulator::current.grid_size)
#define warpSize 32

#ifndef __noinline__
#define __noinline__
#endif
#ifndef __launch_bounds__
#define __launch_bounds__(...)
#endif

// One block runs at a time, so shared variables are static ones, all in one section that is poisoned before
// each block; a cooperative launch's block finds there what it left. GCC refuses inline and other functions'
// variables in one section of one name: a name of its own for each, of which the assembler sees the same.
#undef __shared__
#ifdef __clang__
#define __shared__ static __attribute__((section("sidewinder_shared")))
#else
#define SIDEWINDER_TEXT_(x) #x
#define SIDEWINDER_TEXT(x) SIDEWINDER_TEXT_(x)
#define __shared__ \
    static __attribute__((section("sidewinder_shared,\"aw\",@progbits #" SIDEWINDER_TEXT(__COUNTER__))))
#endif

// --- Barriers

inline void __syncthreads() {
    sidewinder::emulator::sync_threads(false);
}
inline int __syncthreads_count(int predicate) {
    return static_cast<int>(sidewinder::emulator::sync_threads(predicate != 0));
}
inline int __syncthreads_or(int predicate) {
    return __syncthreads_count(predicate) != 0;
}
inline int __syncthreads_and(int predicate) {
    return __syncthreads_count(predicate == 0) == 0;
}
inline void __threadfence() {}
inline void __threadfence_block() {}
/// A hint: time does not pass here, so a loop of it around a plain load never ends; wait_until_reached does.
inline void __nanosleep(unsigned) {}
[[noreturn]] inline void __trap() {
    sidewinder::emulator::fault("The kernel called __trap.");
}

// --- Warp functions

namespace sidewinder::emulator {

inline constexpr std::uint32_t kAllLanes = 0xFFFFFFFFu;

void warp_sync(std::uint32_t mask);
/// `value`s of `bytes` from lane `source` of the caller; a lane outside of `mask` or returned gives 0xFF
/// bytes.
void shuffle(std::uint32_t mask, void* value, std::uint32_t bytes, unsigned source);
std::uint32_t ballot(std::uint32_t mask, bool predicate);
inline unsigned lane() {
    return current.thread->lane;
}

template <class T>
T shuffled(unsigned mask, T value, unsigned source) {
    static_assert(std::is_trivially_copyable_v<T> && sizeof(T) <= 8);
    shuffle(mask, &value, sizeof value, source);
    return value;
}

}  // namespace sidewinder::emulator

inline void __syncwarp(unsigned mask = 0xFFFFFFFFu) {
    sidewinder::emulator::warp_sync(mask);
}

template <class T>
T __shfl_sync(unsigned mask, T value, int source, int width = 32) {
    const unsigned base = sidewinder::emulator::lane() & ~(static_cast<unsigned>(width) - 1);
    return sidewinder::emulator::shuffled(
        mask, value, base + (static_cast<unsigned>(source) & (static_cast<unsigned>(width) - 1)));
}
template <class T>
T __shfl_up_sync(unsigned mask, T value, unsigned delta, int width = 32) {
    const unsigned lane = sidewinder::emulator::lane();
    const bool inside = (lane & (static_cast<unsigned>(width) - 1)) >= delta;
    return sidewinder::emulator::shuffled(mask, value, inside ? lane - delta : lane);
}
template <class T>
T __shfl_down_sync(unsigned mask, T value, unsigned delta, int width = 32) {
    const unsigned lane = sidewinder::emulator::lane();
    const bool inside = (lane & (static_cast<unsigned>(width) - 1)) + delta < static_cast<unsigned>(width);
    return sidewinder::emulator::shuffled(mask, value, inside ? lane + delta : lane);
}
/// Where the partner lies behind the caller's segment of `width`, the caller's own value, as on the device.
template <class T>
T __shfl_xor_sync(unsigned mask, T value, int lane_mask, int width = 32) {
    const unsigned lane = sidewinder::emulator::lane();
    const unsigned source = lane ^ static_cast<unsigned>(lane_mask);
    const bool inside = source <= (lane | (static_cast<unsigned>(width) - 1));
    return sidewinder::emulator::shuffled(mask, value, inside ? source : lane);
}
inline unsigned __ballot_sync(unsigned mask, int predicate) {
    return sidewinder::emulator::ballot(mask, predicate != 0);
}
inline int __any_sync(unsigned mask, int predicate) {
    return __ballot_sync(mask, predicate) != 0;
}
inline int __all_sync(unsigned mask, int predicate) {
    return __ballot_sync(mask, !predicate) == 0;
}

// --- Atomics: threads change only where they wait, so plain arithmetic is atomic. None for floating point,
// on purpose: its order is not fixed.

namespace sidewinder::emulator {
template <class T>
concept AtomicInteger =
    std::is_same_v<T, int> || std::is_same_v<T, unsigned> || std::is_same_v<T, unsigned long long>;

template <class T>
T exchange(T* address, T value) {
    const T old = *address;
    *address = value;
    return old;
}
}  // namespace sidewinder::emulator

template <sidewinder::emulator::AtomicInteger T>
T atomicAdd(T* address, std::type_identity_t<T> value) {
    return sidewinder::emulator::exchange(address, static_cast<T>(*address + value));
}
/// Counts 0, 1, .., `most`, 0, ..
inline unsigned atomicInc(unsigned* address, unsigned most) {
    return sidewinder::emulator::exchange(address, *address >= most ? 0u : *address + 1u);
}
template <sidewinder::emulator::AtomicInteger T>
T atomicMax(T* address, std::type_identity_t<T> value) {
    return sidewinder::emulator::exchange(address, *address < value ? value : *address);
}
template <sidewinder::emulator::AtomicInteger T>
T atomicMin(T* address, std::type_identity_t<T> value) {
    return sidewinder::emulator::exchange(address, value < *address ? value : *address);
}
template <sidewinder::emulator::AtomicInteger T>
T atomicExch(T* address, std::type_identity_t<T> value) {
    return sidewinder::emulator::exchange(address, value);
}
template <sidewinder::emulator::AtomicInteger T>
T atomicCAS(T* address, std::type_identity_t<T> expected, std::type_identity_t<T> value) {
    return sidewinder::emulator::exchange(address, *address == expected ? value : *address);
}

// --- Loads and stores with cache hints

template <class T>
T __ldg(const T* address) {
    return *address;
}
template <class T>
T __ldcs(const T* address) {
    return *address;
}
template <class T>
T __ldcg(const T* address) {
    return *address;
}
template <class T>
void __stcs(T* address, std::type_identity_t<T> value) {
    *address = value;
}
template <class T>
void __stcg(T* address, std::type_identity_t<T> value) {
    *address = value;
}
