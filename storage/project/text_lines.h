#pragma once

#include <algorithm>
#include <cstdint>
#include <string_view>
#include <vector>

namespace sidewinder::project {

/// Where the lines of a text begin. A view: the text must live as long. Lines count from 1; what stands
/// behind the last line feed is a line if it is not empty.
class TextLines {
  public:
    explicit TextLines(std::string_view text) : text_(text) {
        for (std::size_t at = 0; at < text.size();) {
            begins_.push_back(at);
            at = std::min(text.find('\n', at), text.size() - 1) + 1;
        }
        begins_.push_back(text.size());
    }

    std::uint32_t count() const { return static_cast<std::uint32_t>(begins_.size() - 1); }
    /// Lines [first, last] with their line feeds, as far as they are there.
    std::string_view range(std::uint32_t first, std::uint32_t last) const {
        const std::size_t begin = begins_[std::min(std::max(first, 1u) - 1, count())];
        const std::size_t end = begins_[std::min(last, count())];
        return begin < end ? text_.substr(begin, end - begin) : std::string_view();
    }
    bool is_blank(std::uint32_t line) const {
        return range(line, line).find_first_not_of(" \t\r\n\f") == std::string_view::npos;
    }

  private:
    std::string_view text_;
    std::vector<std::size_t> begins_;
};

}  // namespace sidewinder::project
