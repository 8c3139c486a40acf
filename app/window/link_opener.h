#pragma once

#include <QObject>
#include <QUrl>

#include <memory>

#include "app/core/launcher.h"

namespace sidewinder::app {

/// Has the launcher open links of answers in the person's browser; a browser started by this process would
/// have no network either. GUI thread; waits for nothing.
class LinkOpener : public QObject {
    Q_OBJECT

  public:
    /// `launcher` may be null: then no link can be opened. It must outlive this.
    explicit LinkOpener(const Launcher* launcher, QObject* parent = nullptr);
    void open(const QUrl& url);

  Q_SIGNALS:
    /// No browser took it; `address` is what the person may want to copy.
    void failed(const QString& sentence, const QString& address);

  private:
    void watch(std::shared_ptr<LaunchedProcess> process, const QString& address);

    const Launcher* launcher_;
};

}  // namespace sidewinder::app
