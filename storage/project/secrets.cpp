#include <algorithm>
#include <cctype>
#include <cstring>

#include "storage/project/file_kind.h"

namespace sidewinder::project {

namespace {

bool is_any_of(std::string_view name, std::initializer_list<std::string_view> names) {
    return std::find(names.begin(), names.end(), name) != names.end();
}

bool ends_in_any_of(std::string_view name, std::initializer_list<std::string_view> endings) {
    return std::any_of(endings.begin(), endings.end(),
                       [&](std::string_view ending) { return name.ends_with(ending); });
}

/// Templates hold no secrets: that is what they are for.
bool is_sample(std::string_view name) {
    return ends_in_any_of(name, {".example", ".sample", ".template", ".dist", ".defaults"});
}

enum Class { Word, Dotted, Upper, Hex };

bool belongs(char c, Class kind) {
    const bool digit = c >= '0' && c <= '9', upper = c >= 'A' && c <= 'Z', lower = c >= 'a' && c <= 'z';
    switch (kind) {
        case Word:
            return digit || upper || lower || c == '_' || c == '-';
        case Dotted:
            return belongs(c, Word) || c == '.';
        case Upper:
            return digit || upper;
        case Hex:
            return digit || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
    }
    return false;
}

/// A fixed beginning, and at least `least` characters of a class behind it.
struct Token {
    std::string_view start;
    Class kind;
    std::size_t least;
    std::string_view what;
};

constexpr Token kTokens[] = {
    {"AKIA", Upper, 16, "an AWS access key"},
    {"ASIA", Upper, 16, "an AWS access key"},
    {"ghp_", Word, 36, "a GitHub token"},
    {"gho_", Word, 36, "a GitHub token"},
    {"ghs_", Word, 36, "a GitHub token"},
    {"ghu_", Word, 36, "a GitHub token"},
    {"github_pat_", Word, 50, "a GitHub token"},
    {"glpat-", Word, 20, "a GitLab token"},
    {"xoxb-", Word, 20, "a Slack token"},
    {"xoxp-", Word, 20, "a Slack token"},
    {"xapp-", Word, 20, "a Slack token"},
    {"sk_live_", Word, 20, "a Stripe key"},
    {"rk_live_", Word, 20, "a Stripe key"},
    {"sk-ant-", Word, 20, "an API key"},
    {"sk-proj-", Word, 20, "an API key"},
    {"AIzaSy", Word, 33, "a Google API key"},
    {"ya29.", Dotted, 20, "a Google access token"},
    {"hf_", Word, 30, "a Hugging Face token"},
    {"npm_", Word, 36, "an npm token"},
    {"pypi-AgEIcHlwaS5vcmc", Word, 20, "a PyPI token"},
    {"dop_v1_", Hex, 40, "a DigitalOcean token"},
    {"SG.", Dotted, 40, "a SendGrid key"},
    {"eyJhbGciOi", Dotted, 40, "a signed web token"},
};

const char* find(std::string_view text, std::string_view what, std::size_t from) {
    return static_cast<const char*>(
        ::memmem(text.data() + from, text.size() - from, what.data(), what.size()));
}

std::string at_line(std::string_view text, const char* place, std::string_view what) {
    const auto line = std::count(text.data(), place, '\n') + 1;
    return "line " + std::to_string(line) + " looks like " + std::string(what);
}

std::string token_in(std::string_view text, const Token& token) {
    for (std::size_t from = 0; from < text.size();) {
        const char* found = find(text, token.start, from);
        if (found == nullptr) return {};
        const auto begin = static_cast<std::size_t>(found - text.data());
        std::size_t end = begin + token.start.size();
        while (end < text.size() && belongs(text[end], token.kind)) ++end;
        const bool whole = begin == 0 || !belongs(text[begin - 1], Word);
        const std::string_view body =
            text.substr(begin + token.start.size(), end - begin - token.start.size());
        // Placeholders such as ghp_xxxxxxxx repeat themselves.
        const auto repeats = body.empty() ? 0 : std::count(body.begin(), body.end(), body.front());
        if (whole && body.size() >= token.least && static_cast<std::size_t>(repeats) * 2 < body.size())
            return at_line(text, found, token.what);
        from = begin + token.start.size();
    }
    return {};
}

/// "-----BEGIN ... PRIVATE KEY-----" with key material behind it, not the mere words.
std::string private_key_in(std::string_view text) {
    constexpr std::string_view kEnd = "PRIVATE KEY";
    for (std::size_t from = 0; from < text.size();) {
        const char* found = find(text, "-----BEGIN ", from);
        if (found == nullptr) return {};
        const auto begin = static_cast<std::size_t>(found - text.data());
        from = begin + 11;
        const std::string_view head = text.substr(from, 60);
        const std::size_t words = head.substr(0, head.find('\n')).find(kEnd);
        if (words == std::string_view::npos) continue;
        std::size_t material = 0;
        for (const char c : text.substr(from + words + kEnd.size(), 400))
            if (belongs(c, Word) || c == '+' || c == '/' || c == '=') ++material;
        if (material >= 64) return at_line(text, found, "a private key");
    }
    return {};
}

}  // namespace

std::string secret_name(std::string_view path) {
    std::string lower(path.substr(path.rfind('/') + 1));
    std::transform(lower.begin(), lower.end(), lower.begin(),
                   [](unsigned char c) { return std::tolower(c); });
    const std::string_view name = lower;
    if (is_sample(name)) return {};
    if (name == ".env" || name.starts_with(".env.") || name.ends_with(".env") || name == ".envrc")
        return "its name is that of environment settings with passwords";
    if (is_any_of(name, {"id_rsa", "id_dsa", "id_ecdsa", "id_ed25519", "id_ecdsa_sk", "id_ed25519_sk",
                         "identity"}) ||
        ends_in_any_of(name, {".key", ".ppk", ".p12", ".pfx", ".jks", ".keystore", ".kdbx", ".kdb", ".gpg",
                              ".pgp", ".asc.key", "_rsa", "_ed25519", ".ovpn", ".keytab", ".agekey"}))
        return "its name is that of a key";
    if (is_any_of(name, {".netrc",
                         "_netrc",
                         ".npmrc",
                         ".pypirc",
                         ".pgpass",
                         ".my.cnf",
                         ".htpasswd",
                         ".dockercfg",
                         ".git-credentials",
                         ".s3cfg",
                         ".boto",
                         "credentials",
                         "credentials.json",
                         "credentials.xml",
                         "credentials.yml",
                         "credentials.yaml",
                         "credentials.toml",
                         "secrets",
                         "secrets.json",
                         "secrets.yml",
                         "secrets.yaml",
                         "secrets.toml",
                         "secret.json",
                         "secret.yaml",
                         "secret.yml",
                         "client_secret.json",
                         "service-account.json",
                         "service_account.json",
                         "kubeconfig",
                         ".vault-token",
                         ".vault_pass",
                         "vault_pass.txt",
                         "passwords.txt",
                         "password.txt",
                         "shadow",
                         "htpasswd",
                         "wp-config.php",
                         "master.key",
                         "terraform.tfstate",
                         ".terraformrc",
                         "terraform.tfvars",
                         "gcloud.json",
                         "auth.json",
                         "token.txt",
                         ".token"}))
        return "its name is that of stored passwords or keys";
    return {};
}

std::string secret_content(std::string_view text) {
    if (std::string found = private_key_in(text); !found.empty()) return found;
    for (const Token& token : kTokens)
        if (std::string found = token_in(text, token); !found.empty()) return found;
    return {};
}

}  // namespace sidewinder::project
