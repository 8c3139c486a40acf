#include "ui/panels/shortcuts_dialog.h"

#include <QAction>
#include <QGridLayout>
#include <QLabel>
#include <QPushButton>
#include <QScrollArea>
#include <QVBoxLayout>

#include "ui/theme/kind.h"

namespace sidewinder::ui {

ShortcutsDialog::ShortcutsDialog(const QList<QAction*>& actions, QWidget* parent) : QDialog(parent) {
    setWindowTitle(tr("Keyboard shortcuts"));
    auto* inner = new QWidget;
    auto* grid = new QGridLayout(inner);
    grid->setContentsMargins(28, 20, 28, 12);
    grid->setHorizontalSpacing(40);
    grid->setVerticalSpacing(9);
    grid->setColumnStretch(0, 1);
    const auto add = [grid](const QString& what, const QString& key) {
        const int row = grid->rowCount();
        auto* label = new QLabel(what);
        label->setTextFormat(Qt::PlainText);
        auto* keys = new QLabel(key);
        keys->setTextFormat(Qt::PlainText);
        setKind(keys, "key");
        grid->addWidget(label, row, 0);
        grid->addWidget(keys, row, 1, Qt::AlignRight);
    };
    for (const QAction* action : actions)
        if (!action->shortcut().isEmpty())
            add(action->text(), action->shortcut().toString(QKeySequence::NativeText));
    add(tr("Send"), tr("Enter"));
    add(tr("New line"), tr("Shift+Enter"));
    add(tr("Edit the last message (composer empty)"), tr("Up"));
    add(tr("Delete the chosen chat"), tr("Del"));
    add(tr("Go through the messages"), tr("Up, Down"));
    add(tr("Go through a message's buttons"), tr("Tab"));
    add(tr("Move code sideways"), tr("Left, Right"));
    auto* scroll = new QScrollArea(this);
    scroll->setWidget(inner);
    scroll->setWidgetResizable(true);
    scroll->setFocusPolicy(Qt::StrongFocus);
    scroll->setAccessibleName(windowTitle());
    auto* done = new QPushButton(tr("Done"), this);
    done->setAccessibleName(done->text());
    done->setDefault(true);
    auto* buttons = new QHBoxLayout;
    buttons->setContentsMargins(22, 10, 22, 16);
    buttons->addStretch();
    buttons->addWidget(done);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->addWidget(scroll, 1);
    column->addLayout(buttons);
    connect(done, &QPushButton::clicked, this, &QDialog::accept);
    resize(520, 620);
}

}  // namespace sidewinder::ui
