#include "storage/project/project_scan.h"

#include <xxhash.h>

#include <algorithm>
#include <cstring>

#include "storage/project/file_kind.h"
#include "storage/project/ordered_pool.h"

namespace sidewinder::project {

namespace {

bool is_in(const PathSet& paths, std::string_view path) {
    if (paths.empty()) return false;
    for (std::size_t end = path.size(); end != std::string_view::npos; end = path.substr(0, end).rfind('/'))
        if (paths.contains(path.substr(0, end))) return true;
    return false;
}

void leave_out(ScannedEntry& entry, LeftOut reason, const std::string& detail) {
    entry.included = false;
    entry.reason = reason;
    entry.sentence = sentence_of(reason, detail);
}

/// A reason that the person's tick overrides. A secret needs a tick of its own: one on its folder does not
/// count, and it stands above the other reasons.
void doubt(ScannedEntry& entry, LeftOut reason, const std::string& detail, bool ticked) {
    if (detail.empty() || (entry.reason != LeftOut::None && reason != LeftOut::Secret)) return;
    leave_out(entry, reason, detail);
    entry.included = entry.by_choice = ticked;
}

class Scan {
  public:
    Scan(const ProjectRoot& root, const ScanOptions& options) : root_(root), options_(options) {}

    ScannedEntry start(WalkEntry& walked) const;
    std::string examine(ScannedEntry& entry) const;

  private:
    const ProjectRoot& root_;
    const ScanOptions& options_;
};

ScannedEntry Scan::start(WalkEntry& walked) const {
    ScannedEntry entry;
    entry.display = display_name(walked.path);
    entry.path = std::move(walked.path);
    entry.is_folder = walked.is_folder;
    entry.reason = walked.reason;
    entry.sentence = sentence_of(walked.reason, walked.detail);
    entry.included = !entry.is_folder && (walked.reason == LeftOut::None || walked.ticked);
    entry.by_choice = entry.included && walked.reason != LeftOut::None;
    if (!entry.is_folder) entry.language = language_of(entry.path);
    return entry;
}

/// Reads and judges one file; returns its text if it is included.
std::string Scan::examine(ScannedEntry& entry) const {
    const bool ticked = is_in(options_.walk.ticked_in, entry.path);
    ReadResult read = read_bytes(root_, entry.path, {options_.max_bytes, options_.read_hook});
    entry.size = read.size;
    entry.modified_ns = read.modified_ns;
    if (read.reason != LeftOut::None) {
        entry.by_choice = false;
        leave_out(entry, read.reason, read.detail);
        return {};
    }
    entry.hash = hash_content(read.bytes);
    FileText decoded = decode_text(std::move(read.bytes));
    if (!decoded.is_text) {
        entry.by_choice = false;
        leave_out(entry, LeftOut::Binary, decoded.why_not);
        return {};
    }
    entry.has_text = true;
    entry.form = decoded.form;
    std::string secret = secret_name(entry.path);
    if (secret.empty()) secret = secret_content(decoded.text);
    doubt(entry, LeftOut::Secret, secret, options_.walk.ticked_in.contains(entry.path));
    doubt(entry, LeftOut::Generated, generated_sign(entry.path, decoded.text), ticked);
    if (options_.count_tokens) entry.tokens = options_.count_tokens(entry, decoded.text);
    if (entry.included && is_in(options_.ticked_out, entry.path)) {
        entry.included = false;
        entry.by_choice = true;
    }
    return entry.included ? std::move(decoded.text) : std::string();
}

void sum_up(ScanResult& result) {
    for (const ScannedEntry& entry : result.entries) {
        if (!entry.included) continue;
        ++result.included_files;
        result.included_tokens += entry.tokens;
        result.included_bytes += entry.size;
    }
}

}  // namespace

ContentHash hash_content(std::string_view bytes) {
    XXH128_canonical_t canonical;
    XXH128_canonicalFromHash(&canonical, XXH3_128bits(bytes.data(), bytes.size()));
    ContentHash hash;
    std::memcpy(hash.data(), canonical.digest, hash.size());
    return hash;
}

ScanResult scan_project(const ProjectRoot& root, const ScanOptions& options, std::stop_token stop) {
    if (options.on_progress) options.on_progress({});
    WalkResult walked = walk_folder(root, options.walk, stop);
    const Scan scan(root, options);
    ScanResult result;
    result.complete = walked.complete;
    result.entries.reserve(walked.entries.size());
    std::vector<std::size_t> files;
    for (WalkEntry& entry : walked.entries) {
        result.entries.push_back(scan.start(entry));
        if (result.entries.back().included) files.push_back(result.entries.size() - 1);
    }
    walked.entries.clear();

    std::uint64_t bytes = 0;
    ProgressPace pace;
    OrderedPool pool(options.threads);
    pool.run(
        files.size(), stop, [&](std::size_t i) { return scan.examine(result.entries[files[i]]); },
        [&](std::size_t i, std::string text) {
            const ScannedEntry& entry = result.entries[files[i]];
            bytes += entry.has_text ? entry.size : 0;
            if (entry.included && options.on_text) options.on_text(entry, text);
            if (options.on_progress && (i + 1 == files.size() || pace.is_due()))
                options.on_progress({i + 1, files.size(), bytes});
        });
    sum_up(result);
    return result;
}

FileText read_text(const ProjectRoot& root, const std::string& path, const ContentHash& hash,
                   std::uint64_t max_bytes) {
    const std::string name = display_name(path);
    ReadResult read = read_bytes(root, path, {max_bytes});
    if (read.reason == LeftOut::Vanished)
        throw Error(Error::Kind::NotFound, name + " is gone since the project was scanned. Scan it again.");
    if (read.reason != LeftOut::None)
        throw Error(Error::Kind::Io,
                    name + " can no longer be read. " + sentence_of(read.reason, read.detail));
    if (hash_content(read.bytes) != hash)
        throw Error(Error::Kind::Io, name + " has changed since the project was scanned. Scan it again.");
    return decode_text(std::move(read.bytes));
}

}  // namespace sidewinder::project
