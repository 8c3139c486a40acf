#pragma once

#include <QDialog>
#include <QUrl>

namespace sidewinder::ui {

/// Asks before a link of an answer is opened, with its whole address. accepted() means "open it".
class LinkDialog : public QDialog {
    Q_OBJECT

  public:
    LinkDialog(const QUrl& url, QWidget* parent);
};

}  // namespace sidewinder::ui
