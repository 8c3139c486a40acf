#pragma once

#include <QAbstractButton>
#include <QApplication>
#include <QLabel>
#include <QPushButton>
#include <QTest>

#include "tests/ui/support/fake_controller.h"
#include "tests/ui/support/sample_models.h"
#include "ui/models/models_page.h"

namespace sidewinder::test {

using namespace sidewinder::ui;

/// A window with its page of models, and what a person sees and presses there.
class ModelsFixture : public QObject {
  protected:
    std::unique_ptr<MainWindow> window_;
    std::unique_ptr<FakeController> controller_;
    ModelsPage* page_ = nullptr;
    const QString id_ = codestral(ModelState::Available).id;

    void open(const ModelCatalog& catalog) {
        window_->openModels();
        page_->setCatalog(catalog);
        QTest::qWait(20);
    }
    ModelCard* card() { return page_->card(id_); }
    QAbstractButton* button(const QString& text, QWidget* within = nullptr) {
        for (QAbstractButton* one : (within ? within : page_)->findChildren<QAbstractButton*>())
            if (one->isVisibleTo(window_.get()) && one->text() == text) return one;
        return nullptr;
    }
    bool press(const char* text) {
        QAbstractButton* found = button(QString::fromUtf8(text));
        if (!found || !found->isEnabled()) return false;
        found->click();
        QTest::qWait(20);
        return true;
    }
    QStringList texts(QWidget* within) {
        QStringList all;
        for (const QLabel* label : within->findChildren<QLabel*>())
            if (label->isVisibleTo(within)) all << label->text().remove(QChar(0x200b));
        return all;
    }
    bool says(const QString& part) { return texts(page_).join(QLatin1Char('\n')).contains(part); }
    int primaries() {
        int count = 0;
        for (const QPushButton* one : page_->findChildren<QPushButton*>())
            count += one->isVisibleTo(page_) && one->property("kind").toString() == QLatin1String("primary")
                         ? 1
                         : 0;
        return count;
    }
    void setOffline(bool offline) {
        Settings settings = window_->settings();
        settings.offline = offline;
        window_->setSettings(settings);
    }

    void make() {
        window_ = std::make_unique<MainWindow>();
        controller_ = std::make_unique<FakeController>(*window_);
        page_ = &window_->models();
        window_->show();
        QVERIFY(QTest::qWaitForWindowExposed(window_.get()));
    }
    void drop() {
        controller_.reset();
        window_.reset();
    }
};

}  // namespace sidewinder::test
