#pragma once

#include <QObject>
#include <QSocketNotifier>
#include <QString>

#include "app/window/model_download.h"

namespace sidewinder::app {

/// Has sidewinder-fetch keep a proxy's password, or forget it: the keyring is not for the window's process.
/// GUI thread; one at a time, and never waits for the keyring.
class ProxyPasswordKeeper : public QObject {
    Q_OBJECT

  public:
    ProxyPasswordKeeper(FetchMaker fetch, QObject* parent) : QObject(parent), fetch_(std::move(fetch)) {}

    /// `proxy`: with a name and without a password.
    void keep(const QString& proxy, const QString& password, bool inFile);
    void forget(const QString& proxy);

  Q_SIGNALS:
    void said(const QString& sentence);  ///< how it went

  private:
    void start(FetchOptions options);
    void read();

    FetchMaker fetch_;
    std::unique_ptr<FetchProcess> process_;
    std::unique_ptr<QSocketNotifier> notifier_;
    QString sentence_;
};

}  // namespace sidewinder::app
