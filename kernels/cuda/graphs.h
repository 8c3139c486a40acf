#pragma once

#include <cuda_runtime_api.h>

#include <cstdint>
#include <functional>
#include <unordered_map>

namespace sidewinder::kernels::cuda {

/// Steps recorded as CUDA graphs. A key's first run is plain, so that everything that is made once (module
/// load, cuBLASLt's choices) is made outside of a recording; the second is recorded; later ones are one
/// launch.
class Graphs {
  public:
    Graphs() = default;
    Graphs(const Graphs&) = delete;
    Graphs& operator=(const Graphs&) = delete;
    ~Graphs();

    /// Forgets all steps: they hold the addresses that they were recorded with. None may be running.
    void clear();
    void replay(cudaStream_t stream, std::uint64_t key, const std::function<void()>& step);

  private:
    cudaGraphExec_t record(cudaStream_t stream, const std::function<void()>& step);

    std::unordered_map<std::uint64_t, cudaGraphExec_t> graphs_;  ///< null: run once, not recorded yet
};

}  // namespace sidewinder::kernels::cuda
