#include <fcntl.h>
#include <unistd.h>

#include <QTest>

#include <atomic>

#include "storage/atomic_file.h"
#include "storage/download/fault.h"
#include "storage/download/following_hash.h"
#include "storage/download/request_ramp.h"
#include "storage/file_hash.h"
#include "tests/support/pipe.h"
#include "tests/support/temporary_directory.h"

using namespace sidewinder;
using namespace sidewinder::download;
using namespace std::chrono_literals;
using tests::soon;

/// The hash that follows a download, and how many requests it is worth having.
class TestFollowingHash : public QObject {
    Q_OBJECT
    tests::TemporaryDirectory directory_;
    std::string content_;
    std::string sha256_;

    std::span<const std::byte> bytes(std::size_t begin, std::size_t end) const {
        return std::as_bytes(std::span(content_)).subspan(begin, end - begin);
    }
    storage::FileDescriptor file(const std::string& content) {
        tests::write_bytes(directory_ / "part", content);
        return storage::FileDescriptor(::open((directory_ / "part").c_str(), O_RDWR | O_CLOEXEC));
    }
    static std::string end_of(FollowingHash& hash) {
        std::optional<FileHashes> hashes;
        if (!soon([&] { return (hashes = hash.result()).has_value(); })) return "no end";
        return hashes->sha256;
    }

  private Q_SLOTS:
    void initTestCase() {
        for (int i = 0; i < 3'000'000; ++i) content_ += static_cast<char>(i * 7 + i / 251);
        sha256_ = storage::sha256_of(content_);
    }

    /// The file is empty: whoever read it back would find that out.
    void whatArrivesInOrderIsNotReadBack() {
        const auto empty = file("");
        std::atomic<bool> woken = false;
        FollowingHash hash(empty.get(), std::ssize(content_), false, [&] { woken = true; });
        for (std::size_t at = 0; at < content_.size(); at += 100'000) {
            hash.take(static_cast<std::int64_t>(at), bytes(at, at + 100'000));
            hash.advance(static_cast<std::int64_t>(at) + 100'000);
        }
        QCOMPARE(hash.hashed(), std::int64_t{3'000'000});
        hash.advance(3'000'000);
        QCOMPARE(end_of(hash), sha256_);
        QVERIFY(soon([&] { return woken.load(); }));
    }

    void whatCameBeforeItsTurnIsReadBack() {
        const auto whole = file(content_);
        FollowingHash hash(whole.get(), std::ssize(content_), false, [] {});
        hash.take(2'000'000, bytes(2'000'000, 2'100'000));
        QCOMPARE(hash.hashed(), std::int64_t{0});
        hash.take(0, bytes(0, 1000));
        hash.take(500, bytes(500, 2000));  // it is not at its turn either
        QCOMPARE(hash.hashed(), std::int64_t{1000});
        hash.advance(2'100'000);
        QVERIFY(soon([&] { return hash.hashed() == 2'100'000; }));
        // It rests again, so that the next in order is taken as it arrives.
        QVERIFY(soon([&] {
            hash.take(2'100'000, bytes(2'100'000, 2'200'000));
            return hash.hashed() == 2'200'000;
        }));
        hash.advance(3'000'000);
        QCOMPARE(end_of(hash), sha256_);
    }

    void aStretchThatIsNotWorthItWaitsForTheEnd() {
        const auto whole = file(content_);
        FollowingHash hash(whole.get(), std::ssize(content_), false, [] {});
        for (std::int64_t front = 0; front < 1'000'000; front += 100'000) hash.advance(front);
        QTest::qWait(20);
        QCOMPARE(hash.hashed(), std::int64_t{0});
        hash.advance(3'000'000);
        QCOMPARE(end_of(hash), sha256_);
    }

    void aFileThatBecameShorterIsSaid() {
        const auto cut = file(content_.substr(0, 5));
        FollowingHash hash(cut.get(), std::ssize(content_), false, [] {});
        hash.advance(3'000'000);
        bool said = false;
        QVERIFY(soon([&] {
            try {
                return hash.result().has_value();
            } catch (const Error& error) {
                said = error.fault() == Fault::Disk;
                return true;
            }
        }));
        QVERIFY(said);
    }

    void anEmptyFileHasAHash() {
        const auto empty = file("");
        FollowingHash hash(empty.get(), 0, true, [] {});
        QCOMPARE(end_of(hash), storage::sha256_of(""));
    }

    void waitingForTheNetworkAsksForMore() {
        RequestRamp ramp(3);
        QCOMPARE(ramp.requests(), 1);
        RequestRamp::Time now{1h};
        const auto pass = [&](std::chrono::nanoseconds waited, std::chrono::milliseconds all) {
            now += all;
            ramp.waited(waited, now);
        };
        pass(100ms, 100ms);
        QCOMPARE(ramp.requests(), 1);  // too short a stretch to tell
        pass(100ms, 100ms);
        QCOMPARE(ramp.requests(), 2);
        pass(90ms, 200ms);  // busy most of it
        QCOMPARE(ramp.requests(), 2);
        pass(190ms, 200ms);
        pass(190ms, 200ms);
        QCOMPARE(ramp.requests(), 3);  // and never more than that
        QCOMPARE(RequestRamp(0).requests(), 1);
    }
};

QTEST_APPLESS_MAIN(TestFollowingHash)
#include "test_following_hash.moc"
