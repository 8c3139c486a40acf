#pragma once

#include <QObject>
#include <QString>

#include <filesystem>
#include <memory>
#include <optional>

#include "app/core/checkpoint_store.h"
#include "app/core/launcher.h"
#include "app/core/network_lock.h"
#include "app/window/controller.h"
#include "app/window/link_opener.h"
#include "app/window/single_instance.h"
#include "app/window/store_thread.h"
#include "storage/paths.h"
#include "ui/main_window.h"

namespace sidewinder::app {

/// Composition root of the window: opens the store, makes the threads and the window, and takes them down in
/// order.
class Application : public QObject {
    Q_OBJECT

  public:
    struct Options {
        storage::Paths paths;
        std::filesystem::path model;  ///< overrides the settings' model
        BackendMaker backends = real_backends();
        NetworkLock network;  ///< of this process; said in About, and when it could not be set
        const Launcher* launcher =
            nullptr;  ///< what starts other programs; null: nothing does. Outlives this
        FetchMaker fetch = real_fetch();
    };
    explicit Application(const Options& options);
    ~Application() override;

    /// False when another instance has this store and was asked to show its window: then there is nothing to
    /// run.
    bool start();

    ui::MainWindow& window() { return *window_; }
    Controller& controller() { return *controller_; }
    StoreThread& store() { return *store_; }

  private:
    /// None when another instance has the store and was asked to come forward.
    std::optional<storage::Database> openDatabase();
    void openCheckpoints();
    void connectWindow();
    void restoreWindow();
    void raiseWindow();
    void saveWindow() const;
    void tell(const QString& sentence);

    Options options_;
    Settings settings_;
    bool unsaved_ = false;  ///< the store could not be opened: this session lives in memory
    QStringList problems_;  ///< said before there was a window to say them in
    SingleInstance instance_;
    LinkOpener links_;
    std::unique_ptr<CheckpointStore> checkpoints_;
    std::unique_ptr<StoreThread> store_;
    std::unique_ptr<ui::MainWindow> window_;
    std::unique_ptr<Controller> controller_;
};

}  // namespace sidewinder::app
