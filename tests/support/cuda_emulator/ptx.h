#pragma once

#include <cstdint>

#include "tests/support/cuda_emulator/device.h"

/// The twins of kernels/cuda/ptx.cuh; the contracts are there.
namespace sidewinder::emulator {

void mma(float (&c)[4], const std::uint32_t (&a)[4], const std::uint32_t (&b)[2], bool bf16);
void load_matrices(std::uint32_t (&r)[4], const void* smem, bool transposed);
/// The bytes arrive at a wait that covers them; until then the place holds 0xFF bytes.
void copy_later(void* smem, const void* global, std::uint32_t bytes);
void wait_copies(std::uint32_t pending);
void mbarrier_begin(std::uint64_t* barrier, unsigned arrivals);
void mbarrier_arrive(std::uint64_t* barrier);
void mbarrier_expect(std::uint64_t* barrier, std::uint32_t bytes);
void mbarrier_wait(std::uint64_t* barrier, unsigned parity);
bool mbarrier_ended(std::uint64_t* barrier, unsigned parity);
/// The bytes arrive when somebody waits for the mbarrier; until then the place holds 0xFF bytes.
void bulk_copy_later(void* smem, const void* global, std::uint32_t bytes, std::uint64_t* barrier);
void check_load(const void* global, std::uint32_t alignment);
/// Faults where no allocation is: the device would keep silent, and bring nothing.
void check_prefetch(const void* global);
/// Faults unless the launch is cooperative and the counter lies in device memory.
void check_counter(const unsigned* counter);

}  // namespace sidewinder::emulator

namespace sidewinder::kernels::cuda {

inline char* dynamic_smem() {
    return emulator::current.dynamic_smem;
}

inline std::uint32_t smem_address(const void* smem) {
    return static_cast<std::uint32_t>(static_cast<const char*>(smem) - emulator::current.dynamic_smem);
}

inline void mma_bf16(float (&c)[4], std::uint32_t a0, std::uint32_t a1, std::uint32_t a2, std::uint32_t a3,
                     std::uint32_t b0, std::uint32_t b1) {
    emulator::mma(c, {a0, a1, a2, a3}, {b0, b1}, true);
}
inline void mma_f16(float (&c)[4], std::uint32_t a0, std::uint32_t a1, std::uint32_t a2, std::uint32_t a3,
                    std::uint32_t b0, std::uint32_t b1) {
    emulator::mma(c, {a0, a1, a2, a3}, {b0, b1}, false);
}

inline void ldmatrix_x4(std::uint32_t (&r)[4], const void* smem) {
    emulator::load_matrices(r, smem, false);
}
inline void ldmatrix_x4_trans(std::uint32_t (&r)[4], const void* smem) {
    emulator::load_matrices(r, smem, true);
}

inline void cp_async_16(void* smem, const void* global) {
    emulator::copy_later(smem, global, 16);
}
inline void block_barrier(int threads) {
    emulator::team_barrier(static_cast<unsigned>(threads));
}
inline void cp_async_4(void* smem, const void* global) {
    emulator::copy_later(smem, global, 4);
}
inline void cp_async_commit() {
    ++emulator::current.thread->committed_groups;
}
template <int Pending>
void cp_async_wait() {
    emulator::wait_copies(Pending);
}

inline void mbarrier_init(std::uint64_t* barrier, unsigned arrivals) {
    emulator::mbarrier_begin(barrier, arrivals);
}
inline void mbarrier_init_fence() {}
inline void mbarrier_expect(std::uint64_t* barrier, unsigned bytes) {
    emulator::mbarrier_expect(barrier, bytes);
}
inline void mbarrier_arrive(std::uint64_t* barrier) {
    emulator::mbarrier_arrive(barrier);
}
inline void mbarrier_wait(std::uint64_t* barrier, unsigned parity) {
    emulator::mbarrier_wait(barrier, parity);
}
inline bool mbarrier_ended(std::uint64_t* barrier, unsigned parity) {
    return emulator::mbarrier_ended(barrier, parity);
}
inline std::uint64_t evict_first_policy() {
    return 0;
}
inline void bulk_copy(void* smem, const void* global, unsigned bytes, std::uint64_t* barrier, std::uint64_t) {
    emulator::bulk_copy_later(smem, global, bytes, barrier);
}

inline uint4 load_once(const void* global) {
    emulator::check_load(global, 16);
    uint4 v;
    std::memcpy(&v, global, sizeof v);
    return v;
}

inline void prefetch_l2(const void* global) {
    emulator::check_prefetch(global);
}

inline void prefetch_l2(const void* global, unsigned bytes) {
    emulator::check_load(global, 16);
    emulator::check_prefetch(global);
    emulator::check_prefetch(static_cast<const char*>(global) + bytes - 1);
}
inline unsigned load_word(const void* global) {
    emulator::check_load(global, 4);
    unsigned word;
    std::memcpy(&word, global, sizeof word);
    return word;
}

inline void add_release(unsigned* counter, unsigned value) {
    emulator::check_counter(counter);
    *counter += value;
    emulator::let_blocks_go_on();
}
inline void wait_until_reached(const unsigned* counter, unsigned target) {
    emulator::check_counter(counter);
    emulator::wait_for_counter(counter, target);
}

/// A hint may come before the writes that it speaks of: blocks of odd numbers do not wait for it.
inline void add_hint(unsigned* counter, unsigned value) {
    emulator::check_counter(counter);
    *counter += value;
}
inline void wait_for_hint(const unsigned* counter, unsigned target) {
    emulator::check_counter(counter);
    if (emulator::current.block_index.x % 2 == 0) emulator::wait_for_counter(counter, target);
}

template <class V>
V load_relaxed(const V* global) {
    return *global;
}
inline void store_relaxed(float* global, float v) {
    *global = v;
}
template <class V>
void before_looking_again(const V* global, unsigned sign) {
    const auto* words = reinterpret_cast<const unsigned*>(global);
    for (std::size_t i = 0; i < sizeof(V) / 4; ++i) {
        emulator::check_counter(words + i);
        emulator::wait_for_sign(words + i, sign);
    }
}

/// Results below the normal range are 0, as `.ftz` makes them.
inline float flush(float x) {
    return std::fabs(x) < 0x1p-126f ? std::copysign(0.0f, x) : x;
}
inline float exp2_approx(float x) {
    return flush(std::exp2(flush(x)));
}
inline float reciprocal_approx(float x) {
    return flush(1.0f / flush(x));
}
/// Cut to as many digits as the instruction has at the least.
inline float tanh_approx(float x) {
    const float y = std::tanh(x);
    if (!std::isfinite(y)) return y;
    int exponent = 0;
    const float mantissa = std::frexp(y, &exponent);
    return std::ldexp(std::trunc(mantissa * 0x1p11f) * 0x1p-11f, exponent);
}
inline std::uint32_t pack_f16_saturated(float low, float high) {
    const auto bits = [](float x) -> std::uint32_t {
        if (std::isnan(x)) return 0x7FFF;
        return __half_as_ushort(__float2half_rn(std::fmin(std::fmax(x, -65504.0f), 65504.0f)));
    };
    return bits(low) | bits(high) << 16;
}

inline void wait_prior_grid() {
    emulator::current.thread->waited_prior_grid = true;
}
inline void launch_dependents() {
    if (!emulator::current.thread->waited_prior_grid) {
        emulator::fault("launch_dependents is called before wait_prior_grid.");
    }
}

}  // namespace sidewinder::kernels::cuda
