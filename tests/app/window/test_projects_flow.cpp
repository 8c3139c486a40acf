#include <QtTest>

#include "tests/support/projects_bench.h"

using namespace sidewinder;
using test::ProjectFolder;
using test::ProjectsBench;
using ui::ProjectState;
using ui::ReadingPhase;

/// Projects in the real window: dropped, ticked, read with pauses, asked, changed, removed.
class TestProjectsFlow : public QObject {
    Q_OBJECT

    static qint64 readTokens(ProjectsBench& f) {
        return f.stored([](storage::Conversations&, storage::Projects& p) {
            return static_cast<qint64>(p.reading(*p.get(1).current_reading).tokens.size());
        });
    }

  private Q_SLOTS:
    void aFolderIsDroppedTickedReadAndAsked() {
        ProjectFolder folder;
        ProjectsBench f;
        QVERIFY(f.start());
        QVERIFY(f.dropAndLook(folder.path()));
        QVERIFY(f.sawOverlay());
        // What is left out says why; the secret and the ignored file are not read by themselves.
        QCOMPARE(f.row(QStringLiteral("debug.log")).siblingAtColumn(ui::SheetModel::Reason).data().toString(),
                 QStringLiteral("Ignored"));
        QCOMPARE(f.row(QStringLiteral("id_rsa")).siblingAtColumn(ui::SheetModel::Reason).data().toString(),
                 QStringLiteral("Looks secret"));
        QCOMPARE(f.row(QStringLiteral("src")).data(Qt::CheckStateRole).toInt(),
                 static_cast<int>(Qt::Checked));
        // One file out: the sum follows, the folder's box is half.
        const qint64 before = f.sheet().model().includedTokens();
        QVERIFY(f.sheet().model().toggle(f.row(QStringLiteral("src/part5.py"))));
        QVERIFY(f.sheet().model().includedTokens() < before);
        QCOMPARE(f.row(QStringLiteral("src")).data(Qt::CheckStateRole).toInt(),
                 static_cast<int>(Qt::PartiallyChecked));

        QSignalSpy progress(&f.projects(), &app::ProjectsController::readingProgress);
        QSignalSpy over(&f.projects(), &app::ProjectsController::readingOver);
        QVERIFY(f.press(f.foot().readButton()));
        QVERIFY(!f.window().showsSheet());
        QTRY_VERIFY_WITH_TIMEOUT(f.bar().view().read > 0, 60'000);
        QCOMPARE(f.item().state, ProjectState::Reading);
        Q_EMIT f.window().readingPauseRequested();
        QCOMPARE(f.bar().view().phase, ReadingPhase::PausedByPerson);
        QTest::qWait(600);  // the engine has stopped by now
        const qint64 left = f.bar().view().toRead;
        QTest::qWait(300);
        QCOMPARE(f.bar().view().toRead, left);
        QVERIFY(left > 0);
        QCOMPARE(over.count(), 0);
        QCOMPARE(f.item().state, ProjectState::Paused);
        Q_EMIT f.window().readingContinueRequested();
        QVERIFY(over.wait(120'000));
        QVERIFY(over.first().at(1).toBool());
        QVERIFY(f.bar().isHidden());
        QVERIFY(f.waitFor(ProjectState::Read));

        // The chat that was opened belongs to the project, and its question is all that is read.
        QCOMPARE(f.window().chatProject(), qint64{1});
        const storage::Message answer = f.message(f.ask(QStringLiteral("Add two prices")));
        QVERIFY(answer.status == storage::Status::Done);
        QCOMPARE(answer.stats.reused, readTokens(f));
        QVERIFY2(f.questionTokens(answer) < 80, qPrintable(QString::number(answer.stats.read)));
        const auto link = f.stored([id = answer.conversation](storage::Conversations&, storage::Projects& p) {
            return p.link_of(id);
        });
        QVERIFY(link && link->project == 1 && link->position == readTokens(f));
        const auto choices =
            f.stored([](storage::Conversations&, storage::Projects& p) { return p.choices(1); });
        QCOMPARE(choices, (std::map<std::string, bool>{{"src/part5.py", false}}));
    }

    void aRestartReadsNothingAgain() {
        ProjectFolder folder(3);
        ProjectsBench f;
        QVERIFY(f.start());
        QVERIFY(f.dropAndLook(folder.path()));
        QVERIFY(f.readAll());
        const storage::Message first = f.message(f.ask(QStringLiteral("Add two prices")));
        const qint64 tokens = readTokens(f);
        f.quit();
        QVERIFY(f.start());
        QVERIFY(f.waitFor(ProjectState::Read));
        // The old conversation knows its project, and goes on from its own end.
        Q_EMIT f.window().conversationSelected(first.conversation);
        QTRY_COMPARE(f.window().currentConversation(), first.conversation);
        QTRY_COMPARE(f.window().chatProject(), qint64{1});
        const storage::Message second = f.message(f.ask(QStringLiteral("And a docstring")));
        QVERIFY(second.status == storage::Status::Done);
        QVERIFY2(second.stats.reused > tokens, qPrintable(QString::number(second.stats.reused)));
        // A new one begins where the project ends.
        Q_EMIT f.list().chatRequested(1);
        QTRY_COMPARE(f.window().currentConversation(), qint64{0});
        QCOMPARE(f.window().chatProject(), qint64{1});
        const storage::Message other = f.message(f.ask(QStringLiteral("Count the items")));
        QCOMPARE(other.stats.reused, tokens);
        QVERIFY2(f.questionTokens(other) < 80, qPrintable(QString::number(other.stats.read)));
    }

    void aChangeIsSeenAndReadAlone() {
        ProjectFolder folder(4);
        ProjectsBench f;
        QVERIFY(f.start());
        QVERIFY(f.dropAndLook(folder.path()));
        QVERIFY(f.readAll());
        QVERIFY(f.waitFor(ProjectState::Read));
        const qint64 all = readTokens(f);
        // A touch is no change; an edit is.
        folder.put("src/part1.py", ProjectFolder::code(1, 30));
        QSignalSpy sent(&f.window(), &ui::MainWindow::activated);
        Q_EMIT f.window().activated();
        QTest::qWait(500);
        QCOMPARE(f.item().state, ProjectState::Read);
        folder.put("src/deep/inner.py", "def changed():\n    return 1\n");
        Q_EMIT f.window().activated();
        QVERIFY(f.waitFor(ProjectState::Changed));
        QCOMPARE(f.item().changedFiles, 1);
        QVERIFY(f.item().tokensToRead > 0 && f.item().tokensToRead < all / 2);
        // Nothing is read before the person says so.
        QVERIFY(!f.projects().isReading());
        QSignalSpy surveyed(&f.projects(), &app::ProjectsController::surveyed);
        Q_EMIT f.chip().updateRequested(1);
        QVERIFY(surveyed.wait(30'000));
        QCOMPARE(f.foot().readButton()->text(), QStringLiteral("Update"));
        QSignalSpy progress(&f.projects(), &app::ProjectsController::readingProgress);
        QVERIFY(f.readAll());
        qint64 most = 0;
        for (const auto& one : progress) most = std::max(most, one.first().value<ui::ReadingView>().toRead);
        QVERIFY2(most < all / 2, qPrintable(QString::number(most)));
        QVERIFY(f.waitFor(ProjectState::Read));
        const storage::Message answer = f.message(f.ask(QStringLiteral("What changed?")));
        QCOMPARE(answer.stats.reused, readTokens(f));
    }

    void excerptsStandBesideTheQuestion() {
        ProjectFolder folder(3);
        ProjectsBench f;
        QVERIFY(f.start());
        QVERIFY(f.dropAndLook(folder.path()));
        QVERIFY(f.readAll());
        QVERIFY(f.note().excerpts().isEmpty());
        const auto prompt_of = [&](const storage::Message& answer) {
            return f.stored(
                [question = *answer.parent](storage::Conversations&, storage::Projects&,
                                            storage::Excerpts& e) { return e.prompt_text(question); });
        };
        const storage::Message answer = f.message(f.ask(QStringLiteral("What does price_105 do?")));
        const auto kept = f.excerptsOf(answer);
        QVERIFY(!kept.empty());
        QCOMPARE(kept.front().path, std::string("src/part1.py"));
        QCOMPARE(kept.front().why, std::string("symbol"));
        QVERIFY(prompt_of(answer).find("def price_105(") != std::string::npos);
        QVERIFY(answer.stats.read > kept.front().tokens);
        QVERIFY(f.questionTokens(answer) < 80);
        // It is what the note says, with its reason.
        QCOMPARE(std::size_t(f.note().excerpts().size()), kept.size());
        QCOMPARE(f.note().excerpts().first().path, QStringLiteral("src/part1.py"));
        QCOMPARE(f.note().excerpts().first().why, QStringLiteral("named in the question"));
        // The question stays as it was typed, and is fed as it was the next time.
        const storage::Message question = f.message(*answer.parent);
        QCOMPARE(question.text, std::string("What does price_105 do?"));
        QCOMPARE(qint64(question.tokens.size()), answer.stats.read + 1);
        // Switched off, it does not come again in this chat.
        Q_EMIT f.note().switched(0, false);
        const storage::Message again = f.message(f.ask(QStringLiteral("And price_105?")));
        QVERIFY(prompt_of(again).find("def price_105(") == std::string::npos);
        // Another chat has none; the old one shows those of its last question again, also after a restart.
        Q_EMIT f.list().chatRequested(1);
        QTRY_VERIFY(f.note().excerpts().isEmpty());
        f.quit();
        QVERIFY(f.start());
        QVERIFY(f.waitFor(ProjectState::Read));
        Q_EMIT f.window().conversationSelected(again.conversation);
        QTRY_COMPARE(f.window().currentConversation(), again.conversation);
        QTRY_COMPARE(std::size_t(f.note().excerpts().size()), f.excerptsOf(again).size());
    }

    void aQuestionWaitsForItsProjectAndGoesFirstElsewhere() {
        ProjectFolder folder(8, 40);
        ProjectsBench f;
        QVERIFY(f.start());
        QVERIFY(f.dropAndLook(folder.path()));
        QSignalSpy over(&f.projects(), &app::ProjectsController::readingOver);
        QVERIFY(f.press(f.foot().readButton()));
        QTRY_VERIFY_WITH_TIMEOUT(f.bar().view().read > 0, 60'000);
        // In a chat of its own: reading waits for the answer, and goes on by itself.
        Q_EMIT f.window().newConversationRequested();
        QCOMPARE(f.window().chatProject(), qint64{0});
        QSignalSpy progress(&f.projects(), &app::ProjectsController::readingProgress);
        const storage::Message free =
            f.message(f.ask(QStringLiteral("Write a function that reverses a string")));
        QVERIFY(free.status == storage::Status::Done);
        QCOMPARE(free.stats.reused, 0);
        QVERIFY(std::any_of(progress.begin(), progress.end(), [](const QList<QVariant>& one) {
            return one.first().value<ui::ReadingView>().phase == ReadingPhase::PausedForAnswer;
        }));
        QCOMPARE(over.count(), 0);
        // In the project's: the answer waits.
        Q_EMIT f.list().chatRequested(1);
        const storage::Message asked = f.message(f.ask(QStringLiteral("Add two prices")));
        QCOMPARE(over.count(), 1);
        QVERIFY(asked.status == storage::Status::Done);
        QCOMPARE(asked.stats.reused, readTokens(f));
    }

    void aWaitingQuestionIsStoppedAtOnce() {
        ProjectFolder folder(8, 40);
        ProjectsBench f;
        QVERIFY(f.start());
        QVERIFY(f.dropAndLook(folder.path()));
        QVERIFY(f.press(f.foot().readButton()));
        QTRY_VERIFY_WITH_TIMEOUT(f.bar().view().read > 2'500, 60'000);  // past a whole chunk
        QSignalSpy over(&f.projects(), &app::ProjectsController::readingOver);
        QSignalSpy finished(&f.app().controller(), &app::Controller::answerFinished);
        Q_EMIT f.window().sendRequested(QStringLiteral("Add two prices"));
        QTRY_VERIFY(f.app().controller().isAnswering());
        Q_EMIT f.window().stopRequested();
        QVERIFY(finished.count() > 0 || finished.wait(10'000));
        QCOMPARE(over.count(), 0);
        QVERIFY(f.message(finished.first().first().toLongLong()).status == storage::Status::Stopped);
        Q_EMIT f.window().readingCancelRequested();
        QTRY_VERIFY(!f.projects().isReading());
        QVERIFY(f.waitFor(ProjectState::Paused));
    }

    void whatWasLookedAtOnlyIsNoProject() {
        ProjectFolder folder(1);
        ProjectsBench f;
        QVERIFY(f.start());
        QVERIFY(f.dropAndLook(folder.path()));
        QTest::keyClick(&f.sheet().tree(), Qt::Key_Escape);
        QVERIFY(!f.window().showsSheet());
        QTRY_COMPARE(f.stored([](storage::Conversations&, storage::Projects& p) { return p.list().size(); }),
                     std::size_t{0});
        QCOMPARE(f.projectCheckpoints(), std::size_t{0});
    }

    void aRemovedProjectTakesItsCheckpointsAlong() {
        ProjectFolder folder(4);
        ProjectsBench f;
        QVERIFY(f.start());
        QVERIFY(f.dropAndLook(folder.path()));
        QVERIFY(f.readAll());
        const storage::Message answer = f.message(f.ask(QStringLiteral("Add two prices")));
        QVERIFY(f.projectCheckpoints() >= 2);
        Q_EMIT f.list().removeRequested(1);
        QTRY_VERIFY(!f.list().list()->isVisibleTo(&f.window()));
        // Undo brings it back as it was.
        Q_EMIT f.window().undoProjectRemoveRequested(1);
        QTest::qWait(100);
        QVERIFY(f.projectCheckpoints() >= 2);
        Q_EMIT f.list().removeRequested(1);
        QTRY_COMPARE_WITH_TIMEOUT(f.projectCheckpoints(), std::size_t{0}, 20'000);
        QCOMPARE(f.stored([](storage::Conversations&, storage::Projects& p) { return p.list().size(); }),
                 std::size_t{0});
        // The chat stays, and can still be asked: its words are encoded anew.
        const storage::Message next = f.message(f.ask(QStringLiteral("Add type hints")));
        QCOMPARE(next.conversation, answer.conversation);
        QVERIFY(next.status == storage::Status::Done);
    }
};

QTEST_MAIN(TestProjectsFlow)
#include "test_projects_flow.moc"
