#pragma once

#include <QTimer>
#include <QWidget>

#include "ui/theme/theme.h"

class QFrame;
class QLabel;
class QLineEdit;
class QListView;
class QStandardItemModel;

namespace sidewinder::ui {

/// Ctrl+K: searches all conversations. Lies over the window; Up and Down choose while the field keeps the
/// focus.
class SearchPanel : public QWidget {
    Q_OBJECT

  public:
    explicit SearchPanel(const Theme& theme, QWidget* parent);
    void open();
    void close();
    void setResults(const QString& query, const QList<SearchHit>& hits);
    QLineEdit* input() const { return input_; }
    QListView* list() const { return list_; }

  Q_SIGNALS:
    void searchRequested(const QString& query);
    void hitActivated(qint64 conversationId, qint64 messageId);
    void closed();

  protected:
    bool eventFilter(QObject* watched, QEvent* event) override;
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void changeEvent(QEvent* event) override;
    bool focusNextPrevChild(bool next) override;

  private:
    void request();
    void activate(int row);
    void say(const QString& sentence);
    void placeCard();
    void retranslate();
    bool keyPressed(int key);

    const Theme& theme_;
    QFrame* card_;
    QLabel* icon_;
    QLineEdit* input_;
    QListView* list_;
    QLabel* message_;
    QStandardItemModel* model_;
    QTimer delay_;
    QString asked_;
};

}  // namespace sidewinder::ui
