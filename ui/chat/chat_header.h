#pragma once

#include <QWidget>

#include "ui/theme/theme.h"

class QToolButton;
class QMenu;

namespace sidewinder::ui {

class ElidedLabel;

/// Above the chat: the sidebar's switch, the title, find, everything else in a menu.
class ChatHeader : public QWidget {
    Q_OBJECT

  public:
    explicit ChatHeader(const Theme& theme, QWidget* parent = nullptr);
    void setTitle(const QString& title);
    void setMenu(QMenu* menu);
    QString title() const;
    void setCanFind(bool canFind);

  Q_SIGNALS:
    void sidebarToggled();
    void newRequested();
    void findRequested();

  protected:
    void changeEvent(QEvent* event) override;

  private:
    void restyle();
    void retranslate();

    const Theme& theme_;
    ElidedLabel* label_;
    QToolButton* sidebar_;
    QToolButton* new_;
    QToolButton* find_;
    QToolButton* more_;
};

}  // namespace sidewinder::ui
