#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "storage/checksum_list.h"
#include "storage/model_manifest.h"

using namespace sidewinder::storage;

namespace {

void require(bool holds) {
    if (!holds) std::abort();
}

bool leaves_the_folder(const std::string& name) {
    return name.empty() || name[0] == '.' ||
           name.find_first_of(std::string_view("/\\\0", 3)) != std::string::npos;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    try {
        const Manifest manifest = parse_manifest(text, "manifest");
        for (const ManifestFile& file : manifest.files) require(!leaves_the_folder(file.name));
        require(!manifest.source.linked || manifest.source.path.is_absolute());
        require(parse_manifest(to_json(manifest), "again") == manifest);  // what is written is read the same
    } catch (const Error&) {
    }
    try {
        for (const auto& [name, sum] : parse_checksum_list(text, "list"))
            require(!leaves_the_folder(name) && sum.size() == 64);
    } catch (const Error&) {
    }
    return 0;
}
