#include "app/window/store_thread.h"

#include <QMetaObject>

namespace sidewinder::app {

StoreThread::StoreThread(storage::Database database, QObject* parent)
    : QObject(parent),
      worker_(new QObject),
      database_(std::make_unique<storage::Database>(std::move(database))),
      conversations_(std::make_unique<storage::Conversations>(*database_)),
      projects_(std::make_unique<storage::Projects>(*database_)),
      excerpts_(std::make_unique<storage::Excerpts>(*database_)) {
    thread_.setObjectName(QStringLiteral("store"));
    worker_->moveToThread(&thread_);
    connect(&thread_, &QThread::finished, worker_, &QObject::deleteLater);
    thread_.start();
}

StoreThread::~StoreThread() {
    // The last job in the queue: whatever was asked before is on disk when the connection closes.
    post([this] {
        excerpts_.reset();
        projects_.reset();
        conversations_.reset();
        database_.reset();
        thread_.quit();
    });
    thread_.wait();
}

void StoreThread::post(std::function<void()> job) {
    QMetaObject::invokeMethod(worker_, std::move(job), Qt::QueuedConnection);
}

void StoreThread::deliver(const QPointer<QObject>& context, std::function<void()> call) {
    // By way of this object, which outlives its jobs: whether the context is alive is looked at on its own
    // thread.
    QMetaObject::invokeMethod(
        this,
        [context, call = std::move(call)] {
            if (context) call();
        },
        Qt::QueuedConnection);
}

void StoreThread::backupIfDue() {
    post([this] {
        try {
            database_->backup_if_due();
        } catch (const std::exception& error) {
            Q_EMIT failed(QString::fromUtf8(error.what()));
        }
    });
}

}  // namespace sidewinder::app
