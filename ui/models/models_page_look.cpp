// How the page is put together and what stands above the cards; what it does is in models_page.cpp.

#include <QDir>
#include <QEvent>
#include <QLabel>
#include <QPushButton>
#include <QScrollArea>
#include <QToolButton>
#include <QVBoxLayout>

#include "ui/chat/notice_bar.h"
#include "ui/models/flow_layout.h"
#include "ui/models/folder_form.h"
#include "ui/models/model_text.h"
#include "ui/models/models_page.h"
#include "ui/models/progress_block.h"
#include "ui/models/repository_form.h"
#include "ui/theme/kind.h"
#include "ui/transcript/text_style.h"

namespace sidewinder::ui {
namespace {

QLabel* plain(QWidget* parent, const char* kind) {
    auto* label = new QLabel(parent);
    label->setTextFormat(Qt::PlainText);
    label->setWordWrap(true);
    setKind(label, kind);
    return label;
}

}  // namespace

ModelsPage::ModelsPage(const Theme& theme, QWidget* parent) : QWidget(parent), theme_(theme) {
    setObjectName(QStringLiteral("ModelsPage"));
    buildHead();
    buildList();
    notices_ = new NoticeBar(theme, this);
    notices_->setObjectName(QStringLiteral("ModelsNoticeBar"));
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(head_);
    column->addWidget(scroll_, 1);
    connect(notices_, &NoticeBar::sizeChanged, this, &ModelsPage::placeNotices);
    connect(back_, &QToolButton::clicked, this, &ModelsPage::closed);
    connect(sidebar_, &QToolButton::clicked, this, &ModelsPage::sidebarToggled);
    connect(&theme_, &Theme::changed, this, &ModelsPage::restyle);
    connectForms();
    restyle();
    refreshTexts();
    refreshContext();
}

void ModelsPage::buildHead() {
    head_ = new QWidget(this);
    head_->setObjectName(QStringLiteral("Header"));
    sidebar_ = new QToolButton(head_);
    back_ = new QToolButton(head_);
    title_ = plain(head_, "strong");
    title_->setWordWrap(false);
    for (QToolButton* button : {sidebar_, back_}) {
        button->setIconSize(QSize(20, 20));
        button->setFocusPolicy(Qt::TabFocus);
    }
    auto* row = new QHBoxLayout(head_);
    row->setContentsMargins(10, 8, 10, 6);
    row->setSpacing(4);
    row->addWidget(sidebar_);
    row->addWidget(back_);
    row->addSpacing(6);
    row->addWidget(title_, 1);
}

void ModelsPage::buildList() {
    auto* inner = new QWidget;
    column_ = new QWidget(inner);
    column_->setMaximumWidth(metric::column);
    import_ = new QPushButton(column_);
    other_ = new QPushButton(column_);
    where_ = plain(column_, "quiet");
    offline_ = plain(column_, "quiet");
    looking_ = plain(column_, "hint");
    importForm_ = new FolderForm(FolderForm::For::Import, column_);
    otherForm_ = new RepositoryForm(column_);
    importWork_ = new ProgressBlock(theme_, column_);
    importNote_ = new SentenceBlock(theme_, column_);
    list_ = new QVBoxLayout;
    list_->setSpacing(12);
    auto* column = new QVBoxLayout(column_);
    column->setContentsMargins(0, 8, 0, metric::margin);
    column->setSpacing(12);
    auto* lines = new QVBoxLayout;
    lines->setSpacing(2);
    lines->addWidget(where_);
    lines->addWidget(offline_);
    auto* ways = new FlowLayout;
    for (QPushButton* button : {import_, other_}) ways->addWidget(button);
    column->addLayout(lines);
    column->addLayout(ways);
    for (QWidget* widget : std::initializer_list<QWidget*>{importForm_, otherForm_, importWork_, importNote_})
        column->addWidget(widget);
    auto* ofImport = new FlowLayout;
    importWork_->addButtonsTo(*ofImport);
    column->addLayout(ofImport);
    column->addLayout(list_);
    column->addWidget(looking_);
    column->addStretch(1);
    auto* centred = new QHBoxLayout(inner);
    centred->setContentsMargins(metric::margin, 0, metric::margin, 0);
    centred->addStretch(1);
    centred->addWidget(column_, 1000);
    centred->addStretch(1);
    scroll_ = new QScrollArea(this);
    scroll_->setWidget(inner);
    scroll_->setWidgetResizable(true);
    scroll_->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    scroll_->setFocusPolicy(Qt::NoFocus);
}

void ModelsPage::connectForms() {
    connect(import_, &QPushButton::clicked, this, [this] {
        otherForm_->hide();
        importForm_->open();
        scroll_->ensureVisible(0, 0);
        refreshPrimary();
    });
    connect(other_, &QPushButton::clicked, this, [this] {
        importForm_->hide();
        otherForm_->open();
        scroll_->ensureVisible(0, 0);
        refreshPrimary();
    });
    connect(importForm_, &FolderForm::accepted, this, &ModelsPage::importRequested);
    connect(importForm_, &FolderForm::closed, this, [this] {
        import_->setFocus(Qt::OtherFocusReason);
        refreshPrimary();
    });
    connect(otherForm_, &RepositoryForm::accepted, this, &ModelsPage::repositoryAdded);
    connect(otherForm_, &RepositoryForm::closed, this, [this] {
        other_->setFocus(Qt::OtherFocusReason);
        refreshPrimary();
    });
    connect(importWork_, &ProgressBlock::stopRequested, this, [this] { Q_EMIT stopRequested(kImportId); });
}

void ModelsPage::refreshTexts() {
    title_->setText(tr("Models"));
    const auto name = [](QToolButton* button, const QString& text, const QString& key) {
        button->setAccessibleName(text);
        button->setToolTip(QStringLiteral("%1 (%2)").arg(text, key));
    };
    name(sidebar_, tr("Show or hide the sidebar"), tr("Ctrl+B"));
    name(back_, tr("Back to the chat"), tr("Esc"));
    import_->setText(tr("Import a folder…"));
    other_->setText(tr("Other repository…"));
    for (QPushButton* button : {import_, other_}) button->setAccessibleName(button->text());
    const QString home = QDir::homePath() + QLatin1Char('/');
    QString folder = catalog_.folder;
    if (folder.startsWith(home)) folder.replace(0, home.size(), QStringLiteral("~/"));
    where_->setVisible(!folder.isEmpty());
    where_->setText(catalog_.diskFree >= 0
                        ? tr("Kept in %1, %2 free.")
                              .arg(ModelText::breakable(folder), ModelText::bytes(catalog_.diskFree))
                        : tr("Kept in %1.").arg(ModelText::breakable(folder)));
    offline_->setText(settings_.offline
                          ? tr("Offline: nothing is downloaded before you say so.")
                          : tr("Online: a download starts when you press its button, and never by itself."));
    looking_->setText(catalog_.ready ? QString()
                                     : tr("Looking at what is here and what fits on this machine…"));
    looking_->setVisible(!catalog_.ready);
}

void ModelsPage::restyle() {
    sidebar_->setIcon(theme_.icon("sidebar"));
    back_->setIcon(theme_.icon("chevron-left"));
}

void ModelsPage::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() == QEvent::LanguageChange) refreshTexts();
}

}  // namespace sidewinder::ui
