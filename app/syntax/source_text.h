#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "app/syntax/byte_range.h"
#include "app/syntax/tree_sitter.h"

namespace sidewinder::syntax {

/// A text and where its lines begin. Any bytes; a line ends after "\n".
class SourceText {
  public:
    explicit SourceText(std::string bytes);

    std::string_view bytes() const { return bytes_; }
    std::uint32_t size() const { return static_cast<std::uint32_t>(bytes_.size()); }
    std::uint32_t line_count() const { return static_cast<std::uint32_t>(line_begins_.size()); }
    std::uint32_t line_of(std::uint32_t byte) const;
    std::uint32_t line_begin(std::uint32_t line) const;  ///< size() for lines behind the last
    TSPoint point_of(std::uint32_t byte) const;

    /// Replaces bytes (clamped to the text) and says so in tree-sitter's words.
    TSInputEdit replace(ByteRange replaced, std::string_view text);

  private:
    std::string bytes_;
    std::vector<std::uint32_t> line_begins_;  ///< ascending, [0] = 0
};

}  // namespace sidewinder::syntax
