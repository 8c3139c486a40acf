#include "storage/download/disk_error.h"

#include "storage/atomic_file.h"

namespace sidewinder::download {

Error from_storage(const storage::Error& error) {
    switch (error.kind()) {
        case storage::Error::Kind::NoSpace:
            return {Fault::NoSpace, error.what()};
        case storage::Error::Kind::Denied:
            return {Fault::Denied, error.what()};
        case storage::Error::Kind::Busy:
            return {Fault::Busy, error.what()};
        default:
            return {Fault::Disk, error.what()};
    }
}

Error disk_error(int code, std::string_view action, const std::filesystem::path& path) {
    return from_storage(storage::system_error(code, action, path));
}

}  // namespace sidewinder::download
