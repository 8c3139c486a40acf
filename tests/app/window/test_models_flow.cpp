#include <QRadioButton>
#include <QTranslator>
#include <QtTest>

#include <atomic>
#include <fstream>
#include <new>

#include "tests/support/models_bench.h"
#include "ui/translation.h"

using namespace sidewinder;
using test::kModelId;
using test::ModelsBench;
using ui::ModelState;
using ui::ModelTask;

namespace {

/// Sockets of this process that are not local to the machine.
int internet_sockets() {
    QSet<QString> inodes;
    for (const char* table :
         {"/proc/self/net/tcp", "/proc/self/net/tcp6", "/proc/self/net/udp", "/proc/self/net/udp6"}) {
        std::ifstream in(table);
        for (std::string line; std::getline(in, line);) {
            const QStringList words = QString::fromStdString(line).simplified().split(QLatin1Char(' '));
            if (words.size() > 9) inodes << words[9];
        }
    }
    int count = 0;
    for (const QFileInfo& fd :
         QDir(QStringLiteral("/proc/self/fd")).entryInfoList(QDir::System | QDir::Files)) {
        const QString target = fd.symLinkTarget().section(QLatin1Char('/'), -1);
        if (target.startsWith(QLatin1String("socket:[")) && inodes.contains(target.mid(8).chopped(1)))
            ++count;
    }
    return count;
}

}  // namespace

/// From the first start to the first answer of a model that was fetched, in the real window, with the real
/// sidewinder-fetch and a hub on the loopback.
class TestModelsFlow : public QObject {
    Q_OBJECT

    std::unique_ptr<tests::HubServer> server_;
    QString shots_;

    void shoot(ModelsBench& b, const char* stage) {
        QTest::qWait(60);
        const QString folder =
            qEnvironmentVariable("SIDEWINDER_SCREENSHOTS", QStringLiteral(SIDEWINDER_BIN_DIR "/screenshots"));
        QVERIFY(QDir().mkpath(folder));
        QVERIFY(b.window.window().grab().save(
            QStringLiteral("%1/flow-%2-%3.png").arg(folder, shots_, QLatin1String(stage))));
    }

    /// Presses Download and agrees to go online.
    static bool begin(ModelsBench& b) {
        return b.press(QStringLiteral("Download 14.6 GB"), b.card()) &&
               b.press(QStringLiteral("Go online and download"));
    }
    static bool installed(ModelsBench& b) {
        QSignalSpy listed(&b.window.app().controller().models(), &app::ModelsController::listed);
        QDeadlineTimer deadline(60'000);
        while (!deadline.hasExpired() && b.card()->model().state != ModelState::Installed) QTest::qWait(20);
        return b.card()->model().state == ModelState::Installed;
    }

  private Q_SLOTS:
    void initTestCase() { server_ = std::make_unique<tests::HubServer>(); }

    void theWholeFlow_data() {
        QTest::addColumn<bool>("dark");
        QTest::newRow("light") << false;
        QTest::newRow("dark") << true;
    }
    void theWholeFlow() {
        QFETCH(bool, dark);
        shots_ = QLatin1String(QTest::currentDataTag());
        ModelsBench b(*server_);
        app::Settings settings = app::load_settings(b.settingsFile());
        settings.theme = dark ? app::Settings::Theme::Dark : app::Settings::Theme::Light;
        b.keep(settings);
        QVERIFY(b.window.start());
        ui::MainWindow& window = b.window.window();
        window.resize(1180, 780);
        QVERIFY(window.settings().offline);
        QVERIFY(b.window.ask(QStringLiteral("Write a function that reverses a string")) > 0);
        shoot(b, "1-start");
        QCOMPARE(b.started, 0);
        QCOMPARE(internet_sockets(), 0);

        QSignalSpy listed(&b.window.app().controller().models(), &app::ModelsController::listed);
        QVERIFY(b.press(QStringLiteral("Get the full model"), &window));
        QVERIFY(window.showsModels());
        QVERIFY(listed.wait(30'000));
        shoot(b, "2-models");
        b.serveSlowly();
        QVERIFY(b.press(QStringLiteral("Download 14.6 GB")));
        QVERIFY(b.button(QStringLiteral("Stay offline")) && !b.button(QStringLiteral("Download 14.6 GB")));
        QVERIFY2(b.said().contains(QStringLiteral("connects to 127.0.0.1")), qPrintable(b.said()));
        shoot(b, "3-consent");
        QVERIFY(b.press(QStringLiteral("Stay offline")));
        QCOMPARE(b.started, 0);
        QCOMPARE(b.requests(), 0);
        QVERIFY(begin(b));
        QTRY_VERIFY_WITH_TIMEOUT(b.work().task == ModelTask::Downloading && b.work().bytes > 2'000'000,
                                 30'000);
        QVERIFY(!b.window.app().controller().settings().offline);
        QVERIFY(!window.settings().offline);
        QCOMPARE(b.started, 1);
        QCOMPARE(internet_sockets(), 0);
        QVERIFY(b.card()->isAncestorOf(QApplication::focusWidget()));
        shoot(b, "4-downloading");

        QVERIFY(b.press(QStringLiteral("Pause")));
        QTRY_VERIFY(b.work().task == ModelTask::Paused);
        const qsizetype asked = b.requests();
        const qint64 there = b.work().bytes;
        QTest::qWait(400);
        QCOMPARE(b.requests(), asked);
        QCOMPARE(b.work().bytes, there);
        shoot(b, "5-paused");
        QVERIFY(b.press(QStringLiteral("Resume")));
        QTRY_VERIFY(b.work().task == ModelTask::Downloading && b.work().bytes > there);
        QVERIFY(installed(b));
        QTRY_VERIFY(b.said().contains(QStringLiteral("Downloaded, and every file was checked.")));
        QCOMPARE(b.started, 1);
        shoot(b, "6-downloaded");

        const auto radios = b.precisions();
        QVERIFY(radios.size() == 3 && radios[0]->isChecked());  // the widest that fits
        radios[1]->click();
        QSignalSpy loaded(&b.window.app().controller(), &app::Controller::modelLoaded);
        QVERIFY(b.press(QStringLiteral("Use as int8")));
        QVERIFY(loaded.wait(60'000));
        QTRY_COMPARE(b.card()->model().used, QStringLiteral("int8"));
        QVERIFY(!std::filesystem::is_empty(b.folder() / "quantized"));
        QVERIFY(listed.wait(30'000));
        QVERIFY(b.card()->model().precisions[1].made > 0);
        shoot(b, "7-in-use");
        QTest::keyClick(&b.page(), Qt::Key_Escape);
        QVERIFY(!window.showsModels());
        const storage::Message answer = b.window.message(b.window.ask(QStringLiteral("Now add type hints")));
        QVERIFY(answer.status == storage::Status::Done && answer.text.size() > 10);
        QVERIFY2(answer.model.starts_with("Mamba-Codestral-7B-v0.1, int8"), answer.model.c_str());
        shoot(b, "8-answer");

        b.window.quit();  // the next start has it at once
        QVERIFY(b.window.start());
        QCOMPARE(b.window.app().controller().settings().model, kModelId.toStdString());
        QVERIFY(b.window.control("Models; in use: Mamba-Codestral-7B-v0.1, int8"));
        QCOMPARE(b.started, 1);
    }

    void aClosedWindowResumes() {
        ModelsBench b(*server_);
        b.serveSlowly();
        QVERIFY(b.window.start());
        QVERIFY(b.openPage());
        QVERIFY(begin(b));
        QTRY_VERIFY_WITH_TIMEOUT(b.work().bytes > 5'000'000, 30'000);
        b.window.quit();
        QVERIFY(!std::filesystem::exists(b.folder() / "manifest.json"));
        const qint64 before = b.sentOfWeights();
        QVERIFY(b.window.start());
        QVERIFY(b.openPage());
        QCOMPARE(b.card()->model().state, ModelState::Incomplete);
        QVERIFY(b.card()->model().bytesThere > 3'000'000);
        QTest::qWait(300);
        QCOMPARE(b.started, 1);  // nothing goes on by itself
        b.serve("[]");
        QVERIFY(b.press(QStringLiteral("Resume download")));
        QVERIFY(installed(b));
        QCOMPARE(b.started, 2);
        const auto whole =
            static_cast<qint64>(std::filesystem::file_size(b.folder() / "consolidated.safetensors"));
        const qint64 twice = before + b.sentOfWeights() - whole;
        QVERIFY2(twice < 4 << 20, qPrintable(QString::number(twice)));
    }

    void aFailureIsSaidAndTheDemoModelAnswers_data() {
        QTest::addColumn<QByteArray>("rules");
        QTest::addColumn<bool>("full");
        QTest::addColumn<QString>("sentence");
        QTest::newRow("not there")
            << QByteArray(R"([{"status":404,"keep":true,"headers":[["X-Error-Code","RepoNotFound"]]}])")
            << false << QStringLiteral("no repository");
        QTest::newRow("token")
            << QByteArray(
                   R"([{"status":401,"headers":[["X-Error-Message","Invalid credentials in Authorization header"]]}])")
            << false << QStringLiteral("token");
        QTest::newRow("no space") << QByteArray("[]") << true << QStringLiteral("are free");
    }
    void aFailureIsSaidAndTheDemoModelAnswers() {
        QFETCH(QByteArray, rules);
        QFETCH(bool, full);
        QFETCH(QString, sentence);
        ModelsBench b(*server_);
        b.serve(rules);
        if (full) b.spare = "4000000000000000";
        QVERIFY(b.window.start());
        QVERIFY(b.openPage());
        QSignalSpy ended(&b.window.app().controller().models(), &app::ModelsController::downloadEnded);
        QVERIFY(begin(b));
        QVERIFY(ended.count() > 0 || ended.wait(30'000));
        QVERIFY(!ended.first().first().toBool());
        QTRY_VERIFY2(b.problem().contains(sentence, Qt::CaseInsensitive), qPrintable(b.problem()));
        shots_ = QStringLiteral("failed-") + QString::fromLatin1(QTest::currentDataTag()).replace(u' ', u'-');
        shoot(b, "light");
        QVERIFY(b.button(QStringLiteral("Copy details")));
        QTest::keyClick(&b.page(), Qt::Key_Escape);
        QVERIFY(b.window.message(b.window.ask(QStringLiteral("Write a class for a stack"))).status ==
                storage::Status::Done);
    }

    void offlineStartsNothing() {
        ModelsBench b(*server_);
        b.serveSlowly();
        QVERIFY(b.window.start());
        QVERIFY(b.openPage());
        Q_EMIT b.page().downloadRequested(kModelId, false);
        QVERIFY(b.press(QStringLiteral("Download 14.6 GB")));
        QTest::keyClick(&b.page(), Qt::Key_Escape);  // the question, not the page
        QVERIFY(b.window.window().showsModels() && !b.button(QStringLiteral("Stay offline")));
        QTest::qWait(200);
        QCOMPARE(b.started, 0);
        QVERIFY(begin(b));
        QTRY_VERIFY_WITH_TIMEOUT(b.work().bytes > 0, 30'000);
        // Going offline ends what is under way.
        QSignalSpy ended(&b.window.app().controller().models(), &app::ModelsController::downloadEnded);
        ui::Settings settings = b.window.window().settings();
        settings.offline = true;
        Q_EMIT b.window.window().settingsChanged(settings);
        QVERIFY(ended.wait(20'000));
        QTRY_COMPARE(b.card()->model().state, ModelState::Incomplete);
        QCOMPARE(b.started, 1);
    }

    void aCancelledDownloadKeepsOrDeletes() {
        ModelsBench b(*server_);
        b.serveSlowly();
        QVERIFY(b.window.start());
        QVERIFY(b.openPage());
        QVERIFY(begin(b));
        QTRY_VERIFY_WITH_TIMEOUT(b.work().bytes > 1'000'000, 30'000);
        QVERIFY(b.press(QStringLiteral("Cancel…"), b.card()));
        QVERIFY(b.press(QStringLiteral("Keep what has come")));
        QTRY_COMPARE_WITH_TIMEOUT(b.card()->model().state, ModelState::Incomplete, 20'000);
        QVERIFY(std::filesystem::exists(b.folder()));
        QVERIFY(b.press(QStringLiteral("Resume download")));
        QTRY_VERIFY_WITH_TIMEOUT(b.work().task == ModelTask::Downloading, 20'000);
        QVERIFY(b.press(QStringLiteral("Cancel…"), b.card()));
        QVERIFY(b.press(QStringLiteral("Delete it")));
        QTRY_VERIFY_WITH_TIMEOUT(!std::filesystem::exists(b.folder()), 20'000);
        QTRY_COMPARE(b.card()->model().state, ModelState::Available);
    }

    void aModelThatCannotBeUsedGivesWayToTheDemoModel() {
        ModelsBench b(*server_);
        app::Settings settings = app::load_settings(b.settingsFile());
        settings.model = "nobody--nothing@main";
        b.keep(settings);
        QVERIFY(b.window.start());
        QWidget* notice = b.window.window().findChild<QWidget*>(QStringLiteral("NoticeBar"));
        QTRY_VERIFY2(notice->accessibleName().contains(QStringLiteral("nobody--nothing@main")),
                     qPrintable(notice->accessibleName()));
        QVERIFY(b.window.message(b.window.ask(QStringLiteral("Write a class for a stack"))).status ==
                storage::Status::Done);
        QCOMPARE(b.window.app().controller().settings().model,
                 std::string("nobody--nothing@main"));  // for later
    }

    void broughtInCheckedConvertedCopiedOutRemoved() {
        ModelsBench b(*server_);
        QTemporaryDir stick;
        QVERIFY(b.window.start());
        QVERIFY(b.openPage());
        QSignalSpy ended(&b.window.app().controller().models(), &app::ModelsController::jobEnded);
        const auto done = [&] {
            return (ended.count() > 0 || ended.wait(60'000)) && ended.takeFirst().first().toBool();
        };
        const QString id = QStringLiteral("local--demo-model@import");
        QVERIFY(b.press(QStringLiteral("Import a folder…")));
        QTest::keyClicks(b.window.window().focusWidget(),
                         QString::fromStdString(test::demo_model().string()));
        QVERIFY(b.press(QStringLiteral("Import")));
        QVERIFY(done());
        QTRY_VERIFY(b.card(id) && b.said(id).contains(QStringLiteral("Imported")));
        QVERIFY(b.press(QStringLiteral("Verify"), b.card(id)));
        QVERIFY(done());
        QTRY_VERIFY(b.said(id).contains(QStringLiteral("Every file is right.")));
        b.precisions(id).at(2)->click();
        QVERIFY(b.press(QStringLiteral("Make the int4 file"), b.card(id)));
        QVERIFY(done());
        QTRY_VERIFY(b.card(id)->model().precisions[2].made > 0);
        QVERIFY(b.press(QStringLiteral("Export…"), b.card(id)));
        QTest::keyClicks(b.window.window().focusWidget(), stick.path());
        QVERIFY(b.press(QStringLiteral("Export"), b.card(id)));
        QVERIFY(done());
        QTRY_VERIFY2(b.said(id).contains(QStringLiteral("Exported")), qPrintable(b.said(id)));
        QVERIFY(QFile::exists(stick.path() + QStringLiteral("/demo-model@import/SHA256SUMS")));

        // In use it is not removed.
        QSignalSpy loaded(&b.window.app().controller(), &app::Controller::modelLoaded);
        QVERIFY(b.press(QStringLiteral("Use as int4"), b.card(id)));
        QVERIFY(loaded.wait(60'000));
        QTRY_VERIFY(!b.card(id)->model().used.isEmpty());
        Q_EMIT b.page().removeRequested(id);
        QVERIFY(b.press(QStringLiteral("Remove…"), b.card(id)));
        QVERIFY(b.said(id).contains(QStringLiteral("is in use")));
        QVERIFY(b.press(QStringLiteral("Use"), b.card(QStringLiteral("demo"))));
        QVERIFY(loaded.wait(60'000));
        QVERIFY(std::filesystem::exists(b.window.options().paths.models() / id.toStdString()));
        QTRY_VERIFY(b.card(id)->model().used.isEmpty());
        QVERIFY(b.press(QStringLiteral("Remove…"), b.card(id)));
        QVERIFY2(b.said(id).contains(QStringLiteral("MB are deleted")), qPrintable(b.said(id)));
        QVERIFY(b.press(QStringLiteral("Delete 14.9 MB"), b.card(id)));
        QVERIFY(done());
        QTRY_VERIFY(!b.card(id));
        QVERIFY(!std::filesystem::exists(b.window.options().paths.models() / id.toStdString()));
        QCOMPARE(b.started, 0);
    }

    void whatAnsweredComesBackWhenTheChosenOneDoesNotLoad() {
        ModelsBench b(*server_);
        const auto fail = std::make_shared<std::atomic<bool>>(false);
        app::BackendMaker maker = app::real_backends();
        maker.cpu = [fail, real = maker.cpu](int threads) {
            if (QThread::currentThread()->objectName() == QLatin1String("engine") && fail->exchange(false))
                throw std::bad_alloc();
            return real(threads);
        };
        b.window.setBackends(maker);
        QVERIFY(b.window.start());
        QVERIFY(b.openPage());
        Q_EMIT b.page().importRequested(QString::fromStdString(test::demo_model().string()), true);
        const QString id = QStringLiteral("local--demo-model@import");
        QTRY_VERIFY_WITH_TIMEOUT(b.card(id), 30'000);
        QSignalSpy loaded(&b.window.app().controller(), &app::Controller::modelLoaded);
        *fail = true;
        QVERIFY(b.press(QStringLiteral("Use as bf16"), b.card(id)));
        QVERIFY(loaded.wait(30'000));
        QVERIFY(!*fail);
        QTRY_VERIFY2(b.said(id).contains(QStringLiteral("not enough memory")), qPrintable(b.said(id)));
        QVERIFY(b.window.app().controller().settings().model.empty());
        QCOMPARE(b.card(QStringLiteral("demo"))->model().used, QStringLiteral("bf16"));
        QVERIFY(b.card(id)->model().used.isEmpty());
        QTest::keyClick(&b.page(), Qt::Key_Escape);
        QVERIFY(b.window.message(b.window.ask(QStringLiteral("Write a class for a stack"))).status ==
                storage::Status::Done);
    }

    void anotherRepositoryIsKeptInMind() {
        ModelsBench b(*server_);
        QVERIFY(b.window.start());
        QVERIFY(b.openPage());
        QVERIFY(b.press(QStringLiteral("Other repository…")));
        QTest::keyClicks(b.window.window().focusWidget(), QStringLiteral("me/demo"));
        QTest::keyClick(b.window.window().focusWidget(), Qt::Key_Return);
        const QString id = QStringLiteral("me--demo@main");
        QTRY_VERIFY(b.card(id));
        b.window.quit();
        QVERIFY(b.window.start());
        QVERIFY(b.openPage());
        QVERIFY(b.card(id));
        QVERIFY(b.press(QStringLiteral("Download"), b.card(id)));
        QVERIFY(b.press(QStringLiteral("Go online and download")));
        QTRY_COMPARE_WITH_TIMEOUT(b.card(id)->model().state, ModelState::Installed, 60'000);
        QVERIFY(b.window.app().controller().settings().downloads.empty());
    }
};

QTEST_MAIN(TestModelsFlow)
#include "test_models_flow.moc"
