#include "storage/download/system_ca.h"

#include <curl/curl.h>
#include <unistd.h>

#include <string>

#include "storage/download/http_shared.h"

namespace sidewinder::download {

namespace fs = std::filesystem;

namespace {

std::string place_of_libcurl() {
    const EasyHandle easy(curl_easy_init());
    char* place = nullptr;
    if (!easy || curl_easy_getinfo(easy.get(), CURLINFO_CAINFO, &place) != CURLE_OK || place == nullptr)
        return {};
    return place;
}

}  // namespace

fs::path system_ca_file(const fs::path& root) {
    const auto below = [&](const std::string& place) { return root / fs::path(place).relative_path(); };
    const std::string own = place_of_libcurl();
    if (own.empty() || ::access(below(own).c_str(), R_OK) == 0) return {};
    for (const char* place : {
             "/etc/ssl/certs/ca-certificates.crt",                 // Debian, Ubuntu, Arch, Gentoo
             "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",  // Fedora, RHEL
             "/etc/pki/tls/certs/ca-bundle.crt",                   // older ones of them
             "/etc/ssl/ca-bundle.pem",                             // SUSE
             "/etc/ssl/cert.pem",                                  // Alpine, Void
         })
        if (const fs::path file = below(place); ::access(file.c_str(), R_OK) == 0) return file;
    return {};
}

}  // namespace sidewinder::download
