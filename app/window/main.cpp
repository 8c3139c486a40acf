#include <QApplication>
#include <QCommandLineParser>
#include <QLocale>
#include <QTextStream>
#include <QTranslator>

#include "app/window/application.h"
#include "ui/translation.h"

int main(int argc, char** argv) {
    QApplication qt(argc, argv);
    QApplication::setApplicationName(QStringLiteral("Sidewinder"));
    QApplication::setApplicationVersion(QStringLiteral(SIDEWINDER_VERSION));
    QApplication::setDesktopFileName(QStringLiteral("sidewinder"));

    const auto translations = sidewinder::ui::loadTranslations(QLocale());
    for (const auto& translator : translations) QApplication::installTranslator(translator.get());

    QCommandLineParser parser;
    parser.setApplicationDescription(
        QStringLiteral("Offline coding assistant. Opens no network connection."));
    parser.addHelpOption();
    parser.addVersionOption();
    const QCommandLineOption model(QStringLiteral("model"),
                                   QStringLiteral("Model folder to use in this session."),
                                   QStringLiteral("folder"));
    parser.addOption(model);
    parser.process(qt);

    try {
        sidewinder::app::Application application(
            {.paths = sidewinder::storage::standard_paths(), .model = parser.value(model).toStdString()});
        if (!application.start()) {
            QTextStream(stderr) << "Sidewinder is open already; its window was asked to come forward.\n";
            return 0;
        }
        return QApplication::exec();
    } catch (const std::exception& error) {
        QTextStream(stderr) << "sidewinder: " << error.what() << '\n';
        return 1;
    }
}
