#include <QCheckBox>
#include <QtTest>

#include <new>

#include "tests/support/failing_backend.h"
#include "tests/support/window_fixture.h"

using namespace sidewinder;
using test::FailingBackend;
using test::WindowFixture;

/// The box for float8 in the real window, with a GPU made of the CPU.
class TestFloat8Setting : public QObject {
    Q_OBJECT

    FailingBackend::Plan plan_;
    int made_ = 0;

    app::BackendMaker backends() {
        app::BackendMaker maker = app::real_backends();
        maker.cuda = [this](const kernels::Dims&, kernels::WeightFormat, bool float8) {
            ++made_;
            plan_.float8 = float8;
            return std::make_unique<FailingBackend>(plan_);
        };
        return maker;
    }
    static QCheckBox* box(WindowFixture& f) {
        QTest::keyClick(&f.window(), Qt::Key_Comma, Qt::ControlModifier);
        return f.window().findChild<QCheckBox*>();
    }

  private Q_SLOTS:
    void init() {
        plan_ = {};
        made_ = 0;
    }

    /// The model is loaded again, and the conversation is read again: its state is of the other kind.
    void itLoadsTheModelAgainAndIsKept() {
        WindowFixture f;
        f.setBackends(backends());
        QVERIFY(f.start());
        QVERIFY(!plan_.float8);
        QVERIFY(f.message(f.ask(QStringLiteral("Add two numbers"))).status == storage::Status::Done);
        QCheckBox* float8 = box(f);
        QVERIFY(float8 && float8->isEnabled());
        QSignalSpy loaded(&f.app().controller(), &app::Controller::modelLoaded);
        float8->click();
        QVERIFY(loaded.wait(60'000));
        QCOMPARE(made_, 2);
        QVERIFY(plan_.float8);
        const storage::Message again = f.message(f.ask(QStringLiteral("Add a docstring")));
        QVERIFY(again.status == storage::Status::Done);
        QCOMPARE(again.stats.reused, std::int64_t{0});
        const storage::Message next = f.message(f.ask(QStringLiteral("Now shorter")));
        QVERIFY(next.stats.reused > 0);  // what this kind has read
        f.quit();
        QVERIFY(f.start());
        QVERIFY(plan_.float8);
        QVERIFY(box(f)->isChecked());
    }

    void onTheCpuItIsOff() {
        WindowFixture f;
        app::BackendMaker none = app::real_backends();
        none.cuda = [](const kernels::Dims&, kernels::WeightFormat,
                       bool) -> std::unique_ptr<kernels::Backend> {
            throw kernels::Error(kernels::Error::Kind::Unsupported, "No NVIDIA driver is installed.");
        };
        f.setBackends(none);
        QVERIFY(f.start());
        QVERIFY(!box(f)->isEnabled());
    }

    void withoutAModelItIsNotOffered() {
        WindowFixture f;
        app::BackendMaker maker = backends();
        maker.cuda = [this, gpu = maker.cuda](const kernels::Dims& dims, kernels::WeightFormat format,
                                              bool float8) {
            if (made_ > 0) throw std::bad_alloc();
            return gpu(dims, format, float8);
        };
        f.setBackends(maker);
        QVERIFY(f.start());
        QCheckBox* float8 = box(f);
        QVERIFY(!float8->accessibleDescription().contains(QStringLiteral("9.0")));
        float8->click();  // loads the model again
        QTRY_VERIFY_WITH_TIMEOUT(float8->accessibleDescription().contains(QStringLiteral("9.0")), 60'000);
    }
};

QTEST_MAIN(TestFloat8Setting)
#include "test_float8_setting.moc"
