#include "ui/transcript/finder.h"

#include <QElapsedTimer>

#include <algorithm>
#include <utility>

namespace sidewinder::ui {
namespace {
constexpr int sliceMs = 6;
}

Finder::Finder(ItemSource source, QObject* parent) : QObject(parent), source_(std::move(source)) {
    timer_.setInterval(0);
    connect(&timer_, &QTimer::timeout, this, &Finder::scan);
}

void Finder::setQuery(const QString& query, const Place& startAt) {
    query_ = query;
    startAt_ = startAt;
    matches_.clear();
    current_ = -1;
    nextItem_ = 0;
    if (query_.isEmpty())
        timer_.stop();
    else
        timer_.start();
    Q_EMIT changed();
}

void Finder::invalidateFrom(int item) {
    if (query_.isEmpty() || item > nextItem_) return;
    const auto first = std::lower_bound(matches_.begin(), matches_.end(), Place{item, 0, 0});
    matches_.erase(first, matches_.end());
    nextItem_ = std::max(item, 0);
    if (current_ >= count()) current_ = count() - 1;
    timer_.start();
}

Place Finder::current() const {
    return current_ < 0 ? Place() : matches_[static_cast<std::size_t>(current_)];
}

void Finder::step(int delta) {
    if (matches_.empty()) return;
    current_ = current_ < 0 ? 0 : (current_ + delta + count()) % count();
    Q_EMIT changed();
    Q_EMIT revealed(current());
}

void Finder::scan() {
    QElapsedTimer clock;
    clock.start();
    do {
        const MessageItem* item = source_(nextItem_);
        if (!item) {
            timer_.stop();
            break;
        }
        scanItem(*item);
        ++nextItem_;
    } while (clock.elapsed() < sliceMs);
    if (current_ < 0) chooseFirst();
    Q_EMIT changed();
}

void Finder::scanItem(const MessageItem& item) {
    for (std::size_t b = 0; b < item.boxes().size(); ++b)
        for (const int offset : occurrences(item.boxes()[b].box->text(), query_))
            matches_.push_back({nextItem_, static_cast<int>(b), offset});
}

void Finder::chooseFirst() {
    const auto found = std::lower_bound(matches_.begin(), matches_.end(), startAt_);
    if (found == matches_.end() && (timer_.isActive() || matches_.empty())) return;
    current_ = found == matches_.end() ? 0 : static_cast<int>(found - matches_.begin());
    Q_EMIT revealed(current());
}

}  // namespace sidewinder::ui
