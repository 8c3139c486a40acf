#include "kernels/cuda/work_area.h"

#include "kernels/cuda/sampling_memory.h"

namespace sidewinder::kernels::cuda {
namespace {

// Deals out one block of memory; with no block it only counts.
class Dealer {
  public:
    explicit Dealer(std::byte* base) : base_(base) {}

    template <class T>
    T* take(std::int64_t count) {
        constexpr std::size_t kAlign = 256;
        std::byte* const here = base_ ? base_ + used_ : nullptr;
        used_ += (static_cast<std::size_t>(count) * sizeof(T) + kAlign - 1) / kAlign * kAlign;
        return reinterpret_cast<T*>(here);
    }
    std::size_t used() const { return used_; }

  private:
    std::byte* base_;
    std::size_t used_ = 0;
};

std::size_t deal(std::byte* base, const Dims& dims, WorkArea::Kind kind, bool float8, std::int64_t T,
                 WorkArea& area) {
    Dealer dealer(base);
    area.max_tokens = T;
    area.arrivals = dealer.take<std::int32_t>(dims.n_groups);
    area.sampling.state = dealer.take<SamplingState>(1);
    area.sampling.counts = dealer.take<std::int32_t>(dims.vocab);
    area.sampling.keys = dealer.take<unsigned>(dims.vocab);
    area.sampling.items = dealer.take<unsigned long long>(dims.vocab);
    area.sampling.weights = dealer.take<double>(dims.vocab);
    area.sampling_ring = dealer.take<std::int32_t>(SamplingMemory::kRing);
    if (kind == WorkArea::Kind::Exact) {
        area.normed32 = dealer.take<float>(T * dims.d_model);
        area.xbc32 = dealer.take<float>(T * dims.conv_dim());
        return dealer.used();
    }
    area.normed = dealer.take<__nv_bfloat16>(T * dims.d_model);
    area.tiles = dealer.take<std::byte>(mixer_chunk_bytes(dims, T));
    area.head_squares = dealer.take<float>(T * dims.n_heads);
    if (kind == WorkArea::Kind::FastInteger || float8) {
        area.weight_tile = dealer.take<__nv_bfloat16>(WorkArea::kWeightTileElements);
    }
    if (float8) {
        area.normed8 = dealer.take<unsigned char>(T * dims.d_model);
        area.token_scales = dealer.take<float>(T);
        area.row_scales = dealer.take<float>(WorkArea::kWeightTileRows);
    }
    return dealer.used();
}

}  // namespace

std::size_t WorkArea::bytes(const Dims& dims, Kind kind, bool float8, std::int64_t max_tokens) {
    WorkArea counted;
    return deal(nullptr, dims, kind, float8, max_tokens, counted);
}

WorkArea WorkArea::allocate(const Dims& dims, Kind kind, bool float8, std::int64_t max_tokens) {
    WorkArea area;
    area.memory = DeviceMemory(bytes(dims, kind, float8, max_tokens));
    deal(area.memory.as<std::byte>(), dims, kind, float8, max_tokens, area);
    return area;
}

}  // namespace sidewinder::kernels::cuda
