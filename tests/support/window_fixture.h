#pragma once

#include <QAbstractScrollArea>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QtTest>

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <type_traits>

#include "app/window/application.h"
#include "tests/support/demo_model.h"

namespace sidewinder::test {

/// The real window over a store of its own in a temporary home, with the demo model.
class WindowFixture {
  public:
    explicit WindowFixture(std::filesystem::path model = demo_model()) : model_(std::move(model)) {
        qputenv("XDG_RUNTIME_DIR", home_.path().toUtf8());  // where the instance's socket stands
        QFile::setPermissions(home_.path(), QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner);
    }

    app::Application::Options options() const {
        const std::filesystem::path home = home_.path().toStdString();
        return {.paths = {.data = home / "data", .cache = home / "cache", .config = home / "config"},
                .model = model_,
                .backends = backends_,
                .fetch = fetch_};
    }
    void setBackends(app::BackendMaker backends) { backends_ = std::move(backends); }  ///< before start

    void setFetch(app::FetchMaker fetch) { fetch_ = std::move(fetch); }  ///< before start

    /// Starts the program and waits for its model; false when that failed.
    bool start() {
        app_ = std::make_unique<app::Application>(options());
        if (!app_->start()) return false;
        QSignalSpy loaded(&app_->controller(), &app::Controller::modelLoaded);
        return loaded.count() > 0 || loaded.wait(60'000);
    }
    void quit() { app_.reset(); }

    app::Application& app() { return *app_; }
    ui::MainWindow& window() { return app_->window(); }

    /// The control that a screen reader would announce by this name.
    QWidget* control(const char* name) {
        for (QWidget* widget : window().findChildren<QWidget*>()) {
            if (widget->accessibleName() == QLatin1String(name)) return widget;
        }
        return nullptr;
    }

    /// Types into the composer and sends with Enter, as a person does; returns the answer's row, 0 when none
    /// came.
    qint64 ask(const QString& text) {
        QWidget* composer = control("Message");
        composer->setFocus();
        QTest::keyClicks(composer, text);
        QSignalSpy finished(&app_->controller(), &app::Controller::answerFinished);
        QTest::keyClick(composer, Qt::Key_Return);
        return finished.wait(120'000) ? finished.first().first().toLongLong() : 0;
    }

    /// Asks the store and waits for what it says.
    template <class Work>
    auto stored(Work work) {
        const auto type = [](auto& w) {
            using C = storage::Conversations&;
            using P = storage::Projects&;
            using E = storage::Excerpts&;
            if constexpr (std::is_invocable_v<Work&, C, P, E>)
                return std::type_identity<std::invoke_result_t<decltype(w), C, P, E>>{};
            else if constexpr (std::is_invocable_v<Work&, C, P>)
                return std::type_identity<std::invoke_result_t<decltype(w), C, P>>{};
            else
                return std::type_identity<std::invoke_result_t<decltype(w), C>>{};
        };
        using Result = typename decltype(type(work))::type;
        std::optional<Result> result;
        app_->store().ask(app_.get(), std::move(work), [&](Result value) { result = std::move(value); });
        QDeadlineTimer deadline(10'000);
        while (!result && !deadline.hasExpired()) QTest::qWait(5);
        return std::move(*result);
    }
    storage::Message message(qint64 id) {
        return stored([id](storage::Conversations& c) { return c.message(id); });
    }

  private:
    QTemporaryDir home_;
    std::filesystem::path model_;
    app::BackendMaker backends_ = app::real_backends();
    app::FetchMaker fetch_ = app::real_fetch();
    std::unique_ptr<app::Application> app_;
};

}  // namespace sidewinder::test
