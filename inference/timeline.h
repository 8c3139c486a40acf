#pragma once

#include <cstdint>
#include <functional>
#include <list>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "inference/checkpoint_files.h"
#include "inference/model.h"
#include "inference/token_log.h"

namespace sidewinder::inference {

/// The one operation behind send, regenerate, edit, branch, project and restart: make the live state equal to
/// f(weights, log), reading as few tokens as possible.
///
/// Three places hold states: the device (one live state), host memory (a budget in bytes) and files. Each is
/// used only at its exact position, for the exact log up to there and the exact fingerprint (weights,
/// quantisation, state dtype, kernel format). Going on from a restored state is bit-identical to never having
/// stopped. One engine thread.
class Timeline {
  public:
    /// `files` may be null. `fingerprint` names everything that the numbers in a state depend on.
    Timeline(Model& model, std::string fingerprint, std::size_t host_budget, CheckpointFiles* files);

    enum class Origin { Nothing, Live, Host, Disk };
    struct Plan {
        Origin origin = Origin::Nothing;
        std::int64_t reused = 0;   ///< tokens that need no reading
        std::int64_t to_read = 0;  ///< tokens that must be read
    };
    /// What `advance(log)` would do now. Quick.
    Plan plan(std::span<const TokenId> log) const;

    struct Progress {
        double read = 0;  ///< tokens so far, with fractions inside of a chunk
        std::int64_t to_read = 0;
    };
    struct Outcome {
        Plan plan;
        bool stopped = false;  ///< position() tells how far it came; what was read stays read
    };
    Outcome advance(std::span<const TokenId> log, std::stop_token stop = {},
                    const std::function<void(const Progress&)>& progress = {});

    /// Feeds one token to the live state; returns the logits after it, valid until the next call.
    std::span<const float> step(TokenId token);

    /// Starts an answer to `log`, of which all but the last token must have been read: `next` feeds the log's
    /// last token first, and draws after it. Throws Error(BadRequest) for an option out of range.
    void begin_sampling(const SamplingOptions& options, std::span<const TokenId> log);
    /// Feeds one token to the live state, the log's last and then what the last call returned, and draws the
    /// one after it, which is not fed: step() and sample() in one, and the same token. Throws
    /// Error(Numerical) when the logits are not finite.
    TokenId next(TokenId token);

    /// Keeps a copy of the live state: in host memory, in a file, or in both.
    enum class Keep { Host, HostAndDisk, Disk };
    void keep(Keep where, CheckpointKind kind = CheckpointKind::Conversation);

    std::int64_t position() const { return static_cast<std::int64_t>(live_log_.size()); }
    std::size_t host_bytes() const;
    std::size_t state_bytes() const { return live_.bytes(); }  ///< of one state: what a copy of it takes
    std::size_t host_budget() const { return host_budget_; }
    void forget();  ///< drops the live state and all copies in host memory (files are the owner's to wipe)

  private:
    struct HostCopy {
        std::int64_t position;
        LogHash log;
        CheckpointKind kind;
        CheckpointFiles::Payload payload;
    };
    struct Candidate {
        Origin origin = Origin::Nothing;
        std::int64_t position = 0;
        LogHash log;
        std::string file;
        std::list<HostCopy>::iterator copy;
    };

    std::vector<Candidate> candidates(std::span<const TokenId> log) const;
    bool restore(const Candidate& candidate, std::span<const TokenId> log);
    bool read(std::span<const TokenId> rest, std::stop_token stop,
              const std::function<void(const Progress&)>& progress);
    bool forward(std::span<const TokenId> tokens, Model::Output output, std::stop_token stop,
                 const std::function<void(std::int64_t)>& on_layer);
    template <class Step>
    auto guarded(const Step& step);
    void remember(HostCopy copy);

    Model& model_;
    std::string fingerprint_;
    std::size_t host_budget_;
    CheckpointFiles* files_;
    State live_;
    std::vector<TokenId> live_log_;     ///< exactly what `live_` has been fed
    bool live_spoilt_ = false;          ///< a step threw in the middle: no log's state; the log is empty
    mutable std::list<HostCopy> host_;  ///< most recently used first
    std::vector<float> logits_;
};

}  // namespace sidewinder::inference
