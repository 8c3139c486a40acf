#pragma once

#include <QObject>
#include <QTimer>

#include <functional>

#include "ui/transcript/place.h"

namespace sidewinder::ui {

/// Finds a string in the open conversation, a few milliseconds at a time so that the window never waits for
/// it.
class Finder : public QObject {
    Q_OBJECT

  public:
    using ItemSource = std::function<MessageItem*(int)>;  ///< parsed; null: past the last

    explicit Finder(ItemSource source, QObject* parent = nullptr);

    void setQuery(const QString& query, const Place& startAt);  ///< empty: finds nothing
    void invalidateFrom(int item);                              ///< these messages have changed
    void step(int delta);  ///< chooses the next or previous, around the end

    const QString& query() const { return query_; }
    int count() const { return static_cast<int>(matches_.size()); }
    int currentIndex() const { return current_; }  ///< -1: none
    Place current() const;
    bool isComplete() const { return !timer_.isActive(); }

  Q_SIGNALS:
    void changed();              ///< count, current or completeness
    void revealed(Place place);  ///< a new current match should be in sight

  private:
    void scan();
    void scanItem(const MessageItem& item);
    void chooseFirst();

    ItemSource source_;
    QTimer timer_;
    QString query_;
    std::vector<Place> matches_;
    Place startAt_;
    int current_ = -1;
    int nextItem_ = 0;
};

}  // namespace sidewinder::ui
