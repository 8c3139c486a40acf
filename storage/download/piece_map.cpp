#include "storage/download/piece_map.h"

#include <fcntl.h>
#include <unistd.h>

#include "storage/atomic_file.h"
#include "storage/download/hub_answers.h"
#include "storage/file_hash.h"

namespace sidewinder::download {

namespace {

constexpr std::string_view kFirstLine = "sidewinder-pieces 1";
constexpr std::string_view kSumLine = "sha256 ";

bool is_plain(std::string_view text) {
    for (const char c : text)
        if (c < 0x20 || c > 0x7e) return false;
    return text.size() <= 512;
}

std::string_view take_line(std::string_view& text) {
    const std::size_t end = text.find('\n');
    if (end == std::string_view::npos) return {};
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(end + 1);
    return line;
}

/// "key value" -> value.
std::optional<std::string> take_field(std::string_view& text, std::string_view key) {
    const std::string_view line = take_line(text);
    if (!line.starts_with(key) || line.size() <= key.size() || line[key.size()] != ' ') return std::nullopt;
    const std::string_view value = line.substr(key.size() + 1);
    if (!is_plain(value)) return std::nullopt;
    return std::string(value);
}

bool take_extents(std::string_view text, PieceMap& map) {
    std::int64_t behind = -1;  // extents that touch would have been one
    while (!text.empty()) {
        const auto value = take_field(text, "have");
        if (!value) return false;
        const std::size_t space = value->find(' ');
        if (space == std::string::npos) return false;
        const auto begin = parse_count(std::string_view(*value).substr(0, space));
        const auto end = parse_count(std::string_view(*value).substr(space + 1));
        if (!begin || !end || *begin <= behind || *end <= *begin || *end > map.size) return false;
        map.have.add({*begin, *end});
        behind = *end;
    }
    return true;
}

}  // namespace

std::string piece_map_text(const PieceMap& map) {
    std::string text(kFirstLine);
    text += "\netag " + map.etag + "\nsize " + std::to_string(map.size) + "\ncommit " + map.commit +
            "\nlocation " + map.location + "\nlocation-etag " + map.location_etag + "\n";
    for (const auto& [begin, end] : map.have.extents())
        text += "have " + std::to_string(begin) + " " + std::to_string(end) + "\n";
    return text + std::string(kSumLine) + storage::sha256_of(text) + "\n";
}

std::optional<PieceMap> parse_piece_map(std::string_view text) {
    const std::size_t sum_bytes = kSumLine.size() + 64 + 1;
    if (text.size() > kLargestPieceMap || text.size() < sum_bytes || text.back() != '\n') return std::nullopt;
    std::string_view body = text.substr(0, text.size() - sum_bytes);
    const std::string_view sum = text.substr(body.size());
    if (!sum.starts_with(kSumLine) || sum.substr(kSumLine.size(), 64) != storage::sha256_of(body))
        return std::nullopt;
    if (take_line(body) != kFirstLine) return std::nullopt;
    const auto etag = take_field(body, "etag"), size = take_field(body, "size"),
               commit = take_field(body, "commit"), location = take_field(body, "location"),
               location_etag = take_field(body, "location-etag");
    if (!etag || !size || !commit || !location || !location_etag) return std::nullopt;
    const auto bytes = parse_count(*size);
    if (!bytes || *bytes > kLargestFile) return std::nullopt;
    PieceMap map{*etag, *bytes, *commit, *location, *location_etag, {}};
    if (!take_extents(body, map)) return std::nullopt;
    return map;
}

std::optional<PieceMap> read_piece_map(const std::filesystem::path& file) {
    const storage::FileDescriptor handle(
        ::open(file.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
    if (!handle) return std::nullopt;
    std::string text(kLargestPieceMap + 1, '\0');
    std::size_t filled = 0;
    while (filled < text.size()) {
        const ssize_t got =
            ::pread(handle.get(), text.data() + filled, text.size() - filled, static_cast<off_t>(filled));
        if (got < 0) return std::nullopt;
        if (got == 0) break;
        filled += static_cast<std::size_t>(got);
    }
    text.resize(filled);
    return parse_piece_map(text);
}

}  // namespace sidewinder::download
