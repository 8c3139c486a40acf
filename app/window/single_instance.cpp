#include "app/window/single_instance.h"

#include <QCryptographicHash>
#include <QFile>
#include <QStandardPaths>

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>
#include <utility>

namespace sidewinder::app {

namespace {

constexpr char kRaise = 'r';

bool address_of(const QByteArray& path, sockaddr_un& address) {
    address = {};
    address.sun_family = AF_UNIX;
    if (static_cast<std::size_t>(path.size()) >= sizeof address.sun_path) return false;
    std::memcpy(address.sun_path, path.constData(), static_cast<std::size_t>(path.size()));
    return true;
}

}  // namespace

SingleInstance::SingleInstance(const QString& key, QObject* parent) : QObject(parent) {
    QString folder = QStandardPaths::writableLocation(QStandardPaths::RuntimeLocation);
    const QByteArray hash =
        QCryptographicHash::hash(key.toUtf8(), QCryptographicHash::Sha256).toHex().left(16);
    path_ = QFile::encodeName(folder + QStringLiteral("/sidewinder-")) + hash;
}

SingleInstance::~SingleInstance() {
    stopListening();
}

void SingleInstance::stopListening() {
    if (socket_ < 0) return;
    notifier_.reset();
    ::close(std::exchange(socket_, -1));
    ::unlink(path_.constData());
}

bool SingleInstance::raiseOther() const {
    sockaddr_un address;
    if (!address_of(path_, address)) return false;
    const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0) return false;
    const bool reached = ::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 &&
                         ::send(fd, &kRaise, 1, MSG_NOSIGNAL) == 1;
    ::close(fd);
    return reached;
}

bool SingleInstance::listen() {
    sockaddr_un address;
    if (!address_of(path_, address)) return false;
    socket_ = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (socket_ < 0) return false;
    ::unlink(path_.constData());  // nobody answered there: a killed instance left it
    if (::bind(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
        ::listen(socket_, 8) != 0) {
        ::close(socket_);
        socket_ = -1;
        return false;
    }
    notifier_ = std::make_unique<QSocketNotifier>(socket_, QSocketNotifier::Read);
    connect(notifier_.get(), &QSocketNotifier::activated, this, &SingleInstance::accept);
    return true;
}

void SingleInstance::accept() {
    const int fd = ::accept4(socket_, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (fd < 0) return;
    ::close(fd);  // being called is the whole message
    Q_EMIT raiseRequested();
}

}  // namespace sidewinder::app
