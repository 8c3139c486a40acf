#include "storage/download/hub_address.h"

#include <algorithm>
#include <array>
#include <cstdlib>

#include "storage/download/fault.h"
#include "storage/file_hash.h"
#include "storage/model_manifest.h"

namespace sidewinder::download {

namespace {

bool is_alphanumeric(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool is_repository_part(std::string_view part) {
    if (part.empty() || part.size() > 96 || !(is_alphanumeric(part.front()) || part.front() == '_'))
        return false;
    if (part.find("..") != std::string_view::npos) return false;
    return std::ranges::all_of(part,
                               [](char c) { return is_alphanumeric(c) || c == '-' || c == '_' || c == '.'; });
}

bool is_repository(std::string_view name) {
    const std::size_t slash = name.find('/');
    if (slash == std::string_view::npos) return is_repository_part(name);
    return is_repository_part(name.substr(0, slash)) && is_repository_part(name.substr(slash + 1));
}

Url parse_endpoint(std::string_view text) {
    try {
        Url url = parse_url(text);
        if (url.text.find_first_of("?#") != std::string::npos)
            throw Error(Fault::Usage, "The endpoint has a query. Give only https://HOST, e.g. " +
                                          std::string(kDefaultEndpoint) + ".");
        const std::string_view host = without_brackets(url.origin.host);
        const bool numeric = host.find_first_not_of("0123456789.") == std::string_view::npos ||
                             host.find(':') != std::string_view::npos;
        if (url.origin.scheme == "http" && numeric && !is_private_address(host))
            throw Error(Fault::Usage, "The endpoint " + url.origin.text() +
                                          " is not encrypted, and it is not on your own network. Use https.");
        return url;
    } catch (const Error& error) {
        if (error.fault() == Fault::Usage) throw;
        throw Error(Fault::Usage, "The endpoint '" + shown_name(text) +
                                      "' is not the address of a hub. Give https://HOST, e.g. " +
                                      std::string(kDefaultEndpoint) + ".");
    }
}

}  // namespace

std::string endpoint_of(const std::string& given) {
    if (!given.empty()) return given;
    const char* value = std::getenv("HF_ENDPOINT");
    return value != nullptr && *value != '\0' ? value : std::string(kDefaultEndpoint);
}

Origin hub_origin(const std::string& given) {
    return parse_endpoint(endpoint_of(given)).origin;
}

HubAddress::HubAddress(std::string_view endpoint, std::string repository, std::string revision)
    : endpoint_(parse_endpoint(endpoint)),
      base_(endpoint_.text),
      repository_(std::move(repository)),
      revision_(std::move(revision)) {
    while (base_.ends_with('/')) base_.pop_back();
    if (!is_repository(repository_))
        throw Error(Fault::Usage, "'" + shown_name(repository_) +
                                      "' does not name a repository. Give OWNER/NAME, e.g. "
                                      "mistralai/Mamba-Codestral-7B-v0.1.");
    const bool visible = std::ranges::all_of(revision_, [](char c) { return c > 0x20 && c < 0x7f; });
    if (revision_.empty() || revision_.size() > 200 || !visible)
        throw Error(Fault::Usage, "'" + shown_name(revision_) +
                                      "' is not a revision. Give a branch, a tag or a commit, e.g. main.");
}

Url HubAddress::revision_url() const {
    return parse_url(base_ + "/api/models/" + repository_ + "/revision/" + percent_encoded(revision_));
}

Url HubAddress::tree_url(std::string_view commit) const {
    return parse_url(base_ + "/api/models/" + repository_ + "/tree/" + percent_encoded(commit) +
                     "?recursive=false&expand=false");
}

Url HubAddress::resolve_url(std::string_view commit, std::string_view file) const {
    return parse_url(base_ + "/" + repository_ + "/resolve/" + percent_encoded(commit) + "/" +
                     percent_encoded(file));
}

std::string HubAddress::at_mirror(std::string_view location) const {
    if (base_ != kDefaultEndpoint && location.starts_with(kDefaultEndpoint) &&
        location.substr(kDefaultEndpoint.size()).starts_with('/'))
        return base_ + std::string(location.substr(kDefaultEndpoint.size()));
    return std::string(location);
}

std::optional<std::string> refusal_of_name(std::string_view name) {
    if (name.empty()) return "it is empty";
    if (name.size() > 200) return "it is " + std::to_string(name.size()) + " bytes long (200 at most)";
    if (!is_alphanumeric(name.front()) && name.front() != '_')
        return "it starts with something else than a letter or digit";
    for (const char c : name)
        if (!is_alphanumeric(c) && std::string_view("._-").find(c) == std::string_view::npos)
            return "it has a character that is not a letter, a digit or one of ._-";
    if (name.back() == '.') return "it ends in a dot";
    std::string stem(name.substr(0, name.find('.')));
    std::ranges::transform(stem, stem.begin(),
                           [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; });
    static constexpr std::array<std::string_view, 4> kDevices{"CON", "PRN", "AUX", "NUL"};
    const bool numbered = stem.size() == 4 && (stem.starts_with("COM") || stem.starts_with("LPT")) &&
                          stem[3] >= '0' && stem[3] <= '9';
    if (numbered || std::ranges::find(kDevices, stem) != kDevices.end())
        return "it is the name of a device on Windows";
    if (!storage::is_model_file_name(name)) return "Sidewinder uses that name itself";
    return std::nullopt;
}

std::string shown_name(std::string_view name) {
    std::string out(name.substr(0, 60));
    for (char& c : out)
        if (c < 0x20 || c > 0x7e) c = '?';
    return name.size() > 60 ? out + "…" : out;
}

bool is_commit(std::string_view text) {
    return storage::is_hex(text, 40);
}

}  // namespace sidewinder::download
