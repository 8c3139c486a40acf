#include <linux/io_uring.h>
#include <linux/seccomp.h>
#include <seccomp.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include <QtTest>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "app/core/network_lock.h"
#include "tests/support/child_process.h"

using namespace sidewinder;
using namespace sidewinder::app;

namespace {

constexpr int kLocked = 0, kNotLocked = 77;
/// Bit numbers of what a locked thread could do all the same.
enum Breach { Inet, Inet6, Netlink, Packet, Vsock, Pair, HighBits, NoUnix, NoUnixPair, Ring, Steal };

bool refused(long result, int error) {
    return result < 0 && errno == error;
}

/// 0 when the thread that runs it is locked; otherwise bits of Breach, cut to what an exit code holds.
int breaches() {
    int bits = 0;
    const auto demand = [&bits](bool right, Breach breach) {
        if (!right) bits |= 1 << breach;
    };
    constexpr std::pair<int, Breach> kFamilies[]{
        {AF_INET, Inet}, {AF_INET6, Inet6}, {AF_NETLINK, Netlink}, {AF_PACKET, Packet}, {AF_VSOCK, Vsock}};
    for (const auto& [family, breach] : kFamilies)
        demand(refused(::socket(family, SOCK_DGRAM, 0), EAFNOSUPPORT), breach);
    int ends[2];
    demand(refused(::socketpair(AF_INET, SOCK_STREAM, 0, ends), EAFNOSUPPORT), Pair);
    // AF_UNIX in the low half and rubbish above: the kernel would take it for AF_UNIX, we for a trick.
    demand(refused(::syscall(SYS_socket, (1L << 32) | AF_UNIX, SOCK_STREAM, 0), EAFNOSUPPORT), HighBits);
    demand(::socket(AF_UNIX, SOCK_STREAM, 0) >= 0, NoUnix);
    demand(::socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends) == 0, NoUnixPair);
    io_uring_params params{};
    demand(refused(::syscall(SYS_io_uring_setup, 1, &params), ENOSYS), Ring);
    demand(refused(::syscall(SYS_io_uring_enter, -1, 0, 0, 0, nullptr, 0), ENOSYS), Ring);
    demand(refused(::syscall(SYS_io_uring_register, -1, 0, nullptr, 0), ENOSYS), Ring);
    demand(refused(::syscall(SYS_pidfd_getfd, -1, 0, 0), EPERM), Steal);
    return bits > 255 ? 255 : bits;
}

}  // namespace

class TestNetworkLock : public QObject {
    Q_OBJECT

    static int in_locked_child(const std::function<int()>& work) {
        return tests::exit_code_of_child([&] { return lock_network().on() ? work() : kNotLocked; });
    }

  private slots:
    void initTestCase() {
        if (in_locked_child([] { return kLocked; }) == kNotLocked)
            QSKIP("this kernel, or what this runs in, has no seccomp filters");
    }

    void withoutItAllIsOpen() { QVERIFY(breaches() != 0); }

    void aLockedProcessHasNoNetwork() { QCOMPARE(in_locked_child(breaches), kLocked); }

    void threadsOfAfterwardsHaveNone() {
        QCOMPARE(in_locked_child([] {
                     int found = -1;
                     std::thread([&] { found = breaches(); }).join();
                     return found;
                 }),
                 kLocked);
    }

    void threadsOfBeforeHaveNone() {
        const int code = tests::exit_code_of_child([] {
            std::mutex mutex;
            std::condition_variable changed;
            bool locked = false;
            int found = -1;
            std::thread before([&] {
                std::unique_lock hold(mutex);
                changed.wait(hold, [&] { return locked; });
                found = breaches();
            });
            const bool on = lock_network().on();
            {
                const std::lock_guard hold(mutex);
                locked = true;
            }
            changed.notify_all();
            before.join();
            return on ? found : kNotLocked;
        });
        QCOMPARE(code, kLocked);
    }

    void programsItStartsHaveNone() {
        // This very test program, in the role of one that was started.
        const QByteArray self = QCoreApplication::applicationFilePath().toLocal8Bit();
        const auto run = [&self]() -> int {
            ::execl(self.constData(), self.constData(), "--breaches", nullptr);
            return 126;
        };
        QVERIFY(tests::exit_code_of_child(run) != kLocked);
        QCOMPARE(in_locked_child(run), kLocked);
    }

    void anotherMachinesCallsAreRefused() {
#ifdef __x86_64__
        QCOMPARE(in_locked_child([] {
                     constexpr long kX32 = 0x40000000;
                     if (!refused(::syscall(kX32 | SYS_socket, AF_INET, SOCK_STREAM, 0), ENOSYS)) return 1;
                     // i386: socketcall(SYS_SOCKET, …) by int 0x80, whose numbers mean other calls here.
                     long result = 0;
                     asm volatile("int $0x80"
                                  : "=a"(result)
                                  : "a"(359), "b"(AF_INET), "c"(SOCK_STREAM), "d"(0)
                                  : "memory", "r8", "r9", "r10", "r11");
                     return result == -ENOSYS ? kLocked : 2;
                 }),
                 kLocked);
#else
        QSKIP("another machine's");
#endif
    }

    void itCanBeSetTwice() {
        QCOMPARE(in_locked_child([] { return lock_network().on() ? breaches() : 1; }), kLocked);
    }

    void aSandboxThatAllowsNoFilterLeavesItOff() {
        // A filter of somebody else's that refuses seccomp() and prctl(PR_SET_SECCOMP), as some containers
        // do.
        const int code = tests::exit_code_of_child([] {
            void* theirs = seccomp_init(SCMP_ACT_ALLOW);
            seccomp_rule_add(theirs, SCMP_ACT_ERRNO(EACCES), SCMP_SYS(seccomp), 0);
            const scmp_arg_cmp filtering{
                .arg = 0, .op = SCMP_CMP_EQ, .datum_a = PR_SET_SECCOMP, .datum_b = 0};
            seccomp_rule_add_array(theirs, SCMP_ACT_ERRNO(EACCES), SCMP_SYS(prctl), 1, &filtering);
            if (seccomp_load(theirs) != 0) return kNotLocked;
            const NetworkLock lock = lock_network();
            const bool open = ::socket(AF_INET, SOCK_STREAM, 0) >= 0;
            return !lock.on() && lock.state != NetworkLock::State::Off && open ? 0 : 1;
        });
        QCOMPARE(code, 0);
    }

    void whatKeepsItOffIsSaid() {
        QVERIFY(describe({.state = NetworkLock::State::On}).find("cannot open") != std::string::npos);
        QVERIFY(describe({.state = NetworkLock::State::Unsupported}).find("no seccomp") != std::string::npos);
        const std::string refused = describe({.state = NetworkLock::State::Refused, .error = EACCES});
        QVERIFY(refused.find("Permission denied") != std::string::npos);
    }

    void remoteDisplaysAreExplained_data() {
        QTest::addColumn<QByteArray>("display");
        QTest::addColumn<QByteArray>("wayland");
        QTest::addColumn<QByteArray>("platform");
        QTest::addColumn<bool>("explained");
        const auto row = [](const char* name, const char* display, const char* wayland, const char* platform,
                            bool explained) {
            QTest::addRow("%s", name)
                << QByteArray(display) << QByteArray(wayland) << QByteArray(platform) << explained;
        };
        row("ssh -X", "localhost:10.0", "", "", true);
        row("a name", "desk.example.org:0", "", "", true);
        row("an address", "192.0.2.7:0.0", "", "xcb", true);
        row("with protocol", "tcp/desk:0", "", "", true);
        row("IPv6", "::1:10", "", "", true);
        row("here", ":0", "", "", false);
        row("here by name", "unix:0", "", "", false);
        row("a path", "/tmp/launch-1/x:0", "", "", false);
        row("none", "", "", "", false);
        row("Wayland first", "localhost:10.0", "wayland-0", "", false);
        row("X asked for", "localhost:10.0", "wayland-0", "xcb", true);
        row("no display wanted", "localhost:10.0", "", "offscreen", false);
    }
    void remoteDisplaysAreExplained() {
        QFETCH(QByteArray, display);
        QFETCH(QByteArray, wayland);
        QFETCH(QByteArray, platform);
        QFETCH(bool, explained);
        const auto set = [](const QByteArray& value) {
            return value.isEmpty() ? nullptr : value.constData();
        };
        const char* argv[] = {"sidewinder"};
        const DisplayChoice choice{.argc = 1,
                                   .argv = argv,
                                   .display = set(display),
                                   .wayland_display = set(wayland),
                                   .platform = set(platform)};
        const std::string why = why_no_display({.state = NetworkLock::State::On}, choice);
        QCOMPARE(!why.empty(), explained);
        if (explained) QVERIFY(why.find(display.toStdString()) != std::string::npos);
        QVERIFY(why_no_display({.state = NetworkLock::State::Unsupported}, choice).empty());
    }

    void aDisplayOnTheCommandLineCounts() {
        const char* argv[] = {"sidewinder", "-display", "far:0"};
        const DisplayChoice choice{.argc = 3, .argv = argv, .display = ":0"};
        QVERIFY(!why_no_display({.state = NetworkLock::State::On}, choice).empty());
    }
};

int main(int argc, char** argv) {
    if (argc == 2 && std::string_view(argv[1]) == "--breaches") return breaches();
    const QCoreApplication application(argc, argv);
    TestNetworkLock test;
    return QTest::qExec(&test, argc, argv);
}

#include "test_network_lock.moc"
