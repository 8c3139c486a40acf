#include "kernels/cpu/simd.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/cpu/simd_mixer.cpp"
#include "hwy/foreach_target.h"
#include "hwy/highway.h"
//
#include "kernels/cpu/simd_common-inl.h"

HWY_BEFORE_NAMESPACE();
namespace sidewinder::kernels::cpu::HWY_NAMESPACE {

/// The state's newest three columns before `tile`, and its four newest after it.
void MoveConvState(const ConvTile& tile, std::int64_t n, const float* history) {
    for (std::int64_t k = 0; k < 4; ++k) {
        const std::int64_t t = tile.T - 4 + k;
        for (std::int64_t c = 0; c < n; ++c) {
            tile.state[c * 4 + k] =
                t >= 0 ? tile.in[t * tile.in_stride + c] : history[(t + 4) * kConvTile + c];
        }
    }
}

void ConvSilu(const ConvTile& tile, std::int64_t n) {
    HWY_ALIGN float taps[4 * kConvTile];
    HWY_ALIGN float history[4 * kConvTile];
    for (std::int64_t c = 0; c < n; ++c) {
        for (std::int64_t k = 0; k < 4; ++k) {
            taps[k * kConvTile + c] = tile.weight[c * 4 + k];
            history[k * kConvTile + c] = tile.state[c * 4 + k];
        }
    }
    for (std::int64_t t = 0; t < tile.T; ++t) {
        const float* rows[4];
        for (std::int64_t k = 0; k < 4; ++k) {
            const std::int64_t source = t - 3 + k;
            rows[k] = source >= 0 ? tile.in + source * tile.in_stride : history + (source + 4) * kConvTile;
        }
        float* out = tile.out + t * tile.out_stride;
        for (std::int64_t c = 0; c < n; c += kLanes) {
            const std::int64_t part = n - c;
            V v = LoadPart(tile.bias + c, part);
            for (std::int64_t k = 0; k < 4; ++k) {
                v = hn::MulAdd(LoadPart(taps + k * kConvTile + c, part), LoadPart(rows[k] + c, part), v);
            }
            StorePart(Silu(v), out + c, part);
        }
    }
    MoveConvState(tile, n, history);
}

/// softplus as mamba_ssm has it: log(1 + exp(v)) up to 20, v above.
void SoftplusDecay(const float* raw, const float* bias, const float* A, std::int64_t n, float* dt,
                   float* decay) {
    const V limit = hn::Set(kF, 20.0f);
    for (std::int64_t h = 0; h < n; h += kLanes) {
        const std::int64_t part = n - h;
        const V v = hn::Add(LoadPart(raw + h, part), LoadPart(bias + h, part));
        const V soft = hn::Log1p(kF, hn::Exp(kF, hn::Min(v, limit)));
        const V step = hn::IfThenElse(hn::Le(v, limit), soft, v);
        StorePart(step, dt + h, part);
        StorePart(hn::Exp(kF, hn::Mul(step, LoadPart(A + h, part))), decay + h, part);
    }
}

/// One token on R rows of the state: they share the loads of B and C.
template <int R>
HWY_INLINE void ScanRows(const HeadScan& s, float* HWY_RESTRICT state, std::int64_t t, std::int64_t p) {
    const std::int64_t d_state = s.d_state;
    const V decay = hn::Set(kF, s.decay[t * s.dt_stride]);
    const float dt = s.dt[t * s.dt_stride];
    const float* HWY_RESTRICT B = s.B + t * s.xbc_stride;
    const float* HWY_RESTRICT C = s.C + t * s.xbc_stride;
    const float* x = s.x + t * s.xbc_stride + p;
    V input[R], sum[R];
    for (int r = 0; r < R; ++r) {
        input[r] = hn::Set(kF, dt * x[r]);
        sum[r] = hn::Zero(kF);
    }
    std::int64_t n = 0;
    for (; n + kLanes <= d_state; n += kLanes) {
        const V b = hn::LoadU(kF, B + n), c = hn::LoadU(kF, C + n);
        for (int r = 0; r < R; ++r) {
            float* at = state + r * d_state + n;
            const V h = hn::MulAdd(input[r], b, hn::Mul(hn::LoadU(kF, at), decay));
            hn::StoreU(h, kF, at);
            sum[r] = hn::MulAdd(h, c, sum[r]);
        }
    }
    if (const std::int64_t part = d_state - n; part > 0) {
        for (int r = 0; r < R; ++r) {
            float* at = state + r * d_state + n;
            const V h = hn::MulAdd(input[r], LoadPart(B + n, part), hn::Mul(LoadPart(at, part), decay));
            StorePart(h, at, part);
            sum[r] = hn::MulAdd(h, LoadPart(C + n, part), sum[r]);
        }
    }
    float* y = s.y + t * s.y_stride + p;
    for (int r = 0; r < R; ++r) y[r] = Sum(sum[r]) + s.D * x[r];
}

/// Rows of different tokens are too far apart for the hardware to foresee.
HWY_INLINE void Prefetch(const HeadScan& s, std::int64_t t, std::int64_t p, std::int64_t rows) {
    for (std::int64_t n = 0; n < s.d_state; n += 16) {
        hwy::Prefetch(s.B + t * s.xbc_stride + n);
        hwy::Prefetch(s.C + t * s.xbc_stride + n);
    }
    for (std::int64_t r = 0; r < rows; r += 16) {
        hwy::Prefetch(s.x + t * s.xbc_stride + p + r);
        hwy::Prefetch(s.y + t * s.y_stride + p + r);
    }
}

/// Rows of the state are independent: a block of them that fits the first-level cache meets all tokens at
/// once.
void ScanHead(const HeadScan& s) {
    constexpr int R = 4;
    const std::int64_t block = s.T == 1 ? s.headdim : 32;
    for (std::int64_t first = 0; first < s.headdim; first += block) {
        const std::int64_t end = HWY_MIN(first + block, s.headdim);
        for (std::int64_t t = 0; t < s.T; ++t) {
            if (t + 2 < s.T) Prefetch(s, t + 2, first, end - first);
            std::int64_t p = first;
            for (; p + R <= end; p += R) ScanRows<R>(s, s.state + p * s.d_state, t, p);
            for (; p < end; ++p) ScanRows<1>(s, s.state + p * s.d_state, t, p);
        }
    }
}

}  // namespace sidewinder::kernels::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace sidewinder::kernels::cpu {

HWY_EXPORT(ConvSilu);
HWY_EXPORT(SoftplusDecay);
HWY_EXPORT(ScanHead);

void conv_silu(const ConvTile& tile, std::int64_t n) {
    HWY_DYNAMIC_DISPATCH(ConvSilu)(tile, n);
}
void softplus_decay(const float* raw, const float* bias, const float* A, std::int64_t n, float* dt,
                    float* decay) {
    HWY_DYNAMIC_DISPATCH(SoftplusDecay)(raw, bias, A, n, dt, decay);
}
void scan_head(const HeadScan& scan) {
    HWY_DYNAMIC_DISPATCH(ScanHead)(scan);
}

}  // namespace sidewinder::kernels::cpu
#endif
