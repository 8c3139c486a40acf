#pragma once

#include <stdexcept>
#include <string>

namespace sidewinder::kernels {

/// What a backend throws. The message is a whole sentence for the person; `kind` decides what the caller
/// does.
class Error : public std::runtime_error {
  public:
    enum class Kind {
        OutOfMemory,  ///< nothing changed; smaller work or another backend may do
        Unsupported,  ///< this device or shape cannot run; another backend may
        DeviceLost,   ///< the device is off until the program restarts
        Internal,     ///< a bug of ours: wrong shapes or arguments
    };
    Error(Kind kind, const std::string& sentence) : std::runtime_error(sentence), kind_(kind) {}
    Kind kind() const { return kind_; }

  private:
    Kind kind_;
};

}  // namespace sidewinder::kernels
