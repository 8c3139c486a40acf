#pragma once

#include <stdexcept>
#include <string>

namespace sidewinder::inference {

/// Why a model could not be used. The values are exit codes of sidewinder-cli: stable, documented, never
/// renumbered.
enum class Fault : int {
    Io = 20,              ///< a file cannot be read, or is no regular file
    MissingFile = 21,     ///< the folder lacks a file it must have
    WrongKind = 22,       ///< a file of another kind: pickle, GGUF, ZIP, HTML, a Git LFS pointer
    HeaderTooSmall = 23,  ///< safetensors: under 8 bytes
    HeaderTooLarge = 24,  ///< safetensors: header over 100,000,000 bytes
    HeaderPastEnd = 25,   ///< safetensors: header longer than the file
    NotUtf8 = 26,
    NotJson = 27,
    Duplicate = 28,  ///< a JSON key or tensor named twice
    BadNumber = 29,  ///< not an unsigned integer literal, or out of range
    BadName = 30,    ///< empty, too long, control characters, or a path
    BadEntry = 31,   ///< a tensor entry or metadata value of the wrong form
    BadDtype = 32,
    Overflow = 33,      ///< a product of sizes exceeds 64 bits
    SizeMismatch = 34,  ///< shape, dtype and offsets disagree
    Overlap = 35,
    Hole = 36,
    Truncated = 37,  ///< data ends before the last tensor does
    TrailingBytes = 38,
    TooDeep = 39,
    BadConfig = 40,     ///< a number of the configuration is impossible
    UnknownModel = 41,  ///< not a Mamba2 model
    MissingTensor = 42,
    ExtraTensor = 43,
    WrongShape = 44,
    BadTokenizer = 45,
    Changed = 46,     ///< a file changed while it was read
    BadIndex = 47,    ///< model.safetensors.index.json disagrees with the shards
    BadRequest = 50,  ///< a chat request that the template cannot express
    Numerical = 51,   ///< logits are not finite
    Checkpoint = 52,  ///< a checkpoint does not fit this model or is damaged
};

/// The message is a whole sentence for the person: what failed, the number, what to do next.
class Error : public std::runtime_error {
  public:
    Error(Fault fault, const std::string& sentence) : std::runtime_error(sentence), fault_(fault) {}
    Fault fault() const { return fault_; }

  private:
    Fault fault_;
};

}  // namespace sidewinder::inference
