#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>

#include <QCryptographicHash>
#include <QProcess>
#include <QRandomGenerator>
#include <QThread>

#include "storage/atomic_file.h"
#include "storage/download/folder_lock.h"
#include "storage/download/piece_map.h"
#include "tests/storage/download/fault_cases.h"

namespace sidewinder::tests {

namespace {

namespace fs = std::filesystem;

constexpr char kSlow[] = R"([{"where":"cdn","file":"consolidated.safetensors","rate":3000000}])";
/// A progress event of the weights with more than `bytes`.
std::function<bool(const QJsonObject&)> past(qint64 bytes) {
    return [bytes](const QJsonObject& event) {
        return event[u"event"] == QStringLiteral("progress") && event[u"bytes"].toInteger() > bytes &&
               event[u"file"] == QStringLiteral("consolidated.safetensors");
    };
}

constexpr std::int64_t kMostLost = 2 * 65536;  // twice --save-bytes

struct Claim {
    std::vector<bool> lost;  ///< bytes that are in the part file, right, and that no map claims
    QString wrong;
};

/// Compares the part file with the content: what is claimed must be there.
Claim claim_of(FetchBench& bench) {
    const auto map = download::read_piece_map(bench.partial("consolidated.safetensors.pieces"));
    const std::string part = read_bytes(bench.partial("consolidated.safetensors.part"));
    Claim claim{std::vector<bool>(static_cast<std::size_t>(bench.weights.size())), {}};
    for (std::size_t i = 0; i < part.size(); ++i) {
        const auto at = static_cast<std::int64_t>(i);
        const bool right = part[i] == bench.weights[static_cast<qsizetype>(i)];
        const bool claimed = map && map->have.covers({at, at + 1});
        if (claimed && !right) claim.wrong = QStringLiteral("the piece map claims bytes that are not there");
        claim.lost[i] = right && !claimed;
    }
    return claim;
}

/// Kills at a random moment of the download, `kills` times in all, finishing each so often.
QString killed(HubServer& server, int kills, const std::function<void(FetchBench&)>& after_kill) {
    const bool sown_before = qEnvironmentVariableIsSet("SIDEWINDER_SEED");
    const quint32 seed = sown_before ? qEnvironmentVariable("SIDEWINDER_SEED").toUInt()
                                     : QRandomGenerator::global()->generate();
    QRandomGenerator random(seed);
    const QString sown = QStringLiteral(" (SIDEWINDER_SEED=%1)").arg(seed);
    for (int done = 0; done < kills;) {
        FetchBench bench(server);
        bench.set(kSlow);
        std::vector<bool> lost_before(static_cast<std::size_t>(bench.weights.size()));
        for (int i = 0; i < 8 && done < kills; ++i, ++done) {
            FetchProcess process(bench.arguments(), bench.environment);
            QThread::msleep(static_cast<unsigned long>(random.bounded(20, 330)));
            process.kill();
            const Claim claim = claim_of(bench);
            if (!claim.wrong.isEmpty()) return claim.wrong + sown;
            std::int64_t lost = 0;  // by this kill
            for (std::size_t at = 0; at < claim.lost.size(); ++at) lost += claim.lost[at] && !lost_before[at];
            if (lost > kMostLost) return QStringLiteral("%1 bytes are fetched again").arg(lost) + sown;
            lost_before = claim.lost;
            if (after_kill) {
                after_kill(bench);
                lost_before.assign(lost_before.size(), false);
            }
        }
        bench.set("[]");
        if (const QString wrong = bench.done(bench.run()); !wrong.isEmpty()) return wrong + sown;
    }
    return {};
}

/// What a power cut may leave at worst: of the bytes that no synced map claims, nothing.
void lose_unclaimed(FetchBench& bench) {
    const auto file = bench.partial("consolidated.safetensors.part");
    if (!fs::exists(file)) return;
    const auto map = download::read_piece_map(bench.partial("consolidated.safetensors.pieces"));
    const std::string part = read_bytes(file);
    std::string kept(part.size(), '\0');
    if (map)
        for (const auto& [begin, end] : map->have.extents())
            kept.replace(static_cast<std::size_t>(begin), static_cast<std::size_t>(end - begin), part,
                         static_cast<std::size_t>(begin), static_cast<std::size_t>(end - begin));
    write_bytes(file, kept);
}

/// Stops in the middle of the weights, so that a part and its map are there.
QString stopped_half(FetchBench& bench) {
    bench.set(R"([{"where":"cdn","file":"consolidated.safetensors","skip":5,"delay":20}])");
    FetchProcess process(bench.arguments(), bench.environment);
    process.wait_for(past(1'000'000));
    ::kill(static_cast<pid_t>(process.id()), SIGTERM);
    const QString wrong = bench.refused(process.finish(), "stopped");
    bench.set("[]");
    return wrong.isEmpty() && !fs::exists(bench.partial("consolidated.safetensors.pieces"))
               ? QStringLiteral("there is no piece map")
               : wrong;
}

/// Stopped half-way, then something happens to what is there, then it must end well.
Scene resumed_after(std::function<void(FetchBench&)> change) {
    return [=](FetchBench& bench) {
        if (const QString wrong = stopped_half(bench); !wrong.isEmpty()) return wrong;
        change(bench);
        return bench.done(bench.run());
    };
}

Scene map_becomes(std::function<std::string(std::string)> change) {
    return resumed_after([=](FetchBench& bench) {
        const auto file = bench.partial("consolidated.safetensors.pieces");
        write_bytes(file, change(read_bytes(file)));
    });
}

std::string of_newer_version(std::string) {
    return "sidewinder-pieces 2\nall is otherwise\n";
}

/// Runs a shell script with $FETCH and its arguments ("$@") as root of a mount namespace of its own.
FetchRun in_namespace(FetchBench& bench, const QString& script) {
    QStringList arguments{QStringLiteral("-rm"), QStringLiteral("sh"), QStringLiteral("-c"), script,
                          QStringLiteral("sh")};
    auto environment = bench.environment;
    environment.insert(QStringLiteral("FETCH"), QStringLiteral(SIDEWINDER_BIN_DIR "/sidewinder-fetch"));
    environment.insert(QStringLiteral("DIR"), QString::fromStdString(bench.folder.string()));
    return FetchProcess(arguments + bench.arguments(), environment, QStringLiteral("unshare")).finish();
}

bool can_unshare() {
    return QProcess::execute(QStringLiteral("unshare"), {QStringLiteral("-rm"), QStringLiteral("true")}) == 0;
}

QString full_disk(HubServer& server) {
    if (!can_unshare()) return QStringLiteral("skipped: no mount namespace here (unshare -rm)");
    const QString mounted = QStringLiteral("mkdir -p $DIR && mount -t tmpfs -o size=%1 t $DIR && cd / && ");
    FetchBench small(server);  // from the start
    if (const QString wrong = small.refused(
            in_namespace(small, mounted.arg(QStringLiteral("2m")) + QStringLiteral("\"$FETCH\" \"$@\"")),
            "no_space");
        !wrong.isEmpty())
        return QStringLiteral("at the start: ") + wrong;
    if (small.requests("cdn") != 0) return QStringLiteral("it fetched all the same");
    // Full while it goes on: the space that the check saw is taken by another, then freed again.
    for (const char* taken : {"2200k", "100k", "24k"}) {
        FetchBench bench(server);
        bench.set(R"([{"where":"cdn","file":"consolidated.safetensors","rate":1500000}])");
        const QString script =
            mounted.arg(QStringLiteral("3100k")) +
            QStringLiteral(
                "(sleep 0.35; head -c %1 /dev/zero > $DIR/other) & \"$FETCH\" \"$@\"; first=$?; wait; rm -f "
                "$DIR/other; "
                "echo first $first; mount -o remount,size=64m $DIR; \"$FETCH\" \"$@\" || exit 1; "
                "sha256sum < $DIR/consolidated.safetensors")
                .arg(QLatin1String(taken));
        const FetchRun run = in_namespace(bench, script);
        const QByteArray sum = QCryptographicHash::hash(bench.weights, QCryptographicHash::Sha256).toHex();
        if (run.code != 0 || !run.output.contains(sum))
            return QLatin1String(taken) + QStringLiteral(": ") + QString::fromUtf8(run.output.right(500));
        if (!run.output.contains("first 28") && !run.output.contains("first 0"))
            return QLatin1String(taken) + QStringLiteral(": not 'no space': ") +
                   QString::fromUtf8(run.output.right(500));
    }
    return {};
}

QString limited(FetchBench& bench, const char* limit, std::initializer_list<const char*> faults) {
    const QString script =
        QStringLiteral("ulimit %1; exec \"%2\" \"$@\"")
            .arg(QLatin1String(limit), QStringLiteral(SIDEWINDER_BIN_DIR "/sidewinder-fetch"));
    QStringList arguments{QStringLiteral("-c"), script, QStringLiteral("sh")};
    const FetchRun run =
        FetchProcess(arguments + bench.arguments(), bench.environment, QStringLiteral("bash")).finish();
    for (const char* fault : faults)
        if (run.fault() == QLatin1String(fault)) {
            const QString wrong = bench.refused(run, fault);
            return wrong.isEmpty() ? bench.done(bench.run()) : wrong;
        }
    return QString::fromUtf8(run.output.right(300));
}

QString read_only(FetchBench& bench) {
    const QString script =
        QStringLiteral("mkdir -p $DIR && mount -t tmpfs -o ro t $DIR && \"$FETCH\" \"$@\"");
    return bench.refused(in_namespace(bench, script), "denied");
}

QString folder_removed(FetchBench& bench) {
    bench.set(kSlow);
    FetchProcess process(bench.arguments(), bench.environment);
    process.wait_for(past(300'000));
    fs::remove_all(bench.folder);
    const FetchRun run = process.finish();
    if (run.code == 0 || run.fault().isEmpty()) return QStringLiteral("it did not notice");
    return bench.ends_done("[]");
}

QString broken_parts(HubServer& server) {
    const auto part = [](FetchBench& b) { return b.partial("consolidated.safetensors.part"); };
    if (const QString wrong =
            each(server, {resumed_after([part](FetchBench& b) {
                              std::string bytes = read_bytes(part(b));
                              bytes[1000] = static_cast<char>(bytes[1000] ^ 1);
                              write_bytes(part(b), bytes);
                          }),
                          resumed_after([part](FetchBench& b) { fs::resize_file(part(b), 100'000); }),
                          resumed_after([part](FetchBench& b) { fs::resize_file(part(b), 9'000'000); }),
                          resumed_after([part](FetchBench& b) { fs::remove(part(b)); }), folder_removed,
                          [](FetchBench& b) { return limited(b, "-f 1024", {"no_space"}); },
                          [](FetchBench& b) {
                              return limited(b, "-n 7", {"disk", "network", "internal"});
                          }});
        !wrong.isEmpty())
        return wrong;
    return can_unshare() ? each(server, {read_only}) : QString();
}

QString two_at_once(FetchBench& bench) {
    bench.set(kSlow);
    FetchProcess first(bench.arguments(), bench.environment);
    first.wait_for(past(100'000));
    const FetchRun second = bench.run();
    if (second.fault() != QStringLiteral("busy")) return QStringLiteral("the second: ") + second.fault();
    return bench.done(first.finish());
}

QString lock_record(FetchBench& bench, const std::string& record, const char* fault) {
    fs::create_directories(bench.folder / ".partial");
    write_bytes(bench.partial("lock"), record);
    return *fault != '\0' ? bench.refused(bench.run(), fault) : bench.done(bench.run());
}

/// As of a process on another machine whose record has not come through yet.
QString locked_without_a_record(FetchBench& bench) {
    fs::create_directories(bench.folder / ".partial");
    const storage::FileDescriptor held(
        ::open(bench.partial("lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
    if (::flock(held.get(), LOCK_EX) != 0) return QStringLiteral("skipped: no flock here");
    return bench.refused(bench.run(), "busy");
}

QString network_away(FetchBench& bench) {
    bench.set(kSlow);
    FetchProcess process(bench.arguments(), bench.environment);
    process.wait_for(past(500'000));
    bench.server.ask({{QStringLiteral("do"), QStringLiteral("close")}});
    const bool waited = process.wait_for([](const QJsonObject& event) {
        return event[u"event"] == QStringLiteral("retry") && event[u"tries"].toInt() >= 5;
    });
    bench.server.ask({{QStringLiteral("do"), QStringLiteral("open")}});
    const FetchRun run = process.finish();
    return waited ? bench.done(run) : QStringLiteral("it did not wait for the network");
}

QString always_wrong(FetchBench& bench) {
    bench.set(R"([{"where":"cdn","file":"consolidated.safetensors","flip":1234567}])");
    const FetchRun run = bench.run();
    const QByteArray right = QCryptographicHash::hash(bench.weights, QCryptographicHash::Sha256).toHex();
    QByteArray flipped = bench.weights;
    flipped[1234567] = static_cast<char>(flipped[1234567] ^ 1);
    const QByteArray got = QCryptographicHash::hash(flipped, QCryptographicHash::Sha256).toHex();
    if (!run.output.contains(right) || !run.output.contains(got))
        return QStringLiteral("both hashes are not named");
    if (const QString wrong = bench.refused(run, "wrong_content"); !wrong.isEmpty()) return wrong;
    return bench.ends_done("[]");
}

}  // namespace

std::vector<FaultCase> machine_cases() {
    return {
        {"D01", "kill -9 at random moments (SIDEWINDER_KILLS, 40)",
         [](HubServer& s) {
             const int kills = qEnvironmentVariableIntValue("SIDEWINDER_KILLS");
             return killed(s, kills > 0 ? kills : 40, nullptr);
         }},
        {"D02", "power loss, simulated: unclaimed bytes are dropped after the kill",
         [](HubServer& s) { return killed(s, 8, lose_unclaimed); }},
        {"D41", "disk full at the start, in the middle, at the end", full_disk},
        {"D42", "part flipped, cut, extended, removed; folder removed; EFBIG, EMFILE, EROFS", broken_parts},
        {"D43", "piece map cut, flipped, newer, of another file, claiming too much",
         [](HubServer& s) {
             return each(s, {map_becomes([](std::string t) { return t.substr(0, t.size() / 2); }),
                             map_becomes([](std::string t) {
                                 t[t.size() / 3] ^= 4;
                                 return t;
                             }),
                             map_becomes(of_newer_version), map_becomes([](std::string t) {
                                 auto map = download::parse_piece_map(t).value();
                                 map.etag = std::string(64, 'a');
                                 return download::piece_map_text(map);
                             }),
                             map_becomes([](std::string t) {
                                 auto map = download::parse_piece_map(t).value();
                                 map.have.add({0, map.size});  // the hash finds it out
                                 return download::piece_map_text(map);
                             })});
         }},
        {"D44", "two at once; stale lock; lock of a live process (clock jumps not played: monotonic clock)",
         [](HubServer& s) {
             return each(s, {two_at_once, locked_without_a_record,
                             [](FetchBench& b) { return lock_record(b, "some-host 99999999 1\n", ""); },
                             [](FetchBench& b) { return lock_record(b, download::lock_record(), "busy"); },
                             [](FetchBench& b) { return lock_record(b, std::string(5000, 'x'), ""); }});
         }},
        {"D45", "the network goes away and comes back (played: the server's ports refuse)",
         [](HubServer& s) { return each(s, {network_away}); }},
        {"D46", "the right size with the wrong SHA-256",
         [](HubServer& s) { return each(s, {always_wrong}); }},
    };
}

}  // namespace sidewinder::tests
