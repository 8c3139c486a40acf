#include "app/window/rehearsal.h"

#include <QGuiApplication>
#include <QTextStream>

namespace sidewinder::app {

namespace {

constexpr int kQuestions = 2;
constexpr int kPatienceMs = 240'000;

void print(const QString& line) {
    QTextStream(stdout) << line << '\n';
}

}  // namespace

Rehearsal::Rehearsal(Application& application, QString question, NetworkLock network)
    : application_(application), question_(std::move(question)) {
    print(QStringLiteral("window on %1: %2")
              .arg(QGuiApplication::platformName(), QString::fromStdString(describe(network))));
    const Controller* controller = &application_.controller();
    connect(controller, &Controller::modelLoaded, this, &Rehearsal::ask);
    connect(controller, &Controller::answerFinished, this, [this](qint64 answer) {
        application_.store().ask(
            this, [answer](storage::Conversations& c) { return c.message(answer); },
            [this](const storage::Message& message) { report(message); });
    });
    connect(&patience_, &QTimer::timeout, this, [this] {
        print(QStringLiteral("window: no answer within %1 s").arg(kPatienceMs / 1000));
        end(3);
    });
    patience_.setSingleShot(true);
    patience_.start(kPatienceMs);
}

void Rehearsal::ask() {
    ++asked_;
    Q_EMIT application_.window().sendRequested(question_);
}

void Rehearsal::report(const storage::Message& answer) {
    print(QStringLiteral("window: answer %1: %2 tokens, %3 bytes")
              .arg(asked_)
              .arg(answer.tokens.size())
              .arg(answer.text.size()));
    if (answer.status != storage::Status::Done || answer.tokens.empty()) return end(1);
    if (asked_ < kQuestions) return ask();
    Q_EMIT application_.window().searchRequested(question_);
    application_.store().ask(
        this, [](storage::Conversations& c) { return c.list(1).size(); },
        [this](std::size_t conversations) { end(conversations == 1 ? 0 : 1); });
}

void Rehearsal::end(int code) {
    QCoreApplication::exit(code);
}

}  // namespace sidewinder::app
