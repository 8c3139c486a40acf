#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace sidewinder::download {

/// The way through a proxy, or none. Its name and password are kept apart from its address, so that no
/// sentence that names the proxy can hold them.
class Proxy {
  public:
    Proxy() = default;
    /// "[SCHEME://][NAME:PASSWORD@]HOST[:PORT]", the scheme http (the default), https, socks5 or socks5h;
    /// name and password percent-encoded. Throws Error(Usage), whose sentence repeats no part of it.
    explicit Proxy(std::string_view text);
    ~Proxy();
    Proxy(const Proxy&) = default;
    Proxy(Proxy&&) = default;
    Proxy& operator=(const Proxy&) = default;
    Proxy& operator=(Proxy&&) = default;

    explicit operator bool() const { return !address_.empty(); }
    const std::string& address() const { return address_; }  ///< "http://host:port"
    int port() const { return port_; }
    const std::string& name() const { return name_; }
    const std::string& password() const { return password_; }
    /// What its password is kept under in a store of secrets: the name and the address.
    std::string place() const { return "proxy " + name_ + "@" + address_; }
    const std::string& encoded_password() const { return encoded_password_; }
    /// This one with a password, percent-encoded as in an address. Throws Error(Usage).
    Proxy with_password(const std::string& encoded) const;
    bool has_credentials() const { return !name_.empty() || !password_.empty(); }
    /// `text` without the password, as it is and as it was given.
    std::string hidden(std::string text) const;

  private:
    std::string address_, name_, encoded_name_, password_, encoded_password_;
    int port_ = 0;
};

/// What the environment names for addresses of `scheme`: https_proxy or HTTPS_PROXY (for http only
/// http_proxy: a server sets the other one from a header), then all_proxy or ALL_PROXY. no_proxy and
/// NO_PROXY are libcurl's to read. Throws Error(Usage), which names the variable.
Proxy proxy_of_environment(std::string_view scheme,
                           const std::function<const char*(const char*)>& environment);

}  // namespace sidewinder::download
