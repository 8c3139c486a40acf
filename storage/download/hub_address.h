#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "storage/download/url.h"

namespace sidewinder::download {

inline constexpr std::string_view kDefaultEndpoint = "https://huggingface.co";

/// A repository at a hub, and the addresses of its API (model-format.md 5.1, 5.2).
class HubAddress {
  public:
    /// Throws Error(Usage) for an endpoint that is not https (plain http: only a loopback or private address
    /// or a name, which is checked when it is connected), a repository that is not "owner/name" or "name",
    /// and a revision that is empty, over 200 bytes or not visible ASCII.
    HubAddress(std::string_view endpoint, std::string repository, std::string revision);

    const Origin& origin() const { return endpoint_.origin; }
    const std::string& endpoint() const { return base_; }  ///< without a trailing slash
    const std::string& repository() const { return repository_; }
    const std::string& revision() const { return revision_; }
    std::string page() const { return base_ + "/" + repository_; }  ///< for the person, as text

    Url revision_url() const;
    Url tree_url(std::string_view commit) const;
    Url resolve_url(std::string_view commit, std::string_view file) const;

    /// What a mirror says of huggingface.co itself means the mirror; everything else stays.
    std::string at_mirror(std::string_view location) const;

  private:
    Url endpoint_;
    std::string base_;
    std::string repository_;
    std::string revision_;
};

/// The endpoint that is meant when `given` is: itself, HF_ENDPOINT, or huggingface.co.
std::string endpoint_of(const std::string& given);

/// Whom the requests and the token of that endpoint go to. Throws Error(Usage) as HubAddress does.
Origin hub_origin(const std::string& given);

/// Why `name` from a stranger's list may not become a file of ours, or nothing if it may. We take one plain
/// component of 1 to 200 letters, digits and "._+=@,-" that starts with a letter, digit or "_", does not end
/// in a dot, is no device name of Windows and no file that we write ourselves.
std::optional<std::string> refusal_of_name(std::string_view name);

/// `name` as it can be shown: at most 60 bytes, everything but visible ASCII as "?".
std::string shown_name(std::string_view name);

bool is_commit(std::string_view text);  ///< 40 hex digits, lower case

}  // namespace sidewinder::download
