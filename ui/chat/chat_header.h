#pragma once

#include <QWidget>

#include "ui/theme/theme.h"

class QLabel;
class QToolButton;
class QMenu;
class QAction;

namespace sidewinder::ui {

/// Above the chat: the sidebar's switch, the title, find, everything else in a menu.
class ChatHeader : public QWidget {
    Q_OBJECT

  public:
    explicit ChatHeader(const Theme& theme, QWidget* parent = nullptr);
    void setTitle(const QString& title);
    void setMenu(QMenu* menu);
    QString title() const { return title_; }

  Q_SIGNALS:
    void sidebarToggled();
    void newRequested();
    void findRequested();

  protected:
    void changeEvent(QEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;

  private:
    void restyle();
    void retranslate();
    void elide();

    const Theme& theme_;
    QString title_;
    QLabel* label_;
    QToolButton* sidebar_;
    QToolButton* new_;
    QToolButton* find_;
    QToolButton* more_;
};

}  // namespace sidewinder::ui
