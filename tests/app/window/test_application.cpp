#include <QtTest>

#include <fstream>

#include "tests/support/window_fixture.h"

using namespace sidewinder;
using storage::Conversations;
using test::WindowFixture;

/// The whole program in its real window: demo model, store, threads, keys.
class TestApplication : public QObject {
    Q_OBJECT

    static constexpr auto kRequest = "Write a Python function that adds two numbers";

    static void shoot(QWidget& window, const char* name) {
        const QString folder =
            qEnvironmentVariable("SIDEWINDER_SCREENSHOTS", QStringLiteral(SIDEWINDER_BIN_DIR "/screenshots"));
        QVERIFY(QDir().mkpath(folder));
        QTest::qWait(400);  // until the last coalesced repaint
        QVERIFY(window.grab().save(folder + QLatin1Char('/') + QLatin1String(name) + QStringLiteral(".png")));
    }

  private Q_SLOTS:
    void aRequestIsAnsweredAndKept() {
        WindowFixture f;
        QVERIFY(f.start());
        const qint64 answer = f.ask(QLatin1String(kRequest));
        QVERIFY(answer > 0);
        const storage::Message message = f.message(answer);
        QVERIFY(message.status == storage::Status::Done);
        QVERIFY2(message.text.find("def ") != std::string::npos, message.text.c_str());
        QCOMPARE(message.tokens.back(), inference::token::kEos);
        const auto list = f.stored([](Conversations& c) { return c.list(); });
        QCOMPARE(list.size(), std::size_t{1});
        QCOMPARE(list[0].title, std::string(kRequest));
        QVERIFY(
            !f.message(*message.parent).tokens.empty());  // the ids that were fed are stored with the request
    }

    void theNextTurnReadsOnlyItself() {
        WindowFixture f;
        QVERIFY(f.start());
        const storage::Message first = f.message(f.ask(QLatin1String(kRequest)));
        const storage::Message second = f.message(f.ask(QStringLiteral("Add a docstring")));
        // All but the end of sentence, which was sampled and not yet fed, is reused.
        const auto fed =
            static_cast<std::int64_t>(f.message(*first.parent).tokens.size() + first.tokens.size()) - 1;
        QCOMPARE(second.stats.reused, fed);
        QVERIFY2(second.stats.read < 12, qPrintable(QString::number(second.stats.read)));
    }

    void aRestartGoesOnWithoutReading() {
        WindowFixture f;
        QVERIFY(f.start());
        const storage::Message first = f.message(f.ask(QLatin1String(kRequest)));
        f.quit();
        QVERIFY(f.start());
        Q_EMIT f.window().conversationSelected(first.conversation);
        QTRY_COMPARE(f.window().currentConversation(), first.conversation);
        const storage::Message second = f.message(f.ask(QStringLiteral("Add a docstring")));
        const auto fed =
            static_cast<std::int64_t>(f.message(*first.parent).tokens.size() + first.tokens.size()) - 1;
        QCOMPARE(second.stats.reused, fed);
    }

    void regenerateMakesASiblingAndReadsNothing() {
        WindowFixture f;
        QVERIFY(f.start());
        const qint64 first = f.ask(QLatin1String(kRequest));
        QSignalSpy finished(&f.app().controller(), &app::Controller::answerFinished);
        Q_EMIT f.window().regenerateRequested(first);
        QVERIFY(finished.wait(60'000));
        const qint64 second = finished.first().first().toLongLong();
        QVERIFY(second != first);
        QCOMPARE(f.stored([first](Conversations& c) { return c.siblings(first); }),
                 (std::vector<storage::RowId>{first, second}));
        QCOMPARE(f.message(second).stats.read, 0);
        QVERIFY(f.message(first).text.size() > 10);  // nothing was overwritten
        Q_EMIT f.window().siblingRequested(second, -1);
        QTRY_COMPARE(f.stored([first](Conversations& c) {
            return *c.get(c.message(first).conversation).current_leaf;
        }),
                     first);
    }

    void anEditBranchesFromTheSamePlace() {
        WindowFixture f;
        QVERIFY(f.start());
        f.ask(QLatin1String(kRequest));
        const qint64 second = f.ask(QStringLiteral("Add a docstring"));
        const qint64 question = *f.message(second).parent;
        QSignalSpy finished(&f.app().controller(), &app::Controller::answerFinished);
        Q_EMIT f.window().editRequested(question, QStringLiteral("Add type hints"));
        QVERIFY(finished.wait(60'000));
        const storage::Message edited = f.message(finished.first().first().toLongLong());
        QVERIFY(f.message(*edited.parent).parent == f.message(question).parent);
        QVERIFY2(edited.stats.read < 12, qPrintable(QString::number(edited.stats.read)));
    }

    void stopKeepsWhatWasWritten() {
        WindowFixture f;
        QVERIFY(f.start());
        QWidget* composer = f.control("Message");
        composer->setFocus();
        QTest::keyClicks(composer, QLatin1String(kRequest));
        QSignalSpy finished(&f.app().controller(), &app::Controller::answerFinished);
        QTest::keyClick(composer, Qt::Key_Return);
        QTRY_VERIFY(f.app().controller().isAnswering());
        QTest::keyClick(composer, Qt::Key_Escape);
        QVERIFY(finished.count() > 0 || finished.wait(5'000));
        const storage::Message answer = f.message(finished.first().first().toLongLong());
        QVERIFY(answer.status == storage::Status::Stopped || answer.status == storage::Status::Done);
        QVERIFY(f.message(f.ask(QStringLiteral("Add a docstring"))).status == storage::Status::Done);
    }

    void idsOfAnotherTokenizerAreNotFed() {
        WindowFixture f;
        QVERIFY(f.start());
        const storage::Message first = f.message(f.ask(QLatin1String(kRequest)));
        QVERIFY(!first.tokenizer.empty());
        const qint64 question = *first.parent;
        QCOMPARE(f.message(question).tokenizer, first.tokenizer);
        // As if the real model had been asked: its ids mean nothing here, and some are past this vocabulary.
        f.stored([question](Conversations& c) {
            const std::vector<inference::TokenId> foreign{1, 3, 31000, 4};
            c.set_tokens(question, foreign, "another");
            return 0;
        });
        Q_EMIT f.window().conversationSelected(first.conversation);
        const storage::Message second = f.message(f.ask(QStringLiteral("Add a docstring")));
        QVERIFY(second.status == storage::Status::Done);
        QCOMPARE(f.message(question).tokenizer, first.tokenizer);
    }

    void quittingRightAfterSendLosesNothing() {
        WindowFixture f;
        QVERIFY(f.start());
        QWidget* composer = f.control("Message");
        composer->setFocus();
        QTest::keyClicks(composer, QLatin1String(kRequest));
        QTest::keyClick(composer, Qt::Key_Return);
        f.quit();  // the store has not answered yet
        QVERIFY(f.start());
        const auto list = f.stored([](Conversations& c) { return c.list(); });
        QCOMPARE(list.size(), std::size_t{1});
        QCOMPARE(f.stored([id = list[0].id](Conversations& c) { return c.message(c.roots(id).at(0)); }).text,
                 std::string(kRequest));
    }

    void aSecondInstanceRaisesTheFirst() {
        WindowFixture f;
        QVERIFY(f.start());
        f.window().hide();
        app::Application second(f.options());
        QVERIFY(!second.start());
        QTRY_VERIFY(f.window().isVisible());
    }

    void aDamagedDatabaseIsMovedAsideAndTold() {
        WindowFixture f;
        std::filesystem::create_directories(f.options().paths.data);
        std::ofstream(f.options().paths.database()) << "this is no database at all, only text of some length";
        QVERIFY(f.start());
        QWidget* notice = f.window().findChild<QWidget*>(QStringLiteral("NoticeBar"));
        QVERIFY(notice != nullptr && !notice->isHidden());
        int kept = 0;
        for (const auto& file : std::filesystem::directory_iterator(f.options().paths.data)) {
            kept += file.path().string().find("damaged") != std::string::npos ? 1 : 0;
        }
        QVERIFY(kept > 0);
        QVERIFY(f.ask(QLatin1String(kRequest)) > 0);
    }

    void aMissingModelIsSaidAndOldChatsStayReadable() {
        WindowFixture f("/nowhere/at/all");
        app::Application application(f.options());
        QVERIFY(application.start());
        QWidget* notice = application.window().findChild<QWidget*>(QStringLiteral("NoticeBar"));
        QTRY_VERIFY(!notice->isHidden());
        QVERIFY2(notice->accessibleName().contains(QStringLiteral("/nowhere/at/all")),
                 qPrintable(notice->accessibleName()));
    }

    void screenshots() {
        WindowFixture f;
        QVERIFY(f.start());
        f.window().resize(1180, 780);
        ui::Settings settings = f.window().settings();
        for (const auto& [theme, name] :
             {std::pair{ui::ThemeChoice::Light, "light"}, {ui::ThemeChoice::Dark, "dark"}}) {
            settings.theme = theme;
            f.window().setSettings(settings);
            Q_EMIT f.window().newConversationRequested();
            shoot(f.window(), qPrintable(QStringLiteral("empty-%1").arg(QLatin1String(name))));
            f.ask(QStringLiteral("Write a function that reverses a string"));
            f.ask(QStringLiteral("Now add type hints"));
            shoot(f.window(), qPrintable(QStringLiteral("window-%1").arg(QLatin1String(name))));
        }
    }
};

QTEST_MAIN(TestApplication)
#include "test_application.moc"
