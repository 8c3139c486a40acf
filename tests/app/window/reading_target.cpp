// The real program reading a project, for test_kill_reading to kill: `reading_target HOME MODEL FOLDER`.
// Prints "read N" as it goes, and "over" at the end.
#include <QApplication>

#include <cstdio>

#include "app/window/application.h"
#include "ui/projects/project_sheet.h"

using namespace sidewinder;

int main(int argc, char** argv) {
    QApplication qt(argc, argv);
    if (argc < 4) return 2;
    const std::filesystem::path home = argv[1];
    app::Application application(
        {.paths = {.data = home / "data", .cache = home / "cache", .config = home / "config"},
         .model = argv[2]});
    if (!application.start()) return 3;
    app::ProjectsController& projects = application.controller().projects();
    QObject::connect(&application.controller(), &app::Controller::modelLoaded, &application, [&] {
        Q_EMIT application.window().projectOpenRequested(QString::fromLocal8Bit(argv[3]));
    });
    QObject::connect(&projects, &app::ProjectsController::surveyed, &application,
                     [&] { Q_EMIT application.window().sheet().readRequested(); });
    QObject::connect(&projects, &app::ProjectsController::readingProgress, &application,
                     [](const ui::ReadingView& view) {
                         std::printf("read %lld\n", static_cast<long long>(view.read));
                         std::fflush(stdout);
                     });
    QObject::connect(&projects, &app::ProjectsController::readingOver, &application, [] {
        std::printf("over\n");
        std::fflush(stdout);
    });
    return QApplication::exec();
}
