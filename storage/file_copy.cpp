#include "storage/file_copy.h"

#include <fcntl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>
#include <optional>

#include "storage/file_hash.h"

namespace sidewinder::storage {

namespace fs = std::filesystem;

namespace {

void write_all(int fd, std::span<const std::byte> bytes, const fs::path& target) {
    while (!bytes.empty()) {
        const ssize_t written = ::write(fd, bytes.data(), bytes.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) throw system_error(errno, "write", target);
        bytes = bytes.subspan(static_cast<std::size_t>(written));
    }
}

class BothHashes {
  public:
    BothHashes(std::uint64_t size, bool with_git_sha1) {
        if (with_git_sha1) git_ = FileHash::git_blob(size);
    }
    void add(std::span<const std::byte> bytes) {
        sha256_.add(bytes);
        if (git_) git_->add(bytes);
    }
    ContentHashes finish() { return {sha256_.hex(), git_ ? git_->hex() : std::string()}; }

  private:
    FileHash sha256_ = FileHash::sha256();
    std::optional<FileHash> git_;
};

}  // namespace

ContentHashes hash_file(const ModelSource::File& file, const fs::path& shown, bool with_git_sha1,
                        const std::function<void(std::uint64_t)>& on_block, const std::stop_token& stop) {
    BothHashes hashes(file.size, with_git_sha1);
    const auto add = [&](std::span<const std::byte> block) {
        hashes.add(block);
        if (on_block) on_block(block.size());
    };
    read_blocks(file, shown, add, stop);
    return hashes.finish();
}

ContentHashes copy_file(const ModelSource::File& file, const fs::path& shown, const fs::path& target,
                        bool with_git_sha1, const std::function<void(std::uint64_t)>& on_block,
                        const std::stop_token& stop) {
    const FileDescriptor copy(
        ::open(target.c_str(), O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
    if (!copy) throw system_error(errno, "write", target);
    const bool cloned = ::ioctl(copy.get(), FICLONE, file.fd.get()) == 0;
    BothHashes hashes(file.size, with_git_sha1);
    const auto add = [&](std::span<const std::byte> block) {
        hashes.add(block);
        if (!cloned) write_all(copy.get(), block, target);
        if (on_block) on_block(block.size());
    };
    read_blocks(file, shown, add, stop);  // which sees that the file did not change meanwhile
    if (::fsync(copy.get()) != 0) throw system_error(errno, "save", target);
    return hashes.finish();
}

bool shares_blocks(const ModelSource::File& file, const fs::path& to) {
    const FileDescriptor probe(::open(to.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600));
    return probe && ::ioctl(probe.get(), FICLONE, file.fd.get()) == 0;
}

}  // namespace sidewinder::storage
