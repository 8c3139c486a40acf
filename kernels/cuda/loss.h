#pragma once

#include <mutex>
#include <optional>

#include "kernels/error.h"

namespace sidewinder::kernels::cuda {

/// Whether the device was lost: shared by a backend and by the copies of states that outlive it. After a loss
/// nobody calls the runtime, not even to release: on a device that hangs any call may never return. So what
/// is held then is left to the end of the process, and the process ends without the runtime's farewell. Any
/// thread.
class Loss {
  public:
    bool told() const;
    /// Throws what was told; does nothing as long as nothing was.
    void check() const;
    /// Runs `work`, or throws what was told. What `work` throws as Error(DeviceLost) is told from now on.
    template <class Work>
    void watch(const Work& work) {
        check();
        try {
            work();
        } catch (const Error& error) {
            if (error.kind() == Error::Kind::DeviceLost) tell(error);
            throw;
        }
    }

  private:
    void tell(const Error& error);

    mutable std::mutex mutex_;
    std::optional<Error> error_;  ///< guarded by mutex_
};

}  // namespace sidewinder::kernels::cuda
