#include "tests/storage/download/fault_cases.h"
#include "tests/support/tls_files.h"

namespace sidewinder::tests {

namespace {

/// The certificates, made once, and a hub with one of them.
class TlsHubs : public TlsFiles {
  public:
    std::unique_ptr<HubServer> hub(const char* certificate, bool old_tls = false) const {
        const QByteArray name(certificate);
        QStringList arguments{QStringLiteral("--cert"), path(name + ".pem"), QStringLiteral("--key"),
                              path(name + ".key")};
        if (old_tls) arguments << QStringLiteral("--old-tls");
        return std::make_unique<HubServer>(arguments);
    }
};

QString refused_certificate(const TlsHubs& tls, const char* certificate, bool old_tls = false) {
    const auto server = tls.hub(certificate, old_tls);
    FetchBench bench(*server);
    bench.more = tls.trust();
    const QString wrong = bench.refused(bench.run(), "certificate");
    if (!wrong.isEmpty()) return QLatin1String(certificate) + QStringLiteral(": ") + wrong;
    return server->log().isEmpty() ? QString() : QStringLiteral("a request was sent");
}

QString good_certificate(const TlsHubs& tls) {
    const auto server = tls.hub("good");
    FetchBench bench(*server);
    QString wrong = bench.refused(bench.run(), "certificate");  // not known to the system
    if (!wrong.isEmpty()) return QStringLiteral("without the CA file: ") + wrong;
    bench.more = tls.trust();
    return bench.done(bench.run());
}

QString downgraded(const TlsHubs& tls) {
    const auto server = tls.hub("good");
    FetchBench bench(*server);
    bench.more = tls.trust();
    bench.set(R"([{"where":"cdn","redirect":"http://localhost:9/x"}])");
    if (const QString wrong = bench.refused(bench.run(), "refused_address"); !wrong.isEmpty()) return wrong;
    bench.set(R"([{"where":"resolve","redirect":"http://127.0.0.1:9/x"}])");
    return bench.refused(bench.run(), "refused_address");
}

/// "https://hub.example", a public name as far as we can tell, through the proxy of the scripted hub.
void behind_proxy(FetchBench& bench, const TlsHubs& tls) {
    bench.more = tls.trust();
    bench.environment.insert(QStringLiteral("HTTPS_PROXY"), bench.server.proxy);
}

const QString kPublicHub = QStringLiteral("https://hub.example");

QString inward(const TlsHubs& tls) {
    const auto server = tls.hub("good");
    FetchBench bench(*server);
    behind_proxy(bench, tls);
    const FetchRun run = bench.run(kPublicHub);  // its CDN is on localhost: through the proxy by name
    if (const QString wrong = bench.done(run); !wrong.isEmpty())
        return QStringLiteral("through the proxy: ") + wrong;
    for (const char* location : {"https://169.254.169.254/meta", "https://10.0.0.1/x", "https://[::1]:9/x"}) {
        FetchBench inner(*server);
        behind_proxy(inner, tls);
        inner.set(QByteArray(R"([{"where":"cdn","redirect":")") + location + "\"}]");
        if (const QString wrong = inner.refused(inner.run(kPublicHub), "refused_address"); !wrong.isEmpty())
            return QLatin1String(location) + QStringLiteral(": ") + wrong;
    }
    FetchBench direct(*server);
    behind_proxy(direct, tls);
    direct.environment.insert(QStringLiteral("NO_PROXY"), QStringLiteral("localhost"));
    if (const QString wrong = direct.refused(direct.run(kPublicHub), "refused_address"); !wrong.isEmpty())
        return QStringLiteral("without the proxy: ") + wrong;
    return {};
}

QString proxies(const TlsHubs& tls) {
    const auto server = tls.hub("good");
    FetchBench good(*server);
    behind_proxy(good, tls);
    if (const QString wrong = good.done(good.run(kPublicHub)); !wrong.isEmpty()) return wrong;
    if (good.requests("proxy", "CONNECT") == 0) return QStringLiteral("the proxy was not used");
    const std::pair<const char*, const char*> scenes[]{
        {R"([{"where":"proxy","raw":"HTTP/1.1 407 Who\r\nProxy-Authenticate: Basic\r\nContent-Length: 0\r\n\r\n"}])",
         "proxy"},
        {R"([{"where":"proxy","raw":"HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n"}])", "proxy"},
        {R"([{"where":"proxy","raw":""}])", "network"},
        {R"([{"where":"proxy","raw":"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<html>"}])",
         "certificate"}};
    for (const auto& [rules, fault] : scenes) {
        FetchBench bench(*server);
        behind_proxy(bench, tls);
        bench.set(rules);
        if (const QString wrong = bench.refused(bench.run(kPublicHub), fault); !wrong.isEmpty())
            return QLatin1String(rules) + QStringLiteral(": ") + wrong;
    }
    FetchBench around(*server);
    behind_proxy(around, tls);
    around.environment.insert(QStringLiteral("NO_PROXY"), QStringLiteral("127.0.0.1,localhost"));
    if (const QString wrong = around.done(around.run()); !wrong.isEmpty())
        return QStringLiteral("NO_PROXY: ") + wrong;
    return around.requests("proxy", "CONNECT") == 0 ? QString() : QStringLiteral("NO_PROXY was not kept to");
}

}  // namespace

std::vector<FaultCase> trust_cases() {
    const auto tls = std::make_shared<TlsHubs>();
    return {
        {"D23", "sent on from https to http", [tls](HubServer&) { return downgraded(*tls); }},
        {"D28", "sent on to a private address from a public hub", [tls](HubServer&) { return inward(*tls); }},
        {"D30", "TLS: unknown CA, self-signed, expired, wrong name, cut chain, SHA-1, TLS 1.1",
         [tls](HubServer&) {
             for (const char* name : {"other", "self_signed", "expired", "wrong_name", "cut", "sha1"})
                 if (const QString wrong = refused_certificate(*tls, name); !wrong.isEmpty()) return wrong;
             if (const QString wrong = refused_certificate(*tls, "good", true); !wrong.isEmpty())
                 return wrong;
             return good_certificate(*tls);
         }},
        {"D31", "proxy: CONNECT, 407, 403, dead, a web page, NO_PROXY",
         [tls](HubServer&) { return proxies(*tls); }},
    };
}

}  // namespace sidewinder::tests
