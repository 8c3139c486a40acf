#pragma once

#include <QObject>
#include <QSocketNotifier>
#include <QString>

#include <functional>
#include <memory>
#include <optional>

#include "app/core/fetch_process.h"
#include "ui/models/model_values.h"

namespace sidewinder::app {

/// Starts sidewinder-fetch; throws storage::Error. The only place where the window comes by one.
using FetchMaker = std::function<std::unique_ptr<FetchProcess>(const FetchOptions&)>;
FetchMaker real_fetch();
/// By what outlives it and may use a network, where this process may not.
FetchMaker fetch_through(const ProcessStarter& starter);

/// One download as the window sees it: turns the process's events into values to show. GUI thread; never
/// waits for the network. Destroyed, it lets the process save what has come.
class ModelDownload : public QObject {
    Q_OBJECT

  public:
    ModelDownload(QString id, QObject* parent);

    /// Throws storage::Error.
    void start(const FetchMaker& make, const FetchOptions& options);
    void pause();
    void resume();
    void end(bool removeParts);  ///< `ended` follows

    const ui::ModelWork& work() const { return work_; }
    bool isEnding() const { return work_.ending; }
    bool removesParts() const { return remove_parts_; }

  Q_SIGNALS:
    void changed();
    /// `sentence` is why, empty after a good end or one that was asked for.
    void ended(bool done, const QString& sentence, bool resumable);

  private:
    void read();
    void see(const FetchEvent& event);
    void seeProgress(const FetchEvent& event);
    void finish();
    ui::ModelWork::File* file(const std::string& name);

    ui::ModelWork work_;
    std::unique_ptr<FetchProcess> process_;
    std::unique_ptr<QSocketNotifier> notifier_;
    std::optional<FetchEvent> last_;  ///< done or error
    bool remove_parts_ = false;
};

}  // namespace sidewinder::app
