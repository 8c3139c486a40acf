#pragma once

#include <string>

namespace sidewinder::test {

/// An index file around the entries of its weight_map.
inline std::string map_of(const std::string& entries, const std::string& metadata = R"({"total_size": 12})") {
    return R"({"metadata": )" + metadata + R"(, "weight_map": {)" + entries + "}}";
}

/// One entry U8 of a safetensors header.
inline std::string tensor(const std::string& name, std::size_t begin, std::size_t end) {
    return "\"" + name + R"(":{"dtype":"U8","shape":[)" + std::to_string(end - begin) +
           R"(],"data_offsets":[)" + std::to_string(begin) + "," + std::to_string(end) + "]}";
}

}  // namespace sidewinder::test
