#pragma once

#include <cstdint>
#include <map>

namespace sidewinder::download {

struct Extent {
    std::int64_t begin = 0;
    std::int64_t end = 0;  ///< exclusive

    std::int64_t size() const { return end - begin; }
    bool operator==(const Extent&) const = default;
};

/// Which bytes of a file are there: disjoint extents that do not touch, in order. A value.
class ExtentSet {
  public:
    /// Adds [begin, end); joins what touches. Nothing happens when it is empty.
    void add(Extent extent);
    /// Forgets [begin, end).
    void remove(Extent extent);
    void clear() { extents_.clear(); }

    /// Bytes from 0 on that are there without a hole.
    std::int64_t front() const;
    std::int64_t bytes() const;
    bool covers(Extent extent) const;
    /// The first hole in [from, size), at most `most` bytes of it; an empty extent when there is none.
    Extent first_gap(std::int64_t from, std::int64_t size, std::int64_t most) const;

    const std::map<std::int64_t, std::int64_t>& extents() const { return extents_; }  ///< begin -> end
    bool operator==(const ExtentSet&) const = default;

  private:
    std::map<std::int64_t, std::int64_t> extents_;
};

}  // namespace sidewinder::download
