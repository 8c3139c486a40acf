#include "inference/safetensors_writer.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <nlohmann/json.hpp>
#include <system_error>

#include "inference/error.h"

namespace sidewinder::inference {
namespace {

/// The 8-byte length and the header, padded with spaces so that the data begins at a multiple of 64.
std::string header_text(const std::vector<TensorInfo>& tensors,
                        const std::map<std::string, std::string>& metadata) {
    nlohmann::ordered_json header = nlohmann::ordered_json::object();
    if (!metadata.empty()) header["__metadata__"] = metadata;
    std::uint64_t end = 0;
    for (const TensorInfo& tensor : tensors) {
        header[tensor.name] = {{"dtype", name_of(tensor.dtype)},
                               {"shape", tensor.shape},
                               {"data_offsets", {end, end + tensor.bytes}}};
        end += tensor.bytes;
    }
    std::string json = header.dump();
    json.resize((8 + json.size() + 63) / 64 * 64 - 8, ' ');
    std::string text(8, '\0');
    for (std::size_t i = 0; i < 8; ++i) text[i] = static_cast<char>((json.size() >> (8 * i)) & 0xFF);
    return text + json;
}

std::filesystem::path temporary_name(const std::filesystem::path& path) {
    static std::atomic<unsigned> counter{0};
    return path.parent_path() / (path.filename().string() + "." + std::to_string(::getpid()) + "-" +
                                 std::to_string(++counter) + ".tmp");
}

}  // namespace

SafetensorsWriter::SafetensorsWriter(std::filesystem::path path, std::vector<TensorInfo> tensors,
                                     const std::map<std::string, std::string>& metadata)
    : path_(std::move(path)), temporary_(temporary_name(path_)), tensors_(std::move(tensors)) {
    for (TensorInfo& tensor : tensors_) {
        tensor.bytes = size_of(tensor.dtype);
        for (const std::int64_t extent : tensor.shape) tensor.bytes *= static_cast<std::uint64_t>(extent);
        missing_bytes_ += tensor.bytes;
    }
    const std::string header = header_text(tensors_, metadata);
    std::uint64_t at = header.size();
    for (const TensorInfo& tensor : tensors_) {
        offsets_.push_back(at);
        at += tensor.bytes;
    }
    fd_ = FileDescriptor(
        ::open(temporary_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0644));
    if (!fd_) fail("made", errno);
    try {
        write_at(0, std::as_bytes(std::span(header)));
    } catch (...) {
        ::unlink(temporary_.c_str());
        throw;
    }
}

SafetensorsWriter::~SafetensorsWriter() {
    if (fd_) ::unlink(temporary_.c_str());
}

void SafetensorsWriter::fail(const std::string& doing, int error) const {
    throw Error(Fault::Io, path_.string() + " cannot be " + doing + ": " +
                               std::generic_category().message(error) +
                               ". Check the free space and the permissions of its folder.");
}

void SafetensorsWriter::write_at(std::uint64_t position, std::span<const std::byte> data) {
    std::size_t done = 0;
    while (done < data.size()) {
        const ssize_t written =
            ::pwrite(fd_.get(), data.data() + done, data.size() - done, static_cast<off_t>(position + done));
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) fail("written", written < 0 ? errno : EIO);
        done += static_cast<std::size_t>(written);
    }
}

void SafetensorsWriter::write(std::size_t tensor, std::uint64_t offset, std::span<const std::byte> data) {
    if (tensor >= tensors_.size() || data.size() > tensors_[tensor].bytes ||
        offset > tensors_[tensor].bytes - data.size() || data.size() > missing_bytes_)
        throw Error(Fault::SizeMismatch,
                    "More was written to " + path_.string() +
                        " than was declared. This is a bug of Sidewinder; please report it.");
    write_at(offsets_[tensor] + offset, data);
    missing_bytes_ -= data.size();
}

void SafetensorsWriter::finish() {
    if (missing_bytes_ != 0)
        throw Error(Fault::SizeMismatch, path_.string() + " lacks " + std::to_string(missing_bytes_) +
                                             " bytes. This is a bug of Sidewinder; please report it.");
    if (::fsync(fd_.get()) != 0) fail("synced", errno);
    if (::rename(temporary_.c_str(), path_.c_str()) != 0) fail("put in place", errno);
    fd_ = FileDescriptor();
    const std::filesystem::path folder =
        path_.has_parent_path() ? path_.parent_path() : std::filesystem::path(".");
    const FileDescriptor directory(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!directory || ::fsync(directory.get()) != 0) fail("made durable", errno);
}

}  // namespace sidewinder::inference
