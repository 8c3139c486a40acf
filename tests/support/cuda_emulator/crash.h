#pragma once

namespace sidewinder::emulator {

/// Turns a kernel's access to an unreadable page (beside an allocation, freed, behind shared memory, below a
/// stack) into a fault. Once a process; crashes outside of kernels go to whoever handled them before.
void watch_for_crashes();

}  // namespace sidewinder::emulator
