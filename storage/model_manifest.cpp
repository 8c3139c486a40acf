#include "storage/model_manifest.h"

#include <algorithm>
#include <array>
#include <limits>
#include <nlohmann/json.hpp>
#include <numeric>
#include <set>

#include "storage/file_hash.h"

namespace sidewinder::storage {

using nlohmann::json;

namespace {

constexpr std::array<std::string_view, 3> kKinds{"hub", "folder", "cache"};  // by ManifestSource::Kind
constexpr int kMaxDepth = 4;
constexpr std::size_t kMaxText = 4096;

class Reader {
  public:
    explicit Reader(std::filesystem::path where) : where_(std::move(where)) {}

    [[noreturn]] void refuse(const std::string& why) const {
        throw Error(Error::Kind::Damaged, "The list of files " + where_.string() + " cannot be used: " + why +
                                              ". Remove this model and download or import it again.");
    }

    json parse(std::string_view text) const {
        if (text.size() > Manifest::kMaxBytes)
            refuse("it has " + std::to_string(text.size()) + " bytes, and " +
                   std::to_string(Manifest::kMaxBytes) + " are the limit");
        std::vector<std::set<std::string>> keys;
        const auto watch = [&](int depth, json::parse_event_t event, json& value) {
            if (depth > kMaxDepth) refuse("its values are nested more than 4 deep");
            if (event == json::parse_event_t::object_start) keys.emplace_back();
            if (event == json::parse_event_t::object_end) keys.pop_back();
            if (event == json::parse_event_t::key && !keys.back().insert(value.get<std::string>()).second)
                refuse("a key occurs twice");
            return true;
        };
        try {
            json value = json::parse(text, watch);
            if (value.is_object()) return value;
        } catch (const json::exception&) {
        }
        refuse("it is no JSON object");
    }

    std::string text(const json& object, const char* key, bool needed) const {
        const auto found = object.find(key);
        if (found == object.end()) {
            if (needed) refuse(std::string("it lacks \"") + key + "\"");
            return {};
        }
        if (!found->is_string() || found->get_ref<const std::string&>().size() > kMaxText)
            refuse(std::string("\"") + key + "\" is no text or too long");
        std::string value = *found;
        const auto hidden = [](unsigned char c) { return c < 0x20 || c == 0x7F; };
        if (std::any_of(value.begin(), value.end(), hidden))
            refuse(std::string("\"") + key + "\" holds control characters");
        return value;
    }

    ManifestSource source(const json& from) const {
        if (!from.is_object()) refuse("\"source\" is no object");
        const std::string kind = text(from, "kind", true);
        const auto known = std::find(kKinds.begin(), kKinds.end(), kind);
        if (known == kKinds.end()) refuse("its kind of source is not known");
        ManifestSource source;
        source.kind = static_cast<ManifestSource::Kind>(known - kKinds.begin());
        source.endpoint = text(from, "endpoint", false);
        source.repo = text(from, "repo", false);
        source.revision = text(from, "revision", false);
        source.commit = text(from, "commit", false);
        source.path = text(from, "path", false);
        if (const auto linked = from.find("linked"); linked != from.end()) {
            if (!linked->is_boolean()) refuse("\"linked\" is neither true nor false");
            source.linked = *linked;
        }
        if (source.linked && (source.kind == ManifestSource::Kind::Hub || !source.path.is_absolute()))
            refuse("it names no folder where its files are");
        return source;
    }

    ManifestFile file(const json& from) const {
        if (!from.is_object()) refuse("one of its files is no object");
        ManifestFile file;
        file.name = text(from, "name", true);
        if (!is_model_file_name(file.name))
            refuse("a file's name is not a plain one (letters, digits, . _ -)");
        const auto size = from.find("size");
        if (size == from.end() || !size->is_number_unsigned() ||
            size->get<std::uint64_t>() > std::uint64_t{std::numeric_limits<std::int64_t>::max()} >> 10)
            refuse("the size of " + file.name + " is not a possible number");
        file.size = *size;
        file.sha256 = text(from, "sha256", true);
        if (!is_hex(file.sha256, 64)) refuse("the SHA-256 of " + file.name + " does not have 64 digits");
        file.git_sha1 = text(from, "git_sha1", false);
        if (!file.git_sha1.empty() && !is_hex(file.git_sha1, 40))
            refuse("the git hash of " + file.name + " does not have 40 digits");
        if (const auto time = from.find("mtime_ns"); time != from.end()) {
            if (!time->is_number_integer()) refuse("the time of " + file.name + " is no number");
            file.mtime_ns = time->get<std::int64_t>();
        }
        return file;
    }

  private:
    std::filesystem::path where_;
};

}  // namespace

std::uint64_t Manifest::bytes() const {
    return std::accumulate(files.begin(), files.end(), std::uint64_t{0},
                           [](std::uint64_t sum, const ManifestFile& f) { return sum + f.size; });
}

const ManifestFile* Manifest::find(std::string_view name) const {
    const auto found =
        std::find_if(files.begin(), files.end(), [&](const ManifestFile& f) { return f.name == name; });
    return found == files.end() ? nullptr : &*found;
}

bool is_model_file_name(std::string_view name) {
    static constexpr std::array<std::string_view, 3> kOurs{Manifest::kFileName, "damaged.txt", "quantized"};
    return !name.empty() && name.size() <= 200 && name[0] != '.' && name[0] != '-' &&
           std::find(kOurs.begin(), kOurs.end(), name) == kOurs.end() &&
           std::all_of(name.begin(), name.end(), [](char c) {
               return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                      c == '.' || c == '_' || c == '-';
           });
}

Manifest parse_manifest(std::string_view text, const std::filesystem::path& where) {
    const Reader reader(where);
    const json root = reader.parse(text);
    const auto format = root.find("format");
    if (format == root.end() || !format->is_number_unsigned()) reader.refuse("it names no format");
    if (*format != 1)
        throw Error(Error::Kind::Newer,
                    "The list of files " + where.string() + " was written by a newer Sidewinder (format " +
                        format->dump() +
                        "; this one knows 1). Update Sidewinder, or import the model again.");
    const auto source = root.find("source"), files = root.find("files");
    if (source == root.end()) reader.refuse("it names no source");
    if (files == root.end() || !files->is_array() || files->empty()) reader.refuse("it lists no files");
    if (files->size() > Manifest::kMaxFiles)
        reader.refuse("it lists " + std::to_string(files->size()) + " files, and 512 are the limit");
    Manifest manifest;
    manifest.source = reader.source(*source);
    for (const json& from : *files) {
        ManifestFile file = reader.file(from);
        if (manifest.find(file.name)) reader.refuse(file.name + " is listed twice");
        manifest.files.push_back(std::move(file));
    }
    return manifest;
}

std::string to_json(const Manifest& manifest) {
    nlohmann::ordered_json source{{"kind", kKinds[static_cast<std::size_t>(manifest.source.kind)]}};
    const auto add = [&](const char* key, const std::string& value) {
        if (!value.empty()) source[key] = value;
    };
    add("endpoint", manifest.source.endpoint);
    add("repo", manifest.source.repo);
    add("revision", manifest.source.revision);
    add("commit", manifest.source.commit);
    add("path", manifest.source.path.string());
    if (manifest.source.linked) source["linked"] = true;
    nlohmann::ordered_json files = nlohmann::ordered_json::array();
    for (const ManifestFile& file : manifest.files) {
        nlohmann::ordered_json entry{{"name", file.name}, {"size", file.size}, {"sha256", file.sha256}};
        if (!file.git_sha1.empty()) entry["git_sha1"] = file.git_sha1;
        if (file.mtime_ns) entry["mtime_ns"] = *file.mtime_ns;
        files.push_back(std::move(entry));
    }
    const nlohmann::ordered_json root{{"format", 1}, {"source", source}, {"files", files}};
    return root.dump(1, ' ', false, json::error_handler_t::replace) + "\n";
}

std::string weights_sha256(const Manifest& manifest) {
    std::vector<const ManifestFile*> weights;
    for (const ManifestFile& file : manifest.files)
        if (file.name.ends_with(".safetensors")) weights.push_back(&file);
    if (weights.empty()) return {};
    if (weights.size() == 1) return weights[0]->sha256;
    std::sort(weights.begin(), weights.end(), [](const auto* a, const auto* b) { return a->name < b->name; });
    std::string list;
    for (const ManifestFile* file : weights) list += file->sha256 + "  " + file->name + "\n";
    return sha256_of(list);
}

}  // namespace sidewinder::storage
