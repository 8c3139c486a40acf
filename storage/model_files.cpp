#include "storage/model_files.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "storage/file_hash.h"
#include "storage/staging.h"
#include "storage/text.h"

namespace sidewinder::storage {

namespace fs = std::filesystem;

namespace {

constexpr const char* kDamaged = "damaged.txt";
constexpr const char* kPartial = ".partial";

bool is_word(std::string_view word) {
    return !word.empty() && word.size() <= 96 && is_model_file_name(word) &&
           word.find("--") == std::string_view::npos;
}

std::string clean(std::string_view text) {
    std::string word(text);
    for (char& c : word)
        if (!is_model_file_name(std::string("x") + c)) c = '_';
    for (std::size_t at; (at = word.find("--")) != std::string::npos;) word.replace(at, 2, "-_");
    if (!word.empty() && (word[0] == '.' || word[0] == '-')) word[0] = '_';
    return word;
}

/// Bytes that were written: a part of a download is set aside as long as the whole file from the start.
std::uint64_t bytes_written(const fs::path& path) {
    const FileDescriptor file(::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
    struct stat info {};
    if (!file || ::fstat(file.get(), &info) != 0 || !S_ISREG(info.st_mode)) return 0;
    constexpr int kMostExtents = 100'000;
    std::uint64_t sum = 0;
    off_t hole = 0;
    for (int i = 0; i < kMostExtents && hole < info.st_size; ++i) {
        const off_t data = ::lseek(file.get(), hole, SEEK_DATA);
        if (data < 0) break;  // nothing but a hole is left
        hole = ::lseek(file.get(), data, SEEK_HOLE);
        if (hole < 0) break;
        sum += static_cast<std::uint64_t>(hole - data);
    }
    return sum;
}

std::uint64_t bytes_on_disk(const fs::path& folder) {
    std::uint64_t sum = 0;
    for (const fs::path& place : {folder, folder / kPartial}) {
        std::error_code ignored;
        for (const auto& entry : fs::directory_iterator(place, ignored)) sum += bytes_written(entry.path());
    }
    return sum;
}

/// Why the files are not what the manifest says, as far as can be told without reading them, or empty.
std::string look_at_files(ModelEntry& entry) {
    const bool linked = entry.manifest.source.linked;
    const std::string again = linked ? ". Put it back, or remove this model and import it again."
                                     : ". Download or import the model again.";
    try {
        const ModelSource source(entry.data);
        for (const ManifestFile& expected : entry.manifest.files) {
            const fs::path shown = entry.data / expected.name;
            if (!source.has(expected.name)) return shown.string() + " is missing" + again;
            const ModelSource::File file = source.open(expected.name);
            if (file.size != expected.size)
                return shown.string() + " has " + std::to_string(file.size) + " bytes instead of " +
                       std::to_string(expected.size) + again;
            if (expected.mtime_ns && *expected.mtime_ns != file.mtime_ns)
                return shown.string() + " changed since it was imported. Run 'sidewinder-cli models verify " +
                       entry.id.text() + "' to see whether its content is still right.";
            entry.bytes_there += file.size;
        }
    } catch (const Error& error) {
        return error.what();
    }
    return {};
}

std::string mark_of(const fs::path& folder) {
    const ModelSource source(folder);
    if (!source.has(kDamaged)) return {};
    const FileDescriptor file(
        ::open((folder / kDamaged).c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
    char text[2048];
    const ssize_t got = file ? ::read(file.get(), text, sizeof text) : -1;
    const std::string line =
        got > 0 ? one_line(std::string_view(text, static_cast<std::size_t>(got)), 1500) : "";
    return line.empty() ? "A check of its files failed. Verify it again." : line;
}

ModelEntry look_at(const fs::path& folder, const ModelId& id) {
    ModelEntry entry{id, folder, folder, ModelState::Broken, {}, {}, 0};
    try {
        const ModelSource source(folder);
        const std::string name(Manifest::kFileName);
        if (!source.has(name)) {
            entry.state = ModelState::Incomplete;
            entry.bytes_there = bytes_on_disk(folder);
            entry.reason =
                "The download of " + id.text() + " is not complete: " + gigabytes(entry.bytes_there) +
                " are there. Go on with 'sidewinder-cli models download " + id.owner + "/" + id.name +
                (id.revision == "main" ? "" : " --revision " + id.revision) + "', or remove it.";
            return entry;
        }
        entry.manifest = parse_manifest(source.read_text(name, Manifest::kMaxBytes), folder / name);
        if (entry.manifest.source.linked) entry.data = entry.manifest.source.path;
        entry.reason = mark_of(folder);
        const std::string problem = look_at_files(entry);
        if (entry.reason.empty()) entry.reason = problem;
        if (entry.reason.empty()) entry.state = ModelState::Installed;
    } catch (const Error& error) {
        entry.reason = error.what();
    }
    return entry;
}

/// The part of a model's own work folder that sidewinder-fetch locks while it downloads.
void require_idle(const fs::path& folder) {
    const FileDescriptor lock(
        ::open((folder / kPartial / "lock").c_str(), O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
    if (lock && ::flock(lock.get(), LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK)
        throw Error(Error::Kind::Busy,
                    "A download into " + folder.string() + " is running. Stop it first, then try again.");
}

/// Where a wrong file is kept for the person until a right one is there.
fs::path put_aside(const fs::path& folder, const std::string& name) {
    return folder / kPartial / (name + ".wrong");
}

void quarantine(const fs::path& folder, const std::string& name) {
    const fs::path partial = folder / kPartial;
    if (::mkdir(partial.c_str(), 0700) != 0 && errno != EEXIST)
        throw system_error(errno, "make the folder", partial);
    if (::rename((folder / name).c_str(), put_aside(folder, name).c_str()) != 0)
        throw system_error(errno, "put aside", folder / name);
    sync_directory(folder);
}

}  // namespace

std::optional<ModelId> ModelId::parse(std::string_view text) {
    const std::size_t dashes = text.find("--"), at = text.rfind('@');
    if (dashes == std::string_view::npos || at == std::string_view::npos || at < dashes + 2)
        return std::nullopt;
    ModelId id{std::string(text.substr(0, dashes)), std::string(text.substr(dashes + 2, at - dashes - 2)),
               std::string(text.substr(at + 1))};
    if (!is_word(id.owner) || !is_word(id.name) || !is_word(id.revision)) return std::nullopt;
    return id;
}

ModelId ModelId::make(std::string_view owner, std::string_view name, std::string_view revision) {
    ModelId id{clean(owner), clean(name), clean(revision)};
    for (const std::string* word : {&id.owner, &id.name, &id.revision})
        if (!is_word(*word))
            throw Error(Error::Kind::Damaged,
                        "'" + one_line(*word, 100) +
                            "' cannot be part of a model's name: 1 to 96 letters, digits, "
                            ". _ - are. Give another one with --name.");
    return id;
}

std::vector<ModelEntry> ModelFiles::list() const {
    std::vector<ModelEntry> entries;
    std::error_code code;
    for (const auto& there : fs::directory_iterator(folder_, code)) {
        const auto id = ModelId::parse(there.path().filename().string());
        if (id && fs::is_directory(there.symlink_status(code))) entries.push_back(look_at(there.path(), *id));
    }
    if (code && code != std::errc::no_such_file_or_directory)
        throw system_error(code.value(), "read the folder", folder_);
    std::sort(entries.begin(), entries.end(),
              [](const ModelEntry& a, const ModelEntry& b) { return a.id.text() < b.id.text(); });
    return entries;
}

std::optional<ModelEntry> ModelFiles::at(const ModelId& id) const {
    std::error_code ignored;
    const fs::path folder = folder_of(id);
    if (!ModelId::parse(id.text()) || !fs::is_directory(fs::symlink_status(folder, ignored)))
        return std::nullopt;
    return look_at(folder, id);
}

ModelEntry ModelFiles::find(std::string_view called) const {
    const std::vector<ModelEntry> entries = list();
    const auto names = [&](const ModelEntry& e) {
        const std::string whole = e.id.owner + "/" + e.id.name;
        return called == e.id.text() || called == whole || called == whole + "@" + e.id.revision ||
               called == e.id.name || called == e.id.name + "@" + e.id.revision;
    };
    std::vector<const ModelEntry*> found;
    std::string ids;
    for (const ModelEntry& entry : entries)
        if (names(entry)) found.push_back(&entry);
    if (found.size() == 1) return *found[0];
    if (found.empty())
        for (const ModelEntry& entry : entries) found.push_back(&entry);
    for (const ModelEntry* entry : found) ids += (ids.empty() ? "" : ", ") + entry->id.text();
    const std::string shown = one_line(called, 200);
    if (entries.empty())
        throw Error(Error::Kind::NotFound,
                    "There is no model '" + shown + "': none is installed in " + folder_.string() +
                        ". Import a folder or download one ('sidewinder-cli models').");
    if (std::any_of(entries.begin(), entries.end(), names))
        throw Error(Error::Kind::NotFound,
                    "'" + shown + "' could be any of: " + ids + ". Give the whole name.");
    throw Error(Error::Kind::NotFound, "There is no model '" + shown + "'. There are: " + ids + ".");
}

std::vector<FileCheck> ModelFiles::verify(const ModelId& id, const OnBytes& progress, std::stop_token stop) {
    const std::optional<ModelEntry> entry = at(id);
    if (!entry) throw Error(Error::Kind::NotFound, "There is no model " + id.text() + ".");
    if (entry->manifest.files.empty()) throw Error(Error::Kind::Damaged, entry->reason);
    require_idle(entry->folder);
    const ModelSource source(entry->data);
    Manifest manifest = entry->manifest;
    ByteProgress done{{}, 0, manifest.bytes()};
    std::vector<FileCheck> checks;
    for (ManifestFile& expected : manifest.files) {
        const fs::path shown = entry->data / expected.name;
        FileCheck check{expected.name, expected.sha256, {}, {}};
        done.file = expected.name;
        try {
            const ModelSource::File file = source.open(expected.name);
            FileHash hash = FileHash::sha256();
            const auto add = [&](std::span<const std::byte> block) {
                hash.add(block);
                done.done += block.size();
                if (progress) progress(done);
            };
            read_blocks(file, shown, add, stop);
            check.found = hash.hex();
            if (check.found != check.expected)
                check.problem = shown.string() + " has the SHA-256 " + check.found + ", and " +
                                check.expected + " is right.";
            if (expected.mtime_ns) expected.mtime_ns = file.mtime_ns;
        } catch (const Error& error) {
            check.problem = error.what();
        }
        checks.push_back(std::move(check));
    }
    std::string problems;
    for (const FileCheck& check : checks)
        if (!check.problem.empty()) problems += check.problem + " ";
    if (problems.empty()) {
        if (manifest != entry->manifest)
            write_atomically(entry->folder / Manifest::kFileName, to_json(manifest));
        for (const FileCheck& check : checks) ::unlink(put_aside(entry->folder, check.name).c_str());
        ::rmdir((entry->folder / kPartial).c_str());  // unless a download has something there
        if (::unlink((entry->folder / kDamaged).c_str()) == 0) sync_directory(entry->folder);
        return checks;
    }
    // The mark first: whatever happens next, the model is not used.
    write_atomically(entry->folder / kDamaged,
                     problems +
                         (manifest.source.linked ? "Get the right files, then verify again."
                                                 : "Download or import the model again.") +
                         "\n");
    for (const FileCheck& check : checks)
        if (!manifest.source.linked && !check.problem.empty() && !check.found.empty())
            quarantine(entry->folder, check.name);
    return checks;
}

void ModelFiles::remove(const ModelId& id) {
    const std::optional<ModelEntry> entry = at(id);
    if (!entry) throw Error(Error::Kind::NotFound, "There is no model " + id.text() + ".");
    require_idle(entry->folder);
    // Out of the list at once; a killed removal is finished by remove_leftovers.
    Staging gone(folder_);
    gone.take(entry->folder);
    gone.discard();
}

void ModelFiles::remove_leftovers() {
    Staging::remove_leftovers(folder_);
}

}  // namespace sidewinder::storage
