#include <QApplication>
#include <QCheckBox>
#include <QClipboard>
#include <QComboBox>
#include <QInputMethodEvent>
#include <QLabel>
#include <QLineEdit>
#include <QListView>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QScrollBar>
#include <QSignalSpy>
#include <QTest>
#include <QToolButton>

#include "tests/ui/support/fake_controller.h"
#include "tests/ui/support/sample_data.h"
#include "ui/chat/chat_pane.h"
#include "ui/chat/composer.h"
#include "ui/chat/find_bar.h"
#include "ui/chat/notice_bar.h"
#include "ui/chat/status_line.h"
#include "ui/panels/link_dialog.h"
#include "ui/panels/search_panel.h"
#include "ui/panels/settings_dialog.h"
#include "ui/sidebar/sidebar.h"
#include "ui/transcript/transcript_view.h"

using namespace sidewinder::ui;
using namespace sidewinder::test;

class TestWindow : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void init() {
        window_ = std::make_unique<MainWindow>();
        controller_ = std::make_unique<FakeController>(*window_);
        window_->show();
        QVERIFY(QTest::qWaitForWindowExposed(window_.get()));
        composer_ = window_->findChild<Composer*>();
        input_ = composer_->input();
        transcript_ = window_->findChild<TranscriptView*>();
    }
    void cleanup() {
        controller_.reset();
        window_.reset();
    }

    void enterSends() {
        QTest::keyClicks(input_, QStringLiteral("hello"));
        QTest::keyClick(input_, Qt::Key_Return);
        QCOMPARE(controller_->log, QStringList{QStringLiteral("send hello")});
        QVERIFY(composer_->text().isEmpty());
        QTRY_VERIFY(!controller_->isStreaming());
        QCOMPARE(transcript_->messageCount(), 2);
        QCOMPARE(transcript_->message(1).view().text, controller_->script);
        QCOMPARE(window_->findChild<Sidebar*>()->titleOf(window_->currentConversation()),
                 QStringLiteral("hello"));
    }

    void shiftEnterBreaksTheLine() {
        QTest::keyClicks(input_, QStringLiteral("a"));
        QTest::keyClick(input_, Qt::Key_Return, Qt::ShiftModifier);
        QTest::keyClicks(input_, QStringLiteral("b"));
        QCOMPARE(composer_->text(), QStringLiteral("a\nb"));
        QVERIFY(controller_->log.isEmpty());
    }

    void enterDuringCompositionNeverSends() {
        QTest::keyClicks(input_, QStringLiteral("x"));
        QInputMethodEvent preedit(QStringLiteral("に"), {});
        QApplication::sendEvent(input_, &preedit);
        QVERIFY(composer_->isComposing());
        QTest::keyClick(input_, Qt::Key_Return);
        QVERIFY(controller_->log.isEmpty());
        QInputMethodEvent commit;
        commit.setCommitString(QStringLiteral("日"));
        QApplication::sendEvent(input_, &commit);
        QVERIFY(controller_->log.isEmpty());
        QTest::keyClick(input_, Qt::Key_Return);
        QCOMPARE(controller_->log, QStringList{QStringLiteral("send x日")});
    }

    void blankIsNotSent() {
        QTest::keyClicks(input_, QStringLiteral("  "));
        QTest::keyClick(input_, Qt::Key_Return);
        QVERIFY(controller_->log.isEmpty());
        QVERIFY(!composer_->button()->isEnabled());
    }

    void nothingIsSentWithoutAModel() {
        controller_->status.phase = Phase::NoModel;
        window_->setStatus(controller_->status);
        QTest::keyClicks(input_, QStringLiteral("hello"));
        QTest::keyClick(input_, Qt::Key_Return);
        QVERIFY(controller_->log.isEmpty());
        QCOMPARE(composer_->text(), QStringLiteral("hello"));
    }

    void escapeStops() {
        startLongAnswer();
        QTest::keyClick(input_, Qt::Key_Escape);
        QVERIFY(!controller_->isStreaming());
        QCOMPARE(transcript_->message(1).view().status, MessageStatus::Stopped);
    }

    void theButtonStopsInTheSamePlace() {
        const QRect before = composer_->button()->geometry();
        startLongAnswer();
        QCOMPARE(composer_->button()->geometry(), before);
        QCOMPARE(composer_->button()->accessibleName(), QStringLiteral("Stop"));
        QTest::mouseClick(composer_->button(), Qt::LeftButton);
        QVERIFY(!controller_->isStreaming());
        QCOMPARE(composer_->button()->accessibleName(), QStringLiteral("Send"));
    }

    void regenerateMakesASiblingAndSwitches() {
        exchange();
        QTest::keyClick(window_.get(), Qt::Key_R, Qt::ControlModifier);
        QTRY_VERIFY(!controller_->isStreaming());
        QCOMPARE(transcript_->message(1).view().siblingCount, 2);
        QCOMPARE(transcript_->message(1).view().siblingIndex, 1);
        const qint64 second = transcript_->message(1).view().id;
        press(1, Control::Kind::PreviousSibling);
        QCOMPARE(transcript_->message(1).view().siblingIndex, 0);
        QVERIFY(transcript_->message(1).view().id != second);
        press(1, Control::Kind::NextSibling);
        QCOMPARE(transcript_->message(1).view().id, second);
    }

    void editAndResend() {
        exchange();
        QTest::keyClick(input_, Qt::Key_Up);
        QVERIFY(transcript_->isEditing());
        auto* editor = transcript_->findChild<InlineEditor*>()->findChild<QPlainTextEdit*>();
        QTest::keyClicks(editor, QStringLiteral(" again"));
        QTest::keyClick(editor, Qt::Key_Return, Qt::ControlModifier);
        QVERIFY(controller_->log.last().endsWith(QStringLiteral("hello again")));
        QTRY_VERIFY(!controller_->isStreaming());
        QCOMPARE(transcript_->message(0).view().siblingCount, 2);
        QCOMPARE(transcript_->message(0).view().text, QStringLiteral("hello again"));
    }

    void escapeCancelsAnEdit() {
        exchange();
        const auto log = controller_->log;
        press(0, Control::Kind::Edit);
        QVERIFY(transcript_->isEditing());
        QTest::keyClick(transcript_->findChild<InlineEditor*>()->findChild<QPlainTextEdit*>(),
                        Qt::Key_Escape);
        QVERIFY(!transcript_->isEditing());
        QCOMPARE(controller_->log, log);
    }

    void deleteCanBeUndone() {
        exchange();
        const qint64 id = window_->currentConversation();
        auto* list = window_->findChild<Sidebar*>()->list();
        list->setFocus();
        QTest::keyClick(list, Qt::Key_Delete);
        QCOMPARE(controller_->log.last(), QStringLiteral("delete %1").arg(id));
        QCOMPARE(list->model()->rowCount(), 0);
        auto* notice = window_->findChild<NoticeBar*>(QStringLiteral("NoticeBar"));
        QVERIFY(notice->isVisible());
        for (QPushButton* button : notice->findChildren<QPushButton*>())
            if (button->text() == QLatin1String("Undo")) QTest::mouseClick(button, Qt::LeftButton);
        QCOMPARE(controller_->log.last(), QStringLiteral("undo %1").arg(id));
        QCOMPARE(list->model()->rowCount(), 1);
        QVERIFY(!notice->isVisible());
    }

    void renameInTheList() {
        exchange();
        QTest::keyClick(window_.get(), Qt::Key_F2);
        auto* list = window_->findChild<Sidebar*>()->list();
        auto* edit = list->findChild<QLineEdit*>();
        QVERIFY(edit);
        edit->setText(QStringLiteral("Better"));
        QTest::keyClick(edit, Qt::Key_Return);
        QTRY_VERIFY(controller_->log.last().endsWith(QStringLiteral(" Better")));
        QVERIFY(window_->windowTitle().startsWith(QStringLiteral("Better")));
    }

    void aRefreshOfTheListDoesNotTakeATitleThatIsBeingTyped() {
        exchange();
        auto* list = window_->findChild<Sidebar*>()->list();
        QTest::keyClick(window_.get(), Qt::Key_F2);
        auto* edit = list->findChild<QLineEdit*>();
        QVERIFY(edit);
        edit->setText(QStringLiteral("Half a ti"));
        controller_->addConversation(QStringLiteral("another"), QDateTime::currentDateTime());
        controller_->publish();  // as when an answer ends
        QCOMPARE(list->findChild<QLineEdit*>(), edit);
        QCOMPARE(list->model()->rowCount(), 1);
        edit->setText(QStringLiteral("Half a title"));
        QTest::keyClick(edit, Qt::Key_Return);
        QTRY_COMPARE(list->model()->rowCount(), 2);
        QVERIFY(window_->windowTitle().startsWith(QStringLiteral("Half a title")));
    }

    void listIsNewestFirstPinnedAbove() {
        const QDateTime now = QDateTime::currentDateTime();
        const qint64 old = controller_->addConversation(QStringLiteral("old"), now.addDays(-9), true);
        controller_->addConversation(QStringLiteral("mid"), now.addDays(-1));
        controller_->addConversation(QStringLiteral("new"), now);
        controller_->publish();
        const auto* model = window_->findChild<Sidebar*>()->list()->model();
        QStringList titles;
        for (int row = 0; row < model->rowCount(); ++row) titles << model->index(row, 0).data().toString();
        QCOMPARE(titles, (QStringList{QStringLiteral("old"), QStringLiteral("new"), QStringLiteral("mid")}));
        QVERIFY(window_->findChild<Sidebar*>()->isPinned(old));
    }

    void findInTheConversation() {
        openRich();
        QTest::keyClick(window_.get(), Qt::Key_F, Qt::ControlModifier);
        auto* bar = window_->findChild<FindBar*>();
        QVERIFY(bar->isVisible());
        QTest::keyClicks(bar->input(), QStringLiteral("LOW"));
        Finder& finder = transcript_->finder();
        QTRY_VERIFY(finder.isComplete());
        const int expected = static_cast<int>(richAnswer().count(QStringLiteral("low"), Qt::CaseInsensitive));
        QCOMPARE(finder.count(), expected);
        QCOMPARE(finder.currentIndex(), 0);
        QTest::keyClick(bar->input(), Qt::Key_Return);
        QCOMPARE(finder.currentIndex(), 1);
        QTest::keyClick(bar->input(), Qt::Key_Return, Qt::ShiftModifier);
        QTest::keyClick(bar->input(), Qt::Key_Return, Qt::ShiftModifier);
        QCOMPARE(finder.currentIndex(), finder.count() - 1);
        QTest::keyClick(bar->input(), Qt::Key_Escape);
        QVERIFY(!bar->isVisible());
        QCOMPARE(finder.count(), 0);
    }

    void searchAllConversations() {
        openRich();
        controller_->open(0);
        QTest::keyClick(window_.get(), Qt::Key_K, Qt::ControlModifier);
        auto* panel = window_->findChild<SearchPanel*>();
        QTest::keyClicks(panel->input(), QStringLiteral("invariant"));
        QTRY_COMPARE(panel->list()->model()->rowCount(), 1);
        window_->setSearchResults(QStringLiteral("stale"), {});
        QCOMPARE(panel->list()->model()->rowCount(), 1);
        QTest::keyClick(panel->input(), Qt::Key_Return);
        QVERIFY(!panel->isVisible());
        QCOMPARE(transcript_->messageCount(), 2);
        QVERIFY(!transcript_->isFollowing());
    }

    void draftsStayWithTheirConversation() {
        const qint64 a = controller_->addConversation(QStringLiteral("a"), QDateTime::currentDateTime());
        const qint64 b = controller_->addConversation(QStringLiteral("b"), QDateTime::currentDateTime());
        controller_->publish();
        controller_->open(a);
        window_->setDraft(QStringLiteral("for a"));
        controller_->open(b);
        QCOMPARE(window_->draft(), QString());
        controller_->open(a);
        QCOMPARE(window_->draft(), QStringLiteral("for a"));
    }

    void scrollingUpStopsFollowing() {
        controller_->script = longAnswer(400);
        controller_->deltaSize = 200;
        QTest::keyClicks(input_, QStringLiteral("go"));
        QTest::keyClick(input_, Qt::Key_Return);
        QTRY_VERIFY(transcript_->verticalScrollBar()->maximum() > 2000);
        QVERIFY(transcript_->isFollowing());
        transcript_->verticalScrollBar()->setValue(600);
        QVERIFY(!transcript_->isFollowing());
        const int top = transcript_->messageRect(1).top();
        const int maximum = transcript_->verticalScrollBar()->maximum();
        QTRY_VERIFY(transcript_->verticalScrollBar()->maximum() > maximum + 500);
        QCOMPARE(transcript_->messageRect(1).top(), top);  // nothing jumps
        QVERIFY(!transcript_->overlays().isEmpty());
        transcript_->jumpToLatest();
        QVERIFY(transcript_->isFollowing());
        controller_->stop(MessageStatus::Stopped);
    }

    void streamedBlocksEqualTheWhole() {
        controller_->script = richAnswer();
        controller_->deltaSize = 3;
        exchange();
        MainWindow other;
        FakeController second(other);
        const qint64 c = second.addConversation(QStringLiteral("c"), QDateTime::currentDateTime());
        second.addMessage(c, second.addMessage(c, 0, Role::User, QStringLiteral("hello")), Role::Assistant,
                          richAnswer());
        second.open(c);
        other.show();
        auto* whole = other.findChild<TranscriptView*>();
        whole->selectAll();
        transcript_->selectAll();
        QCOMPARE(whole->selection(), transcript_->selection());
        QVERIFY(whole->selection().size() > 1000);
    }

    void copyCodeAndMessage() {
        openRich();
        press(1, Control::Kind::CopyCode);
        QVERIFY(QApplication::clipboard()->text().startsWith(QStringLiteral("#include <optional>")));
        press(1, Control::Kind::CopyMessage);
        QCOMPARE(QApplication::clipboard()->text(), richAnswer());
        QTest::keyClick(window_.get(), Qt::Key_C, Qt::ControlModifier | Qt::ShiftModifier);
        QCOMPARE(QApplication::clipboard()->text(), richAnswer());
    }

    void copiedTextHasNoTerminalEscapes() {
        const qint64 c = controller_->addConversation(QStringLiteral("Esc"), QDateTime::currentDateTime());
        controller_->addMessage(c, 0, Role::Assistant,
                                QStringLiteral("a\x1b]52;c;x\x07"
                                               "b"));
        controller_->open(c);
        press(0, Control::Kind::CopyMessage);
        QVERIFY(!QApplication::clipboard()->text().contains(QChar(0x1b)));
        QVERIFY(QApplication::clipboard()->text().contains(QStringLiteral("U+001B")));
    }

    void selectionRunsOverMessages() {
        openRich();
        transcript_->selectAll();
        transcript_->copySelection();
        const QString text = QApplication::clipboard()->text();
        QVERIFY(text.startsWith(QStringLiteral("Write a binary search")));
        QVERIFY(text.contains(QStringLiteral("std::optional<std::size_t> find")));
        QVERIFY(text.endsWith(QStringLiteral("for iterators.")));
    }

    void linksAreOpenedOnlyAfterConsent() {
        openRich();
        QSignalSpy opened(window_.get(), &MainWindow::linkOpenRequested);
        press(1, Control::Kind::OpenLink);
        auto* dialog = window_->findChild<LinkDialog*>();
        QVERIFY(dialog);
        QCOMPARE(opened.count(), 0);
        dialog->accept();
        QCOMPARE(opened.count(), 1);
        QCOMPARE(opened[0][0].toUrl().host(), QStringLiteral("en.cppreference.com"));
    }

    void failedAnswersSayWhyAndOfferAnotherTry() {
        exchange();
        MessageView view = transcript_->message(1).view();
        view.status = MessageStatus::Failed;
        view.error = QStringLiteral("The answer stopped after 12 tokens: not enough memory.");
        window_->updateMessage(view);
        QVERIFY(!transcript_->message(1).errorRect().isEmpty());
        press(1, Control::Kind::Retry);
        QVERIFY(controller_->log.last().startsWith(QStringLiteral("regenerate")));
    }

    void statusLineSaysWhatHappens() {
        EngineStatus status;
        status.model = QStringLiteral("M");
        status.phase = Phase::Reading;
        status.tokensRead = 1204;
        status.tokensToRead = 12000;
        status.secondsLeft = 14;
        window_->setStatus(status);
        const QString text = window_->findChild<StatusLine*>()->text();
        QVERIFY2(text.contains(QStringLiteral("Reading 1,204 of 12,000 tokens, about 14 s left")),
                 qPrintable(text));
    }

    void statusLineSaysWhyItIsThisDevice() {
        EngineStatus status;
        status.phase = Phase::Idle;
        status.device = QStringLiteral("CPU, 2 threads");
        status.deviceNote = QStringLiteral("No NVIDIA driver is installed.");
        window_->setStatus(status);
        window_->grab();  // the tool tip depends on the room
        const auto* label = window_->findChild<StatusLine*>()->findChild<QLabel*>();
        QVERIFY(label->accessibleName().contains(status.device));
        QCOMPARE(label->accessibleDescription(), status.deviceNote);
        QVERIFY2(label->toolTip().contains(QStringLiteral("NVIDIA")), qPrintable(label->toolTip()));
    }

    void theDeviceIsChosenInTheSettings() {
        QTest::keyClick(window_.get(), Qt::Key_Comma, Qt::ControlModifier);
        QComboBox* device = nullptr;
        for (QComboBox* box : window_->findChild<SettingsDialog*>()->findChildren<QComboBox*>()) {
            if (box->accessibleName() == QStringLiteral("Runs on")) device = box;
        }
        QVERIFY(device);
        QSignalSpy changed(window_.get(), &MainWindow::settingsChanged);
        device->setCurrentIndex(1);
        QCOMPARE(changed.count(), 1);
        QVERIFY(window_->settings().device == DeviceChoice::Cpu);
    }

    void aProxysPasswordNeverReachesTheSettings() {
        QTest::keyClick(window_.get(), Qt::Key_Comma, Qt::ControlModifier);
        auto* dialog = window_->findChild<SettingsDialog*>();
        QLineEdit *proxy = nullptr, *password = nullptr;
        for (QLineEdit* line : dialog->findChildren<QLineEdit*>()) {
            if (line->accessibleName() == QStringLiteral("Proxy")) proxy = line;
            if (line->echoMode() == QLineEdit::Password) password = line;
        }
        QVERIFY(proxy && password && !password->isEnabled());
        QSignalSpy changed(window_.get(), &MainWindow::settingsChanged);
        QSignalSpy given(window_.get(), &MainWindow::proxyPasswordGiven);
        QSignalSpy forgotten(window_.get(), &MainWindow::proxyPasswordForgotten);
        proxy->setFocus();
        QTest::keyClicks(proxy, QStringLiteral("http://me:se%20cret@proxy:3128"));
        QCOMPARE(changed.count(), 0);
        QTest::keyClick(proxy, Qt::Key_Return);
        QCOMPARE(changed.count(), 1);
        QCOMPARE(window_->settings().proxy, QStringLiteral("http://me@proxy:3128"));
        QCOMPARE(proxy->text(), window_->settings().proxy);
        QCOMPARE(password->text(), QStringLiteral("se cret"));
        QVERIFY(password->isEnabled());
        QTest::keyClick(password, Qt::Key_Return);
        QCOMPARE(given.count(), 1);
        QCOMPARE(given[0],
                 (QVariantList{QStringLiteral("http://me@proxy:3128"), QStringLiteral("se cret"), false}));
        QVERIFY(password->text().isEmpty());
        QCOMPARE(changed.count(), 1);
        window_->sayProxyPassword(QStringLiteral("The password is in the keyring."));
        const auto labels = dialog->findChildren<QLabel*>();
        QVERIFY(std::any_of(labels.begin(), labels.end(), [](const QLabel* label) {
            return label->text() == QStringLiteral("The password is in the keyring.") && !label->isHidden();
        }));
        for (QPushButton* button : dialog->findChildren<QPushButton*>())
            if (button->text() == QStringLiteral("Forget")) button->click();
        QCOMPARE(forgotten.count(), 1);
    }

    void float8IsOfferedWhereTheDeviceHasIt() {
        QTest::keyClick(window_.get(), Qt::Key_Comma, Qt::ControlModifier);
        auto* box = window_->findChild<SettingsDialog*>()->findChild<QCheckBox*>();
        QVERIFY(box && !box->isEnabled() && !box->isChecked());
        QVERIFY2(box->accessibleDescription().contains(QStringLiteral("9.0")),
                 qPrintable(box->accessibleDescription()));
        EngineStatus status;
        status.offersFloat8 = true;
        window_->setStatus(status);
        QVERIFY(box->isEnabled());
        QVERIFY(!box->accessibleDescription().contains(QStringLiteral("9.0")));
        QSignalSpy changed(window_.get(), &MainWindow::settingsChanged);
        box->click();
        QCOMPARE(changed.count(), 1);
        QVERIFY(window_->settings().float8Prefill);
        status.offersFloat8 = false;  // what was chosen stays, and can be taken back
        window_->setStatus(status);
        QVERIFY(box->isEnabled() && box->isChecked());
        QVERIFY(box->accessibleDescription().contains(QStringLiteral("9.0")));
        box->click();
        QVERIFY(!window_->settings().float8Prefill);
        window_->setSettings(window_->settings());
        QVERIFY(!box->isEnabled());
        Settings chosen = window_->settings();
        chosen.float8Prefill = true;
        window_->setSettings(chosen);
        QVERIFY(box->isEnabled() && box->isChecked());
    }

    void zoomIsReportedAsSettings() {
        QSignalSpy changed(window_.get(), &MainWindow::settingsChanged);
        QTest::keyClick(window_.get(), Qt::Key_Plus, Qt::ControlModifier);
        QCOMPARE(changed.count(), 1);
        QVERIFY(window_->settings().fontSize > 0);
        QTest::keyClick(window_.get(), Qt::Key_0, Qt::ControlModifier);
        QCOMPARE(window_->settings().fontSize, 0);
    }

    void stateIsSavedAndRestored() {
        QTest::keyClick(window_.get(), Qt::Key_B, Qt::ControlModifier);
        const QByteArray state = window_->saveState();
        MainWindow other;
        QVERIFY(other.restoreState(state));
        QVERIFY(!other.findChild<Sidebar*>()->isVisibleTo(&other));
        QVERIFY(!other.restoreState(QByteArray("nonsense")));
    }

  private:
    void exchange() {
        QTest::keyClicks(input_, QStringLiteral("hello"));
        QTest::keyClick(input_, Qt::Key_Return);
        QTRY_VERIFY_WITH_TIMEOUT(!controller_->isStreaming(), 20000);
    }
    void startLongAnswer() {
        controller_->script = longAnswer(2000);
        QTest::keyClicks(input_, QStringLiteral("hello"));
        QTest::keyClick(input_, Qt::Key_Return);
        QTRY_VERIFY(!transcript_->message(1).view().text.isEmpty());
    }
    void openRich() {
        const qint64 c = controller_->addConversation(QStringLiteral("Rich"), QDateTime::currentDateTime());
        const qint64 q = controller_->addMessage(c, 0, Role::User, QStringLiteral("Write a binary search"));
        controller_->addMessage(c, q, Role::Assistant, richAnswer());
        controller_->publish();
        controller_->open(c);
    }
    void press(int message, Control::Kind kind) {
        for (const Control& control : transcript_->controls(message))
            if (control.kind == kind) return transcript_->activate(control);
        QFAIL("no such control");
    }

    std::unique_ptr<MainWindow> window_;
    std::unique_ptr<FakeController> controller_;
    Composer* composer_ = nullptr;
    QPlainTextEdit* input_ = nullptr;
    TranscriptView* transcript_ = nullptr;
};

QTEST_MAIN(TestWindow)
#include "test_window.moc"
