// The real program answering, for test_kill_answer to kill: `answering_target HOME MODEL`. Prints "saved N"
// when the store has said that N bytes of the answer are on disk.
#include <QApplication>
#include <QTimer>

#include <cstdio>

#include "app/core/settings.h"
#include "app/window/application.h"

using namespace sidewinder;

int main(int argc, char** argv) {
    QApplication qt(argc, argv);
    if (argc < 3) return 2;
    const std::filesystem::path home = argv[1];
    app::Settings endless;
    endless.max_tokens = 1'000'000;
    std::filesystem::create_directories(home / "config");
    app::save_settings(home / "config" / "settings.json", endless);
    app::Application application(
        {.paths = {.data = home / "data", .cache = home / "cache", .config = home / "config"},
         .model = argv[2]});
    if (!application.start()) return 3;
    QObject::connect(&application.controller(), &app::Controller::modelLoaded, &application,
                     [&] { Q_EMIT application.window().sendRequested(QStringLiteral("Go on for ever")); });
    QTimer poll;
    QObject::connect(&poll, &QTimer::timeout, &application, [&] {
        application.store().ask(
            &application,
            [](storage::Conversations& c) {
                const auto list = c.list();
                if (list.empty() || !list[0].current_leaf) return std::size_t{0};
                return c.message(*list[0].current_leaf).text.size();
            },
            [](std::size_t bytes) {
                std::printf("saved %zu\n", bytes);
                std::fflush(stdout);
            });
    });
    poll.start(20);
    return QApplication::exec();
}
