#pragma once

#include <cstddef>
#include <deque>
#include <map>
#include <string>

namespace sidewinder::emulator {

/// What cudaMalloc and cudaMallocHost hand out. Each allocation lies between unreadable pages; what its pages
/// have left over is guard bytes. Filled with 0xFF. Freed addresses stay unreadable for a while.
class Memory {
  public:
    enum class Place { Device, Host };

    Memory() = default;
    ~Memory();
    Memory(const Memory&) = delete;
    Memory& operator=(const Memory&) = delete;

    /// Null if the emulated device (Place::Device) or this machine has not enough.
    void* allocate(Place place, std::size_t bytes);
    /// Faults on an address that `allocate` did not return, and on damaged guard bytes.
    void free(Place place, void* address);
    /// Faults where guard bytes of any living allocation are damaged.
    void check() const;

    /// Releases everything without a look at it.
    void forget();

    /// Does [address, address + bytes) lie in one living allocation?
    bool contains(Place place, const void* address, std::size_t bytes) const;
    /// Does any allocation contain this address?
    bool touches(Place place, const void* address) const;
    /// "16 bytes behind the end of an allocation of 1024 bytes"; empty if it is near none.
    std::string describe(const void* address) const;

    void set_total(std::size_t bytes) { total_ = bytes; }
    std::size_t total() const { return total_; }
    std::size_t used() const { return used_; }
    std::size_t count() const { return living_.size(); }

  private:
    struct Allocation {
        Place place;
        std::size_t bytes;
        char* mapping;
        std::size_t mapped;  ///< with both unreadable pages
    };
    void check(char* begin, const Allocation& allocation) const;
    const std::pair<char* const, Allocation>* find(const void* address) const;

    std::map<char*, Allocation> living_;
    std::deque<std::pair<char*, Allocation>> freed_;
    std::size_t total_ = std::size_t{4} << 30;
    std::size_t used_ = 0;
};

}  // namespace sidewinder::emulator
