#include <QJsonDocument>

#include "tests/storage/download/fault_cases.h"

namespace sidewinder::tests {

namespace {

QByteArray status_of(const char* where, int status, const char* field = "X-Nothing",
                     const char* value = "x") {
    return QByteArray(R"([{"where":")") + where + R"(","status":)" + QByteArray::number(status) +
           R"(,"headers":[[")" + field + "\",\"" + value + "\"]]}]";
}

/// The fault, and not one try more.
Scene at_once(QByteArray rules, const char* fault) {
    return [=](FetchBench& bench) {
        bench.set(rules);
        const FetchRun run = bench.run();
        if (!run.of("retry").empty()) return QStringLiteral("it was tried again");
        return bench.refused(run, fault);
    };
}

QString wrong_token(FetchBench& bench) {
    bench.set("[]", {{QStringLiteral("token"), QStringLiteral("hf_another")}});
    return bench.refused(bench.run(), "bad_token");
}

QString right_token(FetchBench& bench) {
    bench.set("[]", {{QStringLiteral("token"), QLatin1String(kToken)}});
    return bench.done(bench.run());
}

QString expired_address(FetchBench& bench) {
    bench.set(R"([{"where":"cdn","file":"consolidated.safetensors","skip":4,"times":2,"status":403}])");
    const FetchRun run = bench.run();
    if (bench.requests("hub", "HEAD", "consolidated") < 2)
        return QStringLiteral("the hub was not asked again");
    return bench.done(run);
}

QString echoed_token(FetchBench& bench) {
    QByteArray rules =
        R"([{"where":"tree","status":403,"headers":[["X-Error-Message","no TOKEN"],["X-Error-Code","TOKEN"]]}])";
    bench.set(rules.replace("TOKEN", kToken));
    return bench.refused(bench.run(), "forbidden");
}

/// Where it downloads to is said at the end, whatever the folder is called.
QString folder_named_like_the_token(FetchBench& bench) {
    bench.folder /= kToken;
    bench.set("[]");
    const FetchRun run = bench.run();
    if (!run.output.contains("[token]")) return QStringLiteral("the folder is not in the output at all");
    const QString wrong = bench.leak(run);
    return wrong.isEmpty() ? bench.done(run) : wrong;
}

QString redirected_with_token(
    FetchBench& bench) {  // the hub puts the token into an address: nothing prints it
    QByteArray rules = R"([{"where":"cdn","redirect":"ftp://localhost/TOKEN"}])";
    bench.set(rules.replace("TOKEN", kToken));
    return bench.refused(bench.run(), "refused_address");
}

QString long_header(FetchBench& bench) {
    return bench.ends_refused(
        R"([{"where":"cdn","headers":[["X-Pad",")" + QByteArray(100'000, 'a') + "\"]]}]", "bad_answer");
}

QString many_headers(FetchBench& bench) {
    QByteArray fields;
    for (int i = 0; i < 10'000; ++i) fields += (i ? R"(,["X","y"])" : R"(["X","y"])");
    return bench.ends_refused(R"([{"where":"tree","headers":[)" + fields + "]}]", "bad_answer");
}

QString long_location(FetchBench& bench) {
    return bench.ends_refused(R"([{"where":"cdn","redirect":"{cdn}/)" + QByteArray(60'000, 'a') + "\"}]",
                              "refused_address");
}

// Names that a list may hold; asked for, each is refused, and nothing is made.
QString bad_names(FetchBench& bench) {
    const QStringList names{QStringLiteral("../x"),
                            QStringLiteral("a/../../b"),
                            QStringLiteral("/etc/passwd"),
                            QStringLiteral("."),
                            QStringLiteral(".."),
                            QStringLiteral("..\\x"),
                            QStringLiteral("C:\\x"),
                            QStringLiteral("C:x"),
                            QStringLiteral("\\\\host\\share"),
                            QStringLiteral("//host/share"),
                            QStringLiteral("a\\b"),
                            QString(300, u'a'),
                            QStringLiteral("a\nb"),
                            QStringLiteral("CON"),
                            QStringLiteral("nul.txt"),
                            QStringLiteral("com1.json"),
                            QStringLiteral("dot."),
                            QStringLiteral("space "),
                            QStringLiteral(" space"),
                            QStringLiteral("~"),
                            QStringLiteral("~root"),
                            QStringLiteral("-rf"),
                            QStringLiteral(".git/hooks/x"),
                            QStringLiteral(".partial"),
                            QStringLiteral("manifest.json"),
                            QStringLiteral("caf\u00e9"),
                            QStringLiteral("cafe\u0301"),
                            QStringLiteral("a:b"),
                            QStringLiteral("sub/file"),
                            QStringLiteral("\u202egpj.exe")};
    QJsonArray entries;
    for (const QString& name : names)
        entries.append(QJsonObject{{QStringLiteral("type"), QStringLiteral("file")},
                                   {QStringLiteral("path"), name},
                                   {QStringLiteral("size"), 5},
                                   {QStringLiteral("oid"), QString(40, u'a')}});
    bench.set("[]", {{QStringLiteral("tree"),
                      QString::fromUtf8(QJsonDocument(entries).toJson(QJsonDocument::Compact))}});
    for (const QString& name : names) {
        bench.more = {QStringLiteral("--file=") + name};
        const FetchRun run = bench.run();
        if (run.fault() != QStringLiteral("unsafe_name"))
            return QStringLiteral("'%1': %2 %3").arg(name).arg(run.code).arg(run.fault());
        if (std::filesystem::exists(bench.folder)) return QStringLiteral("'%1' made the folder").arg(name);
    }
    return {};
}

QString case_pair(FetchBench& bench) {
    const QString entry = QStringLiteral(R"({"type":"file","size":5,"oid":"%1","path":"%2"})");
    const QString oid(40, u'a');
    bench.set("[]", {{QStringLiteral("tree"),
                      QStringLiteral("[%1,%2]").arg(entry.arg(oid, QStringLiteral("Readme")),
                                                    entry.arg(oid, QStringLiteral("README")))}});
    bench.more = {QStringLiteral("--file"), QStringLiteral("Readme"), QStringLiteral("README")};
    return bench.refused(bench.run(), "unsafe_name");
}

QString links_in_the_way(FetchBench& bench) {
    std::filesystem::create_directories(bench.folder);
    const auto outside = bench.directory / "outside";
    write_bytes(outside, "mine");
    std::filesystem::create_symlink(outside, bench.folder / "params.json");
    if (const FetchRun run = bench.run(); run.fault() != QStringLiteral("unsafe_name"))
        return QStringLiteral("a link for a file: ") + run.fault();
    std::filesystem::remove(bench.folder / "params.json");
    std::filesystem::remove_all(bench.folder / ".partial");
    std::filesystem::create_directory_symlink(bench.directory.path(), bench.folder / ".partial");
    if (const FetchRun run = bench.run(); run.fault() != QStringLiteral("unsafe_name"))
        return QStringLiteral("a link for .partial: ") + run.fault();
    return read_bytes(outside) == "mine" ? QString() : QStringLiteral("it wrote through a link");
}

QString bad_tree(FetchBench& bench, const QByteArray& tree) {
    bench.set("[]", {{QStringLiteral("tree"), QString::fromLatin1(tree)}});
    QString wrong = bench.refused(bench.run(), "bad_answer");
    return wrong.isEmpty() && std::filesystem::exists(bench.folder) ? QStringLiteral("it made the folder")
                                                                    : wrong;
}

Scene tree_with(const QByteArray& entry) {
    return [=](FetchBench& bench) {
        return bad_tree(
            bench,
            R"([{"type":"file","path":"params.json","oid":"0123456789012345678901234567890123456789",)" +
                entry + "}]");
    };
}

}  // namespace

std::vector<FaultCase> hub_cases() {
    return {
        {"D19", "401, 403 gated, 404 of three kinds, 410, 451",
         [](HubServer& s) {
             return each(
                 s, {wrong_token, right_token,
                     at_once(status_of("tree", 403, "X-Error-Code", "GatedRepo"), "gated"),
                     at_once(status_of("resolve", 403, "X-Error-Code", "GatedRepo"), "gated"),
                     at_once(status_of("revision", 401), "no_repository"),
                     at_once(status_of("revision", 404, "X-Error-Code", "RepoNotFound"), "no_repository"),
                     at_once(status_of("revision", 404, "X-Error-Code", "RevisionNotFound"), "no_revision"),
                     at_once(status_of("resolve", 404, "X-Error-Code", "EntryNotFound"), "no_file"),
                     at_once(status_of("tree", 410), "unavailable"),
                     at_once(status_of("tree", 451), "unavailable")});
         }},
        {"D20", "the signed address runs out in the middle; always",
         [](HubServer& s) {
             return each(s, {expired_address, ends_resumable(status_of("cdn", 403), "forbidden")});
         }},
        {"D21", "sent on to another host: no token there",
         [](HubServer& s) {
             return each(
                 s, {right_token, ends_done(R"([{"where":"cdn","times":2,"redirect":"{cdnip}{path}"}])")});
         }},
        {"D22", "sent on to another port: no token there",
         [](HubServer& s) {
             return each(s, {ends_done(R"([{"where":"hub_file","redirect":"{cdnip}/blob/params.json",)"
                                       R"("headers":[]}])")});
         }},
        {"D24", "sent on to file:, ftp:, gopher:",
         [](HubServer& s) {
             return each(
                 s,
                 {ends_resumable(R"([{"where":"cdn","redirect":"file:///etc/passwd"}])", "refused_address"),
                  ends_resumable(R"([{"where":"cdn","redirect":"ftp://localhost/x"}])", "refused_address"),
                  ends_resumable(R"([{"where":"resolve","redirect":"gopher://localhost/x"}])",
                                 "refused_address")});
         }},
        {"D25", "sent in a circle",
         [](HubServer& s) {
             return each(s,
                         {ends_resumable(R"([{"where":"cdn","redirect":"{cdn}{path}"}])", "refused_address"),
                          ends_resumable(R"([{"where":"resolve","redirect":"{path}"}])", "refused_address")});
         }},
        {"D26", "more than 5 steps",
         [](HubServer& s) {
             return each(
                 s, {ends_done(R"([{"where":"cdn","times":4,"redirect":"{cdn}/on{path}"}])"),
                     ends_resumable(R"([{"where":"cdn","redirect":"{cdn}/on{path}"}])", "refused_address")});
         }},
        {"D27", "Location with control characters, a password, 60 KB",
         [](HubServer& s) {
             return each(s,
                         {ends_refused(R"([{"where":"cdn","redirect":"{cdn}/a\u000bb"}])", "refused_address"),
                          ends_refused(R"([{"where":"cdn","redirect":"http://user:word@localhost/a"}])",
                                       "refused_address"),
                          long_location});
         }},
        {"D29", "the token comes back in errors and addresses",
         [](HubServer& s) {
             return each(s, {echoed_token, redirected_with_token, folder_named_like_the_token});
         }},
        {"D32", "a web page answers everything",
         [](HubServer& s) {
             const QByteArray page =
                 R"("status":200,"body":"<html>Log in</html>","headers":[["Content-Type","text/html"]])";
             return each(s, {at_once("[{" + page + "}]", "not_the_hub"),
                             at_once(R"([{"where":"resolve",)" + page + "}]", "not_the_hub"),
                             ends_resumable(R"([{"where":"cdn",)" + page + "}]", "not_the_hub"),
                             at_once(R"([{"redirect":"http://localhost:1/login"}])", "not_the_hub")});
         }},
        {"D33", "a compressed body",
         [](HubServer& s) {
             return each(s,
                         {ends_done(R"([{"where":"cdn","times":1,"headers":[["Content-Encoding","gzip"]]}])"),
                          ends_resumable(R"([{"where":"cdn","headers":[["Content-Encoding","br"]]}])",
                                         "bad_answer")});
         }},
        {"D34", "bad chunks",
         [](HubServer& s) {
             const QByteArray chunks =
                 R"("drop":["Content-Length"],"headers":[["Transfer-Encoding","chunked"]],"chunked":"bad","cut":9000000)";
             return each(s, {ends_done(R"([{"where":"cdn","times":2,)" + chunks + "}]"),
                             ends_resumable(R"([{"where":"cdn",)" + chunks + "}]", "network")});
         }},
        {"D35", "a header line of 100 KB", [](HubServer& s) { return each(s, {long_header}); }},
        {"D36", "10,000 header lines", [](HubServer& s) { return each(s, {many_headers}); }},
        {"D37", "HTTP/0.9",
         [](HubServer& s) {
             return each(s,
                         {ends_resumable(R"([{"where":"cdn","raw":"just some bytes"}])", "bad_answer"),
                          ends_refused(R"([{"where":"revision","raw":"just some bytes"}])", "bad_answer")});
         }},
        {"D38", "a storm of 100 Continue",
         [](HubServer& s) {
             return each(s, {ends_refused(
                                R"([{"where":"cdn","repeat":"HTTP/1.1 100 Continue\r\n\r\n","count":10000}])",
                                "bad_answer")});
         }},
        {"D39", "names of files",
         [](HubServer& s) {
             return each(s, {bad_names, case_pair, links_in_the_way});
         }},
        {"D40", "the list: 40 MB, deep, keys twice, sizes -1 and 2^63",
         [](HubServer& s) {
             return each(
                 s, {[](FetchBench& b) { return bad_tree(b, "[\"" + QByteArray(40 << 20, 'a') + "\"]"); },
                     [](FetchBench& b) { return bad_tree(b, QByteArray(1'000'000, '[')); },
                     tree_with(R"("size":5,"size":6)"), tree_with(R"("size":-1)"),
                     tree_with(R"("size":9223372036854775808)"), tree_with(R"("size":1e3)")});
         }},
    };
}

}  // namespace sidewinder::tests
