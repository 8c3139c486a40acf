#include "storage/download/manifest.h"

#include <nlohmann/json.hpp>

#include "storage/download/hub_address.h"
#include "storage/download/hub_answers.h"

namespace sidewinder::download {

using Json = nlohmann::ordered_json;

std::string manifest_text(const Manifest& manifest) {
    Json files = Json::array();
    for (const Manifest::File& file : manifest.files) {
        Json entry{{"name", file.name}, {"size", file.size}, {"sha256", file.sha256}};
        if (!file.git_sha1.empty()) entry["git_sha1"] = file.git_sha1;
        files.push_back(std::move(entry));
    }
    const Json root{{"format", 1},
                    {"source",
                     {{"kind", "hub"},
                      {"endpoint", manifest.endpoint},
                      {"repo", manifest.repository},
                      {"revision", manifest.revision},
                      {"commit", manifest.commit}}},
                    {"files", std::move(files)}};
    return root.dump(2) + "\n";
}

std::optional<Manifest> parse_manifest(std::string_view text) {
    if (text.size() > (std::size_t{1} << 20)) return std::nullopt;
    try {
        const Json root = Json::parse(text);
        const Json& source = root.at("source");
        if (root.at("format").get<int>() != 1 || source.at("kind").get<std::string>() != "hub")
            return std::nullopt;
        Manifest manifest{
            source.at("endpoint"), source.at("repo"), source.at("revision"), source.at("commit"), {}};
        for (const Json& entry : root.at("files")) {
            Manifest::File file{entry.at("name"), entry.at("size"), entry.at("sha256"),
                                entry.value("git_sha1", "")};
            if (refusal_of_name(file.name) || file.size < 0 || file.size > kLargestFile ||
                !is_hex(file.sha256, 64))
                return std::nullopt;
            manifest.files.push_back(std::move(file));
        }
        if (!is_commit(manifest.commit)) return std::nullopt;
        return manifest;
    } catch (const Json::exception&) {
        return std::nullopt;
    }
}

}  // namespace sidewinder::download
