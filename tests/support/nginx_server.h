#pragma once

#include <QJsonObject>
#include <QProcess>
#include <QString>
#include <filesystem>
#include <memory>
#include <vector>

#include "tests/support/fetch_bench.h"
#include "tests/support/tls_files.h"

namespace sidewinder::tests {

/// Debian's nginx as a model hub on https://127.0.0.1 and the CDN that it sends on to on https://localhost,
/// each on a port of its own. The hub is static files and headers: revision, a file list of two pages,
/// resolve.
class NginxServer {
  public:
    struct Options {
        bool http2 = true;
        QString certificate = QStringLiteral("good");
        int bytes_per_second = 0;  ///< of each request at the CDN; 0 = as fast as it goes
    };
    static bool is_installed();

    /// Offers the three files of `bench`.
    NginxServer(const FetchBench& bench, const TlsFiles& tls, Options options);
    ~NginxServer();

    void start();
    void stop();  ///< at once, as in a crash
    /// The large file gets another ETag, with the same content.
    void touch_weights();
    QString hub() const;
    /// Every request so far: site, protocol, method, uri, status, range, authorization, begin and end
    /// (seconds).
    std::vector<QJsonObject> log() const;
    std::vector<QJsonObject> ranges() const;  ///< those for parts of the large file

  private:
    void write_site(const FetchBench& bench);
    void write_configuration(const TlsFiles& tls, const Options& options);
    std::string hub_locations() const;

    TemporaryDirectory folder_;
    int hub_port_, cdn_port_;
    std::string commit_;
    std::string weights_, tokenizer_, params_;  // what the hub calls them: SHA-256, SHA-256, git's SHA-1
    std::size_t weights_size_, tokenizer_size_;
    std::unique_ptr<QProcess> process_;
};

}  // namespace sidewinder::tests
