#pragma once

#include "kernels/cuda/activations.cuh"
#include "kernels/cuda/ptx.cuh"
#include "kernels/cuda/reduce.cuh"
#include "kernels/cuda/short_team.cuh"
#include "kernels/cuda/signed_floats.cuh"

/// One layer's mixer over up to 16 tokens, a head at a time: conv1d, SSM, D skip and gate. The block's warps
/// keep the head's state of 64 x 128 float32 in registers, each some of its rows; lane l has columns 4 l .. 4
/// l + 3, so that a row is one 512-byte load and B and C are one 16-byte load a token. All that does not
/// depend on the tokens is loaded before the blocks meet.
namespace sidewinder::kernels::cuda::small {

inline constexpr int kChannels = 2 * kState + kHeaddim;  // of conv1d, a head: B, C and x

/// What the block's threads hand each other for one token.
struct Token {
    alignas(16) float conv[kChannels];  ///< B | C | x after conv1d and SiLU
    float y[kHeaddim];                  ///< state C
    float dt, decay;
};

/// One channel of the causal convolution, and its last four raw columns.
struct Channel {
    float4 weight;
    float4 columns;
    float bias;

    __device__ __forceinline__ void load(const MixerPhase& p, int c) {
        columns = reinterpret_cast<const float4*>(p.state.conv)[c];
        weight = __ldg(reinterpret_cast<const float4*>(p.w.conv_weight) + c);
        bias = __ldg(p.w.conv_bias + c);
    }
    __device__ __forceinline__ float next(float raw) {
        columns = float4{columns.y, columns.z, columns.w, raw};
        float v = fmaf(weight.x, columns.x, bias);
        v = fmaf(weight.y, columns.y, v);
        v = fmaf(weight.z, columns.z, v);
        v = fmaf(weight.w, columns.w, v);
        return silu_fast(v);
    }
    __device__ __forceinline__ void store(const MixerPhase& p, int c) const {
        reinterpret_cast<float4*>(p.state.conv)[c] = columns;
    }
};

/// v[i] summed over the warp for kCount values at once: at each level a lane keeps half of them and gives the
/// other half away. Lane l ends with value l / (32 / kCount). Which numbers are added does not depend on
/// kCount.
template <int kCount>
__device__ __forceinline__ float sum_many(float (&v)[kCount]) {
    const int lane = threadIdx.x % 32;
    int count = kCount;
#pragma unroll
    for (int mask = 32 / 2; mask > 0; mask /= 2) {
        if (count == 1) {
            v[0] += __shfl_xor_sync(kAllLanes, v[0], mask);
            continue;
        }
        count /= 2;
        const bool upper = (lane & mask) != 0;
#pragma unroll
        for (int i = 0; i < kCount / 2; ++i) {
            if (i >= count) break;
            const float give = upper ? v[i] : v[i + count];
            const float keep = upper ? v[i + count] : v[i];
            v[i] = keep + __shfl_xor_sync(kAllLanes, give, mask);
        }
    }
    return v[0];
}

/// kMostTokens: 1, 8 or 16. All threads call each function, and none returns early.
template <int kMostTokens>
class MixerStep {
  public:
    __device__ __forceinline__ MixerStep(const MixerPhase& p, char* smem)
        : p_(p), tokens_(reinterpret_cast<Token*>(smem)), last_(reinterpret_cast<int*>(tokens_ + p.T)) {}
    static constexpr std::size_t bytes(int T) {
        return static_cast<std::size_t>(T) * sizeof(Token) + sizeof(int);
    }

    /// What no block has written since the last token: before the blocks meet.
    __device__ __forceinline__ void prefetch(int head) {
        head_ = head;
        group_ = head / p_.heads_in_group;
#pragma unroll
        for (int i = 0; i < kRounds; ++i) {
            if (place(i) < kChannels) channels_[i].load(p_, channel(i));
        }
        const int c = head_ * kHeaddim + lane();
        norm_weight_[0] = __ldg(p_.w.norm_weight + c);
        norm_weight_[1] = __ldg(p_.w.norm_weight + c + 32);
        dt_bias_ = __ldg(p_.w.dt_bias + head_);
        A_ = __ldg(p_.w.A + head_);
        D_ = __ldg(p_.w.D + head_);
    }

    /// The warp's rows of the state, to be filled in before `run`.
    __device__ __forceinline__ float4 (&state())[kStateRows] {
        return state_;
    }

    /// y and head_squares. Ends without a barrier; `store` follows, behind one.
    __device__ __forceinline__ void run() {
        ask(z_, p_.in_sign, z_at());
        ask(dt_, p_.in_sign, dt_at());
        convolve();
        time_step();
        team_barrier();

        // Every thread has read its old column of B or C: its values are in `tokens`. The group's last head
        // to say so may overwrite them. No fence: those loads are over, and the writes wait for this answer,
        // as does y, which lets the next layer's heads count.
        unsigned arrived = 0;
        if (threadIdx.x == 0) arrived = atomicInc(p_.arrivals + group_, p_.heads_in_group - 1u);
        if constexpr (kMostTokens == 1) {
            advance<1>(0);
        } else {
            int t = 0;
            for (; t + 3 < T(); t += 4) advance<4>(t);
            for (; t < T(); ++t) advance<1>(t);
        }
        settle(z_, p_.in_sign, z_at());
        if (threadIdx.x == 0) *last_ = arrived == p_.heads_in_group - 1u;
        team_barrier();
        is_last_ = *last_;
#pragma unroll
        for (int i = 0; i < kFinished; ++i) {
            if (warp() + i * kWarps < T()) finish(i);
        }
    }

    /// The state, which no other block waits for: behind whatever tells them that y is there.
    __device__ __forceinline__ void store() {
        float4* to = state_of_warp(p_, head_);
#pragma unroll
        for (int r = 0; r < kRows; ++r) to[r * 32] = state_[r];
#pragma unroll
        for (int i = 0; i < kRounds; ++i) {
            const bool own = place(i) >= 2 * kState && place(i) < kChannels;
            if (own || (is_last_ && place(i) < kChannels)) channels_[i].store(p_, channel(i));
        }
    }

  private:
    __device__ __forceinline__ int T() const {
        return kMostTokens == 1 ? 1 : p_.T;
    }
    static constexpr int kRows = kStateRows;                               // of the state, a warp
    static constexpr int kRounds = (kChannels + kThreads - 1) / kThreads;  // of channels, a thread
    static constexpr int kFinished = (kMostTokens + kWarps - 1) / kWarps;  // tokens, a warp
    static constexpr int kFlight = kMostTokens < 8 ? kMostTokens : 8;  // whose loads are under way at once

    static __device__ __forceinline__ int lane() {
        return static_cast<int>(threadIdx.x) % 32;
    }
    static __device__ __forceinline__ int warp() {
        return static_cast<int>(threadIdx.x) / 32;
    }
    __device__ __forceinline__ std::int64_t width() const {
        return p_.width;
    }
    /// Of this thread's round: where its channel lies in a token, and which of conv_dim it is.
    static __device__ __forceinline__ int place(int round) {
        return static_cast<int>(threadIdx.x) + round * kThreads;
    }
    __device__ __forceinline__ int channel(int round) const {
        const int at = place(round);
        if (at >= 2 * kState) return head_ * kHeaddim + at - 2 * kState;
        return p_.d_inner + (at / kState * p_.n_groups + group_) * kState + at % kState;
    }

    /// conv1d over the run.
    __device__ __forceinline__ void convolve() {
        for (int first = 0; first < T(); first += kFlight) {
            float in[kRounds * kFlight];
            receive(in, p_.in_sign, [&](int n) -> const float* {
                const int r = n / kFlight, t = first + n % kFlight;
                if (place(r) >= kChannels || t >= T()) return nullptr;
                return p_.zxbcdt + p_.d_inner + channel(r) + t * width();
            });
#pragma unroll
            for (int r = 0; r < kRounds; ++r) {
                if (place(r) >= kChannels) continue;
#pragma unroll
                for (int i = 0; i < kFlight; ++i) {
                    if (first + i >= T()) break;
                    tokens_[first + i].conv[place(r)] = channels_[r].next(in[r * kFlight + i]);
                }
            }
        }
    }

    /// The last warp, which has fewest channels: a lane for each token.
    __device__ __forceinline__ void time_step() {
        if (warp() != kWarps - 1) return;
        settle(dt_, p_.in_sign, dt_at());
        if (lane() >= T()) return;
        const float dt = softplus(dt_[0] + dt_bias_);
        tokens_[lane()].dt = dt;
        tokens_[lane()].decay = expf(dt * A_);
    }

    /// Of the tokens that this warp finishes; a lane has channels lane and lane + 32.
    __device__ __forceinline__ auto z_at() const {
        return [this](int i) -> const float* {
            const int t = warp() + i / 2 * kWarps;
            if (t >= T()) return nullptr;
            return p_.zxbcdt + t * width() + head_ * kHeaddim + lane() + i % 2 * 32;
        };
    }
    /// Of the tokens for which this lane has the time step.
    __device__ __forceinline__ auto dt_at() const {
        return [this](int) -> const float* {
            if (warp() != kWarps - 1 || lane() >= T()) return nullptr;
            return p_.zxbcdt + (lane() + 1) * width() - p_.n_heads + head_;
        };
    }

    /// state = state * decay + (B dt) x, sums[row] = this lane's part of state C.
    __device__ __forceinline__ void update(const Token& token, float* sums) {
        const float4 b = *reinterpret_cast<const float4*>(token.conv + 4 * lane());
        const float4 c = *reinterpret_cast<const float4*>(token.conv + kState + 4 * lane());
        const float dt = token.dt, decay = token.decay;
        const float4 dtb{b.x * dt, b.y * dt, b.z * dt, b.w * dt};
        float4 own[kRows / 4];  // x of the warp's rows
#pragma unroll
        for (int r = 0; r < kRows / 4; ++r) {
            own[r] = *reinterpret_cast<const float4*>(token.conv + 2 * kState + warp() * kRows + 4 * r);
        }
#pragma unroll
        for (int r = 0; r < kRows; ++r) {
            const float4& four = own[r / 4];
            const float x = r % 4 == 0 ? four.x : r % 4 == 1 ? four.y : r % 4 == 2 ? four.z : four.w;
            float4& s = state_[r];
            s.x = fmaf(s.x, decay, dtb.x * x);
            s.y = fmaf(s.y, decay, dtb.y * x);
            s.z = fmaf(s.z, decay, dtb.z * x);
            s.w = fmaf(s.w, decay, dtb.w * x);
            sums[r] = fmaf(s.w, c.w, fmaf(s.z, c.z, fmaf(s.y, c.y, s.x * c.x)));
        }
    }

    /// Moves the state on by kTokens tokens and hands out their sums.
    template <int kTokens>
    __device__ __forceinline__ void advance(int first) {
        float sums[kTokens * kRows];
#pragma unroll
        for (int t = 0; t < kTokens; ++t) update(tokens_[first + t], sums + t * kRows);
        constexpr int kLanes = 32 / (kTokens * kRows);  // that end with the same sum
        const float sum = sum_many(sums);
        const int which = lane() / kLanes;
        if (lane() % kLanes == 0) tokens_[first + which / kRows].y[warp() * kRows + which % kRows] = sum;
    }

    /// The epilogue of one token by one warp.
    __device__ __forceinline__ void finish(int i) const {
        const int t = warp() + i * kWarps;
        const Token& token = tokens_[t];
        float* y = p_.y + static_cast<std::int64_t>(t) * p_.d_inner + head_ * kHeaddim;
        float u[2];
#pragma unroll
        for (int half = 0; half < 2; ++half) {
            const int c = lane() + half * 32;
            u[half] = fmaf(D_, token.conv[2 * kState + c], token.y[c]) * silu_fast(z_[2 * i + half]);
            store_signed(y + c, u[half] * norm_weight_[half], p_.out_sign);
        }
        const float sum = warp_sum(fmaf(u[1], u[1], u[0] * u[0]));
        if (lane() == 0) store_signed(p_.head_squares + t * p_.n_heads + head_, sum, p_.out_sign);
    }

    const MixerPhase& p_;
    Token* tokens_;
    int* last_;
    int head_ = 0, group_ = 0;
    float4 state_[kRows];
    Channel channels_[kRounds];
    float norm_weight_[2], z_[2 * kFinished], dt_[1];
    float dt_bias_ = 0.0f, A_ = 0.0f, D_ = 0.0f;
    bool is_last_ = false;  ///< of the group's heads, to have read their old columns
};

}  // namespace sidewinder::kernels::cuda::small
