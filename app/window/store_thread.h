#pragma once

#include <QObject>
#include <QPointer>
#include <QString>
#include <QThread>

#include <functional>
#include <memory>
#include <type_traits>
#include <utility>

#include "storage/conversations.h"
#include "storage/database.h"
#include "storage/error.h"
#include "storage/excerpts.h"
#include "storage/projects.h"

namespace sidewinder::app {

/// The store's thread. Work goes in as a function that runs there on the conversations; its result, a value,
/// comes back by a queued call on the asker's thread, in the order of asking. Nothing blocks the asker.
class StoreThread : public QObject {
    Q_OBJECT

  public:
    /// `database` is moved to the thread and closed there when this object goes; everything asked before is
    /// done first.
    explicit StoreThread(storage::Database database, QObject* parent = nullptr);
    ~StoreThread() override;

    /// `work(Conversations&) -> R`, with `Projects&` and then `Excerpts&` as well if it takes them, on the
    /// store's thread, then `done(R)` on `context`'s, unless `context` is gone. When the store refuses,
    /// `failed` is emitted and `done` is not called.
    template <class Work, class Done>
    void ask(QObject* context, Work work, Done done) {
        using Result = decltype(run(std::declval<Work&>()));
        post([this, guard = QPointer<QObject>(context), work = std::move(work),
              done = std::move(done)]() mutable {
            try {
                if constexpr (std::is_void_v<Result>) {
                    run(work);
                    deliver(guard, [done = std::move(done)]() mutable { done(); });
                } else {
                    deliver(guard, [done = std::move(done), result = run(work)]() mutable {
                        done(std::move(result));
                    });
                }
            } catch (const std::exception& error) {
                Q_EMIT failed(QString::fromUtf8(error.what()));
            }
        });
    }
    template <class Work>
    void ask(Work work) {
        ask(
            this,
            [work = std::move(work)](storage::Conversations& c, storage::Projects& p,
                                     storage::Excerpts& e) mutable { call(work, c, p, e); },
            [] {});
    }

    /// The daily backup, made on the store's thread when it is due.
    void backupIfDue();

  Q_SIGNALS:
    void failed(const QString& sentence);

  private:
    template <class Work>
    static auto call(Work& work, storage::Conversations& c, storage::Projects& p, storage::Excerpts& e) {
        if constexpr (std::is_invocable_v<Work&, storage::Conversations&, storage::Projects&,
                                          storage::Excerpts&>)
            return work(c, p, e);
        else if constexpr (std::is_invocable_v<Work&, storage::Conversations&, storage::Projects&>)
            return work(c, p);
        else
            return work(c);
    }
    template <class Work>
    auto run(Work& work) {
        return call(work, *conversations_, *projects_, *excerpts_);
    }
    void post(std::function<void()> job);
    void deliver(const QPointer<QObject>& context, std::function<void()> call);

    QThread thread_;
    QObject* worker_;  ///< lives on thread_; jobs run as its queued calls
    std::unique_ptr<storage::Database> database_;
    std::unique_ptr<storage::Conversations> conversations_;
    std::unique_ptr<storage::Projects> projects_;
    std::unique_ptr<storage::Excerpts> excerpts_;
};

}  // namespace sidewinder::app
