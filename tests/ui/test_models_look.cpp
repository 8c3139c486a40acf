#include <QAccessible>
#include <QFile>
#include <QLineEdit>
#include <QTranslator>

#include "tests/ui/support/models_fixture.h"
#include "ui/theme/elided_label.h"
#include "ui/translation.h"

using namespace sidewinder::ui;
using namespace sidewinder::test;

/// How the page of models looks and reads: names, focus, room, languages.
class TestModelsLook : public ModelsFixture {
    Q_OBJECT

    /// What does not get the room that it needs.
    QStringList cut() {
        QStringList found;
        for (const QWidget* widget : page_->findChildren<QWidget*>()) {
            if (!widget->isVisibleTo(page_)) continue;
            const auto* label = qobject_cast<const QLabel*>(widget);
            const auto* pressed = qobject_cast<const QAbstractButton*>(widget);
            if (label && !label->text().isEmpty() && !qobject_cast<const ElidedLabel*>(label)) {
                const int needed =
                    label->wordWrap() ? label->heightForWidth(label->width()) : label->sizeHint().height();
                if (label->height() < needed ||
                    (!label->wordWrap() && label->width() < label->sizeHint().width()))
                    found << label->text();
            }
            if (pressed && !pressed->text().isEmpty() &&
                (pressed->width() < pressed->sizeHint().width() ||
                 pressed->height() < pressed->sizeHint().height()))
                found << pressed->text();
            if (label || pressed) {
                const int right = widget->mapTo(page_, QPoint(widget->width(), 0)).x();
                if (right > page_->width())
                    found << QStringLiteral("beyond the edge: ") + (label ? label->text() : pressed->text());
            }
        }
        return found;
    }
    static void walk(QAccessibleInterface* item, QStringList& nameless, int& controls) {
        if (!item || !item->isValid() || item->state().invisible) return;
        const QAccessible::Role role = item->role();
        if (role == QAccessible::Button || role == QAccessible::PushButton ||
            role == QAccessible::RadioButton || role == QAccessible::EditableText ||
            role == QAccessible::ProgressBar) {
            ++controls;
            if (item->text(QAccessible::Name).isEmpty()) nameless << QString::number(role);
        }
        for (int i = 0; i < item->childCount(); ++i) walk(item->child(i), nameless, controls);
    }

  private Q_SLOTS:
    void init() { make(); }
    void cleanup() { drop(); }

    void everyControlHasANameAndTakesTheFocus() {
        open(catalogOf({codestral(ModelState::Installed), cachedSnapshot(), brokenModel(), demoModel()}));
        page_->setWork({.id = id_, .task = ModelTask::Exporting, .bytes = 1, .size = 2});
        page_->setNote({.id = cachedSnapshot().id, .sentence = QStringLiteral("No."), .problem = true});
        QVERIFY(press("Other repository…"));
        QStringList nameless;
        int controls = 0;
        walk(QAccessible::queryAccessibleInterface(page_), nameless, controls);
        QVERIFY2(nameless.isEmpty(), qPrintable(nameless.join(QLatin1Char(' '))));
        QVERIFY2(controls > 18, qPrintable(QString::number(controls)));
        for (QWidget* widget : page_->findChildren<QWidget*>())
            if ((qobject_cast<QAbstractButton*>(widget) || qobject_cast<QLineEdit*>(widget)) &&
                widget->isVisibleTo(page_))
                QVERIFY2(widget->focusPolicy() & Qt::TabFocus, widget->metaObject()->className());
    }

    void tabReachesEverything() {
        open(catalogOf({codestral(ModelState::Available), demoModel()}));
        QSet<QWidget*> seen;
        QWidget* start = QApplication::focusWidget();
        QCOMPARE(start, button(QStringLiteral("Download 14.6 GB")));
        for (int presses = 0; presses < 60; ++presses) {
            QTest::keyClick(QApplication::focusWidget(), Qt::Key_Tab);
            seen << QApplication::focusWidget();
            if (QApplication::focusWidget() == start) break;
        }
        QCOMPARE(QApplication::focusWidget(), start);
        for (const char* text : {"Import a folder…", "Other repository…", "Download 14.6 GB", "Details"})
            QVERIFY2(seen.contains(button(QString::fromUtf8(text))), text);
    }

    void nothingIsCutOff_data() {
        QTest::addColumn<QString>("language");
        QTest::addColumn<int>("font");
        for (const char* language : {"en", "pt_BR"})
            for (const int font : {0, 16, 20})
                QTest::addRow("%s %d", language, font) << QString::fromLatin1(language) << font;
    }
    void nothingIsCutOff() {
        QFETCH(QString, language);
        QFETCH(int, font);
        const auto translators = loadTranslations(QLocale(language));
        for (const auto& translator : translators) QCoreApplication::installTranslator(translator.get());
        Settings settings = window_->settings();
        settings.fontSize = font;
        window_->setSettings(settings);
        window_->resize(900, 600);
        const auto check = [&](const char* what) {
            QTest::qWait(30);
            QTRY_VERIFY2(cut().isEmpty(), qPrintable(QLatin1String(what) + QStringLiteral(": ") +
                                                     cut().join(QStringLiteral(" | "))));
        };
        open(catalogOf({codestral(ModelState::Available), demoModel()}));
        check("available");
        static_cast<QPushButton*>(QApplication::focusWidget())->click();
        check("consent");
        page_->setWork(downloadWork(ModelTask::Downloading));
        check("downloading");
        page_->setWork({.id = id_});
        ModelItem incomplete = codestral(ModelState::Incomplete);
        incomplete.id = QStringLiteral("other");
        page_->setCatalog(catalogOf(
            {codestral(ModelState::Installed), incomplete, cachedSnapshot(), brokenModel(), demoModel()}));
        for (QPushButton* more : page_->findChildren<QPushButton*>())
            if (more->text() == ModelCard::tr("Details")) more->click();
        page_->setNote({.id = id_,
                        .sentence = QStringLiteral("The server closed the connection 5 times."),
                        .problem = true});
        check("installed");
        for (const char* form : {"Import a folder…", "Other repository…"}) {
            button(ModelsPage::tr(form))->click();
            check(form);
        }
        page_->closeQuestion();
        for (const auto& translator : translators) QCoreApplication::removeTranslator(translator.get());
    }

    void theLanguageCanChangeWhileItIsShown() {
        open(catalogOf({codestral(ModelState::Installed), demoModel()}));
        const auto translators = loadTranslations(QLocale(QStringLiteral("pt_BR")));
        QVERIFY(!translators.empty());
        for (const auto& translator : translators) QCoreApplication::installTranslator(translator.get());
        QTest::qWait(20);
        QVERIFY2(button(QStringLiteral("Usar em int8")), qPrintable(texts(page_).join(QLatin1Char('|'))));
        QVERIFY(says(QStringLiteral("Instalado")));
        QVERIFY(says(QStringLiteral("Precisão")));
        for (const auto& translator : translators) QCoreApplication::removeTranslator(translator.get());
        QTest::qWait(20);
        QVERIFY(button(QStringLiteral("Use as int8")));
    }

    void theTranslationIsWhole() {
        QFile file(QStringLiteral(SIDEWINDER_SOURCE_DIR "/resources/translations/sidewinder_pt_BR.ts"));
        QVERIFY(file.open(QIODevice::ReadOnly));
        const QByteArray text = file.readAll();
        QVERIFY(!text.contains("type=\"unfinished\"") && !text.contains("type=\"vanished\""));
        for (const char* context :
             {"ModelText", "sidewinder::ui::ModelCard", "sidewinder::app::ModelsController"})
            QVERIFY2(text.contains(QByteArray("<name>") + context + "</name>"), context);
    }
};

QTEST_MAIN(TestModelsLook)
#include "test_models_look.moc"
