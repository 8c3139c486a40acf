#include "storage/project/excerpt_files.h"

#include "storage/project/file_kind.h"
#include "storage/project/file_reader.h"

namespace sidewinder::project {

ExcerptFiles::ExcerptFiles(const ProjectRoot& root, SearchIndex& index, const std::vector<ProjectFile>& files)
    : root_(root), index_(index) {
    for (const ProjectFile& file : files) known_.emplace(file.path, &file);
}

const ExcerptFiles::File* ExcerptFiles::find(const std::string& path) {
    if (const auto done = read_.find(path); done != read_.end()) return done->second.get();
    const auto known = known_.find(path);
    if (known == known_.end()) return nullptr;
    return read_.emplace(path, read(*known->second)).first->second.get();
}

std::unique_ptr<ExcerptFiles::File> ExcerptFiles::read(const ProjectFile& file) {
    ReadResult seen = read_bytes(root_, file.path, {});
    const ProjectFile now{file.path, hash_content(seen.bytes), file.language};
    const bool changed = now.hash != file.hash;
    FileText decoded = decode_text(std::move(seen.bytes));
    std::string sentence = sentence_of(seen.reason, seen.detail);
    if (sentence.empty() && !decoded.is_text) sentence = sentence_of(LeftOut::Binary, decoded.why_not);
    // What a scan would judge is judged again: a key may have come into it.
    if (sentence.empty() && changed)
        if (const std::string secret = secret_content(decoded.text); !secret.empty())
            sentence = sentence_of(LeftOut::Secret, secret);
    if (!sentence.empty()) {
        left_out_.push_back(
            {file.path, sentence + (changed ? " It has changed since the project was scanned." : "")});
        return nullptr;
    }
    if (index_.hash_of(file.path) != now.hash) {
        index_.replace(now, decoded.text);
        changed_ = true;
    }
    return std::make_unique<File>(std::move(decoded.text), file.language);
}

}  // namespace sidewinder::project
