#include "storage/project/excerpt_select.h"

#include <algorithm>

#include "storage/project/excerpt_files.h"
#include "storage/project/excerpt_names.h"
#include "storage/project/file_kind.h"
#include "storage/project/line_set.h"
#include "storage/project/search_words.h"

namespace sidewinder::project {

namespace {

// Tuned with tests/bench/excerpts_bench on Python's library; see its results.
constexpr std::size_t kMostHits = 40;
constexpr double kOfBest = 0.45;            ///< a hit scores at least so much of the best one's
constexpr double kLeastCoverage = 0.4;      ///< and has this share of the question's weight,
constexpr double kLeastInNames = 0.34;      ///< or this share of it in its path and names
constexpr std::uint32_t kAboutLine = 20;    ///< lines above and below one that was named
constexpr std::uint32_t kFewLines = 5;      ///< fewer are not worth a trimmed excerpt
constexpr std::uint32_t kBlankBetween = 2;  ///< so many lines between two excerpts are put in as well
constexpr std::int64_t kLeastTokens = 40;   ///< with less left of the budget nothing more is tried
constexpr std::int64_t kLeastShare = 200;   ///< of what is named, before the next gets any
constexpr std::uint32_t kLastLine = UINT32_MAX;

class Selector {
  public:
    Selector(const ProjectRoot& root, SearchIndex& index, const ExcerptRequest& request, std::stop_token stop)
        : index_(index), request_(request), stop_(std::move(stop)), files_(root, index, request.files) {}

    /// False if a file had changed: to be done again, unless this is the `last` attempt.
    bool run(const PathIndex& paths, bool last) {
        choice_ = {};
        taken_ = {};
        left_ = std::max<std::int64_t>(request_.budget, 0);
        find_switched_off();
        take_selection();
        take_named(paths);
        take_found();
        if (files_.take_changed() && !last) return false;
        merge();
        finish();
        return true;
    }

    ExcerptChoice take_choice() {
        std::vector<SkippedFile> unread = files_.take_left_out();
        choice_.left_out.insert(choice_.left_out.end(), unread.begin(), unread.end());
        return std::move(choice_);
    }

  private:
    void stop_if_asked() const {
        if (stop_.stop_requested()) throw storage::Stopped();
    }

    std::int64_t count(const Excerpt& excerpt) const {
        stop_if_asked();
        return request_.count_tokens ? request_.count_tokens(excerpt_text(excerpt))
                                     : static_cast<std::int64_t>(excerpt_text(excerpt).size() / 3);
    }

    void find_switched_off() {
        for (const SwitchedOff& off : request_.off)
            off_.add(off.path, off.first_line == 0 ? LineRange{1, kLastLine}
                                                   : LineRange{off.first_line, off.last_line});
    }

    void take_selection() {
        if (!request_.selection || request_.selection->text.empty()) return;
        const EditorSelection& selection = *request_.selection;
        Excerpt excerpt{selection.path,
                        selection.first_line,
                        std::max(selection.first_line, selection.last_line),
                        selection.text,
                        std::string(language_of(selection.path)),
                        Why::Selection};
        if (off_.free_of(excerpt.path, {excerpt.first_line, excerpt.last_line}).empty()) {
            excerpt.on = false;
            excerpt.tokens = count(excerpt);
            choice_.excerpts.push_back(std::move(excerpt));
            return;
        }
        put(std::move(excerpt), left_);
    }

    void take_named(const PathIndex& paths) {
        std::vector<Named> named;
        for (const std::string& mention : request_.mentions) {
            const std::vector<Named> meaning = meaning_of(mention, paths, index_);
            if (meaning.empty())
                choice_.left_out.push_back(
                    {mention, "No file or symbol of the project is called " + display_name(mention) + "."});
            named.insert(named.end(), meaning.begin(), meaning.end());
        }
        for (const Named& next : names_in(request_.question, paths, index_)) named.push_back(next);
        std::stable_sort(named.begin(), named.end(),
                         [](const Named& a, const Named& b) { return a.why < b.why; });
        for (std::size_t i = 0; i < named.size() && left_ >= kLeastTokens; ++i)
            take_named(named[i], std::max(kLeastShare, left_ / static_cast<std::int64_t>(named.size() - i)));
    }

    void take_named(const Named& named, std::int64_t share) {
        const ExcerptFiles::File* file = files_.find(named.path);
        if (file == nullptr || file->lines.count() == 0) return;
        if (named.first_line > 0) {
            const std::uint32_t about = named.is_place ? kAboutLine : 0;
            const std::uint32_t first = named.first_line > about ? named.first_line - about : 1;
            take(named.path, {first, named.last_line + about}, named.why, share);
            return;
        }
        Excerpt whole = excerpt_of(named.path, *file, {1, file->lines.count()}, named.why);
        if (count(whole) <= share) return take(named.path, {1, file->lines.count()}, named.why, share);
        // Too large: what the question is about in it, or else its beginning.
        const std::int64_t before = left_;
        for (const SearchHit& hit : index_.search(words(), kMostHits, named.path)) {
            const std::int64_t rest = share - (before - left_);
            if (rest < kLeastTokens) return;
            take(named.path, {hit.first_line, hit.last_line}, named.why, rest);
        }
        if (left_ == before) take(named.path, {1, file->lines.count()}, named.why, share);
    }

    void take_found() {
        if (left_ < kLeastTokens) return;
        const std::vector<SearchHit> hits = index_.search(words(), kMostHits);
        if (hits.empty()) return;
        const double least = hits[0].rank.score * kOfBest;
        for (const SearchHit& hit : hits) {
            if (left_ < kLeastTokens) return;
            if (hit.rank.score < least || !files_.knows(hit.path)) continue;
            if (hit.rank.coverage < kLeastCoverage && hit.rank.in_names < kLeastInNames) continue;
            // One word in some text says nothing: half of a project has it.
            if (words().size() < 2 && hit.rank.in_names == 0) continue;
            take(hit.path, {hit.first_line, hit.last_line}, Why::Search, left_);
        }
    }

    const std::vector<std::string>& words() {
        if (words_.empty()) words_ = question_words(request_.question);
        return words_;
    }

    Excerpt excerpt_of(const std::string& path, const ExcerptFiles::File& file, LineRange range,
                       Why why) const {
        return {path,          range.first,
                range.last,    std::string(file.lines.range(range.first, range.last)),
                file.language, why};
    }

    /// What of these lines is there, not taken and not switched off, as far as `share` reaches.
    void take(const std::string& path, LineRange range, Why why, std::int64_t share) {
        stop_if_asked();
        const ExcerptFiles::File* file = files_.find(path);
        if (file == nullptr) return;
        range.last = std::min(range.last, file->lines.count());
        if (range.first > range.last) return;
        for (const LineRange& part : taken_.free_of(path, range)) {
            const std::vector<LineRange> wanted = off_.free_of(path, part);
            LineSet on;
            for (const LineRange& lines : wanted) on.add(path, lines);
            for (LineRange lines : wanted)
                if (trim_blank(file->lines, lines)) share -= put(excerpt_of(path, *file, lines, why), share);
            for (LineRange lines : on.free_of(path, part))
                if (trim_blank(file->lines, lines)) put_off(excerpt_of(path, *file, lines, why));
        }
    }

    static bool trim_blank(const TextLines& lines, LineRange& range) {
        while (range.first <= range.last && lines.is_blank(range.first)) ++range.first;
        while (range.last > range.first && lines.is_blank(range.last)) --range.last;
        return range.first <= range.last;
    }

    void put_off(Excerpt excerpt) {
        excerpt.on = false;
        excerpt.tokens = count(excerpt);
        taken_.add(excerpt.path, {excerpt.first_line, excerpt.last_line});
        choice_.excerpts.push_back(std::move(excerpt));
    }

    /// Puts it in, cut at a line's end where `share` is over. Returns what it cost.
    std::int64_t put(Excerpt excerpt, std::int64_t share) {
        share = std::min(share, left_);
        excerpt.tokens = count(excerpt);
        if (excerpt.tokens > share && !cut(excerpt, share)) return 0;
        left_ -= excerpt.tokens;
        taken_.add(excerpt.path, {excerpt.first_line, excerpt.last_line});
        choice_.excerpts.push_back(std::move(excerpt));
        return choice_.excerpts.back().tokens;
    }

    bool cut(Excerpt& excerpt, std::int64_t share) const {
        if (share < kLeastTokens) return false;
        const TextLines lines(excerpt.text);
        std::uint32_t fits = 0, too_many = lines.count();
        Excerpt shorter = excerpt;
        while (too_many - fits > 1) {
            const std::uint32_t middle = fits + (too_many - fits) / 2;
            shorter.text = lines.range(1, middle);
            shorter.last_line = excerpt.first_line + middle - 1;
            (count(shorter) <= share ? fits : too_many) = middle;
        }
        if (fits < std::min(kFewLines, lines.count())) return false;
        shorter.text = lines.range(1, fits);
        shorter.last_line = excerpt.first_line + fits - 1;
        shorter.tokens = count(shorter);
        shorter.trimmed = true;
        excerpt = std::move(shorter);
        return true;
    }

    /// Joins what adjoins in one file, into the one that stands first.
    void merge() {
        std::vector<Excerpt>& all = choice_.excerpts;
        for (std::size_t i = 0; i < all.size(); ++i)
            for (std::size_t j = i + 1; j < all.size();) {
                if (join(all[i], all[j])) {
                    all.erase(all.begin() + static_cast<std::ptrdiff_t>(j));
                    j = i + 1;
                } else {
                    ++j;
                }
            }
    }

    bool join(Excerpt& one, const Excerpt& other) {
        if (one.path != other.path || one.on != other.on || one.why == Why::Selection ||
            other.why == Why::Selection)
            return false;
        const bool after = other.first_line > one.last_line;
        const std::uint32_t gap = after ? other.first_line - one.last_line : one.first_line - other.last_line;
        if (gap == 0 || gap > kBlankBetween + 1) return false;
        const LineRange between = after ? LineRange{one.last_line + 1, other.first_line - 1}
                                        : LineRange{other.last_line + 1, one.first_line - 1};
        if (gap > 1 &&
            (taken_.free_of(one.path, between).size() != 1 || off_.free_of(one.path, between).size() != 1))
            return false;
        const ExcerptFiles::File* file = files_.find(one.path);
        if (file == nullptr) return false;
        Excerpt both = excerpt_of(
            one.path, *file,
            {std::min(one.first_line, other.first_line), std::max(one.last_line, other.last_line)}, one.why);
        both.tokens = count(both);
        both.on = one.on;
        both.trimmed = after ? other.trimmed : one.trimmed;
        if (both.on && both.tokens - one.tokens - other.tokens > left_) return false;
        if (both.on) left_ -= both.tokens - one.tokens - other.tokens;
        one = std::move(both);
        return true;
    }

    void finish() {
        std::stable_partition(choice_.excerpts.begin(), choice_.excerpts.end(),
                              [](const Excerpt& e) { return e.on; });
        for (const Excerpt& excerpt : choice_.excerpts) choice_.tokens += excerpt.on ? excerpt.tokens : 0;
    }

    SearchIndex& index_;
    const ExcerptRequest& request_;
    std::stop_token stop_;
    ExcerptFiles files_;
    ExcerptChoice choice_;
    LineSet taken_, off_;
    std::int64_t left_ = 0;
    std::vector<std::string> words_;
};

std::vector<std::string> paths_of(const std::vector<ProjectFile>& files) {
    std::vector<std::string> paths;
    for (const ProjectFile& file : files) paths.push_back(file.path);
    return paths;
}

}  // namespace

ExcerptChoice select_excerpts(const ProjectRoot& root, SearchIndex& index, const ExcerptRequest& request,
                              std::stop_token stop) {
    constexpr int kAttempts = 3;
    std::optional<PathIndex> made;
    if (request.paths == nullptr) made.emplace(paths_of(request.files), root.path());
    const PathIndex& paths = made ? *made : *request.paths;
    ExcerptChoice choice;
    for (int attempt = 0; attempt < kAttempts; ++attempt) {
        if (!request.files.empty() && index.is_empty()) index.update(root, request.files, stop);
        Selector selector(root, index, request, stop);
        const bool done =
            selector.run(paths, attempt + 1 == kAttempts) && !(index.is_empty() && !request.files.empty());
        choice = selector.take_choice();
        if (done) break;
    }
    return choice;
}

}  // namespace sidewinder::project
