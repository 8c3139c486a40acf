#include "inference/encode_memory.h"

#include <functional>

namespace sidewinder::inference {

namespace {
constexpr std::size_t kFirstPlaces = 256;
}  // namespace

EncodeMemory::EncodeMemory() : table_(kFirstPlaces) {}

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
    if (find(part) != nullptr) return;
    if (2 * (parts_ + 1) > table_.size()) grow();
    table_[place_of(part)] = {std::string(part), {ids.begin(), ids.end()}};
    ++parts_;
}

void EncodeMemory::grow() {
    std::vector<Entry> old(2 * table_.size());
    old.swap(table_);
    for (Entry& entry : old)
        if (!entry.part.empty()) table_[place_of(entry.part)] = std::move(entry);
}

}  // namespace sidewinder::inference
