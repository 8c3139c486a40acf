#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "storage/project/left_out.h"
#include "storage/project/project_root.h"

namespace sidewinder::project {

struct ReadOptions {
    std::uint64_t max_bytes = 2u << 20;  ///< a larger file is not read at all, whatever holes it has
    /// Tests change the file here: called after the file was opened and looked at, and after it was read.
    std::function<void(std::string_view path, int step)> hook = {};
};

/// The bytes of one file as they were at one moment, or why not.
struct ReadResult {
    LeftOut reason = LeftOut::None;
    std::string detail;
    std::string bytes;
    std::uint64_t size = 0;        ///< also where it was not read, if it is known
    std::int64_t modified_ns = 0;  ///< nanoseconds since 1970 UTC
};

/// Reads a regular file beneath the root. Size, change and modification time are compared before and after: a
/// file that changed meanwhile is read once more, then left out (Changing). A file that is seen to be binary
/// in its first 64 KiB (a NUL byte and no UTF-16 mark) is not read on: Binary. Throws nothing but bad_alloc.
/// Any thread.
ReadResult read_bytes(const ProjectRoot& root, std::string_view path, const ReadOptions& options);

}  // namespace sidewinder::project
