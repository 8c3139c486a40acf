#include <QTest>

#include "storage/download/fault.h"
#include "storage/download/hub_answers.h"
#include "storage/download/retry.h"

using namespace sidewinder::download;
using namespace std::chrono_literals;

namespace {

const std::string kSha1(40, 'a');
const std::string kSha256(64, 'b');

std::string entry(const std::string& more) {
    return R"({"type":"file","path":"a","size":5,"oid":")" + kSha1 + "\"" + more + "}";
}

bool refused(const std::string& json) {
    try {
        parse_tree(json);
    } catch (const Error& error) {
        return error.fault() == Fault::BadAnswer;
    }
    return false;
}

std::optional<Milliseconds> waits(const char* after, const char* date = "", const char* limit = "") {
    // Sun, 06 Nov 1994 08:49:37 GMT
    return asked_wait(after, date, limit, std::chrono::system_clock::from_time_t(784111777));
}

}  // namespace

/// What the hub says, read as from a stranger.
class TestHubAnswers : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void readsTrees() {
        const auto files = parse_tree(
            R"([{"type":"directory","path":"d","size":0,"oid":""},)" + entry("") + "," +
            R"({"lfs":{"oid":")" + kSha256 +
            R"(","size":14570807296,"pointerSize":135,"new":{"x":[1,{}]}},"type":"file",)" + R"("oid":")" +
            kSha1 + R"(","path":"big","size":135,"xetHash":null,"lastCommit":{"id":"x","path":"evil"}}])");
        QCOMPARE(files.size(), std::size_t{2});
        QCOMPARE(files[0].git_sha1, kSha1);
        QVERIFY(files[0].sha256.empty());
        QCOMPARE(files[1].name, std::string("big"));
        QCOMPARE(files[1].size, std::int64_t{14570807296});
        QCOMPARE(files[1].sha256, kSha256);
        QVERIFY(files[1].git_sha1.empty());
        QVERIFY(parse_tree("[]").empty());
    }

    void refusesTrees() {
        for (const std::string& json :
             {std::string(), std::string("{}"), std::string("\"x\""),
              std::string("[") + entry(R"(,"size":6)") + "]", "[" + entry("") + "] x",
              std::string(R"([{"type":"file","path":"a","size":-1,"oid":"x"}])"),
              std::string(R"([{"type":"file","path":"a","size":9223372036854775808}])"),
              std::string(R"([{"type":"file","path":"a","size":1.5}])"),
              std::string(R"([{"type":"file","path":"a"}])"), std::string(R"([{"type":"file","size":1}])"),
              std::string(R"([{"type":"file","path":"a","size":1,"oid":"zz"}])"),
              "[" + entry(R"(,"lfs":{"oid":"short","size":1})") + "]", std::string(1'000'000, '['),
              std::string("[{\"path\":\"\xff\"}]")})
            QVERIFY2(refused(json), json.substr(0, 80).c_str());
    }

    void readsRevisions() {
        QCOMPARE(parse_revision(R"({"id":"o/r","sha":")" + kSha1 + R"(","siblings":[{"sha":"x"}]})"), kSha1);
        for (const char* json :
             {"{}", "[]", R"({"sha":null})", R"({"sha":"main"})", R"({"x":{"sha":"aaaa"}})"})
            QVERIFY_EXCEPTION_THROWN(parse_revision(json), Error);
    }

    void readsHeaders() {
        QCOMPARE(next_page("<https://a/1>; rel=\"prev\", <https://a/3>; rel=\"next\""),
                 std::optional<std::string>("https://a/3"));
        QVERIFY(!next_page("<https://a/1>; rel=\"prev\"") && !next_page("") && !next_page("<x") &&
                !next_page("x>"));
        QCOMPARE(bare_etag("W/\"abc\""), std::string("abc"));
        QCOMPARE(bare_etag("abc"), std::string("abc"));
        QCOMPARE(parse_content_range("bytes 5-9/10"), std::optional(ContentRange{5, 9, 10}));
        QCOMPARE(parse_content_range("bytes 5-9/*"), std::optional(ContentRange{5, 9, std::nullopt}));
        for (const char* bad : {"", "bytes", "bytes 5-4/10", "bytes 5-10/10", "bytes */10", "bytes -5/10",
                                "items 1-2/3", "bytes 1-2", "bytes 1-2/x", "bytes 1-99999999999999999999/*"})
            QVERIFY2(!parse_content_range(bad), bad);
        QCOMPARE(parse_unsatisfied_range("bytes */77"), std::optional<std::int64_t>(77));
        QVERIFY(!parse_count("-1") && !parse_count("+1") && !parse_count("") &&
                !parse_count("9223372036854775808"));
    }

    void readsWaits() {
        QCOMPARE(waits("3"), std::optional<Milliseconds>(3s));
        QCOMPARE(waits("Sun, 06 Nov 1994 08:49:42 GMT"), std::optional<Milliseconds>(5s));
        // A clock of ours that is a year wrong does not matter when the server says its own.
        QCOMPARE(waits("Sun, 06 Nov 1995 08:49:42 GMT", "Sun, 06 Nov 1995 08:49:37 GMT"),
                 std::optional<Milliseconds>(5s));
        QCOMPARE(waits("", "", "\"api\";r=0;t=55"), std::optional<Milliseconds>(55s));
        QCOMPARE(waits("1000000000"), std::optional<Milliseconds>(15min));
        QCOMPARE(waits("99999999999999999999999"), std::optional<Milliseconds>(15min));
        for (const char* bad :
             {"", "-5", "soon", "Sun, 06 Nov 1994 08:49:30 GMT", "Sun, 06 Nob 1994 08:49:42 GMT", "3.5"})
            QVERIFY2(!waits(bad), bad);
        QVERIFY(!waits("", "", "r=0;t=x") && !waits("", "", "start=5"));
    }

    void backsOff() {
        Backoff backoff(1s, [] { return 0.0; });
        for (const int seconds : {1, 2, 4, 8, 16, 32, 60, 60})
            QCOMPARE(backoff.failed({}), Milliseconds(std::chrono::seconds(seconds)));
        QCOMPARE(backoff.failed(Milliseconds(3s)), Milliseconds(3s));
        backoff.progressed();
        QCOMPARE(backoff.failed({}), Milliseconds(1s));
        Backoff late(1s, [] { return 0.999; });
        const Milliseconds first = late.failed({});
        QVERIFY(first > 1200ms && first < 1250ms);
    }
};

QTEST_APPLESS_MAIN(TestHubAnswers)
#include "test_hub_answers.moc"
