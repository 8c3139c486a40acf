#include <QDir>
#include <QDragEnterEvent>
#include <QMimeData>
#include <QPushButton>
#include <QTest>
#include <QTranslator>

#include "tests/ui/support/fake_controller.h"
#include "tests/ui/support/sample_projects.h"
#include "ui/projects/excerpt_note.h"
#include "ui/projects/project_sheet.h"
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

const char* const kAnswer =
    "`Parser::feed` stops at the first empty line: it calls `finish_head()` and leaves what follows in the "
    "buffer, so a body that arrives in the same packet is kept.\n\n"
    "```cpp\nif (line.empty()) {\n    finish_head();\n    return Progress::Head;\n}\n```\n\n"
    "The caller in `src/server.cpp` asks again with the rest of the buffer, and the length comes from "
    "`Content-Length`; without it the request has no body.";

}  // namespace

/// Projects in the window, for the eye.
class TestProjectsScreenshots : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void shots_data() {
        QTest::addColumn<QString>("language");
        QTest::addColumn<bool>("dark");
        QTest::addColumn<QSize>("size");
        QTest::addColumn<int>("font");
        QTest::addRow("projects-en-light-1180x780") << QStringLiteral("en") << false << QSize(1180, 780) << 0;
        QTest::addRow("projects-en-dark-1440x900") << QStringLiteral("en") << true << QSize(1440, 900) << 0;
        QTest::addRow("projects-pt-dark-1180x780")
            << QStringLiteral("pt_BR") << true << QSize(1180, 780) << 0;
        QTest::addRow("projects-pt-light-720x480")
            << QStringLiteral("pt_BR") << false << QSize(720, 480) << 0;
        QTest::addRow("projects-en-light-large") << QStringLiteral("en") << false << QSize(1180, 780) << 18;
    }
    void shots() {
        QFETCH(QString, language);
        QFETCH(bool, dark);
        QFETCH(QSize, size);
        QFETCH(int, font);
        const auto translators = loadTranslations(QLocale(language));
        for (const auto& translator : translators) QCoreApplication::installTranslator(translator.get());
        QLocale::setDefault(QLocale(language));
        MainWindow window;
        Settings settings;
        settings.theme = dark ? ThemeChoice::Dark : ThemeChoice::Light;
        settings.fontSize = font;
        window.setSettings(settings);
        window.resize(size);
        window.show();
        FakeController controller(window);
        const QDateTime now = QDateTime::currentDateTime();
        chat_ = controller.addConversation(QStringLiteral("Where does the parser stop?"), now);
        controller.conversations[chat_].project = QStringLiteral("harbour");
        const qint64 question = controller.addMessage(
            chat_, 0, Role::User,
            QStringLiteral("Where does the parser stop when the head is complete, and who reads the body?"));
        controller.addMessage(chat_, question, Role::Assistant, QLatin1String(kAnswer));
        controller.addConversation(QStringLiteral("Reverse a string"), now);
        controller.addConversation(QStringLiteral("TLS: which ciphers are on?"), now.addDays(-1));
        controller.conversations.last().project = QStringLiteral("lighthouse-control-room");
        controller.publish();
        controller.status.model = QStringLiteral("Mamba-Codestral 7B, int8");
        window.setStatus(controller.status);
        QVERIFY(QTest::qWaitForWindowExposed(&window));
        prefix_ = QString::fromLatin1(QTest::currentDataTag());
        visit(window, controller);
        for (const auto& translator : translators) QCoreApplication::removeTranslator(translator.get());
    }

  private:
    static QList<ProjectItem> projects(ProjectState state) {
        ProjectItem second = sampleProject(ProjectState::Read, 2);
        second.name = QStringLiteral("lighthouse-control-room");
        second.tokens = 250'310;
        ProjectItem third = sampleProject(ProjectState::OtherModel, 3);
        third.name = QStringLiteral("tide");
        return {sampleProject(state), second, third};
    }
    void visit(MainWindow& window, FakeController& controller) {
        shoot(window, "empty");
        dragOver(window);
        shoot(window, "drop");
        QDragLeaveEvent leave;
        QApplication::sendEvent(window.findChild<QWidget*>(QStringLiteral("DropOverlay")), &leave);
        ProjectSheet& sheet = window.sheet();
        sheet.begin(QStringLiteral("harbour"), QStringLiteral("/home/ana/work/harbour"));
        sheet.setState({.phase = SheetPhase::Scanning, .files = 1'240, .ofFiles = 3'115, .sentence = {}});
        window.openSheet();
        shoot(window, "scanning");
        sheet.setEntries(sampleEntries());
        sheet.setTotals(firstTotals());
        sheet.setState({.phase = SheetPhase::Ready});
        shoot(window, "sheet");
        SheetTotals over = firstTotals();
        over.logTokens = over.toRead = 320'354;
        sheet.setTotals(over);
        shoot(window, "over");
        QList<SheetEntry> entries = sampleEntries();
        for (SheetEntry& entry : entries) {
            entry.toRead = entry.path.endsWith(QLatin1String("server.cpp"));
            if (entry.toRead) entry.mark = QCoreApplication::translate("ProjectReason", "Changed");
        }
        SheetTotals changed = firstTotals();
        changed.readBefore = true;
        changed.changed = 2;
        changed.kept = 47'920;
        changed.toRead = changed.logTokens - changed.kept;
        changed.secondsToRead = 13;
        sheet.setEntries(entries);
        sheet.setTotals(changed);
        sheet.showToRead();
        shoot(window, "update");
        sheet.setState(
            {.phase = SheetPhase::Failed,
             .sentence = QStringLiteral("The folder /home/ana/work/harbour cannot be opened: "
                                        "Permission denied. Give yourself the right to read it.")});
        shoot(window, "failed");
        window.openChat();
        window.setProjects(projects(ProjectState::Reading));
        window.setCurrentConversation(0, {});
        window.setChatProject(1, true);
        ReadingView view{.project = 1, .name = QStringLiteral("harbour"), .phase = ReadingPhase::Running};
        view.read = 28'276;
        view.toRead = 70'690;
        view.tokensPerSecond = 1'720;
        view.secondsLeft = 25;
        window.setReading(view);
        shoot(window, "reading");
        view.phase = ReadingPhase::PausedByPerson;
        window.setReading(view);
        window.setProjects(projects(ProjectState::Paused));
        shoot(window, "paused");
        window.setReading({});
        window.setProjects(projects(ProjectState::Changed));
        controller.open(chat_);
        window.setChatProject(1, false);
        window.setExcerpts(sampleExcerpts());
        shoot(window, "answer");
        window.findChild<ExcerptNote*>()->findChild<QPushButton*>()->click();
        shoot(window, "excerpts");
        window.setExcerpts({});
    }
    static void dragOver(MainWindow& window) {
        QMimeData data;
        data.setUrls({QUrl::fromLocalFile(QDir::tempPath())});
        QDragEnterEvent enter(QPoint(300, 300), Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
        QApplication::sendEvent(&window, &enter);
    }
    void shoot(QWidget& window, const char* name) {
        QTest::qWait(60);
        QVERIFY(window.grab().save(
            folder().filePath(QStringLiteral("%1-%2.png").arg(prefix_, QString::fromLatin1(name)))));
    }
    QString prefix_;
    qint64 chat_ = 0;
};

QTEST_MAIN(TestProjectsScreenshots)
#include "test_projects_screenshots.moc"
