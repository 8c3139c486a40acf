#pragma once

namespace sidewinder::kernels {

/// What this machine can do at best, measured now: every speed is shown as a share of it.
struct Ceilings {
    double read_bytes_per_second = 0;  ///< a sum over 1 GiB, each thread its part
    double fma_flop_per_second = 0;    ///< independent float32 fused multiply-adds in registers, all threads
};

/// `threads` as in make_cpu_backend. Takes about a second and 1 GiB of memory.
Ceilings measure_ceilings(int threads);

}  // namespace sidewinder::kernels
