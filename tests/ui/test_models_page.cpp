#include <QApplication>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QRadioButton>
#include <QSignalSpy>
#include <QTest>

#include "tests/ui/support/models_fixture.h"
#include "ui/models/model_text.h"
#include "ui/models/models_page.h"
#include "ui/models/precision_table.h"
#include "ui/models/progress_block.h"
#include "ui/sidebar/sidebar.h"

using namespace sidewinder::ui;
using namespace sidewinder::test;

/// The page of models: values in, intentions out.
class TestModelsPage : public ModelsFixture {
    Q_OBJECT

  private Q_SLOTS:
    void init() { make(); }
    void cleanup() { drop(); }

    void allWaysLeadToItAndBack() {
        controller_->status.demo = true;
        window_->setStatus(controller_->status);
        QSignalSpy opened(window_.get(), &MainWindow::modelsOpened);
        QTest::keyClick(window_.get(), Qt::Key_M, Qt::ControlModifier);
        QVERIFY(window_->showsModels());
        QCOMPARE(window_->windowTitle(), QStringLiteral("Models – Sidewinder"));
        QTest::keyClick(page_, Qt::Key_Escape);
        QVERIFY(!window_->showsModels());
        for (const char* name : {"Models", "Get the full model", "Models; in use: Demo model"}) {
            QAbstractButton* way = nullptr;
            for (QAbstractButton* one : window_->findChildren<QAbstractButton*>())
                if (one->accessibleName() == QLatin1String(name) && one->isVisible()) way = one;
            QVERIFY2(way, name);
            way->click();
            QVERIFY2(window_->showsModels(), name);
            window_->openChat();
        }
        QCOMPARE(opened.count(), 4);
        window_->openModels();
        const qint64 chat = controller_->addConversation(QStringLiteral("A"), QDateTime::currentDateTime());
        Q_EMIT window_->conversationSelected(chat);
        QVERIFY(!window_->showsModels());
        window_->openModels();
        QTest::keyClick(window_.get(), Qt::Key_N, Qt::ControlModifier);
        QVERIFY(!window_->showsModels());
    }

    void aDownloadIsAgreedToInPlace() {
        QSignalSpy download(page_, &ModelsPage::downloadRequested);
        open(catalogOf({codestral(ModelState::Available), demoModel()}));
        QVERIFY(press("Download 14.6 GB"));
        QVERIFY(says(QStringLiteral("connects to huggingface.co")));
        QVERIFY(says(QStringLiteral("Nothing else is sent than the names of the files.")));
        QCOMPARE(download.count(), 0);
        QCOMPARE(QApplication::focusWidget(), button(QStringLiteral("Go online and download")));
        QVERIFY(press("Stay offline"));
        QCOMPARE(download.count(), 0);
        QVERIFY(press("Download 14.6 GB"));
        QTest::keyClick(QApplication::focusWidget(), Qt::Key_Escape);
        QVERIFY(window_->showsModels() && !button(QStringLiteral("Stay offline")));
        QVERIFY(press("Download 14.6 GB"));
        QTest::keyClick(QApplication::focusWidget(), Qt::Key_Space);
        QTRY_COMPARE(download.count(), 1);
        QCOMPARE(download.takeFirst(), (QVariantList{id_, true}));
        setOffline(false);
        QVERIFY(press("Download 14.6 GB"));
        QCOMPARE(download.takeFirst(), (QVariantList{id_, false}));
    }

    void theHostThatIsNamedIsTheOneThatIsAsked() {
        Settings settings = window_->settings();
        settings.endpoint = QStringLiteral("https://mirror.example:8443/hf");
        settings.tokenFile = QStringLiteral("/token");
        window_->setSettings(settings);
        ModelItem other = codestral(ModelState::Available);
        other.id = QStringLiteral("other");
        other.endpoint = QStringLiteral("https://elsewhere.example");
        open(catalogOf({codestral(ModelState::Available), other, demoModel()}));
        QVERIFY(press("Download 14.6 GB"));
        QVERIFY(says(QStringLiteral("connects to mirror.example:8443")));
        QVERIFY(says(QStringLiteral("your access token")));
        page_->closeQuestion();
        static_cast<QPushButton*>(button(QStringLiteral("Download 14.6 GB"), page_->card(other.id)))->click();
        QVERIFY(says(QStringLiteral("connects to elsewhere.example")));
    }

    void progressIsShownAndSteered() {
        QSignalSpy pause(page_, &ModelsPage::pauseRequested), resume(page_, &ModelsPage::resumeRequested),
            cancel(page_, &ModelsPage::cancelRequested);
        open(catalogOf({codestral(ModelState::Available), demoModel()}));
        page_->setWork(downloadWork(ModelTask::Downloading));
        QVERIFY(says(QStringLiteral("6.1 of 14.6 GB · 41.7 MB/s · about 3 min left")));
        QVERIFY(says(QStringLiteral("588 kB, checked")));
        QVERIFY(texts(window_->findChild<Sidebar*>()).contains(QStringLiteral("41 %")));
        QVERIFY(press("Pause"));
        QCOMPARE(pause.count(), 1);
        page_->setWork(downloadWork(ModelTask::Paused));
        QVERIFY(says(QStringLiteral("Paused")) && !says(QStringLiteral("MB/s")));
        QVERIFY(press("Resume"));
        QCOMPARE(resume.count(), 1);
        QVERIFY(press("Cancel…"));
        QVERIFY(says(QStringLiteral("6.1 GB have come")));
        QVERIFY(!button(QStringLiteral("Resume"))->isEnabled());
        QVERIFY(press("Go on downloading"));
        QVERIFY(button(QStringLiteral("Resume"))->isEnabled());
        QCOMPARE(cancel.count(), 0);
        QVERIFY(press("Cancel…") && press("Delete it"));
        QCOMPARE(cancel.takeFirst(), (QVariantList{id_, true}));
        QVERIFY(press("Cancel…") && press("Keep what has come"));
        QCOMPARE(cancel.takeFirst(), (QVariantList{id_, false}));
        ModelWork again = downloadWork(ModelTask::Downloading);
        again.note = QStringLiteral("The server closed the connection. The next try follows in 2 s.");
        page_->setWork(again);
        QVERIFY(says(again.note));
        page_->setWork({.id = id_});
        QVERIFY(button(QStringLiteral("Download 14.6 GB")));
        QCOMPARE(QApplication::focusWidget(), button(QStringLiteral("Download 14.6 GB")));
        QVERIFY(!texts(window_->findChild<Sidebar*>()).contains(QStringLiteral("41 %")));
    }

    void theWidestThatFitsIsChosenAndTheChoiceStays() {
        QSignalSpy use(page_, &ModelsPage::useRequested);
        open(catalogOf({codestral(ModelState::Installed), demoModel()}));
        QVERIFY(press("Use as int8"));
        QCOMPARE(use.takeFirst(), (QVariantList{id_, QStringLiteral("int8")}));
        const auto radios = card()->findChild<PrecisionTable*>()->findChildren<QRadioButton*>();
        QVERIFY(radios[1]->accessibleName().contains(QStringLiteral("GPU 9.2 GB, fits")));
        QVERIFY(radios[0]->accessibleName().contains(QStringLiteral("GPU 15.9 GB, too much")));
        radios[1]->setFocus();
        QTest::keyClick(radios[1], Qt::Key_Down);
        QVERIFY(button(QStringLiteral("Use as int4")));
        page_->setCatalog(catalogOf({codestral(ModelState::Installed, 20), demoModel()}));  // listed anew
        QVERIFY(press("Use as int4"));
        QCOMPARE(use.takeFirst(), (QVariantList{id_, QStringLiteral("int4")}));
        ModelItem used = codestral(ModelState::Installed, 20);
        used.used = QStringLiteral("int4");
        page_->setCatalog(catalogOf({used, demoModel()}));
        QVERIFY(!button(QStringLiteral("Use as int4")));
        QVERIFY(says(QStringLiteral("In use")));
        // What fits nowhere is not offered.
        page_->setCatalog(catalogOf({codestral(ModelState::Installed, 0, 3.2), demoModel()}));
        QVERIFY(says(QStringLiteral("Does not fit into this machine's memory: even int4 takes 5.0 GB")));
        QVERIFY(!button(QStringLiteral("Use as int4"))->isEnabled());
    }

    void verdictsAreSentences_data() {
        QTest::addColumn<double>("gpu");
        QTest::addColumn<double>("cpu");
        QTest::addColumn<QString>("sentence");
        QTest::newRow("fits")
            << 79.1 << 62.0
            << QStringLiteral("Fits on NVIDIA GeForce RTX 4070: bf16 takes 15.9 of 79.1 GB that are free.");
        QTest::newRow("smaller") << 11.4 << 62.0
                                 << QStringLiteral(
                                        "Fits on NVIDIA GeForce RTX 4070 as int8, which takes 9.2 of 11.4 GB "
                                        "that are free. bf16 would take 15.9 GB.");
        QTest::newRow("cpu only")
            << 4.0 << 12.0
            << QStringLiteral(
                   "Runs on the processor only: int8 takes 8.6 of 12.0 GB of memory that "
                   "are free. On NVIDIA GeForce RTX 4070 even int4 takes 5.6 GB, and "
                   "4.0 GB are free.");
        QTest::newRow("no gpu") << 0.0 << 12.0
                                << QStringLiteral(
                                       "Runs on the processor: int8 takes 8.6 of 12.0 GB of memory that are "
                                       "free. There is no GPU to use.");
    }
    void verdictsAreSentences() {
        QFETCH(double, gpu);
        QFETCH(double, cpu);
        QFETCH(QString, sentence);
        QCOMPARE(ModelText::verdict(codestral(ModelState::Available, gpu, cpu)), sentence);
    }

    void everyActionIsAnIntention() {
        QSignalSpy verify(page_, &ModelsPage::verifyRequested), make(page_, &ModelsPage::makeRequested),
            remove(page_, &ModelsPage::removeRequested), exported(page_, &ModelsPage::exportRequested),
            stop(page_, &ModelsPage::stopRequested), add(page_, &ModelsPage::addRequested);
        open(catalogOf({codestral(ModelState::Installed), cachedSnapshot(), demoModel()}));
        QVERIFY(press("Verify") && press("Make the int8 file"));
        QCOMPARE(verify.takeFirst(), QVariantList{id_});
        QCOMPARE(make.takeFirst(), (QVariantList{id_, QStringLiteral("int8")}));
        QVERIFY(press("Remove…"));
        QVERIFY(says(
            QStringLiteral("Remove Mamba-Codestral-7B-v0.1? Its folder and 14.6 GB are deleted for good.")));
        QVERIFY(press("Keep it"));
        QCOMPARE(remove.count(), 0);
        QVERIFY(press("Remove…") && press("Delete 14.6 GB"));
        QCOMPARE(remove.takeFirst(), QVariantList{id_});
        QVERIFY(press("Export…"));
        QVERIFY(!button(QStringLiteral("Export"))->isEnabled());  // no folder yet
        QTest::keyClicks(QApplication::focusWidget(), QStringLiteral("/media/stick"));
        QTest::keyClick(QApplication::focusWidget(), Qt::Key_Return);
        QCOMPARE(exported.takeFirst(), (QVariantList{id_, QStringLiteral("/media/stick")}));
        QVERIFY(press("Add without copying"));
        QCOMPARE(add.takeFirst(), QVariantList{cachedSnapshot().id});
        page_->setWork({.id = id_, .task = ModelTask::Checking, .bytes = 3, .size = 10});
        QVERIFY(!button(QStringLiteral("Verify")));
        QVERIFY(!button(QStringLiteral("Add without copying"))->isEnabled());  // one at a time
        QVERIFY(press("Stop"));
        QCOMPARE(stop.takeFirst(), QVariantList{id_});
    }

    void whatIsInUseIsNotRemoved() {
        QSignalSpy remove(page_, &ModelsPage::removeRequested);
        ModelItem used = codestral(ModelState::Installed);
        used.used = QStringLiteral("int8");
        open(catalogOf({used, demoModel()}));
        QVERIFY(press("Remove…"));
        QVERIFY(says(QStringLiteral("is in use. Use another model first")));
        QVERIFY(!button(QStringLiteral("Delete 14.6 GB")));
        QVERIFY(press("Close"));
        QCOMPARE(remove.count(), 0);
    }

    void foldersAndRepositoriesAreNamedInPlace() {
        QSignalSpy import(page_, &ModelsPage::importRequested), other(page_, &ModelsPage::repositoryAdded);
        open(catalogOf({codestral(ModelState::Available), demoModel()}));
        QVERIFY(press("Import a folder…"));
        QTest::keyClicks(QApplication::focusWidget(), QStringLiteral("here"));
        QVERIFY(!button(QStringLiteral("Import"))->isEnabled());  // not a whole path
        QTest::keyClick(QApplication::focusWidget(), Qt::Key_Escape);
        QVERIFY(!button(QStringLiteral("Import")) && window_->showsModels());
        QVERIFY(press("Import a folder…"));
        QTest::keyClicks(QApplication::focusWidget(), QStringLiteral("/models/x"));
        button(QStringLiteral("Use them where they are"))->click();
        QVERIFY(press("Import"));
        QCOMPARE(import.takeFirst(), (QVariantList{QStringLiteral("/models/x"), true}));
        QVERIFY(press("Other repository…"));
        QTest::keyClicks(QApplication::focusWidget(), QStringLiteral("nobody"));
        QVERIFY(says(QStringLiteral("A repository is named OWNER/NAME.")));
        QTest::keyClicks(QApplication::focusWidget(), QStringLiteral("/thing"));
        QTest::keyClick(QApplication::focusWidget(), Qt::Key_Return);
        QCOMPARE(other.takeFirst().first().value<OtherRepository>(),
                 (OtherRepository{QStringLiteral("nobody/thing"), {}, {}}));
    }

    void neverTwoPrimaryButtons() {
        open(catalogOf({codestral(ModelState::Available), demoModel()}));
        QCOMPARE(primaries(), 1);
        QVERIFY(press("Download 14.6 GB"));
        QCOMPARE(primaries(), 1);
        QVERIFY(press("Stay offline"));
        QVERIFY(press("Import a folder…"));
        QCOMPARE(primaries(), 1);
        QVERIFY(press("Other repository…"));
        QCOMPARE(primaries(), 1);
        page_->closeQuestion();
        page_->setWork(downloadWork(ModelTask::Downloading));
        QCOMPARE(primaries(), 0);
        page_->setWork({.id = id_});
        page_->setCatalog(catalogOf({codestral(ModelState::Installed), cachedSnapshot(), demoModel()}));
        QCOMPARE(primaries(), 1);
        QVERIFY(press("Export…"));
        QCOMPARE(primaries(), 1);
    }

    void problemsCanBeCopiedAndPutAway() {
        open(catalogOf({codestral(ModelState::Incomplete), brokenModel(), demoModel()}));
        QVERIFY(says(QStringLiteral("9.1 of 14.6 GB are here")));
        QVERIFY(says(brokenModel().reason));
        QVERIFY(!button(QStringLiteral("Download again")));
        page_->setNote({.id = id_, .sentence = QStringLiteral("The disk is full."), .problem = true});
        QVERIFY(says(QStringLiteral("The disk is full.")));
        QVERIFY(press("Copy details"));
        QVERIFY(says(QStringLiteral("The disk is full.")));
        page_->setNote({.id = id_});
        QVERIFY(!says(QStringLiteral("The disk is full.")));
        QVERIFY(button(QStringLiteral("Resume download")));
        window_->showNotice({.sentence = QStringLiteral("Seen here"), .milliseconds = 0});
        QVERIFY(says(QStringLiteral("Seen here")));
    }
};

QTEST_MAIN(TestModelsPage)
#include "test_models_page.moc"
