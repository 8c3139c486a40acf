// The real program answering, with a picture: for a machine where nobody looks at the window.
//   window_proof --model FOLDER --out FILE.png [--device cuda] [--weights int4] [--tokens 200] [--prompt
//   TEXT]
// Loads the model, sends one message, takes a picture of the window while the answer streams and one when it
// is there (FILE.png-done.png), and prints what the status line says. Exit code 0 when text streamed on the
// device that was asked for.
#include <QApplication>
#include <QCommandLineParser>
#include <QLabel>
#include <QTemporaryDir>
#include <QTimer>

#include <cstdio>

#include "app/core/launcher.h"
#include "app/core/network_lock.h"
#include "app/core/settings.h"
#include "app/window/application.h"

using namespace sidewinder;

namespace {

constexpr int kGiveUpMs = 240'000;
constexpr int kPictureAfterMs = 1'500;  // of streaming

// What a screen reader would read of the line under the composer.
QString status_line(const ui::MainWindow& window) {
    for (const QLabel* label : window.findChildren<QLabel*>()) {
        if (label->accessibleName().startsWith(QLatin1String("Status: "))) {
            return label->accessibleName() +
                   (label->accessibleDescription().isEmpty()
                        ? QString()
                        : QStringLiteral(" (%1)").arg(label->accessibleDescription()));
        }
    }
    return {};
}

struct Request {
    std::filesystem::path model;
    QString out, prompt;
    app::Settings settings;
};

Request parse(const QApplication& qt) {
    QCommandLineParser parser;
    const auto option = [&](const char* name, const char* value) {
        parser.addOption({QLatin1String(name), QString(), QLatin1String(name), QLatin1String(value)});
    };
    option("model", "");
    option("out", "window.png");
    option("device", "cuda");
    option("weights", "bf16");
    option("tokens", "400");
    option("prompt", "Write a function that reverses a string");
    parser.process(qt);
    const auto text = [&](const char* name) { return parser.value(QLatin1String(name)); };
    Request request;
    request.model = text("model").isEmpty() ? app::demo_model_folder()
                                            : std::filesystem::path(text("model").toStdString());
    request.out = text("out");
    request.prompt = text("prompt");
    request.settings.device = app::parse_device(text("device").toStdString());
    request.settings.weights = text("weights").toStdString();
    request.settings.max_tokens = text("tokens").toLongLong();
    request.settings.seed = 1;
    request.settings.theme = app::Settings::Theme::Dark;
    return request;
}

/// Watches one request from sending to its end.
class Proof : public QObject {
  public:
    Proof(app::Application& application, const Request& request)
        : application_(application), request_(request) {
        connect(&application.controller(), &app::Controller::modelLoaded, this, [this] {
            loaded_ = true;
            say("loaded");
            Q_EMIT application_.window().sendRequested(request_.prompt);
        });
        connect(&application.controller(), &app::Controller::answerFinished, this, [this](qint64 answer) {
            application_.store().ask(
                this, [answer](storage::Conversations& c) { return c.message(answer); },
                [this](const storage::Message& message) { finish(message); });
        });
        connect(&poll_, &QTimer::timeout, this, &Proof::look);
        QTimer::singleShot(kGiveUpMs, this, [this] {
            say("gave up");
            shoot(request_.out);
            QApplication::exit(3);
        });
        poll_.start(50);
    }

  private:
    void say(const char* what) {
        std::printf("%s: %s\n", what, qPrintable(status_line(application_.window())));
        std::fflush(stdout);
    }
    void shoot(const QString& file) const {
        if (!application_.window().grab().save(file)) std::printf("%s cannot be written\n", qPrintable(file));
    }
    // A model that cannot be loaded is said in the notice over the transcript.
    bool refused() const {
        const QWidget* notice = application_.window().findChild<QWidget*>(QStringLiteral("NoticeBar"));
        if (loaded_ || !notice || notice->isHidden()) return false;
        std::printf("refused: %s\n", qPrintable(notice->accessibleName()));
        shoot(request_.out);
        return true;
    }
    void look() {
        if (refused()) {
            poll_.stop();
            QApplication::exit(5);
        }
        const bool streaming = status_line(application_.window()).contains(QLatin1String("tokens/s"));
        streamed_ = streaming ? streamed_ + poll_.interval() : 0;
        if (streamed_ < kPictureAfterMs || shown_) return;
        shown_ = true;
        say("streaming");
        shoot(request_.out);
    }
    void finish(const storage::Message& message) {
        say("done");
        shoot(shown_ ? request_.out + QStringLiteral("-done.png") : request_.out);
        std::printf("answer: %zu tokens, %zu bytes, status %d\n", message.tokens.size(), message.text.size(),
                    static_cast<int>(message.status));
        const bool answered = message.status == storage::Status::Done && !message.tokens.empty();
        QApplication::exit(answered ? 0 : 4);
    }

    app::Application& application_;
    const Request& request_;
    QTimer poll_;
    bool loaded_ = false;
    int streamed_ = 0;  ///< ms that text was seen to arrive
    bool shown_ = false;
};

}  // namespace

int main(int argc, char** argv) {
    const app::Launcher launcher(app::Launcher::installed());  // as in app/window/main.cpp
    const app::NetworkLock network = app::lock_network();
    std::printf("network: %s\n", app::describe(network).c_str());
    const QTemporaryDir home;
    qputenv("XDG_RUNTIME_DIR", home.path().toUtf8());
    QApplication qt(argc, argv);
    const Request request = parse(qt);
    const std::filesystem::path folder = home.path().toStdString();
    std::filesystem::create_directories(folder / "config");
    app::save_settings(folder / "config" / "settings.json", request.settings);
    app::Application application(
        {.paths = {.data = folder / "data", .cache = folder / "cache", .config = folder / "config"},
         .model = request.model,
         .network = network,
         .launcher = &launcher});
    if (!application.start()) return 2;
    const Proof proof(application, request);
    return QApplication::exec();
}
