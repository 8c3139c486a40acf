#pragma once

#include <QAbstractListModel>

#include "ui/values.h"

namespace sidewinder::ui {

/// The conversations: pinned ones first, then newest first. Knows each one's section ("Today", "Earlier").
class ConversationModel : public QAbstractListModel {
    Q_OBJECT

  public:
    enum DataRole { IdRole = Qt::UserRole, PinnedRole, SectionRole, UpdatedRole, ProjectRole };

    explicit ConversationModel(QObject* parent = nullptr) : QAbstractListModel(parent) {}

    void setItems(const QList<ConversationItem>& items);
    void hide(qint64 id);  ///< deleted, may be undone
    void unhide(qint64 id);
    QModelIndex indexOf(qint64 id) const;
    const ConversationItem* find(qint64 id) const;

    int rowCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    bool setData(const QModelIndex& index, const QVariant& value, int role) override;
    Qt::ItemFlags flags(const QModelIndex& index) const override;

  Q_SIGNALS:
    void renamed(qint64 id, const QString& title);

  private:
    void refresh();
    QString section(const ConversationItem& item) const;

    QList<ConversationItem> all_;
    QList<ConversationItem> shown_;
    QList<qint64> hidden_;
};

}  // namespace sidewinder::ui
