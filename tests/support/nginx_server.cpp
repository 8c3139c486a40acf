#include "tests/support/nginx_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <QCryptographicHash>
#include <QJsonDocument>
#include <QStandardPaths>
#include <QThread>

namespace sidewinder::tests {

namespace fs = std::filesystem;

namespace {

int socket_on(int port, bool connecting) {
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    auto* general = reinterpret_cast<sockaddr*>(&address);
    const int result =
        connecting ? ::connect(fd, general, sizeof address) : ::bind(fd, general, sizeof address);
    if (result == 0) return fd;
    ::close(fd);
    return -1;
}

int free_port() {
    const int fd = socket_on(0, false);
    sockaddr_in address{};
    socklen_t length = sizeof address;
    ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &length);
    ::close(fd);
    return ntohs(address.sin_port);
}

std::string hex(const QByteArray& bytes, QCryptographicHash::Algorithm algorithm) {
    return QCryptographicHash::hash(bytes, algorithm).toHex().toStdString();
}

std::string git_hash(const QByteArray& bytes) {
    return hex("blob " + QByteArray::number(bytes.size()) + '\0' + bytes, QCryptographicHash::Sha1);
}

QString program() {
    return QStandardPaths::findExecutable(
        QStringLiteral("nginx"), {QStringLiteral("/usr/sbin"), QStringLiteral("/usr/bin"),
                                  QStringLiteral("/usr/local/sbin"), QStringLiteral("/usr/local/bin")});
}

}  // namespace

bool NginxServer::is_installed() {
    return !program().isEmpty();
}

NginxServer::NginxServer(const FetchBench& bench, const TlsFiles& tls, Options options)
    : hub_port_(free_port()),
      cdn_port_(free_port()),
      commit_(bench.server.commit.toStdString()),
      weights_(hex(bench.weights, QCryptographicHash::Sha256)),
      tokenizer_(hex(bench.tokenizer, QCryptographicHash::Sha256)),
      params_(git_hash(bench.params)),
      weights_size_(static_cast<std::size_t>(bench.weights.size())),
      tokenizer_size_(static_cast<std::size_t>(bench.tokenizer.size())) {
    write_site(bench);
    write_configuration(tls, options);
    start();
}

NginxServer::~NginxServer() {
    stop();
}

QString NginxServer::hub() const {
    return QStringLiteral("https://127.0.0.1:%1").arg(hub_port_);
}

void NginxServer::write_site(const FetchBench& bench) {
    const fs::path hub = folder_ / "hub", cdn = folder_ / "cdn/blob";
    fs::create_directories(cdn);
    fs::create_directories(hub / "resolved");
    write_bytes(cdn / "consolidated.safetensors", bench.weights.toStdString());
    write_bytes(cdn / "tokenizer.model.v3", bench.tokenizer.toStdString());
    write_bytes(hub / "resolved/params.json", bench.params.toStdString());
    const auto lfs = [](const std::string& name, const std::string& sum, std::size_t size) {
        return R"({"type":"file","path":")" + name + R"(","oid":")" + std::string(40, '1') + R"(","size":)" +
               std::to_string(size) + R"(,"lfs":{"oid":")" + sum + R"(","pointerSize":134,"size":)" +
               std::to_string(size) + "}}";
    };
    write_bytes(hub / "revision.json",
                R"({"id":"o/r","sha":")" + commit_ + R"(","gated":false,"siblings":[]})");
    write_bytes(hub / "tree-1.json", "[" + lfs("consolidated.safetensors", weights_, weights_size_) + "," +
                                         lfs("tokenizer.model.v3", tokenizer_, tokenizer_size_) + "]");
    write_bytes(hub / "tree-2.json", R"([{"type":"file","path":"params.json","oid":")" + params_ +
                                         R"(","size":)" + std::to_string(bench.params.size()) + "}]");
}

std::string NginxServer::hub_locations() const {
    const std::string cdn = "https://localhost:" + std::to_string(cdn_port_) + "/blob/";
    const std::string tree = "/api/models/o/r/tree/" + commit_;
    const std::string commit = "add_header X-Repo-Commit " + commit_ + " always; ";
    const auto linked = [&](const std::string& name, const std::string& sum, std::size_t size) {
        return "location = /o/r/resolve/" + commit_ + "/" + name + " { " + commit +
               "add_header X-Linked-Etag '\"" + sum + "\"' always; add_header X-Linked-Size " +
               std::to_string(size) + " always; return 302 " + cdn + name + "?X-Amz-Signature=0123; }\n";
    };
    return "default_type application/json;\n"
           "location = /api/models/o/r/revision/main { try_files /revision.json =404; }\n"
           "location = " +
           tree +
           " { if ($arg_cursor) { rewrite ^ /tree-2.json last; } add_header Link "
           "'<" +
           tree +
           "?cursor=2>; rel=\"next\"'; try_files /tree-1.json =404; }\n"
           "location = /tree-2.json { internal; }\n" +
           linked("consolidated.safetensors", weights_, weights_size_) +
           linked("tokenizer.model.v3", tokenizer_, tokenizer_size_) + "location = /o/r/resolve/" + commit_ +
           "/params.json { " + commit + "etag off; add_header ETag '\"" + params_ +
           "\"'; try_files /resolved/params.json =404; }\n";
}

void NginxServer::write_configuration(const TlsFiles& tls, const Options& options) {
    const std::string here = folder_.path().string();
    const auto server = [&](int port, const std::string& name, const std::string& inside) {
        return "server { listen 127.0.0.1:" + std::to_string(port) + " ssl" +
               (options.http2 ? " http2" : "") + "; root " + here + "/" + name + "; set $site " + name +
               ";\n" + inside + "}\n";
    };
    const std::string rate =
        options.bytes_per_second > 0 ? "limit_rate " + std::to_string(options.bytes_per_second) + ";\n" : "";
    const std::string certificate = tls.path((options.certificate + u'.').toUtf8()).toStdString();
    std::string text = "daemon off; master_process off; pid " + here + "/pid; error_log " + here +
                       "/errors;\nevents { worker_connections 64; }\nhttp {\n"
                       "log_format json escape=json '{\"site\":\"$site\",\"protocol\":\"$server_protocol\","
                       "\"method\":\"$request_method\",\"uri\":\"$request_uri\",\"status\":$status,"
                       "\"range\":\"$http_range\",\"authorization\":\"$http_authorization\",\"end\":$msec,"
                       "\"seconds\":$request_time}';\naccess_log " +
                       here + "/access json;\n" + "ssl_certificate " + certificate +
                       "pem; ssl_certificate_key " + certificate + "key;\n";
    for (const char* kind : {"client_body", "proxy", "fastcgi", "uwsgi", "scgi"})
        text += std::string(kind) + "_temp_path " + here + "/" + kind + ";\n";
    text += server(hub_port_, "hub", hub_locations()) + server(cdn_port_, "cdn", rate) + "}\n";
    write_bytes(folder_ / "nginx.conf", text);
}

void NginxServer::start() {
    process_ = std::make_unique<QProcess>();
    process_->setProcessChannelMode(QProcess::MergedChannels);
    process_->start(program(),
                    {QStringLiteral("-c"), QString::fromStdString((folder_ / "nginx.conf").string()),
                     QStringLiteral("-e"), QString::fromStdString((folder_ / "errors").string())});
    for (int tries = 0; tries < 1000; ++tries) {
        if (const int fd = socket_on(cdn_port_, true); fd >= 0) return static_cast<void>(::close(fd));
        if (process_->waitForFinished(10))
            throw std::runtime_error("nginx did not start: " + process_->readAll().toStdString() +
                                     read_bytes(folder_ / "errors"));
    }
    throw std::runtime_error("nginx does not listen");
}

void NginxServer::stop() {
    if (!process_) return;
    process_->kill();
    process_->waitForFinished();
    process_.reset();
}

void NginxServer::touch_weights() {
    const fs::path file = folder_ / "cdn/blob/consolidated.safetensors";
    fs::last_write_time(file, fs::last_write_time(file) - std::chrono::hours(1));
}

std::vector<QJsonObject> NginxServer::log() const {
    std::vector<QJsonObject> entries;
    for (const QByteArray& line : QByteArray::fromStdString(read_bytes(folder_ / "access")).split('\n'))
        if (!line.isEmpty()) entries.push_back(QJsonDocument::fromJson(line).object());
    return entries;
}

std::vector<QJsonObject> NginxServer::ranges() const {
    std::vector<QJsonObject> found;
    for (const QJsonObject& entry : log())
        if (entry[u"status"].toInt() == 206 && entry[u"uri"].toString().contains(u"consolidated"))
            found.push_back(entry);
    return found;
}

}  // namespace sidewinder::tests
