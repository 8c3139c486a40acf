#pragma once

#include "kernels/cuda/short_phase.h"

namespace sidewinder::kernels::cuda::small {

/// Decides how each phase learns that what it reads is there, and writes it into the phases: by the signs of
/// the values (signed_floats.cuh) where nothing else is to be known, else all blocks meet before it. Host
/// only.
///
/// Signs say that a value is there, not that the one before it was read. So an operation may write what
/// another one read or wrote only if that one is over by then in every block, which it is if there is a
/// chain: a linear operation begins to write when all of its input is there, so the operation that wrote it
/// is over, and so is, before that one, whichever wrote all of its input; a mixer's head begins with a part
/// of its input, so that all is over that its writer had waited for.
void plan_handovers(Program& program);

}  // namespace sidewinder::kernels::cuda::small
