#pragma once

#include <cstdint>

/// Other engines on the same shape with random weights, batch 1: measured by this project on one NVIDIA H100
/// 80GB HBM3, driver 580.159, CUDA 13.0, 2026-11-22. mamba_ssm is what mistral-inference runs, in CUDA
/// graphs; llama.cpp is build b10587 with ubatch 2048. Tokens per second.
namespace sidewinder::cli::peers {

inline constexpr const char* kMeasuredOn = "one NVIDIA H100 80GB HBM3, driver 580.159, CUDA 13.0, 2026-11-22";

struct Decode {
    const char* weights;  ///< the format's name
    const char* text;
};
inline constexpr Decode kDecode[] = {
    {"bf16", "mamba_ssm 145, llama.cpp 141 (F16), transformers 21"},
    {"int8", "llama.cpp 189 (Q8_0)"},
    {"int4", "llama.cpp 237 (Q4_0), 222 (Q4_K_M)"},
};

struct Prefill {
    const char* weights;
    std::int64_t tokens;
    const char* text;
};
inline constexpr Prefill kPrefill[] = {
    {"bf16", 512, "mamba_ssm 30.8 k, llama.cpp 10.4 k"},
    {"bf16", 4096, "mamba_ssm 35.2 k, llama.cpp 11.8 k; transformers is out of memory"},
    {"bf16", 32768, "mamba_ssm 34.5 k, llama.cpp 12.3 k"},
    {"bf16", 65536, "mamba_ssm 34.4 k"},
    {"bf16", 114688, "mamba_ssm 34.3 k"},
    {"bf16", 131072, "mamba_ssm crashes"},
    {"int8", 512, "llama.cpp 7.4 k"},
    {"int8", 4096, "llama.cpp 8.1 k"},
    {"int8", 32768, "llama.cpp 8.3 k"},
    {"int4", 512, "llama.cpp 6.8 k"},
    {"int4", 4096, "llama.cpp 7.6 k"},
    {"int4", 32768, "llama.cpp 7.8 k"},
};

}  // namespace sidewinder::cli::peers
