#include "ui/models/folder_form.h"

#include <QDir>
#include <QEvent>
#include <QFileDialog>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QRadioButton>
#include <QVBoxLayout>

#include "ui/models/flow_layout.h"
#include "ui/theme/kind.h"

namespace sidewinder::ui {

FolderForm::FolderForm(For purpose, QWidget* parent) : QFrame(parent), purpose_(purpose) {
    setObjectName(QStringLiteral("ModelForm"));
    sentence_ = new QLabel(this);
    sentence_->setTextFormat(Qt::PlainText);
    sentence_->setWordWrap(true);
    folder_ = new QLineEdit(this);
    browse_ = new QPushButton(this);
    copy_ = new QRadioButton(this);
    link_ = new QRadioButton(this);
    copy_->setChecked(true);
    for (QRadioButton* way : {copy_, link_}) way->setFocusPolicy(Qt::StrongFocus);
    accept_ = new QPushButton(this);
    setKind(accept_, "primary");
    cancel_ = new QPushButton(this);
    auto* row = new QHBoxLayout;
    row->setSpacing(8);
    row->addWidget(folder_, 1);
    row->addWidget(browse_);
    auto* ways = new FlowLayout(16);
    ways->addWidget(copy_);
    ways->addWidget(link_);
    auto* buttons = new FlowLayout;
    buttons->addWidget(accept_);
    buttons->addWidget(cancel_);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(16, 12, 16, 14);
    column->setSpacing(10);
    column->addWidget(sentence_);
    column->addLayout(row);
    if (purpose == For::Import) column->addLayout(ways);
    copy_->setVisible(purpose == For::Import);
    link_->setVisible(purpose == For::Import);
    column->addLayout(buttons);
    QFrame::hide();
    connect(folder_, &QLineEdit::textChanged, this, &FolderForm::refresh);
    connect(folder_, &QLineEdit::returnPressed, this, &FolderForm::accept);
    connect(browse_, &QPushButton::clicked, this, &FolderForm::browse);
    connect(accept_, &QPushButton::clicked, this, &FolderForm::accept);
    connect(cancel_, &QPushButton::clicked, this, &FolderForm::close);
    retranslate();
    refresh();
}

void FolderForm::open() {
    show();
    folder_->setFocus(Qt::OtherFocusReason);
    folder_->selectAll();
}

void FolderForm::close() {
    hide();
    Q_EMIT closed();
}

QString FolderForm::folder() const {
    QString text = folder_->text().trimmed();
    if (text == QLatin1String("~") || text.startsWith(QLatin1String("~/")))
        text.replace(0, 1, QDir::homePath());
    return text;
}

void FolderForm::accept() {
    if (!accept_->isEnabled()) return;
    hide();
    Q_EMIT accepted(folder(), link_->isChecked());
    Q_EMIT closed();
}

void FolderForm::browse() {
    auto* dialog = new QFileDialog(this, sentence_->text(), folder());
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(QFileDialog::Directory);
    dialog->setOption(QFileDialog::ShowDirsOnly);
    connect(dialog, &QFileDialog::fileSelected, this, [this](const QString& chosen) {
        folder_->setText(chosen);
        accept_->setFocus();
    });
    dialog->open();
}

void FolderForm::refresh() {
    accept_->setEnabled(QDir::isAbsolutePath(folder()));
}

void FolderForm::keyPressEvent(QKeyEvent* event) {
    if (event->key() == Qt::Key_Escape) return close();
    QFrame::keyPressEvent(event);
}

void FolderForm::changeEvent(QEvent* event) {
    QFrame::changeEvent(event);
    if (event->type() == QEvent::LanguageChange) retranslate();
}

void FolderForm::retranslate() {
    const bool in = purpose_ == For::Import;
    sentence_->setText(
        in ? tr("Import a model's folder, in Mistral's or Hugging Face's layout. Every file is "
                "read and checked.")
           : tr("Copy the model to a folder, such as a USB stick, with a list of checksums. "
                "Import it from there on another machine."));
    folder_->setPlaceholderText(in ? tr("/folder/of/the/model") : tr("/media/stick"));
    folder_->setAccessibleName(tr("Folder"));
    browse_->setText(tr("Browse…"));
    copy_->setText(tr("Copy the files"));
    link_->setText(tr("Use them where they are"));
    accept_->setText(in ? tr("Import") : tr("Export"));
    cancel_->setText(tr("Cancel"));
    for (QPushButton* button : {browse_, accept_, cancel_}) button->setAccessibleName(button->text());
    for (QRadioButton* way : {copy_, link_}) way->setAccessibleName(way->text());
}

}  // namespace sidewinder::ui
