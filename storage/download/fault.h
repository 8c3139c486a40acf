#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

namespace sidewinder::download {

/// Every way that a download can end without a model. The numbers are exit codes of sidewinder-fetch, the
/// names stand in its error lines; both are stable.
enum class Fault : int {
    Usage = 2,            ///< an argument that makes no sense
    Stopped = 3,          ///< asked to stop, or the parent died; the parts are kept
    Cancelled = 4,        ///< asked to give up
    Busy = 5,             ///< another process downloads into this folder
    Network = 10,         ///< no connection for longer than the patience allows
    Certificate = 11,     ///< TLS was refused
    Proxy = 12,           ///< the proxy refused
    NotTheHub = 13,       ///< something else answers at this address (captive portal)
    NoRepository = 14,    ///< no such repository, or a private one
    NoRevision = 15,      ///< the repository has no such revision
    NoFile = 16,          ///< the repository has no such file
    Gated = 17,           ///< the licence must be accepted at the hub first
    BadToken = 18,        ///< the hub does not accept the token
    Forbidden = 19,       ///< 403 for another reason
    Unavailable = 20,     ///< 410, 451, or disabled by the hub
    RateLimited = 21,     ///< 429 until the tries ran out
    Server = 22,          ///< 5xx until the tries ran out
    RefusedAddress = 23,  ///< sent on to an address that we do not go to
    BadAnswer = 24,       ///< the answer breaks the protocol
    UnsafeName = 25,      ///< a file name that could leave the folder
    Changed = 26,         ///< the file changed at the hub while it was fetched
    WrongContent = 27,    ///< the hash is wrong, twice
    NoSpace = 28,
    Denied = 29,
    Disk = 30,
    Keyring = 31,  ///< the keyring is not there, locked, or does not answer
    Internal = 70,
};

/// "no_space" for Fault::NoSpace.
std::string_view fault_name(Fault fault);

/// True when a later run with the same arguments may go on where this one stopped.
bool is_resumable(Fault fault);

/// The message is a whole sentence for the person; never a token, never the query of an address.
class Error : public std::runtime_error {
  public:
    Error(Fault fault, const std::string& sentence) : std::runtime_error(sentence), fault_(fault) {}
    Fault fault() const { return fault_; }

  private:
    Fault fault_;
};

}  // namespace sidewinder::download
