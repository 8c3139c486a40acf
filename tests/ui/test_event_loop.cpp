#include <QAbstractEventDispatcher>
#include <QScrollBar>
#include <QTest>

#include <ctime>

#include "tests/ui/support/fake_controller.h"
#include "tests/ui/support/sample_data.h"
#include "ui/transcript/transcript_view.h"

using namespace sidewinder::ui;
using namespace sidewinder::test;

namespace {

constexpr double limitMs = 100;

double threadMs() {
    timespec now{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) * 1e-6;
}

/// The longest that the GUI thread worked between two visits to its event loop, in its own processor time:
/// what another program takes from this machine does not count, what the window does all counts.
class LoopProbe : public QObject {
  public:
    LoopProbe() : began_(threadMs()) {
        connect(QAbstractEventDispatcher::instance(), &QAbstractEventDispatcher::awake, this,
                [this] { note(); });
        connect(&timer_, &QTimer::timeout, this, [this] { note(); });
        timer_.start(0);  // every turn passes here; waiting costs no processor time and so is never counted
    }
    void note() {
        const double now = threadMs();
        worst_ = std::max(worst_, now - std::exchange(began_, now));
    }
    double take() {
        note();
        return std::exchange(worst_, 0);
    }

  private:
    QTimer timer_;
    double began_ = 0;
    double worst_ = 0;
};

}  // namespace

class TestEventLoop : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void init() {
        window_ = std::make_unique<MainWindow>();
        controller_ = std::make_unique<FakeController>(*window_);
        window_->resize(1440, 900);
        window_->show();
        QVERIFY(QTest::qWaitForWindowExposed(window_.get()));
        QTest::qWait(50);
        transcript_ = window_->findChild<TranscriptView*>();
    }
    void cleanup() {
        controller_.reset();
        window_.reset();
    }

    void theProbeSeesAStall() {
        LoopProbe probe;
        QTimer::singleShot(0, this, [] {
            const double until = threadMs() + 2 * limitMs;
            while (threadMs() < until) {
            }
        });
        QTest::qWait(20);
        QVERIFY(probe.take() > limitMs);
        // A stall in a call from outside of the loop counts as well.
        const double until = threadMs() + 2 * limitMs;
        while (threadMs() < until) {
        }
        QTest::qWait(20);
        QVERIFY(probe.take() > limitMs);
    }

    void streamingAt500TokensASecond() {
        controller_->script = longAnswer(4000);
        controller_->intervalMs = 2;
        controller_->deltaSize = 4;
        measure([this] {
            Q_EMIT window_->sendRequested(QStringLiteral("go"));
            QTest::qWait(4000);
            controller_->stop(MessageStatus::Stopped);
        });
    }

    void aThousandMessages() {
        const qint64 c = controller_->addConversation(QStringLiteral("Long"), QDateTime::currentDateTime());
        QList<MessageView> messages;
        for (int i = 0; i < 1000; ++i) {
            MessageView view;
            view.id = 10000 + i;
            view.role = i % 2 ? Role::Assistant : Role::User;
            view.text = i % 2 ? richAnswer() : QStringLiteral("Question %1, with some words to it").arg(i);
            messages << view;
        }
        measure([&] {
            window_->setCurrentConversation(c, messages);
            QTest::qWait(200);
            for (int y = transcript_->verticalScrollBar()->maximum(); y > 0; y -= 40000) {
                transcript_->verticalScrollBar()->setValue(y);
                QTest::qWait(5);
            }
            transcript_->finder().setQuery(QStringLiteral("low"), {});
            QTRY_VERIFY_WITH_TIMEOUT(transcript_->finder().isComplete(), 30000);
        });
        QVERIFY(transcript_->finder().count() > 500 * 10);
    }

    void tenThousandLinesAtOnce_data() {
        QTest::addColumn<QString>("text");
        QTest::newRow("mixed") << longAnswer(10000);
        QTest::newRow("code") << longCode(10000);
    }
    void tenThousandLinesAtOnce() {
        QFETCH(QString, text);
        const qint64 c = controller_->addConversation(QStringLiteral("Long"), QDateTime::currentDateTime());
        MessageView view;
        view.id = 5000;
        view.role = Role::Assistant;
        view.text = text;
        measure([&] {
            window_->setCurrentConversation(c, {view});
            QTest::qWait(100);
            transcript_->verticalScrollBar()->setValue(transcript_->verticalScrollBar()->maximum() / 2);
            QTest::qWait(50);
            window_->resize(1100, 800);
            QTest::qWait(100);
        });
    }

    void tenThousandLinesStreamed_data() {
        tenThousandLinesAtOnce_data();
        QTest::newRow("one paragraph")
            << QStringLiteral("one line of a paragraph that has no end\n").repeated(10000);
        QTest::newRow("one list") << QStringLiteral("- one item of a list that has no end\n").repeated(10000);
    }
    void tenThousandLinesStreamed() {
        QFETCH(QString, text);
        controller_->script = text;
        controller_->intervalMs = 1;
        controller_->deltaSize = 400;
        measure([this] {
            Q_EMIT window_->sendRequested(QStringLiteral("go"));
            QTRY_VERIFY_WITH_TIMEOUT(!controller_->isStreaming(), 60000);
        });
    }

  private:
    void measure(const std::function<void()>& what) {
        LoopProbe probe;
        QTest::qWait(5);
        probe.take();
        // The first call belongs to the measured turn.
        what();
        const double worst = probe.take();
        qInfo("%s: longest turn %.1f ms of processor time", QTest::currentTestFunction(), worst);
        QVERIFY2(worst < limitMs, qPrintable(QStringLiteral("%1 ms").arg(worst)));
    }
    std::unique_ptr<MainWindow> window_;
    std::unique_ptr<FakeController> controller_;
    TranscriptView* transcript_ = nullptr;
};

QTEST_MAIN(TestEventLoop)
#include "test_event_loop.moc"
