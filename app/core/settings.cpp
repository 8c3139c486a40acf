#include "app/core/settings.h"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <random>
#include <sstream>
#include <string_view>

#include "app/core/proxy_address.h"
#include "storage/atomic_file.h"
#include "storage/paths.h"

namespace sidewinder::app {

namespace fs = std::filesystem;
using nlohmann::json;

namespace {

constexpr std::string_view kThemes[] = {"system", "light", "dark"};

// Takes `key` when it has the right type and lies within [low, high]; notes it as left out otherwise.
template <class T>
void take(const json& from, const char* key, T low, T high, T& into, std::string& left_out) {
    const auto found = from.find(key);
    if (found == from.end()) return;
    if (found->is_number()) {
        const double value = found->get<double>();
        if (value >= static_cast<double>(low) && value <= static_cast<double>(high)) {
            into = found->get<T>();
            return;
        }
    }
    left_out += std::string(left_out.empty() ? "" : ", ") + key;
}

void take(const json& from, const char* key, bool& into, std::string& left_out) {
    const auto found = from.find(key);
    if (found == from.end()) return;
    if (found->is_boolean()) {
        into = found->get<bool>();
    } else {
        left_out += std::string(left_out.empty() ? "" : ", ") + key;
    }
}

void take(const json& from, const char* key, std::string& into, std::string& left_out) {
    const auto found = from.find(key);
    if (found == from.end()) return;
    if (found->is_string()) {
        into = found->get<std::string>();
    } else {
        left_out += std::string(left_out.empty() ? "" : ", ") + key;
    }
}

// Those that are whole; of at most kMostDownloads.
void take(const json& from, const char* key, std::vector<Settings::Download>& into, std::string& left_out) {
    constexpr std::size_t kMostDownloads = 64;
    const auto found = from.find(key);
    if (found == from.end()) return;
    if (!found->is_array()) {
        left_out += std::string(left_out.empty() ? "" : ", ") + key;
        return;
    }
    for (const json& entry : *found) {
        if (!entry.is_object() || into.size() == kMostDownloads) continue;
        Settings::Download download;
        std::string wrong;
        take(entry, "id", download.id, wrong);
        take(entry, "repo", download.repo, wrong);
        take(entry, "revision", download.revision, wrong);
        take(entry, "endpoint", download.endpoint, wrong);
        if (wrong.empty() && !download.id.empty() && !download.repo.empty())
            into.push_back(std::move(download));
    }
}

// One of `names`, by number.
template <class T, std::size_t N>
void take(const json& from, const char* key, const std::string_view (&names)[N], T& into,
          std::string& left_out) {
    if (!from.contains(key)) return;
    std::string name;
    take(from, key, name, left_out);
    const auto known = std::find(std::begin(names), std::end(names), name);
    if (known != std::end(names)) {
        into = static_cast<T>(known - std::begin(names));
    } else if (from[key].is_string()) {
        left_out += std::string(left_out.empty() ? "" : ", ") + key;
    }
}

json read_object(const fs::path& file, std::string* problem) {
    std::ifstream in(file, std::ios::binary);
    if (!in) return json::object();
    std::ostringstream text;
    text << in.rdbuf();
    json value = json::parse(text.str(), nullptr, false);
    if (value.is_object()) return value;
    if (problem) {
        *problem = "The settings in " + file.string() +
                   " cannot be read, so the defaults are used until you change one.";
    }
    return json::object();
}

/// The rest of the file stays as it is, whatever was left out of it.
void take_password_out(const fs::path& file, Settings& s, std::string* problem) {
    const std::string bare = without_password(s.proxy);
    if (bare == s.proxy) return;
    s.proxy = bare;
    std::string now = "was taken out of";
    try {
        json to = read_object(file, nullptr);
        to["proxy"] = bare;
        storage::write_atomically(file, to.dump(2, ' ', false, json::error_handler_t::replace) + "\n");
    } catch (const storage::Error&) {
        now = "is still in";  // a folder that cannot be written to
    }
    if (problem)
        *problem = "The proxy's password " + now + " " + file.string() +
                   ", where others might find it. Type it in the settings to have it kept in the keyring.";
}

}  // namespace

bool operator==(const Settings& a, const Settings& b) {
    const auto key = [](const Settings& s) {
        return std::tie(s.system_prompt, s.sampling.temperature, s.sampling.top_k, s.sampling.top_p,
                        s.sampling.min_p, s.sampling.repetition_penalty, s.seed, s.max_tokens, s.device,
                        s.float8_prefill, s.threads, s.theme, s.font_size, s.model, s.weights,
                        s.checkpoint_disk_mib, s.checkpoint_memory_mib, s.project_budget, s.offline,
                        s.endpoint, s.proxy, s.ca_file, s.token_file, s.downloads);
    };
    return key(a) == key(b);
}

Settings load_settings(const fs::path& file, std::string* problem) {
    const json from = read_object(file, problem);
    Settings s;
    std::string left_out;
    take(from, "system_prompt", s.system_prompt, left_out);
    take(from, "temperature", 0.0f, 5.0f, s.sampling.temperature, left_out);
    take(from, "top_k", 0, 1'000'000, s.sampling.top_k, left_out);
    take(from, "top_p", 0.0f, 1.0f, s.sampling.top_p, left_out);
    take(from, "min_p", 0.0f, 1.0f, s.sampling.min_p, left_out);
    take(from, "repetition_penalty", 0.5f, 2.0f, s.sampling.repetition_penalty, left_out);
    take(from, "max_tokens", std::int64_t{1}, std::int64_t{1'000'000}, s.max_tokens, left_out);
    take(from, "threads", 0, 1024, s.threads, left_out);
    take(from, "float8_prefill", s.float8_prefill, left_out);
    take(from, "font_size", 0, 96, s.font_size, left_out);
    take(from, "model", s.model, left_out);
    take(from, "weights", s.weights, left_out);
    take(from, "checkpoint_disk_mib", std::int64_t{0}, std::int64_t{1} << 30, s.checkpoint_disk_mib,
         left_out);
    take(from, "checkpoint_memory_mib", std::int64_t{0}, std::int64_t{1} << 30, s.checkpoint_memory_mib,
         left_out);
    take(from, "project_budget", std::int64_t{1024}, std::int64_t{16} << 20, s.project_budget, left_out);
    take(from, "offline", s.offline, left_out);
    take(from, "endpoint", s.endpoint, left_out);
    take(from, "proxy", s.proxy, left_out);
    take(from, "ca_file", s.ca_file, left_out);
    take(from, "token_file", s.token_file, left_out);
    take(from, "downloads", s.downloads, left_out);
    if (const auto seed = from.find("seed"); seed != from.end() && seed->is_number_unsigned()) {
        s.seed = seed->get<std::uint64_t>();
    }
    take(from, "theme", kThemes, s.theme, left_out);
    take(from, "device", kDevices, s.device, left_out);
    if (problem && !left_out.empty()) {
        *problem = "Some settings in " + file.string() +
                   " are impossible and keep their defaults: " + left_out + ".";
    }
    take_password_out(file, s, problem);
    return s;
}

void save_settings(const fs::path& file, const Settings& s) {
    json to = read_object(file, nullptr);
    to["system_prompt"] = s.system_prompt;
    to["temperature"] = s.sampling.temperature;
    to["top_k"] = s.sampling.top_k;
    to["top_p"] = s.sampling.top_p;
    to["min_p"] = s.sampling.min_p;
    to["repetition_penalty"] = s.sampling.repetition_penalty;
    to["max_tokens"] = s.max_tokens;
    to["threads"] = s.threads;
    to["float8_prefill"] = s.float8_prefill;
    to["font_size"] = s.font_size;
    to["model"] = s.model;
    to["weights"] = s.weights;
    to["checkpoint_disk_mib"] = s.checkpoint_disk_mib;
    to["checkpoint_memory_mib"] = s.checkpoint_memory_mib;
    to["project_budget"] = s.project_budget;
    to["offline"] = s.offline;
    to["endpoint"] = s.endpoint;
    to["proxy"] = without_password(s.proxy);
    to["ca_file"] = s.ca_file;
    to["token_file"] = s.token_file;
    to["downloads"] = json::array();
    for (const Settings::Download& d : s.downloads)
        to["downloads"].push_back(
            {{"id", d.id}, {"repo", d.repo}, {"revision", d.revision}, {"endpoint", d.endpoint}});
    to["seed"] = s.seed ? json(*s.seed) : json(nullptr);
    to["device"] = std::string(kDevices[static_cast<int>(s.device)]);
    to["theme"] = std::string(kThemes[static_cast<int>(s.theme)]);
    storage::make_private_directory(file.parent_path());
    storage::write_atomically(file, to.dump(2, ' ', false, json::error_handler_t::replace) + "\n");
}

inference::GenerateOptions generate_options(const Settings& settings) {
    inference::GenerateOptions options{.sampling = settings.sampling, .max_tokens = settings.max_tokens};
    std::random_device entropy;
    options.sampling.seed =
        settings.seed ? *settings.seed : (static_cast<std::uint64_t>(entropy()) << 32) | entropy();
    return options;
}

}  // namespace sidewinder::app
