#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "inference/error.h"
#include "inference/safetensors_index.h"

using namespace sidewinder::inference;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    try {
        const SafetensorsIndex index =
            parse_safetensors_index(std::string_view(reinterpret_cast<const char*>(data), size), "index");
        for (const std::string& shard : index.shards)  // no name leaves the folder
            if (shard.find_first_of("/\\") != std::string::npos || !shard.ends_with(".safetensors"))
                std::abort();
    } catch (const Error&) {
    }
    return 0;
}
