#include "tests/storage/download/fault_cases.h"

namespace sidewinder::tests {

namespace {

/// The first wait that was announced, in ms; -1 if none.
qint64 first_wait(const FetchRun& run) {
    const auto retries = run.of("retry");
    return retries.empty() ? -1 : retries.front()[u"wait_ms"].toInteger();
}

Scene waits(QByteArray rules, qint64 least, qint64 most) {
    return [=](FetchBench& bench) {
        bench.set(rules);
        const FetchRun run = bench.run();
        const qint64 wait = first_wait(run);
        if (wait < least || wait > most) return QStringLiteral("waited %1 ms").arg(wait);
        return bench.done(run);
    };
}

Scene announces(QByteArray rules, qint64 least, qint64 most) {  // too long a wait to sit out
    return [=](FetchBench& bench) {
        bench.set(rules);
        FetchProcess process(bench.arguments(), bench.environment);
        qint64 wait = -1;
        process.wait_for([&](const QJsonObject& event) {
            if (event[u"event"] == QStringLiteral("retry")) wait = event[u"wait_ms"].toInteger();
            return wait >= 0;
        });
        process.command("{\"command\":\"cancel\"}");
        const FetchRun run = process.finish();
        if (wait < least || wait > most) return QStringLiteral("announced %1 ms").arg(wait);
        return bench.refused(run, "cancelled");
    };
}

QString cancelled_while(FetchBench& bench, const QByteArray& rules) {
    bench.set(rules);
    FetchProcess process(bench.arguments(), bench.environment);
    process.wait_for([](const QJsonObject& event) {
        return event[u"event"] == QStringLiteral("progress") &&
               event[u"file"] == QStringLiteral("consolidated.safetensors") &&
               event[u"bytes"].toInteger() > 0;
    });
    process.command("{\"command\":\"cancel\",\"remove\":true}");
    const FetchRun run = process.finish(5000);
    if (std::filesystem::exists(bench.folder / ".partial"))
        return QStringLiteral("the parts were not removed");
    return bench.refused(run, "cancelled");
}

QByteArray on_weights(const QByteArray& fields) {
    return R"([{"where":"cdn","file":"consolidated.safetensors",)" + fields + "}]";
}

QString changed_etag(FetchBench& bench) {
    bench.set(on_weights(R"("skip":4,"headers":[["ETag","\"another\""]])"));
    const FetchRun run = bench.run();
    if (run.of("note").empty()) return QStringLiteral("it was not said");
    return bench.done(run);
}

QString other_bytes(FetchBench& bench) {
    bench.set(on_weights(R"("skip":3,"times":1,"slice":-7)"));
    const FetchRun run = bench.run();
    if (run.of("note").empty()) return QStringLiteral("it was not said");
    if (!std::filesystem::exists(bench.partial("consolidated.safetensors.wrong")))
        return QStringLiteral("the wrong file was not put apart");
    return bench.done(run);
}

/// The end, the length and the bytes are right: only the start says that they are others.
QString wrong_start(FetchBench& bench) {
    bench.set(on_weights(R"("times":1,"headers":[["Content-Range","bytes 5-262143/3000003"]])"));
    const FetchRun run = bench.run();
    return run.of("retry").empty() ? QStringLiteral("the piece was taken") : bench.done(run);
}

}  // namespace

std::vector<FaultCase> transfer_cases() {
    return {
        {"D03", "reset in the body",
         [](HubServer& s) {
             return each(s, {ends_done(on_weights(R"("cut":100000,"end":"reset","times":3)")),
                             ends_done(on_weights(R"("cut":100000,"end":"reset","skip":2,"times":8)"))});
         }},
        {"D04", "the body ends early",
         [](HubServer& s) {
             return each(s, {ends_done(on_weights(R"("cut":70000,"end":"fin","times":6)")),
                             ends_resumable(R"([{"where":"cdn","cut":0,"end":"fin"}])", "network")});
         }},
        {"D05", "the body stalls for ever",
         [](HubServer& s) {
             return each(s,
                         {ends_done(on_weights(R"("cut":50000,"end":"stall","times":1)")), [](FetchBench& b) {
                              return cancelled_while(b, on_weights(R"("cut":90000,"end":"stall")"));
                          }});
         }},
        {"D06", "a few bytes a second",
         [](HubServer& s) {
             return each(s, {ends_done(on_weights(R"("rate":40,"times":1)")), [](FetchBench& b) {
                                 return cancelled_while(b, on_weights(R"("rate":40000)"));
                             }});
         }},
        {"D07", "Content-Length small, big, missing, negative, two, with chunked",
         [](HubServer& s) {
             return each(
                 s,
                 {ends_done(on_weights(R"("times":1,"headers":[["Content-Length","100"]])")),
                  ends_done(on_weights(R"("times":1,"headers":[["Content-Length","9000000"]])")),
                  ends_done(on_weights(R"("times":2,"drop":["Content-Length"],"cut":9000000)")),
                  ends_resumable(on_weights(R"("headers":[["Content-Length","-5"]],"cut":0)"), "bad_answer"),
                  ends_resumable(on_weights(R"("headers":[["Content-Length","7"],["Content-Length","9"]])"),
                                 "bad_answer"),
                  ends_done(
                      on_weights(R"("times":1,"headers":[["Transfer-Encoding","chunked"]],"cut":9000000)"))});
         }},
        {"D08", "200 to a range request",
         [](HubServer& s) {
             return each(s, {ends_done(on_weights(R"("ignore_range":true)")),
                             ends_done(on_weights(R"("ignore_range":true,"skip":3)"))});
         }},
        {"D09", "206 with another start, another size, multipart",
         [](HubServer& s) {
             return each(
                 s, {ends_done(
                         on_weights(R"("times":1,"headers":[["Content-Range","bytes 5-262148/3000003"]])")),
                     wrong_start,
                     ends_done(on_weights(R"("headers":[["Content-Range","bytes 0-262143/9999999"]])")),
                     ends_done(on_weights(R"("times":1,"drop":["Content-Range"],"headers":[["Content-Type",)"
                                          R"("multipart/byteranges; boundary=x"]])"))});
         }},
        {"D10", "another ETag in the middle", [](HubServer& s) { return each(s, {changed_etag}); }},
        {"D11", "other bytes under the old ETag", [](HubServer& s) { return each(s, {other_bytes}); }},
        {"D12", "416 with the right and with another size",
         [](HubServer& s) {
             return each(
                 s,
                 {ends_done(on_weights(
                      R"("skip":1,"times":1,"status":416,"headers":[["Content-Range","bytes */3000003"]])")),
                  ends_done(
                      on_weights(R"("times":1,"status":416,"headers":[["Content-Range","bytes */77"]])"))});
         }},
        {"D13", "429 with Retry-After in seconds",
         [](HubServer& s) {
             return each(s, {waits(on_weights(R"("times":1,"status":429,"headers":[["Retry-After","2"]])"),
                                   2000, 2100)});
         }},
        {"D14", "429 with Retry-After as a date",
         [](HubServer& s) {
             return each(
                 s, {waits(on_weights(
                               R"("times":1,"status":429,"future":2,"headers":[["Retry-After","{future}"]])"),
                           1000, 3100)});
         }},
        {"D15", "ratelimit: r=0;t=1",
         [](HubServer& s) {
             return each(
                 s,
                 {waits(
                     R"([{"where":"tree","times":1,"status":429,"headers":[["RateLimit","\"api\";r=0;t=1"]]}])",
                     1000, 1100)});
         }},
        {"D16", "Retry-After of 10^9, negative, garbage",
         [](HubServer& s) {
             return each(
                 s,
                 {announces(on_weights(R"("status":429,"headers":[["Retry-After","1000000000"]])"), 900'000,
                            900'100),
                  waits(on_weights(R"("times":1,"status":503,"headers":[["Retry-After","-5"]])"), 1, 100),
                  waits(on_weights(R"("times":1,"status":503,"headers":[["Retry-After","soon"]])"), 1, 100)});
         }},
        {"D17", "half of all answers are 500, 502, 503, 504, 408",
         [](HubServer& s) {
             QByteArray rules = "[";
             for (const char* status : {"500", "502", "503", "504", "408"})
                 rules += QByteArray(rules.size() > 1 ? "," : "") + R"({"percent":13,"seed":)" + status +
                          R"(,"status":)" + status + R"(,"times":20})";
             return each(s, {ends_done(rules + "]")});
         }},
        {"D18", "nothing but 503",
         [](HubServer& s) {
             return each(s, {ends_resumable(on_weights(R"("skip":3,"status":503)"), "server")});
         }},
    };
}

}  // namespace sidewinder::tests
