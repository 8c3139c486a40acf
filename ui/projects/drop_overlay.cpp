#include "ui/projects/drop_overlay.h"

#include <QDragEnterEvent>
#include <QFileInfo>
#include <QMimeData>
#include <QPainter>
#include <QUrl>

namespace sidewinder::ui {

DropOverlay::DropOverlay(const Theme& theme, QWidget* parent) : QWidget(parent), theme_(theme) {
    setObjectName(QStringLiteral("DropOverlay"));
    setAcceptDrops(true);
    hide();
}

QString DropOverlay::folderIn(const QMimeData* data) {
    if (!data || !data->hasUrls() || data->urls().size() != 1) return {};
    const QUrl url = data->urls().constFirst();
    if (!url.isLocalFile()) return {};
    const QFileInfo info(url.toLocalFile());
    return info.isDir() ? info.absoluteFilePath() : QString();
}

void DropOverlay::cover() {
    setGeometry(parentWidget()->rect());
    raise();
    show();
}

// Leaving the window's other widgets for this one hides it for a moment; entering it shows it again.
void DropOverlay::dragEnterEvent(QDragEnterEvent* event) {
    if (folderIn(event->mimeData()).isEmpty()) return event->ignore();
    cover();
    event->acceptProposedAction();
}

void DropOverlay::dragLeaveEvent(QDragLeaveEvent*) {
    hide();
}

void DropOverlay::dropEvent(QDropEvent* event) {
    hide();
    const QString folder = folderIn(event->mimeData());
    if (folder.isEmpty()) return event->ignore();
    event->acceptProposedAction();
    Q_EMIT dropped(folder);
}

void DropOverlay::paintEvent(QPaintEvent*) {
    const Colours& c = theme_.colours();
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    QColor veil = c.window;
    veil.setAlpha(235);
    painter.fillRect(rect(), veil);
    painter.setPen(QPen(c.accent, 2, Qt::DashLine));
    painter.setBrush(c.accentSoft);
    painter.drawRoundedRect(rect().adjusted(24, 24, -24, -24), 18, 18);
    const QPoint middle = rect().center();
    theme_.iconIn("folder", c.accent).paint(&painter, QRect(middle.x() - 24, middle.y() - 62, 48, 48));
    painter.setPen(c.text);
    painter.setFont(theme_.title());
    painter.drawText(QRect(0, middle.y(), width(), 30), Qt::AlignCenter,
                     tr("Drop the folder to read it as a project"));
    painter.setPen(c.quiet);
    painter.setFont(theme_.body());
    painter.drawText(QRect(40, middle.y() + 34, width() - 80, 24), Qt::AlignCenter,
                     tr("You see what is in it before anything is read."));
}

}  // namespace sidewinder::ui
