#pragma once

#include <QAbstractButton>
#include <QDir>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QLabel>
#include <QRadioButton>

#include "app/core/settings.h"
#include "tests/support/fetch_bench.h"
#include "tests/support/window_fixture.h"
#include "ui/models/models_page.h"
#include "ui/models/precision_table.h"
#include "ui/models/progress_block.h"
#include "ui/models/sentence_block.h"

namespace sidewinder::test {

inline const QString kModelId = QStringLiteral("mistralai--Mamba-Codestral-7B-v0.1@main");

/// The real window with a loopback hub that has the demo model's files under the real model's name.
class ModelsBench {
  public:
    explicit ModelsBench(tests::HubServer& hub) : window(std::filesystem::path()), server_(hub) {
        for (const char* name : {"http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY",
                                 "HF_TOKEN", "HF_ENDPOINT", "HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE"})
            qunsetenv(name);
        qputenv("HF_HOME", QByteArray::fromStdString((content_ / "hf").string()));
        for (const char* name : {"consolidated.safetensors", "params.json", "tokenizer.model.v3"})
            std::filesystem::copy_file(demo_model() / name, content_ / (std::string(name) + ".lfs").c_str());
        serve("[]");
        window.setFetch([this](const app::FetchOptions& options) {
            ++started;
            app::FetchOptions with = options;
            for (const char* more : {"--piece-bytes=1048576", "--save-bytes=262144", "--connections=2",
                                     "--backoff-ms=20", "--stall=2", "--patience=2"})
                with.more.push_back(more);
            with.more.push_back("--spare-bytes=" + spare);
            return std::make_unique<app::FetchProcess>(SIDEWINDER_BIN_DIR "/sidewinder-fetch", with);
        });
        app::Settings settings;
        settings.endpoint = hub.hub.toStdString();
        keep(settings);
    }

    /// What the hub does otherwise (hub_server.py); the log begins anew.
    void serve(const QByteArray& rules, QJsonObject further = {}) {
        QJsonObject files;
        for (const char* name : {"consolidated.safetensors", "params.json", "tokenizer.model.v3"})
            files[QLatin1String(name)] =
                QString::fromStdString((content_ / (std::string(name) + ".lfs").c_str()).string());
        further[u"files"] = files;
        further[u"rules"] = QJsonDocument::fromJson(rules).array();
        server_.set(further);
    }
    void serveSlowly() { serve(R"([{"where":"cdn","file":"consolidated.safetensors","rate":1500000}])"); }
    qint64 sentOfWeights() {
        qint64 sum = 0;
        for (const auto& entry : server_.log())
            if (entry[u"site"] == QStringLiteral("cdn") &&
                entry[u"path"].toString().contains(QStringLiteral("consolidated")))
                sum += entry[u"sent"].toInteger();
        return sum;
    }
    qsizetype requests() { return server_.log().size(); }

    std::filesystem::path settingsFile() const { return window.options().paths.config / "settings.json"; }
    void keep(const app::Settings& settings) const { app::save_settings(settingsFile(), settings); }
    std::filesystem::path folder() const { return window.options().paths.models() / kModelId.toStdString(); }

    ui::ModelsPage& page() { return window.window().models(); }
    ui::ModelCard* card(const QString& id = kModelId) { return page().card(id); }
    /// Opens the page and waits until it is filled.
    bool openPage() {
        QSignalSpy listed(&window.app().controller().models(), &app::ModelsController::listed);
        window.window().openChat();
        QTest::keyClick(&window.window(), Qt::Key_M, Qt::ControlModifier);
        return listed.wait(30'000) && card() != nullptr;
    }
    /// The button in sight that says so, in the page or in one card.
    QAbstractButton* button(const QString& text, QWidget* within = nullptr) {
        QWidget* top = within ? within : &page();
        for (QAbstractButton* one : top->findChildren<QAbstractButton*>())
            if (one->isVisibleTo(&window.window()) && one->text() == text) return one;
        return nullptr;
    }
    /// As a person does; false when it is not there or off.
    bool press(const QString& text, QWidget* within = nullptr) {
        QAbstractButton* found = nullptr;
        QDeadlineTimer deadline(10'000);
        while (!deadline.hasExpired() && !((found = button(text, within)) && found->isEnabled()))
            QTest::qWait(5);
        if (!found || !found->isEnabled()) return false;
        QTest::qWait(20);  // the layout follows
        if (!((found = button(text, within)) && found->isEnabled())) return false;
        QTest::mouseClick(found, Qt::LeftButton, {}, QPoint(10, found->height() / 2));
        return true;
    }
    const ui::ModelWork& work() { return card()->findChild<ui::ProgressBlock*>()->work(); }
    /// The sentences in sight in a card.
    QString said(const QString& id = kModelId) {
        QString all;
        for (const QLabel* label : card(id)->findChildren<QLabel*>())
            if (label->isVisibleTo(card(id))) all += label->text().remove(QChar(0x200b)) + QLatin1Char('\n');
        return all;
    }

    /// What its blocks say.
    QString problem() {
        QString all;
        for (const ui::SentenceBlock* block : card()->findChildren<ui::SentenceBlock*>())
            if (block->isOpen()) all += block->sentence() + QLatin1Char('\n');
        return all;
    }
    QList<QRadioButton*> precisions(const QString& id = kModelId) {
        return card(id)->findChild<ui::PrecisionTable*>()->findChildren<QRadioButton*>();
    }

    WindowFixture window;
    int started = 0;  ///< processes of sidewinder-fetch
    std::string spare = "0";

  private:
    tests::HubServer& server_;
    tests::TemporaryDirectory content_;
};

}  // namespace sidewinder::test
