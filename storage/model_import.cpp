#include "storage/model_import.h"

#include <sys/vfs.h>

#include <algorithm>
#include <cerrno>
#include <map>
#include <optional>

#include "storage/checksum_list.h"
#include "storage/file_copy.h"
#include "storage/file_hash.h"
#include "storage/staging.h"

namespace sidewinder::storage {

namespace fs = std::filesystem;

namespace {

/// What the files must hash to, by name, and who says so.
struct Expectations {
    std::map<std::string, std::string> sums;
    fs::path list;  ///< empty: nobody does
};

Expectations read_expectations(const ModelSource& source, const std::vector<std::string>& names) {
    Expectations expected;
    const std::string sums(kChecksumList), manifest(Manifest::kFileName);
    if (source.has(sums)) {
        expected.list = source.path() / sums;
        expected.sums = parse_checksum_list(source.read_text(sums, Manifest::kMaxBytes), expected.list);
    } else if (source.has(manifest)) {
        expected.list = source.path() / manifest;
        for (const ManifestFile& file :
             parse_manifest(source.read_text(manifest, Manifest::kMaxBytes), expected.list).files)
            expected.sums[file.name] = file.sha256;
    }
    for (const std::string& name : names)
        if (!expected.list.empty() && !expected.sums.contains(name))
            throw Error(Error::Kind::Damaged, "The checksum list " + expected.list.string() +
                                                  " does not name " + name +
                                                  ", which the model needs. Copy the model from its "
                                                  "source again, with a list of all its files.");
    return expected;
}

[[noreturn]] void refuse_content(const fs::path& shown, const std::string& found, const std::string& expected,
                                 const std::string& who) {
    throw Error(Error::Kind::Damaged, shown.string() + " is not what " + who + " says: its hash is " + found +
                                          ", and " + expected +
                                          " is right. Nothing was imported. Copy or download it again.");
}

void check_content(const fs::path& shown, const std::string& name, const ContentHashes& found,
                   const ModelSource::File& file, const Expectations& expected) {
    if (!expected.list.empty() && expected.sums.at(name) != found.sha256)
        refuse_content(shown, found.sha256, expected.sums.at(name), expected.list.filename().string());
    const std::string cache = "the cache's name for it";
    if (is_hex(file.blob, 64) && file.blob != found.sha256)
        refuse_content(shown, found.sha256, file.blob, cache);
    if (is_hex(file.blob, 40) && file.blob != found.git_sha1)
        refuse_content(shown, found.git_sha1, file.blob, cache);
}

bool contains(const fs::path& folder, const fs::path& path) {
    const fs::path real = fs::weakly_canonical(folder);
    return std::mismatch(real.begin(), real.end(), path.begin(), path.end()).first == real.end();
}

/// True when a broken model of that name is to be replaced.
bool must_replace(const ModelFiles& models, const ModelId& id) {
    const std::optional<ModelEntry> there = models.at(id);
    if (!there) return false;
    if (there->state == ModelState::Broken) return true;
    throw Error(Error::Kind::Io, there->state == ModelState::Installed
                                     ? "The model " + id.text() +
                                           " is installed already. Remove it first, or give this one another "
                                           "name with --name."
                                     : there->reason);
}

struct Opened {
    std::vector<ModelSource::File> files;
    std::uint64_t bytes = 0;
};

Opened open_all(const ModelSource& source, const std::vector<std::string>& names) {
    Opened opened;
    for (const std::string& name : names) {
        opened.files.push_back(source.open(name));
        opened.bytes += opened.files.back().size;
    }
    return opened;
}

}  // namespace

ModelEntry import_model(ModelFiles& models, const ImportRequest& request) {
    const bool linked = request.way == ImportRequest::Way::Link;
    const ModelSource source(request.from);
    if (contains(models.folder(), source.path()))
        throw Error(Error::Kind::Io, source.path().string() + " lies in the folder of models already (" +
                                         models.folder().string() + "). Choose a folder elsewhere.");
    const bool replace = must_replace(models, request.id);
    const Expectations expected = read_expectations(source, request.names);
    const Opened opened = open_all(source, request.names);
    models.remove_leftovers();
    Staging staging(models.folder());
    if (!linked && !(opened.files.empty() || shares_blocks(opened.files[0], staging.path())))
        require_space(models.folder(), opened.bytes, "Importing " + request.id.text());

    Manifest manifest{request.source, {}};
    manifest.source.path = source.path();
    manifest.source.linked = linked;
    ByteProgress done{{}, 0, opened.bytes};
    const auto on_block = [&](std::uint64_t bytes) {
        done.done += bytes;
        if (request.progress) request.progress(done);
    };
    for (std::size_t i = 0; i < request.names.size(); ++i) {
        const ModelSource::File& file = opened.files[i];
        const std::string& name = done.file = request.names[i];
        const fs::path shown = source.path() / name;
        const bool by_git = is_hex(file.blob, 40);
        const ContentHashes found =
            linked ? hash_file(file, shown, by_git, on_block, request.stop)
                   : copy_file(file, shown, staging.path() / name, by_git, on_block, request.stop);
        check_content(shown, name, found, file, expected);
        manifest.files.push_back({name, file.size, found.sha256, found.git_sha1,
                                  linked ? std::optional(file.mtime_ns) : std::nullopt});
    }
    if (request.check) request.check(linked ? source.path() : staging.path());
    write_atomically(staging.path() / Manifest::kFileName, to_json(manifest));
    staging.publish(models.folder_of(request.id), replace);
    return *models.at(request.id);
}

std::uint64_t largest_file_on(std::uint64_t magic) {
    constexpr std::uint64_t kFat = 0x4d44;
    return magic == kFat ? (std::uint64_t{1} << 32) - 1 : std::uint64_t{1} << 62;
}

namespace {

std::string fat_sentence(const std::string& name, std::uint64_t bytes, const fs::path& target) {
    return "The file system of " + target.string() + " cannot hold " + name + ": it has " + gigabytes(bytes) +
           ", and FAT32 takes files below 4.29 GB only. Format the stick as exFAT or ext4, or use another "
           "one.";
}

void require_file_size(const Manifest& manifest, const fs::path& target) {
    struct statfs info {};
    if (::statfs(target.c_str(), &info) != 0) throw system_error(errno, "look at", target);
    for (const ManifestFile& file : manifest.files)
        if (file.size > largest_file_on(static_cast<std::uint64_t>(info.f_type)))
            throw Error(Error::Kind::Io, fat_sentence(file.name, file.size, target));
}

/// For whoever has the stick elsewhere, under another user number. FAT knows no such thing and may refuse.
void make_readable(const fs::path& folder) {
    using fs::perms;
    std::error_code ignored;
    const perms file = perms::owner_read | perms::owner_write | perms::group_read | perms::others_read;
    for (const auto& entry : fs::directory_iterator(folder, ignored))
        fs::permissions(entry.path(), file, ignored);
    fs::permissions(folder, file | perms::owner_exec | perms::group_exec | perms::others_exec, ignored);
}

}  // namespace

fs::path export_model(const ModelEntry& model, const fs::path& target, const OnBytes& progress,
                      const std::stop_token& stop) {
    if (model.state != ModelState::Installed) throw Error(Error::Kind::Damaged, model.reason);
    std::error_code code;
    if (!fs::is_directory(target, code))
        throw Error(Error::Kind::NotFound, "There is no folder " + target.string() +
                                               ". Choose the folder, on the stick, to export to.");
    const fs::path folder = target / (model.id.name + "@" + model.id.revision);
    if (fs::exists(fs::symlink_status(folder, code)))
        throw Error(Error::Kind::Io,
                    "There is something at " + folder.string() +
                        " already, and it was left as it is. Remove it or choose another folder.");
    require_file_size(model.manifest, target);
    Staging::remove_leftovers(target);
    const ModelSource source(model.data);
    Manifest manifest = model.manifest;
    require_space(target, manifest.bytes(), "Exporting " + model.id.text());
    Staging staging(target);
    ByteProgress done{{}, 0, manifest.bytes()};
    const auto on_block = [&](std::uint64_t bytes) {
        done.done += bytes;
        if (progress) progress(done);
    };
    for (ManifestFile& file : manifest.files) {
        done.file = file.name;
        const fs::path shown = model.data / file.name;
        ContentHashes found;
        try {
            found =
                copy_file(source.open(file.name), shown, staging.path() / file.name, false, on_block, stop);
        } catch (const Error& error) {
            if (error.kind() == Error::Kind::NoSpace && file.size >> 32 != 0 &&
                free_bytes(target) > kSpareBytes)  // EFBIG: it was the size of one file
                throw Error(Error::Kind::Io, fat_sentence(file.name, file.size, target));
            throw;
        }
        if (found.sha256 != file.sha256)
            throw Error(Error::Kind::Damaged, shown.string() + " has the SHA-256 " + found.sha256 + ", and " +
                                                  file.sha256 +
                                                  " is right. Nothing was exported. Run "
                                                  "'sidewinder-cli models verify " +
                                                  model.id.text() + "'.");
        file.mtime_ns.reset();
    }
    manifest.source.linked = false;
    write_atomically(staging.path() / kChecksumList, to_checksum_list(manifest));
    write_atomically(staging.path() / Manifest::kFileName, to_json(manifest));
    make_readable(staging.path());
    staging.publish(folder, false);
    return folder;
}

}  // namespace sidewinder::storage
