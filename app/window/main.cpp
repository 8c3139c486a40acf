#include <QApplication>
#include <QCommandLineParser>
#include <QLocale>
#include <QTextStream>
#include <QTranslator>

#include <cstdlib>
#include <optional>

#include "app/core/launcher.h"
#include "app/core/network_lock.h"
#include "app/window/application.h"
#include "app/window/rehearsal.h"
#include "ui/translation.h"

namespace {

using namespace sidewinder;

struct Arguments {
    std::filesystem::path model;
    QString question;  ///< of a rehearsal; empty: a person is here
};

Arguments parse(const QApplication& qt) {
    QCommandLineParser parser;
    parser.setApplicationDescription(
        QStringLiteral("Offline coding assistant. Opens no network connection."));
    parser.addHelpOption();
    parser.addVersionOption();
    const QCommandLineOption model(QStringLiteral("model"),
                                   QStringLiteral("Model folder to use in this session."),
                                   QStringLiteral("folder"));
    const QCommandLineOption rehearse(
        QStringLiteral("rehearse"),
        QStringLiteral("Ask this twice, print how it went and close: for sidewinder-netproof."),
        QStringLiteral("question"));
    parser.addOptions({model, rehearse});
    parser.process(qt);
    return {.model = parser.value(model).toStdString(), .question = parser.value(rehearse)};
}

int run(const QApplication& qt, const app::NetworkLock& network, const app::Launcher& launcher) {
    const Arguments arguments = parse(qt);
    app::Application application({.paths = storage::standard_paths(),
                                  .model = arguments.model,
                                  .network = network,
                                  .launcher = &launcher,
                                  .fetch = app::fetch_through(launcher)});
    if (!application.start()) {
        QTextStream(stderr) << "Sidewinder is open already; its window was asked to come forward.\n";
        return 0;
    }
    std::optional<app::Rehearsal> rehearsal;
    if (!arguments.question.isEmpty()) rehearsal.emplace(application, arguments.question, network);
    return QApplication::exec();
}

int fail(const std::string& sentence) {
    QTextStream(stderr) << "sidewinder: " << QString::fromStdString(sentence) << '\n';
    return 1;
}

}  // namespace

int main(int argc, char** argv) {
    try {
        // In this order, and before Qt makes threads: what needs a network is forked off, then there is none.
        const app::Launcher launcher(app::Launcher::installed());
        const app::NetworkLock network = app::lock_network();
        const std::string why_not =
            app::why_no_display(network, {.argc = argc,
                                          .argv = argv,
                                          .display = std::getenv("DISPLAY"),
                                          .wayland_display = std::getenv("WAYLAND_DISPLAY"),
                                          .platform = std::getenv("QT_QPA_PLATFORM")});
        if (!why_not.empty()) return fail(why_not);

        QApplication qt(argc, argv);
        QApplication::setApplicationName(QStringLiteral("Sidewinder"));
        QApplication::setApplicationVersion(QStringLiteral(SIDEWINDER_VERSION));
        QApplication::setDesktopFileName(QStringLiteral("sidewinder"));
        const auto translations = ui::loadTranslations(QLocale());
        for (const auto& translator : translations) QApplication::installTranslator(translator.get());
        return run(qt, network, launcher);
    } catch (const std::exception& error) {
        return fail(error.what());
    }
}
