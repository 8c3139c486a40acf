#include "tests/support/cuda_emulator/memory.h"

#include <sys/mman.h>

#include <algorithm>
#include <cstring>

#include "tests/support/cuda_emulator/fault.h"

namespace sidewinder::emulator {

namespace {

constexpr std::size_t kPage = 4096;
constexpr std::size_t kFence = std::size_t{1} << 20;  // unreadable, on either side
constexpr std::size_t kAlignment = 256;
constexpr unsigned char kGuard = 0xA5;
constexpr std::size_t kKeptFreed = 64;

std::size_t round_up(std::size_t bytes, std::size_t unit) {
    return (bytes + unit - 1) / unit * unit;
}

bool guards(const char* begin, const char* end) {
    return std::all_of(begin, end, [](char c) { return static_cast<unsigned char>(c) == kGuard; });
}

}  // namespace

Memory::~Memory() {
    forget();
}

void Memory::forget() {
    for (const auto& [begin, allocation] : living_) munmap(allocation.mapping, allocation.mapped);
    for (const auto& [begin, allocation] : freed_) munmap(allocation.mapping, allocation.mapped);
    living_.clear();
    freed_.clear();
    used_ = 0;
}

void* Memory::allocate(Place place, std::size_t bytes) {
    const std::size_t room = round_up(bytes, kAlignment);
    if (place == Place::Device && (room > total_ || used_ > total_ - room)) return nullptr;
    const std::size_t mapped = round_up(room, kPage) + 2 * kFence;
    void* mapping = mmap(nullptr, mapped, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (mapping == MAP_FAILED) return nullptr;
    char* first = static_cast<char*>(mapping);
    char* end = first + mapped - kFence;
    char* begin = end - room;
    std::memset(first + kFence, kGuard, static_cast<std::size_t>(begin - first) - kFence);
    std::memset(begin, 0xFF, bytes);
    std::memset(begin + bytes, kGuard, room - bytes);
    mprotect(first, kFence, PROT_NONE);
    mprotect(end, kFence, PROT_NONE);
    living_[begin] = {place, bytes, first, mapped};
    if (place == Place::Device) used_ += room;
    return begin;
}

void Memory::free(Place place, void* address) {
    const auto at = living_.find(static_cast<char*>(address));
    if (at == living_.end()) {
        const std::string near = describe(address);
        fault("An address is freed that was not allocated" + (near.empty() ? "." : ": it is " + near + "."));
    }
    const Allocation allocation = at->second;
    if (allocation.place != place) fault("Host memory is freed as device memory, or the other way round.");
    check(at->first, allocation);
    if (place == Place::Device) used_ -= round_up(allocation.bytes, kAlignment);
    living_.erase(at);
    madvise(allocation.mapping, allocation.mapped, MADV_DONTNEED);
    mprotect(allocation.mapping, allocation.mapped, PROT_NONE);
    freed_.emplace_back(static_cast<char*>(address), allocation);
    if (freed_.size() > kKeptFreed) {
        munmap(freed_.front().second.mapping, freed_.front().second.mapped);
        freed_.pop_front();
    }
}

void Memory::check(char* begin, const Allocation& allocation) const {
    const std::string size = std::to_string(allocation.bytes);
    if (!guards(allocation.mapping + kFence, begin)) {
        fault("Something was written before the begin of an allocation of " + size + " bytes.");
    }
    if (!guards(begin + allocation.bytes, allocation.mapping + allocation.mapped - kFence)) {
        fault("Something was written behind the end of an allocation of " + size + " bytes.");
    }
}

void Memory::check() const {
    for (const auto& [begin, allocation] : living_) check(begin, allocation);
}

const std::pair<char* const, Memory::Allocation>* Memory::find(const void* address) const {
    auto at = living_.upper_bound(static_cast<char*>(const_cast<void*>(address)));
    if (at == living_.begin()) return nullptr;
    --at;
    return address < at->first + at->second.bytes ? &*at : nullptr;
}

bool Memory::contains(Place place, const void* address, std::size_t bytes) const {
    const auto* found = find(address);
    if (!found || found->second.place != place) return false;
    return bytes <=
           found->second.bytes - static_cast<std::size_t>(static_cast<const char*>(address) - found->first);
}

bool Memory::touches(Place place, const void* address) const {
    const auto* found = find(address);
    return found && found->second.place == place;
}

std::string Memory::describe(const void* address) const {
    const auto* at = static_cast<const char*>(address);
    const auto inside = [at](const Allocation& a) { return at >= a.mapping && at < a.mapping + a.mapped; };
    for (const auto& [begin, allocation] : living_) {
        if (!inside(allocation)) continue;
        const std::string of = " of an allocation of " + std::to_string(allocation.bytes) + " bytes";
        if (at < begin) return std::to_string(begin - at) + " bytes before the begin" + of;
        const char* end = begin + allocation.bytes;
        if (at >= end) return std::to_string(at - end) + " bytes behind the end" + of;
        return std::to_string(at - begin) + " bytes behind the begin" + of;
    }
    for (const auto& [begin, allocation] : freed_) {
        if (inside(allocation))
            return "in an allocation of " + std::to_string(allocation.bytes) + " bytes that was freed";
    }
    return {};
}

}  // namespace sidewinder::emulator
