#include "inference/encode_memory.h"

#include <functional>

namespace sidewinder::inference {

EncodeMemory::EncodeMemory() : table_(2 * kMostParts) {}

std::size_t EncodeMemory::place_of(std::string_view part) const {
    std::size_t at = std::hash<std::string_view>{}(part) % table_.size();
    while (!table_[at].part.empty() && table_[at].part != part) at = (at + 1) % table_.size();
    return at;
}

const std::vector<TokenId>* EncodeMemory::find(std::string_view part) const {
    const Entry& entry = table_[place_of(part)];
    return entry.part.empty() ? nullptr : &entry.ids;
}

void EncodeMemory::keep(std::string_view part, std::span<const TokenId> ids) {
    if (parts_ == kMostParts || part.empty() || part.size() > kLongestPart) return;
    Entry& entry = table_[place_of(part)];
    if (!entry.part.empty()) return;
    entry = {std::string(part), {ids.begin(), ids.end()}};
    ++parts_;
}

}  // namespace sidewinder::inference
