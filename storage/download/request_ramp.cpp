#include "storage/download/request_ramp.h"

#include <algorithm>

namespace sidewinder::download {

namespace {
constexpr std::chrono::milliseconds kStretch{200};
}

RequestRamp::RequestRamp(int most) : most_(std::max(most, 1)) {}

void RequestRamp::waited(std::chrono::nanoseconds time, Time now) {
    if (begin_ == Time{}) begin_ = now - time;
    waited_ += time;
    const auto stretch = now - begin_;
    if (stretch < kStretch) return;
    if (2 * waited_ > stretch) requests_ = std::min(requests_ + 1, most_);
    begin_ = now;
    waited_ = std::chrono::nanoseconds(0);
}

}  // namespace sidewinder::download
