#pragma once

#include <QObject>
#include <QSocketNotifier>
#include <QString>

#include <memory>

namespace sidewinder::app {

/// One window for one store. The first instance listens on a local (AF_UNIX) socket in the runtime folder; a
/// later one asks it to show itself and ends. The database's own lock is what protects the data; this is what
/// the person sees.
class SingleInstance : public QObject {
    Q_OBJECT

  public:
    /// `key` tells stores apart: a second store (another XDG_DATA_HOME) is no second instance.
    explicit SingleInstance(const QString& key, QObject* parent = nullptr);
    ~SingleInstance() override;

    /// True when another instance answered and was asked to raise its window.
    bool raiseOther() const;
    /// Becomes the first instance; false when the socket cannot be made (then nothing can raise this one).
    bool listen();
    void stopListening();  ///< from here on a new instance is the first

  Q_SIGNALS:
    void raiseRequested();

  private:
    void accept();

    QByteArray path_;
    int socket_ = -1;
    std::unique_ptr<QSocketNotifier> notifier_;
};

}  // namespace sidewinder::app
