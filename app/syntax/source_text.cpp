#include "app/syntax/source_text.h"

#include <algorithm>

namespace sidewinder::syntax {

namespace {

std::vector<std::uint32_t> lines_begun_in(std::string_view text, std::uint32_t offset) {
    std::vector<std::uint32_t> begins;
    for (std::size_t at = text.find('\n'); at != text.npos; at = text.find('\n', at + 1))
        begins.push_back(offset + static_cast<std::uint32_t>(at) + 1);
    return begins;
}

}  // namespace

SourceText::SourceText(std::string bytes)
    : bytes_(std::move(bytes)), line_begins_(lines_begun_in(bytes_, 0)) {
    line_begins_.insert(line_begins_.begin(), 0);
}

std::uint32_t SourceText::line_of(std::uint32_t byte) const {
    const auto after = std::upper_bound(line_begins_.begin(), line_begins_.end(), byte);
    return static_cast<std::uint32_t>(after - line_begins_.begin() - 1);
}

std::uint32_t SourceText::line_begin(std::uint32_t line) const {
    return line < line_begins_.size() ? line_begins_[line] : size();
}

TSPoint SourceText::point_of(std::uint32_t byte) const {
    const std::uint32_t line = line_of(byte);
    return {line, byte - line_begins_[line]};
}

TSInputEdit SourceText::replace(ByteRange replaced, std::string_view text) {
    const std::uint32_t begin = std::min(replaced.begin, size());
    const std::uint32_t old_end = std::clamp(replaced.end, begin, size());
    const auto added = static_cast<std::uint32_t>(text.size());
    TSInputEdit edit{};
    edit.start_byte = begin;
    edit.old_end_byte = old_end;
    edit.new_end_byte = begin + added;
    edit.start_point = point_of(begin);
    edit.old_end_point = point_of(old_end);
    // Lines that begin behind a line break among the replaced bytes go, those behind it move.
    const auto first = std::upper_bound(line_begins_.begin(), line_begins_.end(), begin);
    const auto last = std::upper_bound(first, line_begins_.end(), old_end);
    for (auto line = last; line != line_begins_.end(); ++line) *line = *line - old_end + edit.new_end_byte;
    const std::vector<std::uint32_t> made = lines_begun_in(text, begin);
    line_begins_.insert(line_begins_.erase(first, last), made.begin(), made.end());
    bytes_.replace(begin, old_end - begin, text);
    edit.new_end_point = point_of(edit.new_end_byte);
    return edit;
}

}  // namespace sidewinder::syntax
