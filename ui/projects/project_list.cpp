#include "ui/projects/project_list.h"

#include <QClipboard>
#include <QEvent>
#include <QGuiApplication>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QListView>
#include <QMenu>
#include <QPushButton>
#include <QToolButton>
#include <QVBoxLayout>

#include <algorithm>

#include "ui/theme/kind.h"

namespace sidewinder::ui {
namespace {
constexpr int kMostRows = 4;  // the chats keep their place; further projects scroll
constexpr int kOthers = 320;  // what else stands in the sidebar
}  // namespace

ProjectList::ProjectList(const Theme& theme, QWidget* parent)
    : QWidget(parent),
      theme_(theme),
      model_(new ProjectListModel(this)),
      delegate_(new ProjectDelegate(theme, this)) {
    head_ = new QWidget(this);
    title_ = new QLabel(head_);
    title_->setTextFormat(Qt::PlainText);
    setKind(title_, "section");
    add_ = new QToolButton(head_);
    add_->setIconSize(QSize(16, 16));
    add_->setFocusPolicy(Qt::TabFocus);
    auto* row = new QHBoxLayout(head_);
    row->setContentsMargins(10, 0, 2, 0);
    row->addWidget(title_, 1);
    row->addWidget(add_);
    first_ = new QPushButton(this);
    setKind(first_, "row");
    first_->setIconSize(QSize(18, 18));
    list_ = new QListView(this);
    list_->setModel(model_);
    list_->setItemDelegate(delegate_);
    list_->setSelectionMode(QAbstractItemView::SingleSelection);
    list_->setEditTriggers(QAbstractItemView::NoEditTriggers);
    list_->setVerticalScrollMode(QAbstractItemView::ScrollPerPixel);
    list_->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    list_->setUniformItemSizes(true);
    list_->setMouseTracking(true);
    list_->setContextMenuPolicy(Qt::CustomContextMenu);
    list_->installEventFilter(this);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 4);
    column->setSpacing(2);
    column->addWidget(head_);
    column->addWidget(list_);
    column->addWidget(first_);
    const auto idAt = [](const QModelIndex& index) {
        return index.data(ProjectListModel::IdRole).toLongLong();
    };
    connect(add_, &QToolButton::clicked, this, &ProjectList::openRequested);
    connect(first_, &QPushButton::clicked, this, &ProjectList::openRequested);
    connect(list_, &QListView::clicked, this,
            [this, idAt](const QModelIndex& index) { Q_EMIT chatRequested(idAt(index)); });
    connect(list_, &QListView::customContextMenuRequested, this, &ProjectList::openMenu);
    connect(&theme_, &Theme::changed, this, &ProjectList::restyle);
    restyle();
    retranslate();
    refresh();
    window()->installEventFilter(this);
}

void ProjectList::setProjects(const QList<ProjectItem>& items) {
    all_ = items;
    refresh();
}

void ProjectList::hideProject(qint64 id) {
    hidden_.append(id);
    refresh();
}

void ProjectList::unhideProject(qint64 id) {
    hidden_.removeAll(id);
    refresh();
}

const ProjectItem* ProjectList::find(qint64 id) const {
    const auto found =
        std::find_if(all_.begin(), all_.end(), [id](const ProjectItem& p) { return p.id == id; });
    return found == all_.end() ? nullptr : &*found;
}

void ProjectList::refresh() {
    QList<ProjectItem> shown;
    for (const ProjectItem& item : all_)
        if (!hidden_.contains(item.id)) shown << item;
    model_->setItems(shown);
    head_->setVisible(!shown.isEmpty());
    list_->setVisible(!shown.isEmpty());
    first_->setVisible(shown.isEmpty());
    fitHeight();
    setCurrent(current_);
}

void ProjectList::fitHeight() {
    const int row = delegate_->rowHeight() + 2;
    const int room = (window()->height() - kOthers) / (2 * row);
    const int rows = std::min(std::clamp(room, 1, kMostRows), model_->rowCount());
    list_->setFixedHeight(rows * row + 2 * list_->frameWidth());
}

void ProjectList::setCurrent(qint64 id) {
    current_ = id;
    const QModelIndex index = model_->indexOf(id);
    if (!index.isValid()) {
        list_->clearSelection();
        return;
    }
    if (list_->selectionModel()->isSelected(index)) return;
    list_->setCurrentIndex(index);
    list_->scrollTo(index);
}

bool ProjectList::eventFilter(QObject* watched, QEvent* event) {
    if (watched == window() && event->type() == QEvent::Resize) fitHeight();
    if (watched == list_ && event->type() == QEvent::KeyPress && list_->currentIndex().isValid()) {
        const qint64 id = list_->currentIndex().data(ProjectListModel::IdRole).toLongLong();
        switch (static_cast<QKeyEvent*>(event)->key()) {
            case Qt::Key_Delete:
                Q_EMIT removeRequested(id);
                return true;
            case Qt::Key_Return:
            case Qt::Key_Enter:
            case Qt::Key_Space:
                Q_EMIT chatRequested(id);
                return true;
            case Qt::Key_Menu:
                openMenu(list_->visualRect(list_->currentIndex()).center());
                return true;
            default:
                break;
        }
    }
    return QWidget::eventFilter(watched, event);
}

void ProjectList::openMenu(const QPoint& position) {
    const QModelIndex index = list_->indexAt(position);
    if (!index.isValid()) return;
    const qint64 id = index.data(ProjectListModel::IdRole).toLongLong();
    const ProjectItem* item = find(id);
    if (!item) return;
    auto* menu = new QMenu(this);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    const bool fresh = item->state == ProjectState::NotRead || item->state == ProjectState::OtherModel;
    const QString read = item->state == ProjectState::Paused ? tr("Continue reading")
                         : fresh                             ? tr("Read…")
                                                             : tr("Update…");
    menu->addAction(theme_.icon("compose"), tr("New chat in this project"), this,
                    [this, id] { Q_EMIT chatRequested(id); });
    QAction* update =
        menu->addAction(theme_.icon("regenerate"), read, this, [this, id] { Q_EMIT updateRequested(id); });
    update->setEnabled(item->state != ProjectState::Reading);
    menu->addAction(theme_.icon("check"), tr("Choose files…"), this,
                    [this, id] { Q_EMIT sheetRequested(id); });
    menu->addAction(theme_.icon("copy"), tr("Copy the folder's path"), this,
                    [path = item->path] { QGuiApplication::clipboard()->setText(path); });
    menu->addSeparator();
    menu->addAction(theme_.icon("trash"), tr("Remove project"), this,
                    [this, id] { Q_EMIT removeRequested(id); });
    menu->popup(list_->viewport()->mapToGlobal(position));
}

void ProjectList::restyle() {
    add_->setIcon(theme_.icon("new"));
    first_->setIcon(theme_.icon("folder"));
    list_->doItemsLayout();
    fitHeight();
}

void ProjectList::retranslate() {
    title_->setText(tr("Projects"));
    add_->setAccessibleName(tr("Open project"));
    add_->setToolTip(tr("Open project… (Ctrl+O)"));
    first_->setText(tr("Open project…"));
    first_->setAccessibleName(first_->text());
    first_->setToolTip(tr("Choose a folder, or drop one on the window (Ctrl+O)"));
    list_->setAccessibleName(tr("Projects"));
}

void ProjectList::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() == QEvent::LanguageChange) retranslate();
}

}  // namespace sidewinder::ui
