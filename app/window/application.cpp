#include "app/window/application.h"

#include <QDateTime>
#include <QFile>
#include <QTimer>

#include "app/window/about_view.h"
#include "storage/atomic_file.h"

namespace sidewinder::app {

namespace {

constexpr qint64 kKeepDeletedMs = 30LL * 24 * 3600 * 1000;  // deleted conversations go for good after a month
constexpr int kWaitForStoreMs = 8000;   // an instance that is closing still writes its last state
constexpr int kBackupAfterMs = 60'000;  // when the start is over and the person is reading or writing

std::filesystem::path settings_file(const storage::Paths& paths) {
    return paths.config / "settings.json";
}
std::filesystem::path window_file(const storage::Paths& paths) {
    return paths.config / "window.state";
}

}  // namespace

Application::Application(const Options& options)
    : options_(options),
      instance_(QString::fromStdString(options.paths.data.string())),
      links_(options.launcher) {
    using State = NetworkLock::State;
    if (options_.network.state != State::On && options_.network.state != State::Off)
        problems_.append(network_sentence(options_.network));
    std::string problem;
    settings_ = load_settings(settings_file(options_.paths), &problem);
    if (!problem.empty()) problems_.append(QString::fromStdString(problem));
}

Application::~Application() {
    instance_.stopListening();
    if (window_) {
        saveWindow();
        window_->hide();  // what is still being written to disk is finished out of sight
    }
    controller_.reset();
    store_.reset();
    checkpoints_.reset();
}

bool Application::start() {
    if (instance_.raiseOther()) return false;
    auto database = openDatabase();
    if (!database) return false;
    store_ = std::make_unique<StoreThread>(std::move(*database));
    instance_.listen();
    openCheckpoints();
    window_ = std::make_unique<ui::MainWindow>();
    controller_ =
        std::make_unique<Controller>(Controller::Parts{.window = *window_,
                                                       .store = *store_,
                                                       .checkpoints = checkpoints_.get(),
                                                       .settings_file = settings_file(options_.paths),
                                                       .paths = options_.paths,
                                                       .model = options_.model,
                                                       .backends = options_.backends,
                                                       .fetch = options_.fetch,
                                                       .unsaved = unsaved_},
                                     settings_);
    connect(&instance_, &SingleInstance::raiseRequested, this, &Application::raiseWindow);
    connectWindow();
    restoreWindow();
    window_->show();
    controller_->start();
    if (!problems_.isEmpty()) tell(problems_.join(QLatin1Char('\n')));
    QTimer::singleShot(kBackupAfterMs, this, [this] {
        store_->backupIfDue();
        const qint64 before = QDateTime::currentMSecsSinceEpoch() - kKeepDeletedMs;
        store_->ask([before](storage::Conversations& c) { c.purge_removed(before); });
    });
    return true;
}

std::optional<storage::Database> Application::openDatabase() {
    try {
        storage::Database::Options options{.file = options_.paths.database(), .busy_ms = kWaitForStoreMs};
        storage::Database database(options);
        const storage::Recovery& recovery = database.recovery();
        if (!recovery.sentence.empty()) problems_.append(QString::fromStdString(recovery.sentence));
        if (!database.notice().empty()) problems_.append(QString::fromStdString(database.notice()));
        return database;
    } catch (const storage::Error& error) {
        // Started at the same moment as another one, which has the store by now.
        if (error.kind() == storage::Error::Kind::Busy && instance_.raiseOther()) return std::nullopt;
        if (error.kind() == storage::Error::Kind::Busy) throw;
        unsaved_ = true;
        problems_.append(QString::fromUtf8(error.what()));
        problems_.append(tr("This session is not saved: conversations are gone when the window closes."));
        return storage::Database::in_memory();
    }
}

void Application::openCheckpoints() {
    if (settings_.checkpoint_disk_mib == 0) return;
    const auto say = [this](const std::string& sentence) {
        QMetaObject::invokeMethod(
            this, [this, text = QString::fromStdString(sentence)] { tell(text); }, Qt::QueuedConnection);
    };
    try {
        const auto budget = static_cast<std::uint64_t>(settings_.checkpoint_disk_mib) << 20;
        checkpoints_ = std::make_unique<CheckpointStore>(options_.paths.checkpoints(), budget, say);
    } catch (const storage::Error& error) {
        problems_.append(QString::fromUtf8(error.what()));
    }
}

void Application::connectWindow() {
    window_->setAbout(about_view(options_.network));
    connect(window_.get(), &ui::MainWindow::linkOpenRequested, &links_, &LinkOpener::open);
    connect(&links_, &LinkOpener::failed, this, [this](const QString& sentence, const QString& address) {
        window_->showNotice(
            {.sentence = sentence, .kind = ui::NoticeKind::Warning, .details = address, .milliseconds = 0});
    });
}

void Application::tell(const QString& sentence) {
    if (window_) {
        window_->showNotice(
            {.sentence = sentence, .kind = ui::NoticeKind::Warning, .details = sentence, .milliseconds = 0});
    }
}

void Application::raiseWindow() {
    window_->setWindowState(window_->windowState() & ~Qt::WindowMinimized);
    window_->show();
    window_->raise();
    window_->activateWindow();
}

void Application::restoreWindow() {
    QFile file(QString::fromStdString(window_file(options_.paths).string()));
    if (file.open(QIODevice::ReadOnly) && window_->restoreState(file.read(64 * 1024))) return;
    window_->resize(1180, 780);
}

void Application::saveWindow() const {
    const QByteArray state = window_->saveState();
    try {
        storage::make_private_directory(options_.paths.config);
        storage::write_atomically(window_file(options_.paths),
                                  {state.constData(), static_cast<std::size_t>(state.size())});
    } catch (const storage::Error&) {
        // Where the window stood is not worth a message while it closes.
    }
}

}  // namespace sidewinder::app
