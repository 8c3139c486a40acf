#include <algorithm>
#include <thread>

#include "app/cli/bench.h"
#include "inference/random_weights.h"

namespace sidewinder::cli {

namespace {

constexpr int kWarmUp = 3;
constexpr std::chrono::milliseconds kBeforeStop{200}, kStopStep{37};

}  // namespace

double seconds_since(BenchClock::time_point start) {
    return std::chrono::duration<double>(BenchClock::now() - start).count();
}

double median(std::vector<double> values) {
    std::sort(values.begin(), values.end());
    return values[values.size() / 2];
}

double prefill_flop(const inference::Config& config, double tokens) {
    const kernels::Dims& d = config.dims;
    const double layer = static_cast<double>(d.in_proj_rows() * d.d_model + d.d_model * d.d_inner);
    return 2 *
           (static_cast<double>(config.n_layers) * layer * tokens + static_cast<double>(d.vocab * d.d_model));
}

double decode_bytes(const inference::Model& model, const inference::State& state) {
    return static_cast<double>(model.weights().bytes_per_token()) + 2 * static_cast<double>(state.bytes());
}

double time_decode(inference::Model& model, inference::State& state, std::int64_t steps) {
    std::vector<float> logits(static_cast<std::size_t>(model.config().dims.vocab));
    const auto ids =
        inference::random_tokens(model.config().dims.vocab, static_cast<std::size_t>(steps + kWarmUp));
    std::vector<double> times;
    for (const inference::TokenId id : ids) {
        const auto start = BenchClock::now();
        model.forward(std::span(&id, 1), state, {.last_logits = logits, .all_logits = {}});
        times.push_back(seconds_since(start));
    }
    times.erase(times.begin(), times.begin() + kWarmUp);
    return median(times);
}

double time_step(inference::Model& model, inference::State& state, std::int64_t T, int runs) {
    std::vector<float> logits(static_cast<std::size_t>(model.config().dims.vocab));
    const auto ids = inference::random_tokens(model.config().dims.vocab, static_cast<std::size_t>(T));
    std::vector<double> times;
    for (int run = 0; run < runs + kWarmUp; ++run) {
        const auto start = BenchClock::now();
        model.forward(ids, state, {.last_logits = logits, .all_logits = {}});
        if (run >= kWarmUp) times.push_back(seconds_since(start));
    }
    return median(times);
}

double time_prefill(inference::Model& model, inference::State& state, std::int64_t tokens, int runs,
                    std::stop_token stop, const std::function<void()>& after_chunk) {
    std::vector<float> logits(static_cast<std::size_t>(model.config().dims.vocab));
    const auto ids = inference::random_tokens(model.config().dims.vocab, static_cast<std::size_t>(tokens));
    std::vector<double> times;
    for (int run = 0; run <= runs; ++run) {  // the first warms up
        state.reset();
        const auto start = BenchClock::now();
        for (std::int64_t done = 0; done < tokens;) {
            const std::int64_t T = std::min(model.chunk(), tokens - done);
            const auto part =
                std::span(ids).subspan(static_cast<std::size_t>(done), static_cast<std::size_t>(T));
            done += T;
            const auto last = done == tokens ? std::span(logits) : std::span<float>();
            if (!model.forward(part, state, {.last_logits = last, .all_logits = {}}, stop))
                throw inference::Stopped{};
            if (run == 0 && after_chunk) after_chunk();
        }
        if (run > 0) times.push_back(seconds_since(start));
    }
    return median(times);
}

std::vector<double> time_cancel(inference::Model& model, inference::State& state, int runs,
                                std::stop_token stop) {
    const auto ids =
        inference::random_tokens(model.config().dims.vocab, static_cast<std::size_t>(model.chunk()));
    std::vector<double> times;
    for (int run = 0; run < runs; ++run) {
        if (stop.stop_requested()) throw inference::Stopped{};
        state.reset();
        std::stop_source source;
        BenchClock::time_point asked;
        std::jthread person([&] {  // at another place of a chunk each time
            std::this_thread::sleep_for(kBeforeStop + run * kStopStep);
            asked = BenchClock::now();
            source.request_stop();
        });
        while (model.forward(ids, state, {}, source.get_token())) {
        }
        model.backend().synchronize();
        const auto done = BenchClock::now();
        person.join();
        times.push_back(std::chrono::duration<double>(done - asked).count());
    }
    return times;
}

}  // namespace sidewinder::cli
