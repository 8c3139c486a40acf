#pragma once

#include <string>

#include "kernels/error.h"

namespace sidewinder::kernels::cuda {

/// A bug of ours reached an operation: `request` names the operation and what it was asked for.
[[noreturn]] inline void refuse(const std::string& request) {
    throw Error(Error::Kind::Internal, request + "; please report this.");
}

}  // namespace sidewinder::kernels::cuda
