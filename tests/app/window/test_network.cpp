#include <signal.h>

#include <QLabel>
#include <QProcess>
#include <QtTest>

#include <algorithm>

#include "app/window/about_view.h"
#include "tests/support/window_fixture.h"
#include "ui/chat/notice_bar.h"
#include "ui/panels/about_dialog.h"
#include "ui/transcript/transcript_view.h"

using namespace sidewinder;
using app::NetworkLock;
using test::WindowFixture;

namespace {

const QString kBin = QStringLiteral(SIDEWINDER_BIN_DIR "/");

/// A field of /proc/PID/status, of every thread.
QStringList of_all_threads(qint64 process, const char* field) {
    QStringList values;
    const QDir tasks(QStringLiteral("/proc/%1/task").arg(process));
    for (const QString& task : tasks.entryList(QDir::Dirs | QDir::NoDotAndDotDot)) {
        QFile status(tasks.filePath(task + QStringLiteral("/status")));
        if (!status.open(QIODevice::ReadOnly)) continue;
        for (const QByteArray& line : status.readAll().split('\n'))
            if (line.startsWith(QByteArray(field) + ":"))
                values.append(QString::fromLatin1(line.mid(line.indexOf(':') + 1).trimmed()));
    }
    return values;
}

QStringList children_of(qint64 process) {
    QFile file(QStringLiteral("/proc/%1/task/%1/children").arg(process));
    if (!file.open(QIODevice::ReadOnly)) return {};
    return QString::fromLatin1(file.readAll()).split(QLatin1Char(' '), Qt::SkipEmptyParts);
}

struct Home {
    QTemporaryDir folder;
    QProcessEnvironment environment() const {
        QProcessEnvironment all = QProcessEnvironment::systemEnvironment();
        for (const char* name : {"XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_RUNTIME_DIR"})
            all.insert(QLatin1String(name), folder.path());
        all.insert(QStringLiteral("QT_QPA_PLATFORM"), QStringLiteral("offscreen"));
        all.remove(QStringLiteral("DISPLAY"));
        return all;
    }
};

}  // namespace

/// The window has no network: the process as it is started, what it loads, and what it says of it.
class TestNetwork : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void theRunningProgramIsLocked() {
        Home home;
        QProcess program;
        program.setProcessEnvironment(home.environment());
        program.start(kBin + QStringLiteral("sidewinder"),
                      {QStringLiteral("--rehearse"), QStringLiteral("x")});
        QVERIFY(program.waitForStarted());
        // The first line comes when the window is there, with the threads of engine, store and checkpoints.
        QVERIFY(program.waitForReadyRead(60'000));
        const QByteArray said = program.readLine();
        if (said.contains("no seccomp filters")) QSKIP("no seccomp filters here");
        QVERIFY2(said.contains("kernel refuses them"), said.constData());
        const QStringList modes = of_all_threads(program.processId(), "Seccomp");
        QVERIFY(modes.size() >= 3);
        QCOMPARE(modes.count(QStringLiteral("2")), modes.size());
        // The launcher is the only child, is not locked, and goes when the window is killed.
        const QStringList children = children_of(program.processId());
        QCOMPARE(children.size(), 1);
        QCOMPARE(of_all_threads(children[0].toLongLong(), "Seccomp"), {QStringLiteral("0")});
        program.kill();
        QVERIFY(program.waitForFinished());
        QTRY_VERIFY(
            of_all_threads(children[0].toLongLong(), "Seccomp").isEmpty() ||
            of_all_threads(children[0].toLongLong(), "State").join(QString()).startsWith(QLatin1Char('Z')));
    }

    void noNetworkLibraryIsLoaded_data() {
        QTest::addColumn<QString>("program");
        QTest::addRow("window") << QStringLiteral("sidewinder");
        QTest::addRow("terminal") << QStringLiteral("sidewinder-cli");
    }
    void noNetworkLibraryIsLoaded() {
        QFETCH(QString, program);
        const auto judged = [](const QString& name) {
            QProcess proof;
            proof.start(QStringLiteral(SIDEWINDER_SOURCE_DIR "/packaging/netproof.sh"),
                        {QStringLiteral("--program"), kBin + name});
            if (!proof.waitForFinished(60'000)) return std::pair(-1, QByteArray("no end"));
            return std::pair(proof.exitCode(), proof.readAllStandardOutput());
        };
        const auto [found, loaded] = judged(QStringLiteral("sidewinder-fetch"));
        QVERIFY2(found == 1 && loaded.contains("libcurl"), "the test finds none at all");
        const auto [wrong, said] = judged(program);
        QVERIFY2(wrong == 0 && said.contains("none for a network"), said.constData());
    }

    void anXServerOverTheNetworkIsExplained() {
        Home home;
        QProcessEnvironment environment = home.environment();
        environment.remove(QStringLiteral("QT_QPA_PLATFORM"));
        environment.remove(QStringLiteral("WAYLAND_DISPLAY"));
        environment.insert(QStringLiteral("DISPLAY"), QStringLiteral("localhost:10.0"));
        QProcess program;
        program.setProcessEnvironment(environment);
        program.start(kBin + QStringLiteral("sidewinder"), {});
        QVERIFY(program.waitForFinished());
        QCOMPARE(program.exitStatus(), QProcess::NormalExit);
        const QByteArray said = program.readAllStandardError();
        if (said.contains("could not connect to display")) QSKIP("no seccomp filters here");
        QCOMPARE(program.exitCode(), 1);
        QVERIFY2(said.contains("localhost:10.0") && said.contains("sidewinder-cli chat"), said.constData());
    }

    void aLockThatCouldNotBeSetIsSaid() {
        WindowFixture f;
        app::Application::Options options = f.options();
        options.network = {.state = NetworkLock::State::Unsupported, .error = EINVAL};
        app::Application application(options);
        QVERIFY(application.start());
        const auto* notice = application.window().findChild<ui::NoticeBar*>(QStringLiteral("NoticeBar"));
        QVERIFY(!notice->isHidden());
        QVERIFY2(notice->accessibleName().contains(app::network_sentence(options.network)),
                 qPrintable(notice->accessibleName()));
    }

    void aboutSaysWhatIsSo() {
        for (const auto state : {NetworkLock::State::On, NetworkLock::State::Refused}) {
            const NetworkLock lock{.state = state, .error = EACCES};
            const ui::AboutView view = app::about_view(lock);
            QCOMPARE(view.networkRefused, lock.on());
            const ui::Theme theme;
            const ui::AboutDialog dialog(view, theme, nullptr);
            QStringList texts;
            for (const QLabel* label : dialog.findChildren<QLabel*>()) texts.append(label->text());
            QVERIFY(texts.contains(app::network_sentence(lock)));
            for (const char* text : {"Sidewinder", "Qt", "LGPL-3.0", "sentencepiece", "libseccomp", "curl",
                                     "libsecret", "GLib", "libgit2"})
                QVERIFY2(texts.contains(QLatin1String(text)), text);
        }
    }

    void aLinkThatCannotBeOpenedIsKept() {
        WindowFixture f;
        QVERIFY(f.start());  // without a launcher
        Q_EMIT f.window().linkOpenRequested(QUrl(QStringLiteral("https://example.org/it's")));
        const auto* notice = f.window().findChild<ui::NoticeBar*>(QStringLiteral("NoticeBar"));
        QVERIFY(!notice->isHidden());
        QVERIFY2(notice->accessibleName().contains(QLatin1String("Copy the address")),
                 qPrintable(notice->accessibleName()));
    }

    void linksGoThroughTheLauncher() {
        QTemporaryDir folder;
        const QString script = folder.filePath(QStringLiteral("open")),
                      got = folder.filePath(QStringLiteral("got"));
        QFile file(script);
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write("#!/bin/sh\nprintf %s \"$1\" >" + got.toUtf8() + "\nexit 3\n");
        file.close();
        QVERIFY(file.setPermissions(QFile::ReadOwner | QFile::ExeOwner));
        const app::Launcher launcher({.fetch = {}, .browser = script.toStdString()});
        app::LinkOpener links(&launcher);
        QSignalSpy failed(&links, &app::LinkOpener::failed);
        links.open(QUrl(QStringLiteral("https://example.org/it's?a=b c")));
        QVERIFY(failed.wait(30'000));  // because of the 3
        QFile read(got);
        QVERIFY(read.open(QIODevice::ReadOnly));
        QCOMPARE(read.readAll(), QByteArray("https://example.org/it%27s?a=b%20c"));
        links.open(QUrl(QStringLiteral("file:///etc/passwd")));
        QCOMPARE(failed.count(), 2);  // at once: it was not started
    }
};

QTEST_MAIN(TestNetwork)
#include "test_network.moc"
