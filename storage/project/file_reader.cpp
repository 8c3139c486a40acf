#include "storage/project/file_reader.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "storage/project/folder_walk.h"

namespace sidewinder::project {

namespace {

constexpr std::size_t kHeadBytes = 64u << 10;

bool same_time(const timespec& a, const timespec& b) {
    return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec;
}

bool is_same(const struct stat& a, const struct stat& b) {
    return a.st_size == b.st_size && same_time(a.st_mtim, b.st_mtim) && same_time(a.st_ctim, b.st_ctim);
}

/// Up to `wanted` bytes more; false on an error, which errno tells.
bool read_more(int file, std::string& bytes, std::size_t wanted) {
    const std::size_t before = bytes.size();
    bytes.resize(before + wanted);
    std::size_t have = 0;
    while (have < wanted) {
        const ssize_t got = ::read(file, bytes.data() + before + have, wanted - have);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return false;
        if (got == 0) break;
        have += static_cast<std::size_t>(got);
    }
    bytes.resize(before + have);
    return true;
}

bool is_binary_head(std::string_view head) {
    if (head.starts_with("\xff\xfe") || head.starts_with("\xfe\xff")) return false;
    return head.find('\0') != std::string_view::npos;
}

ReadResult failed(int error, ReadResult result) {
    result.bytes.clear();
    result.reason = reason_of(error, result.detail);
    return result;
}

ReadResult read_once(const ProjectRoot& root, std::string_view path, const ReadOptions& options) {
    ReadResult result;
    const Opened opened = root.open_file(path);
    struct stat before {
    }, after{};
    if (!opened.file) return failed(opened.error, std::move(result));
    if (::fstat(opened.file.get(), &before) != 0) return failed(errno, std::move(result));
    if (options.hook) options.hook(path, 0);
    result.size = static_cast<std::uint64_t>(before.st_size);
    result.modified_ns = before.st_mtim.tv_sec * std::int64_t{1'000'000'000} + before.st_mtim.tv_nsec;
    if (result.size > options.max_bytes) {
        result.reason = LeftOut::TooLarge;
        result.detail =
            std::to_string(result.size) + " bytes, and the most is " + std::to_string(options.max_bytes);
        return result;
    }
    const auto size = static_cast<std::size_t>(result.size);
    if (!read_more(opened.file.get(), result.bytes, std::min(size, kHeadBytes)))
        return failed(errno, std::move(result));
    const bool binary = is_binary_head(result.bytes);
    // One byte more than there should be shows a file that grows, or claims no size as those of /proc do.
    if (!binary &&
        !read_more(opened.file.get(), result.bytes, size - std::min(size, result.bytes.size()) + 1))
        return failed(errno, std::move(result));
    if (options.hook) options.hook(path, 1);
    if (::fstat(opened.file.get(), &after) != 0) return failed(errno, std::move(result));
    if (!is_same(before, after) || (!binary && result.bytes.size() != size))
        result.reason = LeftOut::Changing;
    if (result.reason == LeftOut::None && binary) {
        result.reason = LeftOut::Binary;
        result.detail = "it holds a NUL byte";
    }
    if (result.reason != LeftOut::None) result.bytes = {};
    return result;
}

}  // namespace

ReadResult read_bytes(const ProjectRoot& root, std::string_view path, const ReadOptions& options) {
    ReadResult result = read_once(root, path, options);
    return result.reason == LeftOut::Changing ? read_once(root, path, options) : result;
}

}  // namespace sidewinder::project
