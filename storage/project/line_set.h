#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace sidewinder::project {

struct LineRange {
    std::uint32_t first = 0, last = 0;  ///< from 1; the last one belongs to it
};

/// Which lines of which files were taken.
class LineSet {
  public:
    void add(const std::string& path, LineRange range) { taken_[path].push_back(range); }

    /// The parts of `range` that nobody took, in order.
    std::vector<LineRange> free_of(const std::string& path, LineRange range) const {
        std::vector<LineRange> free{range};
        const auto known = taken_.find(path);
        if (known == taken_.end()) return free;
        for (const LineRange& taken : known->second) {
            std::vector<LineRange> left;
            for (const LineRange& part : free) {
                if (taken.last < part.first || taken.first > part.last) {
                    left.push_back(part);
                    continue;
                }
                if (part.first < taken.first) left.push_back({part.first, taken.first - 1});
                if (part.last > taken.last) left.push_back({taken.last + 1, part.last});
            }
            free = std::move(left);
        }
        return free;
    }

  private:
    std::map<std::string, std::vector<LineRange>> taken_;
};

}  // namespace sidewinder::project
