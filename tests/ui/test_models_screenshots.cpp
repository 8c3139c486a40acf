#include <QDir>
#include <QPushButton>
#include <QScrollArea>
#include <QScrollBar>
#include <QTest>
#include <QTranslator>

#include "tests/ui/support/fake_controller.h"
#include "tests/ui/support/sample_models.h"
#include "ui/models/models_page.h"
#include "ui/models/progress_block.h"
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

}  // namespace

/// The Models page in its states, for the eye.
class TestModelsScreenshots : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void shots_data() {
        QTest::addColumn<QString>("language");
        QTest::addColumn<bool>("dark");
        QTest::addColumn<QSize>("size");
        QTest::addColumn<int>("font");
        for (const bool dark : {false, true}) {
            const char* theme = dark ? "dark" : "light";
            QTest::addRow("models-en-%s-1180x780", theme)
                << QStringLiteral("en") << dark << QSize(1180, 780) << 0;
            QTest::addRow("models-pt-%s-900x600", theme)
                << QStringLiteral("pt_BR") << dark << QSize(900, 600) << 0;
        }
        QTest::addRow("models-pt-light-large") << QStringLiteral("pt_BR") << false << QSize(900, 600) << 20;
        QTest::addRow("models-en-dark-large") << QStringLiteral("en") << true << QSize(1180, 780) << 20;
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
        controller.addConversation(QStringLiteral("Reverse a string"), QDateTime::currentDateTime());
        controller.publish();
        controller.status.demo = true;
        window.setStatus(controller.status);
        QVERIFY(QTest::qWaitForWindowExposed(&window));
        prefix_ = QString::fromLatin1(QTest::currentDataTag());
        visit(window);
        for (const auto& translator : translators) QCoreApplication::removeTranslator(translator.get());
    }

  private:
    void visit(MainWindow& window) {
        ModelsPage& page = window.models();
        window.openModels();
        shoot(window, "looking");
        page.setCatalog(catalogOf({codestral(ModelState::Available), demoModel()}));
        shoot(window, "first");
        ModelCard* card = page.card(codestral(ModelState::Available).id);
        QTest::mouseClick(button(*card, 0), Qt::LeftButton);
        shoot(window, "consent");
        page.closeQuestion();
        page.setWork(downloadWork(ModelTask::Downloading));
        shoot(window, "downloading");
        ModelWork paused = downloadWork(ModelTask::Paused);
        paused.note =
            QStringLiteral("The server closed the connection 5 times. The next try follows in 30 s.");
        page.setWork(paused);
        shoot(window, "paused");
        Q_EMIT card->findChild<ProgressBlock*>()->stopRequested();
        shoot(window, "cancel");
        page.setWork({.id = card->model().id});
        page.setCatalog(catalogOf({codestral(ModelState::Incomplete), demoModel()}));
        page.setNote(
            {.id = card->model().id,
             .sentence = QStringLiteral("The disk is full: 5.5 GB more are needed and 1.2 GB are free. "
                                        "What has come is kept. Make room, then resume."),
             .problem = true,
             .retry = true});
        shoot(window, "failed");
        page.setCatalog(catalogOf({codestral(ModelState::Installed), demoModel()}));
        page.setNote(
            {.id = card->model().id, .sentence = QStringLiteral("Downloaded, and every file was checked.")});
        shoot(window, "installed");
        ModelItem used = codestral(ModelState::Installed);
        used.used = QStringLiteral("int8");
        used.precisions[1].made = 7'900'000'000;
        ModelItem demo = demoModel();
        demo.used.clear();
        page.setNote({.id = used.id});
        page.setCatalog(catalogOf({used, cachedSnapshot(), brokenModel(), demo}));
        shoot(window, "in-use");
        for (QPushButton* more : card->findChildren<QPushButton*>())
            if (more->text() == ModelCard::tr("Details")) more->click();
        shoot(window, "details");
        auto* bar = page.findChild<QScrollArea*>()->verticalScrollBar();
        bar->setValue(bar->maximum());
        shoot(window, "end");
        bar->setValue(0);
        page.findChildren<QPushButton*>().at(0);
        for (QPushButton* top : page.findChildren<QPushButton*>())
            if (top->text() == ModelsPage::tr("Import a folder…")) top->click();
        shoot(window, "import");
        for (QPushButton* top : page.findChildren<QPushButton*>())
            if (top->text() == ModelsPage::tr("Other repository…")) top->click();
        shoot(window, "other");
        page.closeQuestion();
        page.setCatalog(catalogOf({codestral(ModelState::Available, 0, 3.2), demoModel()}));
        shoot(window, "does-not-fit");
    }
    static QPushButton* button(ModelCard& card, int index) {
        QList<QPushButton*> shown;
        for (QPushButton* one : card.findChildren<QPushButton*>())
            if (one->isVisibleTo(&card)) shown << one;
        return shown.at(index);
    }
    void shoot(QWidget& window, const char* name) {
        QTest::qWait(60);
        QVERIFY(window.grab().save(
            folder().filePath(QStringLiteral("%1-%2.png").arg(prefix_, QString::fromLatin1(name)))));
    }
    QString prefix_;
};

QTEST_MAIN(TestModelsScreenshots)
#include "test_models_screenshots.moc"
