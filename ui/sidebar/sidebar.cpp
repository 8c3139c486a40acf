#include "ui/sidebar/sidebar.h"

#include <QEvent>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QListView>
#include <QMenu>
#include <QPainter>
#include <QPushButton>
#include <QVBoxLayout>

#include "ui/projects/project_list.h"
#include "ui/sidebar/conversation_delegate.h"
#include "ui/sidebar/conversation_model.h"
#include "ui/theme/icon.h"
#include "ui/theme/kind.h"

namespace sidewinder::ui {

Sidebar::Sidebar(const Theme& theme, QWidget* parent)
    : QWidget(parent),
      theme_(theme),
      model_(new ConversationModel(this)),
      delegate_(new ConversationDelegate(theme, this)) {
    setObjectName(QStringLiteral("Sidebar"));
    setAttribute(Qt::WA_StyledBackground);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(12, 12, 12, 10);
    column->setSpacing(8);
    buildTop();
    buildList();

    auto* head = new QHBoxLayout;
    head->setContentsMargins(4, 0, 0, 4);
    head->setSpacing(9);
    head->addWidget(mark_);
    head->addWidget(name_, 1);
    column->addLayout(head);
    column->addWidget(new_);
    column->addWidget(search_);
    column->addSpacing(4);
    column->addWidget(projects_);
    column->addWidget(list_, 1);
    column->addWidget(nothing_, 1);
    auto* foot = new QVBoxLayout;
    foot->setSpacing(2);
    foot->addWidget(models_);
    foot->addWidget(settings_);
    column->addLayout(foot);
    connect(&theme_, &Theme::changed, this, &Sidebar::restyle);
    restyle();
    retranslate();
    setConversations({});
}

void Sidebar::buildTop() {
    mark_ = new QLabel(this);
    name_ = new QLabel(QStringLiteral("Sidewinder"), this);
    setKind(name_, "strong");
    name_->setTextFormat(Qt::PlainText);
    new_ = new QPushButton(this);
    search_ = new QPushButton(this);
    search_->setObjectName(QStringLiteral("SidebarSearch"));
    searchKey_ = new QLabel(search_);
    setKind(searchKey_, "quiet");
    auto* inSearch = new QHBoxLayout(search_);
    inSearch->setContentsMargins(0, 0, 10, 0);
    inSearch->addWidget(searchKey_, 0, Qt::AlignRight | Qt::AlignVCenter);
    models_ = new QPushButton(this);
    modelsShare_ = new QLabel(models_);
    setKind(modelsShare_, "quiet");
    auto* inModels = new QHBoxLayout(models_);
    inModels->setContentsMargins(0, 0, 10, 0);
    inModels->addWidget(modelsShare_, 0, Qt::AlignRight | Qt::AlignVCenter);
    settings_ = new QPushButton(this);
    for (QPushButton* button : {models_, settings_}) setKind(button, "row");
    for (QPushButton* button : {new_, search_, models_, settings_}) button->setIconSize(QSize(18, 18));
    connect(new_, &QPushButton::clicked, this, &Sidebar::newRequested);
    connect(search_, &QPushButton::clicked, this, &Sidebar::searchRequested);
    connect(models_, &QPushButton::clicked, this, &Sidebar::modelsRequested);
    connect(settings_, &QPushButton::clicked, this, &Sidebar::settingsRequested);
}

void Sidebar::buildList() {
    projects_ = new ProjectList(theme_, this);
    list_ = new QListView(this);
    list_->setModel(model_);
    list_->setItemDelegate(delegate_);
    connect(
        delegate_, &QAbstractItemDelegate::closeEditor, this,
        [this] {
            if (waiting_) setConversations(QList<ConversationItem>(*waiting_));
        },
        Qt::QueuedConnection);
    list_->setSelectionMode(QAbstractItemView::SingleSelection);
    list_->setEditTriggers(QAbstractItemView::EditKeyPressed);
    list_->setVerticalScrollMode(QAbstractItemView::ScrollPerPixel);
    list_->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    list_->setMouseTracking(true);
    list_->setContextMenuPolicy(Qt::CustomContextMenu);
    list_->setUniformItemSizes(false);
    list_->setLayoutMode(QListView::Batched);  // ten thousand chats must not stall the window
    list_->setBatchSize(200);
    list_->installEventFilter(this);
    nothing_ = new QLabel(this);
    nothing_->setAlignment(Qt::AlignTop | Qt::AlignLeft);
    nothing_->setContentsMargins(10, 8, 10, 0);
    nothing_->setTextFormat(Qt::PlainText);
    nothing_->setWordWrap(true);
    setKind(nothing_, "quiet");
    connect(list_, &QListView::clicked, this,
            [this](const QModelIndex& index) { Q_EMIT selected(idAt(index)); });
    connect(list_, &QListView::customContextMenuRequested, this, &Sidebar::openMenu);
    connect(model_, &ConversationModel::renamed, this, &Sidebar::renamed);
}

void Sidebar::restyle() {
    const qreal ratio = devicePixelRatioF();
    mark_->setPixmap(applicationIcon().pixmap(QSize(24, 24), ratio));
    new_->setIcon(theme_.iconStrong("compose"));
    search_->setIcon(theme_.icon("search"));
    models_->setIcon(theme_.icon("models"));
    settings_->setIcon(theme_.icon("settings"));
    list_->viewport()->update();
    list_->doItemsLayout();
}

void Sidebar::retranslate() {
    new_->setText(tr("New chat"));
    new_->setAccessibleName(tr("New chat"));
    search_->setText(tr("Search"));
    search_->setAccessibleName(tr("Search all conversations"));
    searchKey_->setText(tr("Ctrl K"));
    models_->setText(tr("Models"));
    models_->setAccessibleName(tr("Models"));
    settings_->setText(tr("Settings"));
    settings_->setAccessibleName(tr("Settings"));
    list_->setAccessibleName(tr("Conversations"));
    nothing_->setText(tr("Your chats will be listed here. They are kept on this machine only."));
}

void Sidebar::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() == QEvent::LanguageChange) retranslate();
}

void Sidebar::paintEvent(QPaintEvent* event) {
    QWidget::paintEvent(event);
    QPainter painter(this);
    painter.fillRect(QRect(0, 0, width(), height()), theme_.colours().surface);
    painter.fillRect(QRect(width() - 1, 0, 1, height()), theme_.colours().line);
}

void Sidebar::setConversations(const QList<ConversationItem>& items) {
    // A title that is being typed is not taken away: the list follows when the editor closes.
    if (list_->isPersistentEditorOpen(list_->currentIndex())) {
        waiting_ = items;
        return;
    }
    waiting_.reset();
    model_->setItems(items);
    list_->setVisible(model_->rowCount() > 0);
    nothing_->setVisible(model_->rowCount() == 0);
    setCurrent(current_);
}

void Sidebar::setCurrent(qint64 id) {
    current_ = id;
    const QModelIndex index = model_->indexOf(id);
    if (index.isValid()) {
        list_->setCurrentIndex(index);
        list_->scrollTo(index);
    } else {
        list_->clearSelection();
        list_->setCurrentIndex({});
    }
}

void Sidebar::renameCurrent() {
    const QModelIndex index = list_->hasFocus() ? list_->currentIndex() : model_->indexOf(current_);
    if (index.isValid()) list_->edit(index);
}

void Sidebar::hideConversation(qint64 id) {
    model_->hide(id);
    list_->setVisible(model_->rowCount() > 0);
    nothing_->setVisible(model_->rowCount() == 0);
    setCurrent(current_);
}

void Sidebar::showConversation(qint64 id) {
    model_->unhide(id);
    list_->setVisible(model_->rowCount() > 0);
    nothing_->setVisible(model_->rowCount() == 0);
    setCurrent(current_);
}

QString Sidebar::titleOf(qint64 id) const {
    const ConversationItem* item = model_->find(id);
    return item ? item->title : QString();
}

bool Sidebar::isPinned(qint64 id) const {
    const ConversationItem* item = model_->find(id);
    return item && item->pinned;
}

void Sidebar::setDownloadShare(int percent) {
    const QString share = percent < 0 ? QString() : tr("%1 %").arg(percent);
    modelsShare_->setText(share);
    models_->setAccessibleDescription(share.isEmpty() ? QString() : tr("Downloading, %1").arg(share));
}

qint64 Sidebar::idAt(const QModelIndex& index) const {
    return index.data(ConversationModel::IdRole).toLongLong();
}

bool Sidebar::eventFilter(QObject* watched, QEvent* event) {
    if (watched == list_ && event->type() == QEvent::KeyPress && list_->currentIndex().isValid()) {
        const auto* key = static_cast<QKeyEvent*>(event);
        const qint64 id = idAt(list_->currentIndex());
        if (key->key() == Qt::Key_Delete) {
            Q_EMIT deleteRequested(id);
            return true;
        }
        if (key->key() == Qt::Key_Return || key->key() == Qt::Key_Enter || key->key() == Qt::Key_Space) {
            Q_EMIT selected(id);
            return true;
        }
    }
    return QWidget::eventFilter(watched, event);
}

void Sidebar::openMenu(const QPoint& position) {
    const QModelIndex index = list_->indexAt(position);
    if (!index.isValid()) return;
    const qint64 id = idAt(index);
    const bool pinned = index.data(ConversationModel::PinnedRole).toBool();
    auto* menu = new QMenu(this);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    menu->addAction(theme_.icon("edit"), tr("Rename"), this,
                    [this, id] { list_->edit(model_->indexOf(id)); });
    menu->addAction(theme_.icon("pin"), pinned ? tr("Unpin") : tr("Pin"), this,
                    [this, id, pinned] { Q_EMIT pinRequested(id, !pinned); });
    menu->addSeparator();
    menu->addAction(theme_.icon("trash"), tr("Delete"), this, [this, id] { Q_EMIT deleteRequested(id); });
    menu->popup(list_->viewport()->mapToGlobal(position));
}

}  // namespace sidewinder::ui
