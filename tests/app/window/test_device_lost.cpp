#include <QCheckBox>
#include <QComboBox>
#include <QtTest>

#include "tests/support/failing_backend.h"
#include "tests/support/window_fixture.h"

using namespace sidewinder;
using test::FailingBackend;
using test::WindowFixture;

/// The real window on a GPU that fails: the answer so far is kept, the loss is told, and the CPU goes on.
class TestDeviceLost : public QObject {
    Q_OBJECT

    FailingBackend::Plan plan_;
    int made_ = 0;

    app::BackendMaker backends() {
        app::BackendMaker maker = app::real_backends();
        maker.cuda = [this](const kernels::Dims&, kernels::WeightFormat, bool) {
            ++made_;
            return std::make_unique<FailingBackend>(plan_);
        };
        return maker;
    }
    static QString status(WindowFixture& f) {
        for (const QWidget* widget : f.window().findChildren<QWidget*>()) {
            if (widget->accessibleName().startsWith(QLatin1String("Status: ")))
                return widget->accessibleName();
        }
        return {};
    }

  private Q_SLOTS:
    void init() {
        plan_ = {};
        made_ = 0;
    }

    void theStatusLineNamesTheDevice() {
        WindowFixture f;
        f.setBackends(backends());
        QVERIFY(f.start());
        QVERIFY2(status(f).contains(QStringLiteral("Test GPU")), qPrintable(status(f)));
    }

    void aLostGpuKeepsTheAnswerAndOffersTheCpu() {
        WindowFixture f;
        f.setBackends(backends());
        QVERIFY(f.start());
        plan_.lost_at = plan_.calls + 600;  // in the middle of the answer
        const qint64 id = f.ask(QStringLiteral("Write a Python function that adds two numbers"));
        QVERIFY(id > 0);
        QTRY_VERIFY(f.message(id).status == storage::Status::Failed);
        const storage::Message partial = f.message(id);
        QVERIFY2(!partial.tokens.empty() && !partial.text.empty(), "the answer so far is kept");
        QTRY_VERIFY2(status(f).contains(QStringLiteral("off until restart")), qPrintable(status(f)));
        QCOMPARE(plan_.calls_after_loss, 0);

        QSignalSpy loaded(&f.app().controller(), &app::Controller::modelLoaded);
        QWidget* use_cpu = f.control("Use the CPU");
        QVERIFY(use_cpu != nullptr);
        QTest::mouseClick(use_cpu, Qt::LeftButton);
        QVERIFY(loaded.count() > 0 || loaded.wait(60'000));
        QVERIFY2(status(f).contains(QStringLiteral("CPU")), qPrintable(status(f)));
        QCOMPARE(made_, 1);
        QVERIFY(f.message(f.ask(QStringLiteral("Add a docstring"))).status == storage::Status::Done);
        QCOMPARE(plan_.calls_after_loss, 0);
    }

    void aGpuLostWhileLoadingOffersTheCpuToo() {
        WindowFixture f;
        plan_.lost = true;  // the first upload fails
        f.setBackends(backends());
        app::Application application(f.options());
        QVERIFY(application.start());
        QWidget* notice = application.window().findChild<QWidget*>(QStringLiteral("NoticeBar"));
        QTRY_VERIFY(!notice->isHidden());
        QVERIFY2(notice->accessibleName().contains(QStringLiteral("GPU failed")),
                 qPrintable(notice->accessibleName()));
        QSignalSpy loaded(&application.controller(), &app::Controller::modelLoaded);
        Q_EMIT application.window().noticeActionTriggered(1);
        QVERIFY(loaded.wait(60'000));
        QCOMPARE(made_, 1);
    }

    // The device was lost while nothing ran; what notices is the wait before the old model is let go of.
    void aGpuLostBeforeTheModelIsLoadedAgainIsTold() {
        WindowFixture f;
        f.setBackends(backends());
        QVERIFY(f.start());
        plan_.lost = true;
        QTest::keyClick(&f.window(), Qt::Key_Comma, Qt::ControlModifier);
        auto* float8 = f.window().findChild<QCheckBox*>();
        QVERIFY(float8 && float8->isEnabled());
        float8->click();
        QTRY_VERIFY2_WITH_TIMEOUT(status(f).contains(QStringLiteral("off until restart")),
                                  qPrintable(status(f)), 60'000);
        QCOMPARE(made_, 1);
        QCOMPARE(plan_.calls_after_loss, 1);  // the one that noticed
        QSignalSpy loaded(&f.app().controller(), &app::Controller::modelLoaded);
        QTest::mouseClick(f.control("Use the CPU"), Qt::LeftButton);
        QVERIFY(loaded.count() > 0 || loaded.wait(60'000));
        QVERIFY2(status(f).contains(QStringLiteral("CPU")), qPrintable(status(f)));
        QCOMPARE(made_, 1);
        QCOMPARE(plan_.calls_after_loss, 1);
    }

    void whoGoesToTheCpuAsTheGpuIsLostGetsTheCpu() {
        WindowFixture f;
        f.setBackends(backends());
        QVERIFY(f.start());
        plan_.lost = true;
        QTest::keyClick(&f.window(), Qt::Key_Comma, Qt::ControlModifier);
        auto* device = qobject_cast<QComboBox*>(f.control("Runs on"));
        QVERIFY(device);
        QSignalSpy loaded(&f.app().controller(), &app::Controller::modelLoaded);
        device->setCurrentIndex(static_cast<int>(ui::DeviceChoice::Cpu));
        QVERIFY(loaded.wait(60'000));
        QVERIFY2(status(f).contains(QStringLiteral("CPU")), qPrintable(status(f)));
        QWidget* notice = f.window().findChild<QWidget*>(QStringLiteral("NoticeBar"));
        QVERIFY(notice->accessibleName().contains(QStringLiteral("GPU failed")));
        const QWidget* use_cpu = f.control("Use the CPU");
        QVERIFY2(!use_cpu || use_cpu->isHidden(), "it was chosen already");
        QVERIFY(f.message(f.ask(QStringLiteral("Add two numbers"))).status == storage::Status::Done);
        QCOMPARE(made_, 1);
        QCOMPARE(plan_.calls_after_loss, 1);  // the one that noticed
    }
};

QTEST_MAIN(TestDeviceLost)
#include "test_device_lost.moc"
