#include "ui/panels/link_dialog.h"

#include <QApplication>
#include <QClipboard>
#include <QHBoxLayout>
#include <QLabel>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QVBoxLayout>

#include "ui/theme/kind.h"

namespace sidewinder::ui {

LinkDialog::LinkDialog(const QUrl& url, QWidget* parent) : QDialog(parent) {
    setWindowTitle(tr("Open this link?"));
    const QString address = QString::fromLatin1(url.toEncoded(QUrl::FullyEncoded));
    auto* title = new QLabel(tr("Open this link in your browser?"), this);
    setKind(title, "title");
    auto* why = new QLabel(
        tr("The answer wrote it; Sidewinder itself opens nothing. The page will be at %1.").arg(url.host()),
        this);
    why->setTextFormat(Qt::PlainText);
    why->setWordWrap(true);
    setKind(why, "hint");
    auto* whole = new QPlainTextEdit(address, this);
    whole->setReadOnly(true);
    whole->setTabChangesFocus(true);
    whole->setWordWrapMode(QTextOption::WrapAnywhere);
    whole->setAccessibleName(tr("Address"));
    whole->setFixedHeight(90);
    auto* copy = new QPushButton(tr("Copy address"), this);
    auto* cancel = new QPushButton(tr("Cancel"), this);
    auto* open = new QPushButton(tr("Open"), this);
    setKind(open, "primary");
    for (QPushButton* button : {copy, cancel, open}) {
        button->setAccessibleName(button->text());
        button->setAutoDefault(false);
    }
    auto* buttons = new QHBoxLayout;
    buttons->setSpacing(8);
    buttons->addWidget(copy);
    buttons->addStretch();
    buttons->addWidget(cancel);
    buttons->addWidget(open);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(24, 20, 24, 18);
    column->setSpacing(10);
    column->addWidget(title);
    column->addWidget(why);
    column->addWidget(whole);
    column->addLayout(buttons);
    connect(copy, &QPushButton::clicked, this, [address] { QApplication::clipboard()->setText(address); });
    connect(cancel, &QPushButton::clicked, this, &QDialog::reject);
    connect(open, &QPushButton::clicked, this, &QDialog::accept);
    cancel->setFocus();
    resize(480, sizeHint().height());
}

}  // namespace sidewinder::ui
