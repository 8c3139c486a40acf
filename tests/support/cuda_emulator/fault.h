#pragma once

#include <stdexcept>
#include <string>

namespace sidewinder::emulator {

/// What a real device would answer with a wrong result, a hang or a crash: always a bug of the code under
/// test.
class Fault : public std::logic_error {
  public:
    using std::logic_error::logic_error;
};

/// Says the sentence and ends the program, or throws Fault where `first_fault` waits for it. Inside a kernel
/// the sentence is completed with kernel, block and thread, and the launch is given up.
[[noreturn]] void fault(const std::string& sentence);

/// Runs `work` and returns the sentence of the fault that ended it; empty if none did. For tests of the
/// emulator.
template <class Work>
std::string first_fault(Work&& work);

namespace detail {
/// While one lives, faults are thrown.
class ExpectFaults {
  public:
    ExpectFaults();
    ~ExpectFaults();
    ExpectFaults(const ExpectFaults&) = delete;
    ExpectFaults& operator=(const ExpectFaults&) = delete;
};
/// On the launching side, not on a fiber's stack.
[[noreturn]] void raise_fault(const std::string& sentence);
}  // namespace detail

template <class Work>
std::string first_fault(Work&& work) {
    const detail::ExpectFaults expecting;
    try {
        work();
    } catch (const Fault& fault) {
        return fault.what();
    }
    return {};
}

}  // namespace sidewinder::emulator
