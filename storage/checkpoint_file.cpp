#include "storage/checkpoint_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xxhash.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "storage/atomic_file.h"

namespace sidewinder::storage {

namespace fs = std::filesystem;

namespace {

constexpr char kMagic[8] = {'S', 'W', 'S', 'T', 'A', 'T', 'E', '\n'};
constexpr std::uint32_t kFormat = 1;
constexpr std::size_t kReadBytes = std::size_t{8} << 20;
constexpr std::size_t kFingerprintAt = 68;
constexpr std::size_t kHeaderHashAt = kCheckpointHeaderBytes - sizeof(std::uint64_t);

using Header = std::array<std::byte, kCheckpointHeaderBytes>;

template <typename T>
void put(Header& header, std::size_t at, T value) {
    std::memcpy(header.data() + at, &value, sizeof value);
}

template <typename T>
T get(const Header& header, std::size_t at) {
    T value;
    std::memcpy(&value, header.data() + at, sizeof value);
    return value;
}

LogHash hash_bytes(std::span<const std::byte> bytes) {
    XXH128_canonical_t canonical;
    XXH128_canonicalFromHash(&canonical, XXH3_128bits(bytes.data(), bytes.size()));
    LogHash hash;
    std::memcpy(hash.data(), canonical.digest, hash.size());
    return hash;
}

Header make_header(const CheckpointMeta& meta, std::span<const std::byte> payload) {
    Header header{};
    std::memcpy(header.data(), kMagic, sizeof kMagic);
    put(header, 8, kFormat);
    put(header, 12, static_cast<std::uint32_t>(meta.kind));
    put(header, 16, meta.position);
    put(header, 24, std::uint64_t{payload.size()});
    put(header, 32, meta.log_hash);
    put(header, 48, hash_bytes(payload));
    put(header, 64, static_cast<std::uint32_t>(meta.fingerprint.size()));
    std::memcpy(header.data() + kFingerprintAt, meta.fingerprint.data(), meta.fingerprint.size());
    put(header, kHeaderHashAt, std::uint64_t{XXH3_64bits(header.data(), kHeaderHashAt)});
    return header;
}

bool is_sound(const Header& header) {
    return std::memcmp(header.data(), kMagic, sizeof kMagic) == 0 &&
           get<std::uint32_t>(header, 8) == kFormat &&
           get<std::uint32_t>(header, 12) <= static_cast<std::uint32_t>(CheckpointKind::Project) &&
           get<std::uint32_t>(header, 64) >= 1 && get<std::uint32_t>(header, 64) <= kMaxFingerprintBytes &&
           get<std::uint64_t>(header, kHeaderHashAt) == XXH3_64bits(header.data(), kHeaderHashAt);
}

CheckpointMeta meta_of(const Header& header) {
    CheckpointMeta meta;
    meta.kind = static_cast<CheckpointKind>(get<std::uint32_t>(header, 12));
    meta.position = get<std::uint64_t>(header, 16);
    meta.log_hash = get<LogHash>(header, 32);
    meta.fingerprint.assign(reinterpret_cast<const char*>(header.data() + kFingerprintAt),
                            get<std::uint32_t>(header, 64));
    return meta;
}

/// Fills `into` from the file's offset on; the number of bytes there were.
std::size_t read_fully(const FileDescriptor& file, std::span<std::byte> into, const fs::path& path) {
    std::size_t done = 0;
    while (done < into.size()) {
        const ssize_t got = ::read(file.get(), into.data() + done, std::min(into.size() - done, kReadBytes));
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) throw system_error(errno, "read the checkpoint", path);
        if (got == 0) break;
        done += static_cast<std::size_t>(got);
    }
    return done;
}

FileDescriptor open_for_reading(const fs::path& path) {
    FileDescriptor file(::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
    if (!file) throw system_error(errno, "open the checkpoint", path);
    return file;
}

Error damaged(const fs::path& path, const char* why) {
    return {Error::Kind::Damaged, "The saved state " + path.string() + " is damaged (" + why +
                                      "). It was removed; the tokens will be read again."};
}

}  // namespace

std::optional<CheckpointEntry> read_checkpoint_header(const fs::path& path) {
    struct stat info {};
    if (::lstat(path.c_str(), &info) != 0) throw system_error(errno, "open the checkpoint", path);
    if (!S_ISREG(info.st_mode)) return std::nullopt;
    const FileDescriptor file = open_for_reading(path);
    Header header;
    if (read_fully(file, header, path) != header.size() || !is_sound(header)) return std::nullopt;
    CheckpointEntry entry;
    entry.id = path.stem().string();
    entry.meta = meta_of(header);
    entry.payload_bytes = get<std::uint64_t>(header, 24);
    entry.file_bytes = static_cast<std::uint64_t>(info.st_size);
    entry.last_used_ms = std::int64_t{info.st_mtim.tv_sec} * 1000 + info.st_mtim.tv_nsec / 1'000'000;
    // Subtracted, not added: a header cannot make this overflow.
    if (entry.file_bytes - kCheckpointHeaderBytes != entry.payload_bytes ||
        entry.id != checkpoint_id(entry.meta))
        return std::nullopt;
    return entry;
}

void write_checkpoint(const fs::path& path, const CheckpointMeta& meta, std::span<const std::byte> payload) {
    const Header header = make_header(meta, payload);
    AtomicFile file(path, header.size() + payload.size());
    file.write(header);
    file.write(payload);
    file.commit();
}

void read_checkpoint(const fs::path& path, const CheckpointMeta& expected, std::span<std::byte> into) {
    const FileDescriptor file = open_for_reading(path);
    Header header;
    if (read_fully(file, header, path) != header.size() || !is_sound(header))
        throw damaged(path, "its header");
    const CheckpointMeta meta = meta_of(header);
    if (meta.fingerprint != expected.fingerprint || meta.position != expected.position ||
        meta.log_hash != expected.log_hash || get<std::uint64_t>(header, 24) != into.size())
        throw damaged(path, "it holds another state");
    std::byte beyond;
    if (read_fully(file, into, path) != into.size() || read_fully(file, {&beyond, 1}, path) != 0)
        throw damaged(path, "its length");
    if (hash_bytes(into) != get<LogHash>(header, 48)) throw damaged(path, "its checksum");
}

std::string checkpoint_id(const CheckpointMeta& meta) {
    std::vector<std::byte> key(sizeof meta.position + meta.log_hash.size() + meta.fingerprint.size());
    std::memcpy(key.data(), &meta.position, sizeof meta.position);
    std::memcpy(key.data() + sizeof meta.position, meta.log_hash.data(), meta.log_hash.size());
    std::memcpy(key.data() + sizeof meta.position + meta.log_hash.size(), meta.fingerprint.data(),
                meta.fingerprint.size());
    std::string id;
    for (const std::byte b : hash_bytes(key)) {
        id += "0123456789abcdef"[std::to_integer<unsigned>(b) >> 4];
        id += "0123456789abcdef"[std::to_integer<unsigned>(b) & 15];
    }
    return id;
}

}  // namespace sidewinder::storage
