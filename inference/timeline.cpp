#include "inference/timeline.h"

#include <algorithm>

namespace sidewinder::inference {

Timeline::Timeline(Model& model, std::string fingerprint, std::size_t host_budget, CheckpointFiles* files)
    : model_(model),
      fingerprint_(std::move(fingerprint)),
      host_budget_(host_budget),
      files_(files),
      live_(model.backend(), model.config()),
      logits_(static_cast<std::size_t>(model.config().dims.vocab)) {}

// All states that are a prefix of `log`, longest first; at one length the nearest place first.
std::vector<Timeline::Candidate> Timeline::candidates(std::span<const TokenId> log) const {
    const auto length = static_cast<std::int64_t>(log.size());
    std::vector<Candidate> found;
    if (position() > 0 && position() <= length &&
        std::equal(live_log_.begin(), live_log_.end(), log.begin())) {
        found.push_back({.origin = Origin::Live, .position = position(), .log = {}, .file = {}, .copy = {}});
    }
    std::vector<Candidate> hashed;
    for (auto copy = host_.begin(); copy != host_.end(); ++copy) {
        hashed.push_back(
            {.origin = Origin::Host, .position = copy->position, .log = copy->log, .file = {}, .copy = copy});
    }
    if (files_) {
        for (CheckpointFiles::Entry& entry : files_->list(fingerprint_)) {
            hashed.push_back({.origin = Origin::Disk,
                              .position = entry.position,
                              .log = entry.log,
                              .file = std::move(entry.id),
                              .copy = {}});
        }
    }
    std::erase_if(hashed, [&](const Candidate& c) { return c.position > length || c.position <= 0; });
    std::sort(hashed.begin(), hashed.end(),
              [](const Candidate& a, const Candidate& b) { return a.position < b.position; });
    std::vector<std::int64_t> positions(hashed.size());
    std::transform(hashed.begin(), hashed.end(), positions.begin(),
                   [](const Candidate& c) { return c.position; });
    const std::vector<LogHash> hashes = hash_prefixes(log, positions);
    for (std::size_t i = 0; i < hashed.size(); ++i) {
        if (hashed[i].log == hashes[i]) found.push_back(std::move(hashed[i]));
    }
    std::stable_sort(found.begin(), found.end(), [](const Candidate& a, const Candidate& b) {
        return a.position != b.position ? a.position > b.position : a.origin < b.origin;
    });
    return found;
}

Timeline::Plan Timeline::plan(std::span<const TokenId> log) const {
    const std::vector<Candidate> found = candidates(log);
    const auto length = static_cast<std::int64_t>(log.size());
    if (found.empty()) return {.origin = Origin::Nothing, .reused = 0, .to_read = length};
    return {.origin = found.front().origin,
            .reused = found.front().position,
            .to_read = length - found.front().position};
}

bool Timeline::restore(const Candidate& candidate, std::span<const TokenId> log) {
    if (candidate.origin == Origin::Live) return true;
    if (candidate.origin == Origin::Host) {
        live_.upload(*candidate.copy->payload);
        host_.splice(host_.begin(), host_, candidate.copy);
    } else {
        std::vector<std::byte> bytes(live_.bytes());
        if (!files_->read(candidate.file, bytes)) return false;
        auto payload = std::make_shared<kernels::HostBytes>(std::move(bytes));
        live_.upload(*payload);
        remember({.position = candidate.position,
                  .log = candidate.log,
                  .kind = CheckpointKind::Conversation,
                  .payload = std::move(payload)});
    }
    live_spoilt_ = false;
    live_log_.assign(log.begin(), log.begin() + candidate.position);
    return true;
}

Timeline::Outcome Timeline::advance(std::span<const TokenId> log, std::stop_token stop,
                                    const std::function<void(const Progress&)>& progress) {
    Outcome outcome;
    bool restored = false;
    for (const Candidate& candidate : candidates(log)) {
        if (!restore(candidate, log)) continue;
        outcome.plan.origin = candidate.origin;
        restored = true;
        break;
    }
    if (!restored && position() > 0) {
        live_.reset();
        live_log_.clear();
    }
    outcome.plan.reused = position();
    outcome.plan.to_read = static_cast<std::int64_t>(log.size()) - position();
    outcome.stopped = !read(log.subspan(live_log_.size()), stop, progress);
    return outcome;
}

bool Timeline::read(std::span<const TokenId> rest, std::stop_token stop,
                    const std::function<void(const Progress&)>& progress) {
    const auto to_read = static_cast<std::int64_t>(rest.size());
    const double layers = static_cast<double>(model_.config().n_layers);
    for (std::int64_t done = 0; done < to_read;) {
        if (stop.stop_requested()) return false;
        const std::int64_t T = std::min(model_.chunk(), to_read - done);
        const auto chunk = rest.subspan(static_cast<std::size_t>(done), static_cast<std::size_t>(T));
        const auto on_layer = [&](std::int64_t layer) {
            const double part = static_cast<double>(T) * static_cast<double>(layer) / layers;
            if (progress) progress({.read = static_cast<double>(done) + part, .to_read = to_read});
        };
        if (!forward(chunk, {}, stop, on_layer)) return false;
        live_log_.insert(live_log_.end(), chunk.begin(), chunk.end());
        done += T;
    }
    return true;
}

// A step that threw may have moved some layers: what is live is then no log's state, so there is none. The
// device is left alone: it may be the reason.
template <class Step>
auto Timeline::guarded(const Step& step) {
    if (live_spoilt_) live_.reset();
    live_spoilt_ = false;
    try {
        return step();
    } catch (...) {
        live_log_.clear();
        live_spoilt_ = true;
        throw;
    }
}

bool Timeline::forward(std::span<const TokenId> tokens, Model::Output output, std::stop_token stop,
                       const std::function<void(std::int64_t)>& on_layer) {
    return guarded([&] { return model_.forward(tokens, live_, output, stop, on_layer); });
}

std::span<const float> Timeline::step(TokenId token) {
    const TokenId tokens[] = {token};
    forward(tokens, {.last_logits = logits_, .all_logits = {}}, {}, {});
    live_log_.push_back(token);
    return logits_;
}

void Timeline::begin_sampling(const SamplingOptions& options, std::span<const TokenId> log) {
    check_options(options);
    model_.begin_sampling(options, log);
}

TokenId Timeline::next(TokenId token) {
    const kernels::Drawn drawn = guarded([&] { return model_.next(token, live_); });
    live_log_.push_back(token);
    return token_of(drawn, model_.config().dims.vocab);
}

void Timeline::keep(Keep where, CheckpointKind kind) {
    if (position() == 0) return;
    const LogHash log = hash_log(live_log_);
    const auto same = [&](const HostCopy& copy) { return copy.position == position() && copy.log == log; };
    auto copy = std::find_if(host_.begin(), host_.end(), same);
    CheckpointFiles::Payload payload;
    if (copy != host_.end()) {
        payload = copy->payload;
        host_.splice(host_.begin(), host_, copy);
    } else {
        payload = live_.download_later();
        if (where != Keep::Disk)
            remember({.position = position(), .log = log, .kind = kind, .payload = payload});
    }
    if (where != Keep::Host && files_) {
        files_->write(fingerprint_, {.id = {}, .position = position(), .log = log}, kind, std::move(payload));
    }
}

void Timeline::remember(HostCopy copy) {
    const std::size_t size = copy.payload->size();
    if (size > host_budget_) return;
    while (host_bytes() + size > host_budget_) {
        // Least recently used goes first, projects last.
        auto victim = std::find_if(host_.rbegin(), host_.rend(),
                                   [](const HostCopy& c) { return c.kind == CheckpointKind::Conversation; });
        host_.erase(victim == host_.rend() ? std::prev(host_.end()) : std::prev(victim.base()));
    }
    host_.push_front(std::move(copy));
}

std::size_t Timeline::host_bytes() const {
    std::size_t sum = 0;
    for (const HostCopy& copy : host_) sum += copy.payload->size();
    return sum;
}

void Timeline::forget() {
    host_.clear();
    live_log_.clear();
    live_.reset();
}

}  // namespace sidewinder::inference
