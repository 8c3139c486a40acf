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

/// One token on rows [0, rows) of the state.
HWY_INLINE void ScanRows(const HeadScan& s, float* state, std::int64_t rows, std::int64_t t, const float* x,
                         float* y) {
    const V decay = hn::Set(kF, s.decay[t * s.dt_stride]);
    const float dt = s.dt[t * s.dt_stride];
    const float* B = s.B + t * s.xbc_stride;
    const float* C = s.C + t * s.xbc_stride;
    for (std::int64_t p = 0; p < rows; ++p) {
        const V input = hn::Set(kF, dt * x[p]);
        float* row = state + p * s.d_state;
        V sum = hn::Zero(kF);
        for (std::int64_t n = 0; n < s.d_state; n += kLanes) {
            const std::int64_t part = s.d_state - n;
            const V h = hn::MulAdd(input, LoadPart(B + n, part), hn::Mul(LoadPart(row + n, part), decay));
            StorePart(h, row + n, part);
            sum = hn::MulAdd(h, LoadPart(C + n, part), sum);
        }
        y[p] = Sum(sum) + s.D * x[p];
    }
}

/// Rows of the state are independent: a block of them that fits the first-level cache meets all tokens at
/// once.
void ScanHead(const HeadScan& s) {
    const std::int64_t block = s.T == 1 ? s.headdim : 16;
    for (std::int64_t p = 0; p < s.headdim; p += block) {
        const std::int64_t rows = HWY_MIN(block, s.headdim - p);
        for (std::int64_t t = 0; t < s.T; ++t) {
            ScanRows(s, s.state + p * s.d_state, rows, t, s.x + t * s.xbc_stride + p,
                     s.y + t * s.y_stride + p);
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
