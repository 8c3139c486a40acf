#include "app/window/link_opener.h"

#include <QSocketNotifier>

#include "storage/error.h"

namespace sidewinder::app {

LinkOpener::LinkOpener(const Launcher* launcher, QObject* parent) : QObject(parent), launcher_(launcher) {}

void LinkOpener::open(const QUrl& url) {
    QByteArray address = url.toEncoded(QUrl::FullyEncoded);
    address.replace('\'', "%27");  // the one character of an address that the launcher does not take
    const QString shown = QString::fromLatin1(address);
    if (launcher_ == nullptr) {
        Q_EMIT failed(tr("Links cannot be opened from here. Copy the address into your browser."), shown);
        return;
    }
    try {
        watch(launcher_->open_link(address.toStdString()), shown);
    } catch (const storage::Error& error) {
        Q_EMIT failed(tr("The link could not be opened: %1 Copy the address into your browser.")
                          .arg(QString::fromUtf8(error.what())),
                      shown);
    }
}

void LinkOpener::watch(std::shared_ptr<LaunchedProcess> process, const QString& address) {
    auto* ended = new QSocketNotifier(process->status(), QSocketNotifier::Read, this);
    connect(ended, &QSocketNotifier::activated, this, [this, ended, process, address] {
        ended->setEnabled(false);
        ended->deleteLater();
        if (process->wait() != 0)
            Q_EMIT failed(tr("No browser took the link. Copy the address into yours."), address);
    });
}

}  // namespace sidewinder::app
