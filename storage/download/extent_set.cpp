#include "storage/download/extent_set.h"

#include <algorithm>
#include <iterator>

namespace sidewinder::download {

void ExtentSet::add(Extent extent) {
    if (extent.end <= extent.begin) return;
    auto next = extents_.upper_bound(extent.begin);
    if (next != extents_.begin()) {
        const auto before = std::prev(next);
        if (before->second >= extent.begin) {
            extent.begin = before->first;
            extent.end = std::max(extent.end, before->second);
            next = extents_.erase(before);
        }
    }
    while (next != extents_.end() && next->first <= extent.end) {
        extent.end = std::max(extent.end, next->second);
        next = extents_.erase(next);
    }
    extents_.emplace(extent.begin, extent.end);
}

void ExtentSet::remove(Extent extent) {
    if (extent.end <= extent.begin) return;
    auto at = extents_.upper_bound(extent.begin);
    if (at != extents_.begin()) --at;
    while (at != extents_.end() && at->first < extent.end) {
        const Extent old{at->first, at->second};
        if (old.end <= extent.begin) {
            ++at;
            continue;
        }
        at = extents_.erase(at);
        if (old.begin < extent.begin) extents_.emplace(old.begin, extent.begin);
        if (old.end > extent.end) extents_.emplace(extent.end, old.end);
    }
}

std::int64_t ExtentSet::front() const {
    return extents_.empty() || extents_.begin()->first != 0 ? 0 : extents_.begin()->second;
}

std::int64_t ExtentSet::bytes() const {
    std::int64_t sum = 0;
    for (const auto& [begin, end] : extents_) sum += end - begin;
    return sum;
}

bool ExtentSet::covers(Extent extent) const {
    if (extent.end <= extent.begin) return true;
    const auto next = extents_.upper_bound(extent.begin);
    return next != extents_.begin() && std::prev(next)->second >= extent.end;
}

Extent ExtentSet::first_gap(std::int64_t from, std::int64_t size, std::int64_t most) const {
    std::int64_t begin = from, end = size;
    auto next = extents_.upper_bound(from);
    if (next != extents_.begin()) begin = std::max(begin, std::prev(next)->second);
    while (next != extents_.end() && next->first <= begin) {
        begin = std::max(begin, next->second);
        ++next;
    }
    if (next != extents_.end()) end = std::min(end, next->first);
    if (begin >= end) return {};
    return {begin, std::min(end, begin + most)};
}

}  // namespace sidewinder::download
