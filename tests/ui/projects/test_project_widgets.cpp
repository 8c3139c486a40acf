#include <QCheckBox>
#include <QDragEnterEvent>
#include <QFile>
#include <QListView>
#include <QMimeData>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>
#include <QToolButton>

#include "tests/ui/support/fake_controller.h"
#include "tests/ui/support/sample_projects.h"
#include "ui/chat/composer.h"
#include "ui/chat/notice_bar.h"
#include "ui/projects/drop_overlay.h"
#include "ui/projects/excerpt_note.h"
#include "ui/projects/project_chip.h"
#include "ui/projects/project_list.h"
#include "ui/projects/project_text.h"
#include "ui/projects/reading_bar.h"

using namespace sidewinder::ui;
using namespace sidewinder::test;

/// Projects in the window beside the sheet: list, chip, bar of a reading, drop, excerpts.
class TestProjectWidgets : public QObject {
    Q_OBJECT

    std::unique_ptr<MainWindow> window_;
    QTemporaryDir folder_;

    template <class Widget>
    Widget& one() {
        return *window_->findChild<Widget*>();
    }
    bool enter(QWidget& target, const QList<QUrl>& urls) {
        QMimeData data;
        data.setUrls(urls);
        QDragEnterEvent event(QPoint(50, 50), Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
        event.ignore();
        QApplication::sendEvent(&target, &event);
        return one<DropOverlay>().isVisible();
    }

  private Q_SLOTS:
    void init() {
        window_ = std::make_unique<MainWindow>();
        window_->show();
        QVERIFY(QTest::qWaitForWindowExposed(window_.get()));
    }
    void cleanup() { window_.reset(); }

    void aFolderIsTakenAndNothingElse() {
        const QUrl folder = QUrl::fromLocalFile(folder_.path());
        QFile file(folder_.filePath(QStringLiteral("a.txt")));
        QVERIFY(file.open(QIODevice::WriteOnly));
        QVERIFY(!enter(*window_, {QUrl::fromLocalFile(file.fileName())}));
        QVERIFY(!enter(*window_, {folder, folder}));
        QVERIFY(!enter(*window_, {QUrl(QStringLiteral("https://example.org/"))}));
        QVERIFY(enter(*window_, {folder}));
        QSignalSpy opened(window_.get(), &MainWindow::projectOpenRequested);
        QMimeData data;
        data.setUrls({folder});
        QDropEvent drop(QPointF(50, 50), Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
        QApplication::sendEvent(&one<DropOverlay>(), &drop);
        QCOMPARE(opened.count(), 1);
        QCOMPARE(opened.first().first().toString(), folder_.path());
        QVERIFY(!one<DropOverlay>().isVisible());
    }

    void overTheComposerItIsTheWindowsToo() {
        // The composer would take the path as text; a folder goes on to the window.
        QVERIFY(enter(*one<Composer>().input()->viewport(), {QUrl::fromLocalFile(folder_.path())}));
        QDragLeaveEvent leave;
        QApplication::sendEvent(&one<DropOverlay>(), &leave);
        QVERIFY(!one<DropOverlay>().isVisible());
    }

    void theListSaysWhatStateEachIsIn() {
        ProjectItem other = sampleProject(ProjectState::Reading, 2);
        other.name = QStringLiteral("lighthouse");
        window_->setProjects({sampleProject(ProjectState::Changed), other});
        QListView* list = one<ProjectList>().list();
        QCOMPARE(list->model()->rowCount(), 2);
        QCOMPARE(list->model()->index(0, 0).data(ProjectListModel::StateTextRole).toString(),
                 QStringLiteral("3 files changed"));
        QVERIFY(list->model()
                    ->index(0, 0)
                    .data(Qt::ToolTipRole)
                    .toString()
                    .replace(QChar::Nbsp, QLatin1Char(' '))
                    .contains(QStringLiteral("1,240 tokens to read")));
        QVERIFY(list->model()
                    ->index(0, 0)
                    .data(Qt::ToolTipRole)
                    .toString()
                    .contains(QStringLiteral("/home/ana/work/harbour")));
        QCOMPARE(list->model()->index(1, 0).data(ProjectListModel::StateTextRole).toString(),
                 QStringLiteral("Reading, 40 %"));
        QCOMPARE(ProjectText::state(sampleProject(ProjectState::Read)), QStringLiteral("Read, 71k tokens"));
        QCOMPARE(ProjectText::state(sampleProject(ProjectState::OtherModel)),
                 QStringLiteral("Not read with this model"));
        // Progress does not move the focus.
        list->setCurrentIndex(list->model()->index(1, 0));
        other.percent = 41;
        window_->setProjects({sampleProject(ProjectState::Changed), other});
        QCOMPARE(list->currentIndex().row(), 1);
    }

    void keysStartAChatAndRemoveWithUndo() {
        window_->setProjects({sampleProject(ProjectState::Read)});
        QListView* list = one<ProjectList>().list();
        list->setFocus();
        list->setCurrentIndex(list->model()->index(0, 0));
        QSignalSpy chat(window_.get(), &MainWindow::projectChatRequested);
        QTest::keyClick(list, Qt::Key_Return);
        QCOMPARE(chat.count(), 1);
        QSignalSpy removed(window_.get(), &MainWindow::projectRemoveRequested);
        QSignalSpy undone(window_.get(), &MainWindow::undoProjectRemoveRequested);
        QTest::keyClick(list, Qt::Key_Delete);
        QCOMPARE(removed.count(), 1);
        QCOMPARE(list->model()->rowCount(), 0);
        auto* bar = window_->findChild<NoticeBar*>(QStringLiteral("NoticeBar"));
        QVERIFY(bar->notice().sentence.contains(QStringLiteral("harbour")));
        Q_EMIT bar->actionTriggered(bar->notice().actionId);
        QCOMPARE(undone.count(), 1);
        QCOMPARE(list->model()->rowCount(), 1);
    }

    void theChipNamesTheProjectAndWhatChanged() {
        ProjectChip& chip = one<ProjectChip>();
        QVERIFY(!chip.isVisible());
        window_->setProjects({sampleProject(ProjectState::Changed)});
        window_->setChatProject(1, true);
        QVERIFY(chip.isVisible());
        QSignalSpy update(window_.get(), &MainWindow::projectUpdateRequested);
        QSignalSpy detached(window_.get(), &MainWindow::projectDetached);
        for (QPushButton* button : chip.findChildren<QPushButton*>())
            if (button->text() == QStringLiteral("Update…")) button->click();
        QCOMPARE(update.count(), 1);
        auto* remove = chip.findChild<QToolButton*>();
        QVERIFY(remove->isVisible());
        remove->click();
        QCOMPARE(detached.count(), 1);
        window_->setChatProject(1, false);
        QVERIFY(!remove->isVisible());
        EngineStatus idle;
        idle.phase = Phase::Idle;
        window_->setStatus(idle);
        QVERIFY(one<Composer>().input()->placeholderText().contains(QStringLiteral("harbour")));
        // While it is read the bar says it all.
        auto* more = chip.findChildren<QPushButton*>().last();
        QVERIFY(more->isVisible());
        window_->setReading({.project = 1, .phase = ReadingPhase::Running});
        QVERIFY(!more->isVisible());
        window_->setReading({});
        QVERIFY(more->isVisible());
        window_->setChatProject(0, true);
        QVERIFY(!chip.isVisible());
    }

    void theBarPausesContinuesAndCancels() {
        ReadingBar& bar = one<ReadingBar>();
        QVERIFY(!bar.isVisible());
        ReadingView view{.project = 1, .name = QStringLiteral("harbour"), .phase = ReadingPhase::Running};
        view.read = 28'000;
        view.toRead = 70'690;
        view.tokensPerSecond = 1'720;
        view.secondsLeft = 25;
        window_->setReading(view);
        QVERIFY(bar.isVisible());
        QCOMPARE(ProjectText::progress(view),
                 QStringLiteral("28,000 of 70,690 tokens · 1,720 tokens/s · about 25 s left"));
        QSignalSpy pause(window_.get(), &MainWindow::readingPauseRequested);
        QSignalSpy go(window_.get(), &MainWindow::readingContinueRequested);
        QSignalSpy cancel(window_.get(), &MainWindow::readingCancelRequested);
        const QList<QPushButton*> buttons = bar.findChildren<QPushButton*>();
        buttons.at(0)->click();
        QCOMPARE(pause.count(), 1);
        view.phase = ReadingPhase::PausedByPerson;
        window_->setReading(view);
        QCOMPARE(buttons.at(0)->text(), QStringLiteral("Continue"));
        buttons.at(0)->click();
        QCOMPARE(go.count(), 1);
        buttons.at(1)->click();
        QCOMPARE(cancel.count(), 1);
        view.phase = ReadingPhase::PausedForAnswer;
        QVERIFY(ProjectText::reading(view).contains(QStringLiteral("waits for the answer")));
        window_->setReading({});
        QVERIFY(!bar.isVisible());
    }

    void excerptsAreListedAndSwitchedOff() {
        ExcerptNote& note = one<ExcerptNote>();
        QVERIFY(!note.isVisible());
        window_->setExcerpts(sampleExcerpts());
        QVERIFY(note.isVisible());
        auto* title = note.findChild<QPushButton*>();
        QCOMPARE(title->text(), QStringLiteral("3 excerpts beside your question, 1,310 tokens"));
        title->click();
        QVERIFY(note.isOpen());
        QSignalSpy switched(window_.get(), &MainWindow::excerptSwitched);
        auto* first = note.findChild<QCheckBox*>();
        QCOMPARE(first->text(), QStringLiteral("src/http/parser.cpp:120–168"));
        first->click();
        QCOMPARE(switched.count(), 1);
        QCOMPARE(switched.first().at(1).toBool(), false);
        QCOMPARE(title->text(), QStringLiteral("2 excerpts beside your question, 670 tokens"));
        window_->setExcerpts({});
        QVERIFY(!note.isVisible());
    }

    void everyControlHasAName() {
        window_->setProjects({sampleProject(ProjectState::Changed)});
        window_->setChatProject(1, true);
        window_->setExcerpts(sampleExcerpts());
        ReadingView view{.project = 1, .name = QStringLiteral("harbour"), .phase = ReadingPhase::Running};
        window_->setReading(view);
        for (const bool sheet : {false, true}) {
            if (sheet) window_->openSheet();
            for (const QAbstractButton* button : window_->findChildren<QAbstractButton*>()) {
                if (!button->isVisible() || button->objectName().startsWith(QLatin1String("qt_"))) continue;
                QVERIFY2(!button->accessibleName().isEmpty() || !button->text().isEmpty(),
                         button->parentWidget()->metaObject()->className());
                QVERIFY2(button->focusPolicy() & Qt::TabFocus, qPrintable(button->accessibleName()));
            }
        }
    }
};

QTEST_MAIN(TestProjectWidgets)
#include "test_project_widgets.moc"
