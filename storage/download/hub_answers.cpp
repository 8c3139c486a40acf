#include "storage/download/hub_answers.h"

#include <charconv>
#include <nlohmann/json.hpp>
#include <set>

#include "storage/download/fault.h"
#include "storage/download/hub_address.h"
#include "storage/file_hash.h"

namespace sidewinder::download {

namespace {

using nlohmann::json;

constexpr std::size_t kDeepest = 32;

[[noreturn]] void refuse(const std::string& what) {
    throw Error(Fault::BadAnswer, "The hub's answer cannot be used: " + what +
                                      ". Nothing was stored. Check the endpoint, or try again later.");
}

/// Walks JSON without building it, and hands a scalar with its path of keys to the derived class. nlohmann's
/// parser keeps a stack of its own, so that depth costs no call stack.
class Walker : public nlohmann::json_sax<json> {
  public:
    bool null() override { return true; }
    bool boolean(bool) override { return true; }
    bool number_integer(number_integer_t value) override { return number(value, true); }
    bool number_unsigned(number_unsigned_t value) override {
        return number(static_cast<std::int64_t>(value), value <= std::uint64_t{1} << 62);
    }
    bool number_float(number_float_t, const string_t&) override { return number(0, false); }
    bool string(string_t& value) override {
        text(value);
        return true;
    }
    bool binary(binary_t&) override { refuse("it holds binary data"); }
    bool start_object(std::size_t) override {
        push(true);
        object_begins();
        return true;
    }
    bool end_object() override {
        object_ends();
        keys_.pop_back();
        return true;
    }
    bool start_array(std::size_t) override {
        push(false);
        return true;
    }
    bool end_array() override {
        keys_.pop_back();
        return true;
    }
    bool key(string_t& value) override {
        if (!keys_.back().seen.insert(value).second) refuse("a key stands twice in one object");
        if (keys_.back().seen.size() > 1000) refuse("an object has more than 1000 keys");
        keys_.back().now = value;
        return true;
    }
    bool parse_error(std::size_t position, const std::string&, const nlohmann::detail::exception&) override {
        refuse("it is not JSON (byte " + std::to_string(position) + ")");
    }

  protected:
    struct Level {
        bool object = false;
        std::string now;
        std::set<std::string> seen;
    };
    virtual void object_begins() {}
    virtual void object_ends() {}
    virtual void text(const std::string&) {}
    virtual bool number(std::int64_t, bool) { return true; }

    std::size_t depth() const { return keys_.size(); }
    const std::string& key_at(std::size_t level) const { return keys_[level].now; }
    bool is_object(std::size_t level) const { return keys_[level].object; }

  private:
    void push(bool object) {
        if (keys_.size() >= kDeepest) refuse("it is nested more than " + std::to_string(kDeepest) + " deep");
        keys_.push_back({object, {}, {}});
    }
    std::vector<Level> keys_;
};

/// [ {"type","path","size","oid","lfs":{"oid","size"}} ]
class TreeWalker final : public Walker {
  public:
    std::vector<RemoteFile> files;

  private:
    bool in_entry() const { return depth() >= 2 && !is_object(0) && is_object(1); }
    bool in_lfs() const { return depth() == 3 && in_entry() && is_object(2) && key_at(1) == "lfs"; }

    void object_begins() override {
        if (depth() == 1) refuse("it is not a list of files");
        if (depth() == 2) entry_ = {};
    }
    void text(const std::string& value) override {
        if (depth() == 0) refuse("it is not a list of files");
        if (in_lfs()) {
            if (key_at(2) == "oid") entry_.file.sha256 = value;
            return;
        }
        if (depth() != 2 || !in_entry()) return;
        if (key_at(1) == "path") entry_.file.name = value, entry_.named = true;
        if (key_at(1) == "type") entry_.type = value;
        if (key_at(1) == "oid") entry_.file.git_sha1 = value;
    }
    bool number(std::int64_t value, bool fits) override {
        const bool size = depth() == 2 && in_entry() && key_at(1) == "size";
        const bool large_size = in_lfs() && key_at(2) == "size";
        if (!size && !large_size) return true;
        if (!fits || value < 0 || value > kLargestFile) refuse("a file's size is not possible");
        if (size) entry_.file.size = value;
        if (large_size) entry_.lfs_size = value;
        entry_.sized = true;
        return true;
    }
    void object_ends() override {
        if (depth() != 2 || !in_entry()) return;
        if (!entry_.named) refuse("an entry of the list has no name");
        if (entry_.type != "file") return;
        if (!entry_.sized) refuse("an entry of the list has no size");
        RemoteFile& file = entry_.file;
        if (entry_.lfs_size) file.size = *entry_.lfs_size;
        if (!file.sha256.empty()) {
            if (!storage::is_hex(file.sha256, 64)) refuse("a file's SHA-256 is not one");
            file.git_sha1.clear();  // it is the pointer's, not the content's
        } else if (!storage::is_hex(file.git_sha1, 40)) {
            refuse("a file's hash is not one");
        }
        files.push_back(std::move(file));
        if (files.size() > kMostListEntries) refuse("it lists more than 100000 files");
    }

    struct Entry {
        RemoteFile file;
        std::string type;
        std::optional<std::int64_t> lfs_size;
        bool named = false;
        bool sized = false;
    } entry_;
};

class RevisionWalker final : public Walker {
  public:
    std::string commit;

  private:
    void text(const std::string& value) override {
        if (depth() == 1 && is_object(0) && key_at(0) == "sha") commit = value;
    }
};

void walk(std::string_view text, Walker& walker) {
    if (text.size() > kMostListBytes)
        refuse("it is larger than " + std::to_string(kMostListBytes >> 20) + " MiB");
    if (!json::sax_parse(text.begin(), text.end(), &walker)) refuse("it is not JSON");
}

}  // namespace

std::vector<RemoteFile> parse_tree(std::string_view text) {
    TreeWalker walker;
    walk(text, walker);
    return std::move(walker.files);
}

std::string parse_revision(std::string_view text) {
    RevisionWalker walker;
    walk(text, walker);
    if (!is_commit(walker.commit)) refuse("it names no commit");
    return walker.commit;
}

std::optional<std::string> next_page(std::string_view link) {
    while (!link.empty()) {
        const std::size_t open = link.find('<');
        if (open == std::string_view::npos) return std::nullopt;
        const std::size_t close = link.find('>', open);
        if (close == std::string_view::npos) return std::nullopt;
        std::size_t end = link.find('<', close);
        if (end == std::string_view::npos) end = link.size();
        const std::string_view parameters = link.substr(close + 1, end - close - 1);
        if (parameters.find("rel=\"next\"") != std::string_view::npos ||
            parameters.find("rel=next") != std::string_view::npos)
            return std::string(link.substr(open + 1, close - open - 1));
        link.remove_prefix(end);
    }
    return std::nullopt;
}

std::string bare_etag(std::string_view etag) {
    if (etag.starts_with("W/")) etag.remove_prefix(2);
    if (etag.size() >= 2 && etag.front() == '"' && etag.back() == '"') etag = etag.substr(1, etag.size() - 2);
    return std::string(etag);
}

std::optional<std::int64_t> parse_count(std::string_view text) {
    if (text.empty() || text.find_first_not_of("0123456789") != std::string_view::npos) return std::nullopt;
    std::int64_t value = 0;
    const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (code != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return value;
}

std::optional<ContentRange> parse_content_range(std::string_view value) {
    if (!value.starts_with("bytes ")) return std::nullopt;
    value.remove_prefix(6);
    const std::size_t dash = value.find('-'), slash = value.find('/');
    if (dash == std::string_view::npos || slash == std::string_view::npos || slash < dash)
        return std::nullopt;
    const auto first = parse_count(value.substr(0, dash));
    const auto last = parse_count(value.substr(dash + 1, slash - dash - 1));
    const auto total = parse_count(value.substr(slash + 1));
    if (!first || !last || *last < *first) return std::nullopt;
    if (!total && value.substr(slash + 1) != "*") return std::nullopt;
    if (total && *last >= *total) return std::nullopt;
    return ContentRange{*first, *last, total};
}

std::optional<std::int64_t> parse_unsatisfied_range(std::string_view value) {
    if (!value.starts_with("bytes */")) return std::nullopt;
    return parse_count(value.substr(8));
}

}  // namespace sidewinder::download
