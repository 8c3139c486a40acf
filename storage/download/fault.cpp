#include "storage/download/fault.h"

#include <array>
#include <utility>

namespace sidewinder::download {

std::string_view fault_name(Fault fault) {
    static constexpr std::array<std::pair<Fault, std::string_view>, 27> kNames{{
        {Fault::Usage, "usage"},
        {Fault::Stopped, "stopped"},
        {Fault::Cancelled, "cancelled"},
        {Fault::Busy, "busy"},
        {Fault::Network, "network"},
        {Fault::Certificate, "certificate"},
        {Fault::Proxy, "proxy"},
        {Fault::NotTheHub, "not_the_hub"},
        {Fault::NoRepository, "no_repository"},
        {Fault::NoRevision, "no_revision"},
        {Fault::NoFile, "no_file"},
        {Fault::Gated, "gated"},
        {Fault::BadToken, "bad_token"},
        {Fault::Forbidden, "forbidden"},
        {Fault::Unavailable, "unavailable"},
        {Fault::RateLimited, "rate_limited"},
        {Fault::Server, "server"},
        {Fault::RefusedAddress, "refused_address"},
        {Fault::BadAnswer, "bad_answer"},
        {Fault::UnsafeName, "unsafe_name"},
        {Fault::Changed, "changed"},
        {Fault::WrongContent, "wrong_content"},
        {Fault::NoSpace, "no_space"},
        {Fault::Denied, "denied"},
        {Fault::Disk, "disk"},
        {Fault::Keyring, "keyring"},
        {Fault::Internal, "internal"},
    }};
    for (const auto& [known, name] : kNames)
        if (known == fault) return name;
    return "internal";
}

bool is_resumable(Fault fault) {
    switch (fault) {
        case Fault::Usage:
        case Fault::NoRepository:
        case Fault::NoRevision:
        case Fault::NoFile:
        case Fault::UnsafeName:
        case Fault::Unavailable:
        case Fault::Internal:
            return false;
        default:
            return true;
    }
}

}  // namespace sidewinder::download
