#include "ui/projects/project_sheet.h"

#include <QComboBox>
#include <QEvent>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QKeyEvent>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QScrollBar>
#include <QStyledItemDelegate>
#include <QToolButton>
#include <QTreeView>
#include <QVBoxLayout>

#include <algorithm>

#include "ui/chat/notice_bar.h"
#include "ui/projects/sheet_foot.h"
#include "ui/theme/elided_label.h"
#include "ui/theme/kind.h"
#include "ui/transcript/text_style.h"

namespace sidewinder::ui {
namespace {

constexpr int kWidest = 1080;
constexpr int kOpenedRows = 60;  // folders are opened while all of it still can be overlooked

/// Keeps numbers, which stand at the right, off the column that follows.
class NumberDelegate : public QStyledItemDelegate {
  public:
    using QStyledItemDelegate::QStyledItemDelegate;

  protected:
    void initStyleOption(QStyleOptionViewItem* option, const QModelIndex& index) const override {
        QStyledItemDelegate::initStyleOption(option, index);
        if (!option->text.isEmpty()) option->text += QChar(0x2002);
    }
};

}  // namespace

ProjectSheet::ProjectSheet(const Theme& theme, QWidget* parent)
    : QWidget(parent), theme_(theme), model_(new SheetModel(theme, this)) {
    setObjectName(QStringLiteral("ProjectSheet"));
    buildHead();
    buildTree();
    foot_ = new SheetFoot(this);
    notices_ = new NoticeBar(theme, this);
    notices_->setObjectName(QStringLiteral("ModelsNoticeBar"));
    auto* find = new QHBoxLayout;
    find->setSpacing(8);
    find->addWidget(filter_, 1);
    find->addWidget(show_);
    auto* names = new QHBoxLayout;
    names->setSpacing(10);
    names->addWidget(name_);
    names->addWidget(path_, 1);
    auto* body = new QWidget(this);
    body->setMaximumWidth(kWidest);
    auto* inner = new QVBoxLayout(body);
    inner->setContentsMargins(0, 4, 0, 16);
    inner->setSpacing(10);
    inner->addLayout(names);
    inner->addLayout(find);
    inner->addWidget(tree_, 1);
    inner->addWidget(nothing_, 1);
    inner->addWidget(foot_);
    auto* centred = new QHBoxLayout;
    centred->setContentsMargins(metric::margin, 0, metric::margin, 0);
    centred->addStretch(1);
    centred->addWidget(body, 1000);
    centred->addStretch(1);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(head_);
    column->addLayout(centred, 1);
    connect(foot_, &SheetFoot::readRequested, this, &ProjectSheet::readRequested);
    connect(foot_, &SheetFoot::cancelled, this, &ProjectSheet::cancelled);
    connect(foot_, &SheetFoot::budgetChanged, this, &ProjectSheet::budgetChanged);
    connect(back_, &QToolButton::clicked, this, &ProjectSheet::cancelled);
    connect(sidebar_, &QToolButton::clicked, this, &ProjectSheet::sidebarToggled);
    connect(model_, &SheetModel::ticked, this, &ProjectSheet::ticked);
    connect(model_, &SheetModel::ticked, this, &ProjectSheet::showTicked);
    connect(&theme_, &Theme::changed, this, &ProjectSheet::restyle);
    restyle();
    retranslate();
    setState({});
}

void ProjectSheet::buildHead() {
    head_ = new QWidget(this);
    head_->setObjectName(QStringLiteral("Header"));
    sidebar_ = new QToolButton(head_);
    back_ = new QToolButton(head_);
    title_ = new QLabel(head_);
    title_->setTextFormat(Qt::PlainText);
    setKind(title_, "strong");
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
    name_ = new QLabel(this);
    name_->setTextFormat(Qt::PlainText);
    setKind(name_, "cardTitle");
    path_ = new ElidedLabel(this);
    setKind(path_, "quiet");
}

void ProjectSheet::buildTree() {
    filter_ = new QLineEdit(this);
    filter_->setClearButtonEnabled(true);
    show_ = new QComboBox(this);
    for (int i = 0; i < 4; ++i) show_->addItem(QString());
    tree_ = new QTreeView(this);
    tree_->setObjectName(QStringLiteral("ProjectTree"));
    tree_->setModel(model_);
    for (const int column : {SheetModel::Tokens, SheetModel::Size})
        tree_->setItemDelegateForColumn(column, new NumberDelegate(tree_));
    tree_->setUniformRowHeights(true);  // a hundred thousand rows are not measured one by one
    tree_->setAlternatingRowColors(false);
    tree_->setSelectionBehavior(QAbstractItemView::SelectRows);
    tree_->setVerticalScrollMode(QAbstractItemView::ScrollPerPixel);
    tree_->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    tree_->setTextElideMode(Qt::ElideMiddle);
    tree_->setExpandsOnDoubleClick(true);
    tree_->setIndentation(18);
    tree_->installEventFilter(this);
    QHeaderView* header = tree_->header();
    header->setSectionsMovable(false);
    header->setSectionsClickable(false);
    header->setHighlightSections(false);
    header->setStretchLastSection(true);
    header->setMinimumSectionSize(40);
    nothing_ = new QLabel(this);
    nothing_->setTextFormat(Qt::PlainText);
    nothing_->setAlignment(Qt::AlignCenter);
    nothing_->setWordWrap(true);
    setKind(nothing_, "hint");
    connect(filter_, &QLineEdit::textChanged, this, &ProjectSheet::applyFilter);
    connect(show_, &QComboBox::currentIndexChanged, this, &ProjectSheet::applyFilter);
}

void ProjectSheet::open() {
    if (state_.phase == SheetPhase::Ready)
        tree_->setFocus(Qt::OtherFocusReason);
    else
        back_->setFocus(Qt::OtherFocusReason);
}

void ProjectSheet::showToRead() {
    show_->setCurrentIndex(static_cast<int>(SheetModel::Show::ToRead));
}

void ProjectSheet::begin(const QString& name, const QString& path) {
    name_->setText(name);
    path_->setWhole(path);
    filter_->clear();
    show_->setCurrentIndex(0);
    model_->setEntries({});
    foot_->setTotals({});
    showTicked();
    setState({});
}

void ProjectSheet::setState(const SheetState& state) {
    const bool first = state.phase == SheetPhase::Ready && state_.phase != SheetPhase::Ready;
    state_ = state;
    foot_->setState(state);
    const bool any = !model_->entries().isEmpty();
    tree_->setVisible(any);
    nothing_->setVisible(!any);
    nothing_->setText(state.phase == SheetPhase::Ready ? tr("There is no file in this folder.") : QString());
    for (QWidget* widget : std::initializer_list<QWidget*>{filter_, show_, tree_})
        widget->setEnabled(state.phase == SheetPhase::Ready);
    filter_->setVisible(any);
    show_->setVisible(any);
    if (first && isVisible() &&
        (focusWidget() == back_ || focusWidget() == nullptr || !focusWidget()->isEnabled()))
        tree_->setFocus(Qt::OtherFocusReason);
}

void ProjectSheet::setEntries(const QList<SheetEntry>& entries) {
    const bool again = !model_->entries().isEmpty();
    QSet<QString> open;
    if (again) noteOpen({}, {}, open);
    const int place = tree_->verticalScrollBar()->value();
    model_->setEntries(entries);
    if (again) {
        reopen({}, {}, open);
        tree_->verticalScrollBar()->setValue(place);
    } else {
        expandSome();
        if (model_->rowCount() > 0) tree_->setCurrentIndex(model_->index(0, 0));
    }
    showTicked();
    setState(state_);
    fitColumns();
}

void ProjectSheet::noteOpen(const QModelIndex& folder, const QString& path, QSet<QString>& open) const {
    for (int row = 0; row < model_->rowCount(folder); ++row) {
        const QModelIndex child = model_->index(row, 0, folder);
        if (!tree_->isExpanded(child)) continue;
        const QString name = path + child.data().toString() + QLatin1Char('/');
        open << name;
        noteOpen(child, name, open);
    }
}

void ProjectSheet::reopen(const QModelIndex& folder, const QString& path, const QSet<QString>& open) {
    for (int row = 0; row < model_->rowCount(folder); ++row) {
        const QModelIndex child = model_->index(row, 0, folder);
        const QString name = path + child.data().toString() + QLatin1Char('/');
        if (!open.contains(name)) continue;
        tree_->expand(child);
        reopen(child, name, open);
    }
}

void ProjectSheet::setTotals(const SheetTotals& totals) {
    foot_->setTotals(totals);
}

void ProjectSheet::showTicked() {
    foot_->setTicked(model_->includedFiles(), model_->includedTokens(), model_->leftOut());
}

void ProjectSheet::applyFilter() {
    model_->setFilter(filter_->text().trimmed(),
                      static_cast<SheetModel::Show>(std::max(0, show_->currentIndex())));
    if (model_->isFiltered() && model_->entries().size() < 20'000)
        tree_->expandAll();
    else
        expandSome();
    if (model_->rowCount() > 0 && !filter_->hasFocus()) tree_->setCurrentIndex(model_->index(0, 0));
}

// The first levels, as far as they fit to be looked over.
void ProjectSheet::expandSome() {
    QList<QModelIndex> level;
    int rows = model_->rowCount();
    for (int row = 0; row < rows; ++row) level << model_->index(row, 0);
    while (!level.isEmpty()) {
        QList<QModelIndex> next;
        for (const QModelIndex& folder : level) {
            const int children = model_->rowCount(folder);
            if (children == 0 || rows + children > kOpenedRows) continue;
            rows += children;
            tree_->expand(folder);
            for (int row = 0; row < children; ++row) next << model_->index(row, 0, folder);
        }
        level = next;
    }
}

void ProjectSheet::fitColumns() {
    const QFontMetrics metrics(tree_->font());
    const int digits = metrics.horizontalAdvance(QStringLiteral("0,000,000")) + 24;
    const int bytes = metrics.horizontalAdvance(QStringLiteral("000.0 MB")) + 24;
    const int reason = metrics.horizontalAdvance(QStringLiteral("M")) * 13 + 24;
    const int width = tree_->viewport()->width();
    tree_->setColumnWidth(SheetModel::Tokens, digits);
    tree_->setColumnWidth(SheetModel::Size, bytes);
    tree_->setColumnWidth(SheetModel::Name, std::max(160, width - digits - bytes - reason));
}

bool ProjectSheet::eventFilter(QObject* watched, QEvent* event) {
    if (watched == tree_ && event->type() == QEvent::KeyPress) {
        const auto* key = static_cast<QKeyEvent*>(event);
        // Space ticks whatever column the focus is in.
        if (key->key() == Qt::Key_Space && key->modifiers() == Qt::NoModifier) {
            model_->toggle(tree_->currentIndex().siblingAtColumn(0));
            return true;
        }
    }
    if (watched == tree_ && event->type() == QEvent::Resize) fitColumns();
    return QWidget::eventFilter(watched, event);
}

void ProjectSheet::keyPressEvent(QKeyEvent* event) {
    if (event->key() == Qt::Key_Escape) {
        if (!filter_->text().isEmpty() && filter_->hasFocus())
            filter_->clear();
        else
            Q_EMIT cancelled();
        return;
    }
    QWidget::keyPressEvent(event);
}

void ProjectSheet::resizeEvent(QResizeEvent* event) {
    QWidget::resizeEvent(event);
    fitColumns();
    const int width = std::min(metric::column, this->width() - 2 * metric::margin);
    notices_->place(QRect((this->width() - width) / 2, 0, width, height()), foot_->y() - 8);
}

void ProjectSheet::restyle() {
    sidebar_->setIcon(theme_.icon("sidebar"));
    back_->setIcon(theme_.icon("chevron-left"));
    tree_->viewport()->update();
    fitColumns();
}

void ProjectSheet::retranslate() {
    title_->setText(tr("Read a project"));
    back_->setAccessibleName(tr("Back to the chat"));
    back_->setToolTip(tr("Back to the chat (Esc)"));
    sidebar_->setAccessibleName(tr("Show or hide the sidebar"));
    sidebar_->setToolTip(tr("Show or hide the sidebar (Ctrl+B)"));
    filter_->setPlaceholderText(tr("Filter by name or path"));
    filter_->setAccessibleName(tr("Filter files"));
    show_->setItemText(0, tr("All files"));
    show_->setItemText(1, tr("Ticked"));
    show_->setItemText(2, tr("Left out"));
    show_->setItemText(3, tr("To be read now"));
    show_->setAccessibleName(tr("Which files are listed"));
    tree_->setAccessibleName(tr("Files of the project"));
}

void ProjectSheet::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() != QEvent::LanguageChange) return;
    retranslate();
    setState(state_);
}

}  // namespace sidewinder::ui
