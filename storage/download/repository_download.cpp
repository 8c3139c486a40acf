#include "storage/download/repository_download.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <map>

#include "storage/download/disk_error.h"
#include "storage/download/file_choice.h"
#include "storage/download/file_download.h"
#include "storage/download/folder_lock.h"
#include "storage/download/following_hash.h"
#include "storage/download/model_directory.h"
#include "storage/model_source.h"

namespace sidewinder::download {

namespace fs = std::filesystem;

namespace {

using storage::Manifest;

using There = ModelDirectory::There;

/// The manifest of what was in place before an update, while the files of the update are put there.
constexpr const char* kReplaced = "replaced-manifest.json";

std::string size_text(std::int64_t bytes) {
    return storage::gigabytes(static_cast<std::uint64_t>(std::max<std::int64_t>(bytes, 0)));
}

std::string read_small(const ModelDirectory& folder, const std::string& name) {
    if (folder.entry(name).there != There::File) return {};
    const storage::FileDescriptor file = folder.open(name, O_RDONLY | O_NONBLOCK);
    std::string text((std::size_t{1} << 20) + 1, '\0');
    const ssize_t got = ::pread(file.get(), text.data(), text.size(), 0);
    text.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
    return text;
}

/// The manifest of a model that was downloaded before, if a right one is there.
std::optional<Manifest> installed_before(const ModelDirectory& folder) {
    const std::string name(Manifest::kFileName);
    try {
        Manifest manifest = storage::parse_manifest(read_small(folder, name), folder.path() / name);
        if (manifest.source.kind == storage::ManifestSource::Kind::Hub) return manifest;
    } catch (const storage::Error&) {
    }
    return std::nullopt;
}

class RepositoryDownload {
  public:
    RepositoryDownload(Job& job, const HubAddress& address, const fs::path& into,
                       const std::vector<std::string>& wanted)
        : job_(job), hub_(job, address), into_(into), wanted_(wanted) {}

    Manifest run() {
        job_.listener.phase(Phase::Listing, "");
        const HubAddress& address = hub_.address();
        const std::string commit = is_commit(address.revision()) ? address.revision() : hub_.commit();
        files_ = chosen_files(hub_.list(commit), wanted_);
        job_.listener.files(files_, commit);
        manifest_.source = {storage::ManifestSource::Kind::Hub,
                            address.endpoint(),
                            address.repository(),
                            address.revision(),
                            commit,
                            {},
                            false};
        const ModelDirectory folder(into_);
        const FolderLock lock(folder);
        storage::remove_stale_temporaries(folder.partial_path(""));
        const auto installed = installed_before(folder);
        if (installed && is_installed(folder, *installed)) return *installed;
        may_replace_ = installed.has_value() || folder.partial_entry(kReplaced).there == There::File;
        check_targets(folder);
        check_space(folder);
        for (const RemoteFile& file : files_) fetch(folder, file, commit);
        publish(folder);
        return manifest_;
    }

  private:
    /// By name and size; hashes were checked when it was installed, and are by "models verify".
    bool is_installed(const ModelDirectory& folder, const Manifest& there) const {
        if (there.source.commit != manifest_.source.commit || there.source.repo != manifest_.source.repo)
            return false;
        return std::ranges::all_of(files_, [&](const RemoteFile& file) {
            const storage::ManifestFile* known = there.find(file.name);
            const auto entry = folder.entry(file.name);
            return known && known->size == static_cast<std::uint64_t>(file.size) &&
                   entry.there == There::File && entry.size == file.size &&
                   (file.sha256.empty() || known->sha256 == file.sha256);
        });
    }

    void check_targets(const ModelDirectory& folder) const {
        for (const RemoteFile& file : files_)
            if (folder.entry(file.name).there == There::Other)
                throw Error(Fault::UnsafeName, "There is a link or a folder at " +
                                                   (folder.path() / file.name).string() +
                                                   " already. Remove it, or choose another folder.");
    }

    void check_space(const ModelDirectory& folder) const {
        std::int64_t needed = 0;
        for (const RemoteFile& file : files_) {
            const auto there = folder.entry(file.name),
                       verified = folder.partial_entry(file.name + ".verified"),
                       part = folder.partial_entry(file.name + ".part");
            if (there.size == file.size || verified.size == file.size) continue;
            needed += std::max<std::int64_t>(0, file.size - part.on_disk);
        }
        const std::int64_t free = folder.free_bytes();
        if (needed == 0 || needed + job_.limits.spare_bytes <= free) return;
        throw Error(Fault::NoSpace,
                    "There is not enough space in " + folder.path().string() + ": the download needs " +
                        size_text(needed) + " and " + size_text(job_.limits.spare_bytes) + " to spare, " +
                        size_text(free) +
                        " are free. Free some space or choose another folder; what is there is kept.");
    }

    void fetch(const ModelDirectory& folder, const RemoteFile& file, const std::string& commit) {
        if (auto hashes = hashes_if_right(folder, file, false)) return done(file, *hashes, false);
        if (folder.entry(file.name).there == There::File && !may_replace_)
            throw Error(Fault::Denied,
                        "Another file lies at " + (folder.path() / file.name).string() +
                            " already, and it is not part of a model that was downloaded. Move it "
                            "away, or choose another folder.");
        if (auto hashes = hashes_if_right(folder, file, true)) return done(file, *hashes, true);
        folder.remove_partial(file.name + ".verified");
        done(file, FileDownload(job_, hub_, folder, file, commit).run(), true);
    }

    void done(const RemoteFile& file, const FileHashes& hashes, bool to_publish) {
        manifest_.files.push_back(
            {file.name, static_cast<std::uint64_t>(file.size), hashes.sha256, file.git_sha1, {}});
        if (to_publish) to_publish_.push_back(file.name);
    }

    /// The hashes of a file that an earlier run left in place or verified, read again.
    std::optional<FileHashes> hashes_if_right(const ModelDirectory& folder, const RemoteFile& file,
                                              bool partial) {
        const std::string name = partial ? file.name + ".verified" : file.name;
        const auto entry = partial ? folder.partial_entry(name) : folder.entry(name);
        if (entry.there != There::File || entry.size != file.size) return std::nullopt;
        job_.listener.phase(Phase::Verifying, file.name);
        const storage::FileDescriptor content =
            partial ? folder.open_partial(name, O_RDONLY) : folder.open(name, O_RDONLY);
        FollowingHash hash(content.get(), file.size, !file.git_sha1.empty(), [this] { job_.session.wake(); });
        hash.advance(file.size);
        std::optional<FileHashes> hashes;
        while (!(hashes = hash.result())) {
            job_.step(Milliseconds(200));
            job_.listener.progress(file.name, hash.hashed(), file.size);
        }
        const bool right =
            file.sha256.empty() ? hashes->git_sha1 == file.git_sha1 : hashes->sha256 == file.sha256;
        if (!right) return std::nullopt;
        job_.listener.progress(file.name, file.size, file.size);
        job_.listener.verified(file.name, file.size, hashes->sha256);
        return hashes;
    }

    void publish(const ModelDirectory& folder) {
        job_.listener.phase(Phase::Publishing, "");
        const std::string manifest(Manifest::kFileName);
        folder.sync();
        if (may_replace_ && !to_publish_.empty() && folder.entry(manifest).there == There::File) {
            // The old set ends here: a crash between two renames leaves no manifest over a mixed set.
            storage::write_atomically(folder.partial_path(kReplaced), read_small(folder, manifest));
            folder.remove(manifest);
            folder.sync();
        }
        for (const std::string& name : to_publish_) folder.publish(name + ".verified", name);
        folder.sync();
        storage::write_atomically(folder.path() / manifest, storage::to_json(manifest_));
        folder.remove_partial(kReplaced);
        folder.remove_empty_partial();
    }

    Job& job_;
    HubClient hub_;
    fs::path into_;
    const std::vector<std::string>& wanted_;
    std::vector<RemoteFile> files_;
    std::vector<std::string> to_publish_;
    Manifest manifest_;
    bool may_replace_ = false;
};

}  // namespace

storage::Manifest download_repository(Job& job, const HubAddress& address, const fs::path& into,
                                      const std::vector<std::string>& wanted) {
    try {
        return RepositoryDownload(job, address, into, wanted).run();
    } catch (const storage::Error& error) {
        throw from_storage(error);
    }
}

void remove_parts(const fs::path& into) {
    const ModelDirectory folder(into);
    const FolderLock lock(folder);
    std::error_code ignored;
    for (const auto& entry : fs::directory_iterator(folder.partial_path(""), ignored)) {
        const std::string name = entry.path().filename();
        if (name != "lock") folder.remove_partial(name);
    }
    folder.remove_empty_partial();
}

}  // namespace sidewinder::download
