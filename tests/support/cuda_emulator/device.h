#pragma once

/// What nvcc includes by itself in front of each .cu file. The toolkit's runtime header comes first: it
/// declares threadIdx and the like as variables, and builtins.h makes them macros.
#include <cuda_runtime.h>
#include <device_launch_parameters.h>
#include <math.h>

#include "tests/support/cuda_emulator/builtins.h"
#include "tests/support/cuda_emulator/half.h"
#include "tests/support/cuda_emulator/maths.h"
