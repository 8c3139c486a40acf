#pragma once

#include <QWidget>

#include "ui/theme/theme.h"

class QMimeData;

namespace sidewinder::ui {

/// Lies over the window while a folder is dragged over it, and takes it.
class DropOverlay : public QWidget {
    Q_OBJECT

  public:
    explicit DropOverlay(const Theme& theme, QWidget* parent);

    /// The one local folder that is dragged; empty: something else, or several.
    static QString folderIn(const QMimeData* data);
    void cover();  ///< shows it over the whole parent

  Q_SIGNALS:
    void dropped(const QString& folder);

  protected:
    void dragEnterEvent(QDragEnterEvent* event) override;
    void dragLeaveEvent(QDragLeaveEvent* event) override;
    void dropEvent(QDropEvent* event) override;
    void paintEvent(QPaintEvent* event) override;

  private:
    const Theme& theme_;
};

}  // namespace sidewinder::ui
