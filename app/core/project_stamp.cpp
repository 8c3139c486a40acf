#include "app/core/project_stamp.h"

#include <sys/stat.h>

#include <cstring>

#include "storage/error.h"

namespace sidewinder::app {

namespace {

template <class Number>
void put(std::string& bytes, Number value) {
    char raw[sizeof value];
    std::memcpy(raw, &value, sizeof value);
    bytes.append(raw, sizeof value);
}

}  // namespace

std::string project_stamp(const project::ProjectRoot& root, const ProjectMemory& memory,
                          std::stop_token stop) {
    project::WalkOptions options;
    std::string bytes;
    for (const auto& [path, in] : memory.choices) {
        if (in) options.ticked_in.insert(path);
        bytes += path + '\0' + (in ? '+' : '-');
    }
    put(bytes, memory.readings.empty() ? storage::RowId{0} : memory.readings.front().id);
    for (const project::WalkEntry& entry : project::walk_folder(root, options, stop).entries) {
        if (entry.is_folder || (entry.reason != project::LeftOut::None && !entry.ticked)) continue;
        if (stop.stop_requested()) throw storage::Stopped();
        struct stat info {};
        const project::Opened seen = root.look_at(entry.path);
        if (seen.file) ::fstat(seen.file.get(), &info);
        bytes += entry.path + '\0';
        put(bytes, info.st_size);
        put(bytes, info.st_mtim.tv_sec);
        put(bytes, info.st_mtim.tv_nsec);
    }
    const project::ContentHash hash = project::hash_content(bytes);
    return {reinterpret_cast<const char*>(hash.data()), hash.size()};
}

}  // namespace sidewinder::app
