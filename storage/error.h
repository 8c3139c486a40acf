#pragma once

#include <stdexcept>
#include <string>

namespace sidewinder::storage {

/// What the store throws. The message is a whole sentence for the person: what failed, the number, what to do
/// next.
class Error : public std::runtime_error {
  public:
    enum class Kind {
        Busy,      ///< another instance holds the store
        Newer,     ///< written by a newer Sidewinder; left untouched
        Damaged,   ///< not a database of ours, or corrupt
        NoSpace,   ///< disk full or quota reached
        Denied,    ///< permissions, read-only medium
        NotFound,  ///< no such row or file
        Io,        ///< anything else the system said
    };
    Error(Kind kind, const std::string& sentence) : std::runtime_error(sentence), kind_(kind) {}
    Kind kind() const { return kind_; }

  private:
    Kind kind_;
};

/// Thrown when a stop_token ended an operation; what it had begun is undone. Not an error for the person.
struct Stopped {};

}  // namespace sidewinder::storage
