#include "inference/model.h"

#include <algorithm>
#include <string>
#include <utility>

#include "inference/error.h"
#include "kernels/error.h"

namespace sidewinder::inference {

namespace {

constexpr std::int64_t kLogitRows =
    16;  // logits of a long chunk are made in slices, so that vocab never sets the memory
constexpr std::int64_t kReplayed = kLogitRows;  // tokens of a step that is recorded: these have room for all

std::size_t floats(std::int64_t count) {
    return static_cast<std::size_t>(count) * sizeof(float);
}

}  // namespace

Model::Model(kernels::Backend& backend, const Config& config, Weights weights, std::int64_t chunk)
    : backend_(backend), config_(config), weights_(std::move(weights)), chunk_(chunk) {
    const kernels::Dims& d = config_.dims;
    ids_ = backend.allocate(static_cast<std::size_t>(chunk) * sizeof(TokenId));
    residual_ = backend.allocate(floats(chunk * d.d_model));
    zxbcdt_ = backend.allocate(backend.zxbcdt_bytes(d, chunk));
    y_ = backend.allocate(backend.y_bytes(d, chunk));
    logits_ = backend.allocate(floats(std::min(chunk, kLogitRows) * d.vocab));
    backend.reserve(d, chunk);
}

std::uint64_t Model::work_bytes(const kernels::Backend& backend, const Config& config, std::int64_t chunk) {
    const kernels::Dims& d = config.dims;
    return static_cast<std::size_t>(chunk) * sizeof(TokenId) + floats(chunk * d.d_model) +
           backend.zxbcdt_bytes(d, chunk) + backend.y_bytes(d, chunk) +
           floats(std::min(chunk, kLogitRows) * d.vocab) + backend.work_bytes(d, chunk);
}

// residual += out_proj(mixer(in_proj(rmsnorm(residual))))
void Model::layer(std::int64_t i, std::int64_t T, const State& state) {
    const kernels::LayerWeights& w = weights_.layer(i);
    auto* residual = residual_.as<float>();                              // (T, d_model)
    backend_.norm_linear(config_.dims, w, residual, T, zxbcdt_.data());  // => (T, z|x|B|C|dt)
    backend_.mixer(config_.dims, w.mixer, state.layer(i), zxbcdt_.data(), T, y_.data());  // => (T, d_inner)
    backend_.linear_add(config_.dims, w.out_proj, y_.data(), T, residual);                // => (T, d_model)
}

bool Model::run_layers(std::int64_t T, State& state, std::stop_token stop,
                       const std::function<void(std::int64_t)>& on_layer) {
    if (stop.stop_possible() && !undo_) undo_ = std::make_unique<State>(backend_, config_);
    backend_.embed(weights_.embedding(), ids_.as<TokenId>(), T, residual_.as<float>());
    for (std::int64_t i = 0; i < config_.n_layers; ++i) {
        if (stop.stop_requested()) {
            for (std::int64_t done = 0; done < i; ++done) state.copy_layer_from(*undo_, done);
            return false;
        }
        if (undo_ && stop.stop_possible()) undo_->copy_layer_from(state, i);
        layer(i, T, state);
        if (on_layer) on_layer(i + 1);
    }
    return true;
}

// A few tokens: a fixed sequence on fixed addresses, which a backend may record. The token that is drawn
// takes the place of the one that was fed.
void Model::short_step(std::int64_t T, State& state, Want want) {
    const auto what = static_cast<std::uint64_t>(T) << 2 | static_cast<unsigned>(want);  // 7 bits
    const std::uint64_t key = std::uint64_t{reinterpret_cast<std::uintptr_t>(state.ssm())} << 7 | what;
    backend_.replay(key, [&] {
        backend_.embed(weights_.embedding(), ids_.as<TokenId>(), T, residual_.as<float>());
        for (std::int64_t i = 0; i < config_.n_layers; ++i) layer(i, T, state);
        if (want == Want::Nothing) return;
        const std::int64_t first = want == Want::AllLogits ? 0 : T - 1;
        backend_.logits(config_.dims, weights_.final_norm(), weights_.head(),
                        residual_.as<float>() + first * config_.dims.d_model, T - first, logits_.as<float>());
        if (want == Want::Token) backend_.sample(config_.dims, logits_.as<float>(), ids_.as<TokenId>());
    });
}

void Model::forward_short(std::int64_t T, State& state, Output output) {
    const auto vocab = static_cast<std::size_t>(config_.dims.vocab);
    const bool all = !output.all_logits.empty(), last = !output.last_logits.empty();
    short_step(T, state, all ? Want::AllLogits : last ? Want::LastLogits : Want::Nothing);
    if (all) backend_.download(output.all_logits.data(), logits_.data(), floats(T * config_.dims.vocab));
    if (all && last) std::ranges::copy(output.all_logits.last(vocab), output.last_logits.begin());
    if (!all && last)
        backend_.download(output.last_logits.data(), logits_.data(), floats(config_.dims.vocab));
}

void Model::begin_sampling(const SamplingOptions& options, std::span<const TokenId> log) {
    backend_.begin_sampling(config_.dims, options, log);
}

kernels::Drawn Model::next(TokenId token, State& state) {
    check_token(token);
    if (std::exchange(in_place_, std::nullopt) != token) {
        backend_.upload(ids_.data(), &token, sizeof token);
    }
    short_step(1, state, Want::Token);
    const kernels::Drawn drawn = backend_.drawn();
    if (drawn.fault == kernels::Drawn::Fault::None) in_place_ = drawn.token;
    return drawn;
}

void Model::check_token(TokenId id) const {
    if (id >= 0 && id < config_.dims.vocab) return;
    throw Error(Fault::BadRequest, "Token id " + std::to_string(id) + " is outside of the vocabulary of " +
                                       std::to_string(config_.dims.vocab) + ".");
}

void Model::write_logits(std::int64_t T, Output output) {
    const kernels::Dims& d = config_.dims;
    const std::int64_t first = output.all_logits.empty() ? T - 1 : 0;
    for (std::int64_t t = first; t < T; t += kLogitRows) {
        const std::int64_t rows = std::min(kLogitRows, T - t);
        backend_.logits(d, weights_.final_norm(), weights_.head(), residual_.as<float>() + t * d.d_model,
                        rows, logits_.as<float>());
        if (!output.all_logits.empty()) {
            backend_.download(output.all_logits.data() + t * d.vocab, logits_.data(), floats(rows * d.vocab));
        }
        if (!output.last_logits.empty() && t + rows == T) {
            backend_.download(output.last_logits.data(), logits_.as<float>() + (rows - 1) * d.vocab,
                              floats(d.vocab));
        }
    }
}

bool Model::forward(std::span<const TokenId> tokens, State& state, Output output, std::stop_token stop,
                    const std::function<void(std::int64_t)>& on_layer) {
    const auto T = static_cast<std::int64_t>(tokens.size());
    if (T < 1 || T > chunk_) {
        throw kernels::Error(
            kernels::Error::Kind::Internal,
            "A step takes 1 to " + std::to_string(chunk_) + " tokens, but got " + std::to_string(T) + ".");
    }
    for (const TokenId id : tokens) check_token(id);
    in_place_.reset();
    backend_.upload(ids_.data(), tokens.data(), tokens.size_bytes());
    if (T == 1 || (T <= kReplayed && !stop.stop_possible() && !on_layer)) {
        forward_short(T, state, output);
        return true;
    }
    if (!run_layers(T, state, stop, on_layer)) return false;
    if (!output.last_logits.empty() || !output.all_logits.empty()) write_logits(T, output);
    backend_.synchronize();
    return true;
}

}  // namespace sidewinder::inference
