#pragma once

#include <QDialog>

class QAction;

namespace sidewinder::ui {

/// F1: every action of the window that has a key, and the keys of the composer and the transcript.
class ShortcutsDialog : public QDialog {
    Q_OBJECT

  public:
    ShortcutsDialog(const QList<QAction*>& actions, QWidget* parent);
};

}  // namespace sidewinder::ui
