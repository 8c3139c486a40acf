#include "app/window/proxy_password_keeper.h"

#include <string.h>

#include "app/core/proxy_address.h"

namespace sidewinder::app {

void ProxyPasswordKeeper::keep(const QString& proxy, const QString& password, bool inFile) {
    FetchOptions options;
    options.task = FetchOptions::Task::SetProxyPassword;
    options.proxy = with_password(proxy.toStdString(), password.toStdString());
    options.token_in_file = inFile;
    start(std::move(options));
}

void ProxyPasswordKeeper::forget(const QString& proxy) {
    FetchOptions options;
    options.task = FetchOptions::Task::RemoveProxyPassword;
    options.proxy = proxy.toStdString();
    start(std::move(options));
}

void ProxyPasswordKeeper::start(FetchOptions options) {
    if (process_) {
        Q_EMIT said(tr("The keyring has not answered yet. Try again in a moment."));
        return;
    }
    sentence_.clear();
    try {
        process_ = fetch_(options);
        notifier_ = std::make_unique<QSocketNotifier>(process_->output(), QSocketNotifier::Read);
        connect(notifier_.get(), &QSocketNotifier::activated, this, &ProxyPasswordKeeper::read);
    } catch (const std::exception& error) {
        Q_EMIT said(QString::fromUtf8(error.what()));
    }
    ::explicit_bzero(options.proxy.data(), options.proxy.size());
}

void ProxyPasswordKeeper::read() {
    const auto events = process_->events();
    if (events) {
        for (const FetchEvent& event : *events)
            if (!event.message.empty()) sentence_ = QString::fromStdString(event.message);
        return;
    }
    notifier_.release()->deleteLater();  // it is what called
    const int code = process_->wait();
    process_.reset();
    if (sentence_.isEmpty()) sentence_ = tr("Nothing was kept (code %1). Try it again.").arg(code);
    Q_EMIT said(sentence_);
}

}  // namespace sidewinder::app
