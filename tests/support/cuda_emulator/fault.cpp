#include "tests/support/cuda_emulator/fault.h"

#include <cstdio>
#include <cstdlib>

namespace sidewinder::emulator::detail {

namespace {
int expecting = 0;
}

ExpectFaults::ExpectFaults() {
    ++expecting;
}
ExpectFaults::~ExpectFaults() {
    --expecting;
}

void raise_fault(const std::string& sentence) {
    if (expecting) throw Fault(sentence);
    std::fprintf(stderr, "CUDA emulator: %s\n", sentence.c_str());
    std::abort();
}

}  // namespace sidewinder::emulator::detail
