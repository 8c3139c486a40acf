#include <QAction>
#include <QApplication>
#include <QDir>
#include <QLibraryInfo>
#include <QProcess>
#include <QScrollArea>
#include <QScrollBar>
#include <QTest>
#include <QTranslator>

#include "tests/ui/support/fake_controller.h"
#include "tests/ui/support/sample_data.h"
#include "ui/chat/chat_pane.h"
#include "ui/panels/about_dialog.h"
#include "ui/panels/search_panel.h"
#include "ui/panels/settings_dialog.h"
#include "ui/transcript/transcript_view.h"
#include "ui/translation.h"

using namespace sidewinder::ui;
using namespace sidewinder::test;

namespace {

QDir folder() {
    const QString wanted =
        qEnvironmentVariable("SIDEWINDER_SCREENSHOTS", QStringLiteral(SIDEWINDER_BIN_DIR "/../screenshots"));
    QDir().mkpath(wanted);
    return QDir(wanted);
}

void fill(FakeController& controller) {
    const QDateTime now = QDateTime::currentDateTime();
    const char* titles[] = {"Binary search over a span",
                            "Why does the linker drop my object file?",
                            "Regex for semantic versions",
                            "Port the log rotator to Python",
                            "Explain RAII to a C programmer",
                            "SQL: newest row per group",
                            "Bit tricks for powers of two",
                            "Unit tests for the parser",
                            "A very long title that will not fit into the list at all"};
    int hours = 0;
    for (const char* title : titles) {
        controller.addConversation(QString::fromLatin1(title), now.addSecs(-3600 * hours), hours == 8);
        hours = hours * 2 + 2;
    }
    const qint64 first = controller.conversations.firstKey();
    const qint64 question = controller.addMessage(
        first, 0, Role::User,
        QStringLiteral("Write a binary search over a sorted std::span, and say why it is right."));
    const qint64 answer = controller.addMessage(first, question, Role::Assistant, richAnswer());
    controller.nodes[answer].view.stats = {212, 388, 41.3, 0.38};
    controller.publish();
}

}  // namespace

class TestScreenshots : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void doubleScale() {
        if (qEnvironmentVariableIsSet("QT_SCALE_FACTOR")) QSKIP("this is the 200 % run");
        QProcess child;
        QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
        environment.insert(QStringLiteral("QT_SCALE_FACTOR"), QStringLiteral("2"));
        child.setProcessEnvironment(environment);
        child.setProcessChannelMode(QProcess::ForwardedChannels);
        child.start(QCoreApplication::applicationFilePath(), {QStringLiteral("shots")});
        QVERIFY(child.waitForFinished(500000));
        QCOMPARE(child.exitCode(), 0);
    }

    void shots_data() {
        QTest::addColumn<QString>("language");
        QTest::addColumn<bool>("dark");
        QTest::addColumn<QSize>("size");
        const bool doubled = qEnvironmentVariableIsSet("QT_SCALE_FACTOR");
        for (const bool dark : {false, true}) {
            const char* theme = dark ? "dark" : "light";
            QTest::addRow("en-%s-900x600", theme) << QStringLiteral("en") << dark << QSize(900, 600);
            QTest::addRow("en-%s-1440x900", theme) << QStringLiteral("en") << dark << QSize(1440, 900);
            if (!doubled)
                QTest::addRow("en-%s-2560x1440", theme) << QStringLiteral("en") << dark << QSize(2560, 1440);
            QTest::addRow("pt-%s-900x600", theme) << QStringLiteral("pt_BR") << dark << QSize(900, 600);
        }
    }
    void shots() {
        QFETCH(QString, language);
        QFETCH(bool, dark);
        QFETCH(QSize, size);
        const auto translators = loadTranslations(QLocale(language));
        if (language != QLatin1String("en")) QVERIFY(!translators.empty());
        for (const auto& translator : translators) QCoreApplication::installTranslator(translator.get());
        QLocale::setDefault(QLocale(language));
        MainWindow window;
        Settings settings;
        settings.theme = dark ? ThemeChoice::Dark : ThemeChoice::Light;
        window.setSettings(settings);
        window.resize(size);
        window.show();
        FakeController controller(window);
        QVERIFY(QTest::qWaitForWindowExposed(&window));
        prefix_ = QString::fromLatin1(QTest::currentDataTag()) +
                  (qEnvironmentVariableIsSet("QT_SCALE_FACTOR") ? QStringLiteral("@2x") : QString());
        if (!visit(window, controller)) return;
        for (const auto& translator : translators) QCoreApplication::removeTranslator(translator.get());
    }

  private:
    bool visit(MainWindow& window, FakeController& controller) {
        controller.status.demo = true;
        controller.status.model = QStringLiteral("Demo model");
        window.setStatus(controller.status);
        shoot(window, "empty");
        fill(controller);
        controller.status.demo = false;
        controller.status.model = QStringLiteral("Mamba-Codestral 7B, int8");
        controller.status.tokensRead = 1204;
        controller.status.tokensPerSecond = 41.3;
        controller.status.timeToFirstToken = 0.38;
        window.setStatus(controller.status);
        controller.open(controller.conversations.firstKey());
        auto* transcript = window.findChild<TranscriptView*>();
        QTest::qWait(30);
        shoot(window, "answer-end");
        QTest::keyClick(transcript, Qt::Key_Home);
        shoot(window, "answer-top");
        QTest::keyClick(&window, Qt::Key_F, Qt::ControlModifier);
        QTest::keyClicks(window.focusWidget(), QStringLiteral("low"));
        QTest::qWait(60);
        shoot(window, "find");
        QTest::keyClick(window.focusWidget(), Qt::Key_Escape);
        transcript->editLastOwn();
        shoot(window, "edit");
        QTest::keyClick(window.focusWidget(), Qt::Key_Escape);
        QTest::keyClick(&window, Qt::Key_K, Qt::ControlModifier);
        QTest::keyClicks(window.focusWidget(), QStringLiteral("span"));
        QTest::qWait(250);
        shoot(window, "search");
        window.findChild<SearchPanel*>()->close();
        QTest::keyClick(&window, Qt::Key_Comma, Qt::ControlModifier);
        if (auto* dialog = window.findChild<SettingsDialog*>()) {
            QTest::qWait(30);
            save(dialog->grab(), "settings");
            QScrollBar* bar = dialog->findChild<QScrollArea*>()->verticalScrollBar();
            bar->setValue(bar->maximum());
            save(dialog->grab(), "settings-end");
            controller.status.offersFloat8 = true;
            window.setStatus(controller.status);
            QTest::qWait(30);
            save(dialog->grab(), "settings-float8");
            dialog->close();
        }
        shootAbout(window);
        Notice notice;
        notice.sentence = QStringLiteral(
            "Not enough memory: the model needs 14.6 GB, 11.2 GB is free. Close firefox (1.9 GB) or load the "
            "8-bit model.");
        notice.kind = NoticeKind::Error;
        notice.actionLabel = QStringLiteral("Load 8-bit");
        notice.details = QStringLiteral("x");
        window.showNotice(notice);
        shoot(window, "notice");
        controller.script = richAnswer();
        controller.deltaSize = 30;
        window.setDraft({});
        Q_EMIT window.sendRequested(
            QStringLiteral("Now as a template, for any range.\nAnd keep it short:\n```cpp\ntemplate <class "
                           "R> auto find(R&&);\n```"));
        QTest::qWait(120);
        controller.status.phase = Phase::Reading;
        shoot(window, "streaming");
        controller.stop(MessageStatus::Stopped);
        return true;
    }
    void shootAbout(MainWindow& window) {
        AboutView view = sampleAbout();
        for (const bool refused : {true, false}) {
            view.networkRefused = refused;
            if (!refused) view.network = QStringLiteral("The kernel has no seccomp filters.");
            window.setAbout(view);
            for (QAction* action : window.actions())
                if (action->text() ==
                    QCoreApplication::translate("sidewinder::ui::MainWindow", "About Sidewinder"))
                    action->trigger();
            auto* dialog = window.findChild<AboutDialog*>();
            QVERIFY(dialog);
            QTest::qWait(30);
            save(dialog->grab(), refused ? "about" : "about-unlocked");
            QScrollBar* bar = dialog->findChild<QScrollArea*>()->verticalScrollBar();
            bar->setValue(bar->maximum());
            if (refused) save(dialog->grab(), "about-end");
            delete dialog;
        }
    }
    void shoot(QWidget& window, const char* name) {
        QTest::qWait(20);
        save(window.grab(), name);
    }
    void save(const QPixmap& pixmap, const char* name) {
        QVERIFY(!pixmap.isNull());
        QVERIFY(pixmap.save(
            folder().filePath(QStringLiteral("%1-%2.png").arg(prefix_, QString::fromLatin1(name)))));
    }
    QString prefix_;
};

QTEST_MAIN(TestScreenshots)
#include "test_screenshots.moc"
