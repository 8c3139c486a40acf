#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "inference/token_log.h"
#include "kernels/host_copy.h"

namespace sidewinder::inference {

/// Whose state a checkpoint is; projects are evicted last, since reading one again costs most.
enum class CheckpointKind : std::uint8_t { Conversation, Project };

/// Checkpoints on disk as the timeline sees them. Implemented by the app over storage::Checkpoints.
class CheckpointFiles {
  public:
    virtual ~CheckpointFiles() = default;

    struct Entry {
        std::string id;
        std::int64_t position = 0;  ///< tokens read
        LogHash log;                ///< of the tokens read
    };
    using Payload = std::shared_ptr<const kernels::HostCopy>;  ///< may still be on its way from the device

    /// What is there for exactly this fingerprint. Quick: no file is opened.
    virtual std::vector<Entry> list(const std::string& fingerprint) = 0;
    /// False when the file is gone or damaged; the implementation drops it and tells the person.
    virtual bool read(const std::string& id, std::span<std::byte> into) = 0;
    /// Returns at once; the file is written in the background. Until then `list` need not show it.
    virtual void write(const std::string& fingerprint, const Entry& entry, CheckpointKind kind,
                       Payload payload) = 0;
};

}  // namespace sidewinder::inference
