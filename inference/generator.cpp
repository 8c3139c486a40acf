#include "inference/generator.h"

#include <new>

#include "inference/error.h"
#include "inference/text_stream.h"
#include "kernels/error.h"

namespace sidewinder::inference {

namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
    return std::chrono::duration<double>(Clock::now() - start).count();
}

// Samples until something ends it; the token that ends it is not fed.
Generated::End sample_answer(Timeline& timeline, const Tokenizer& tokenizer, std::span<const TokenId> log,
                             const GenerateOptions& options, std::stop_token stop,
                             const GenerateCallbacks& on, Generated& result, Clock::time_point start) {
    TextStream text(tokenizer);
    Generated::End end = Generated::End::Length;
    Clock::time_point first_token = start;
    timeline.begin_sampling(options.sampling, log);
    TokenId token = log.back();
    while (static_cast<std::int64_t>(result.tokens.size()) < options.max_tokens) {
        if (stop.stop_requested()) {
            end = Generated::End::Stopped;
            break;
        }
        token = timeline.next(token);
        if (result.tokens.empty()) {
            first_token = Clock::now();
            result.stats.seconds_to_first_token = seconds_since(start);
        }
        result.tokens.push_back(token);
        if (token == token::kEos) {
            end = Generated::End::Eos;
            break;
        }
        const std::string piece = text.push(token);
        result.text += piece;
        if (on.token) on.token(token, piece);
    }
    const std::string rest = text.finish();
    result.text += rest;
    if (!rest.empty() && on.token) on.token(result.tokens.back(), rest);
    result.stats.generated = static_cast<std::int64_t>(result.tokens.size());
    result.stats.seconds_generating = result.tokens.empty() ? 0.0 : seconds_since(first_token);
    return end;
}

// A state that there is no memory to keep costs reading again, not the answer.
void keep_if_possible(Timeline& timeline, Timeline::Keep where) {
    try {
        timeline.keep(where);
    } catch (const std::bad_alloc&) {
    } catch (const kernels::Error& error) {
        if (error.kind() != kernels::Error::Kind::OutOfMemory) throw;
    }
}

}  // namespace

double GenerateStats::tokens_per_second() const {
    return generated < 2 || seconds_generating <= 0 ? 0.0
                                                    : static_cast<double>(generated - 1) / seconds_generating;
}

Generated generate(Timeline& timeline, const Tokenizer& tokenizer, std::span<const TokenId> log,
                   const GenerateOptions& options, std::stop_token stop, const GenerateCallbacks& on) {
    if (log.empty()) throw Error(Fault::BadRequest, "There is nothing to answer: the request is empty.");
    const Clock::time_point start = Clock::now();
    Generated result;
    const Timeline::Outcome read = timeline.advance(log.first(log.size() - 1), stop, on.reading);
    result.stats.plan = read.plan;
    result.stats.seconds_reading = seconds_since(start);
    if (read.stopped) {
        result.end = Generated::End::Stopped;
        return result;
    }
    if (options.keep) keep_if_possible(timeline, Timeline::Keep::Host);
    result.end = sample_answer(timeline, tokenizer, log, options, stop, on, result, start);
    if (options.keep) keep_if_possible(timeline, Timeline::Keep::HostAndDisk);
    return result;
}

}  // namespace sidewinder::inference
