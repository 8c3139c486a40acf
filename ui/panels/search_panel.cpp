#include "ui/panels/search_panel.h"

#include <QFrame>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QLineEdit>
#include <QListView>
#include <QPainter>
#include <QStandardItemModel>
#include <QVBoxLayout>

#include <algorithm>

#include "ui/panels/search_delegate.h"
#include "ui/theme/kind.h"

namespace sidewinder::ui {
namespace {
constexpr int delayMs = 150;
}

SearchPanel::SearchPanel(const Theme& theme, QWidget* parent)
    : QWidget(parent), theme_(theme), model_(new QStandardItemModel(this)) {
    card_ = new QFrame(this);
    card_->setObjectName(QStringLiteral("SearchCard"));
    icon_ = new QLabel(card_);
    input_ = new QLineEdit(card_);
    setKind(input_, "bare");
    input_->setMinimumHeight(30);
    input_->installEventFilter(this);
    list_ = new QListView(card_);
    list_->setModel(model_);
    list_->setItemDelegate(new SearchDelegate(theme, this));
    list_->setEditTriggers(QAbstractItemView::NoEditTriggers);
    list_->setVerticalScrollMode(QAbstractItemView::ScrollPerPixel);
    list_->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    list_->setUniformItemSizes(true);
    list_->setMouseTracking(true);
    list_->installEventFilter(this);
    message_ = new QLabel(card_);
    message_->setTextFormat(Qt::PlainText);
    message_->setAlignment(Qt::AlignCenter);
    setKind(message_, "hint");

    auto* line = new QHBoxLayout;
    line->setContentsMargins(18, 12, 18, 8);
    line->setSpacing(12);
    line->addWidget(icon_);
    line->addWidget(input_, 1);
    auto* column = new QVBoxLayout(card_);
    column->setContentsMargins(0, 0, 0, 8);
    column->setSpacing(4);
    column->addLayout(line);
    auto* body = new QVBoxLayout;
    body->setContentsMargins(8, 0, 8, 0);
    body->addWidget(list_, 1);
    body->addWidget(message_, 1);
    column->addLayout(body, 1);

    delay_.setSingleShot(true);
    connect(&delay_, &QTimer::timeout, this, &SearchPanel::request);
    connect(input_, &QLineEdit::textChanged, this, [this] { delay_.start(delayMs); });
    connect(list_, &QListView::clicked, this, [this](const QModelIndex& index) { activate(index.row()); });
    connect(&theme_, &Theme::changed, this, &SearchPanel::retranslate);
    retranslate();
    hide();
}

void SearchPanel::open() {
    setGeometry(parentWidget()->rect());
    placeCard();
    show();
    raise();
    input_->setFocus(Qt::ShortcutFocusReason);
    input_->selectAll();
    if (input_->text().isEmpty()) say(tr("Type to search in every chat."));
}

void SearchPanel::close() {
    hide();
    Q_EMIT closed();
}

void SearchPanel::request() {
    const QString query = input_->text().trimmed();
    if (query == asked_) return;
    asked_ = query;
    if (query.isEmpty()) {
        model_->clear();
        say(tr("Type to search in every chat."));
        return;
    }
    Q_EMIT searchRequested(query);
}

void SearchPanel::say(const QString& sentence) {
    message_->setText(sentence);
    message_->setVisible(!sentence.isEmpty());
    list_->setVisible(sentence.isEmpty());
    placeCard();
}

void SearchPanel::setResults(const QString& query, const QList<SearchHit>& hits) {
    if (query != asked_) return;
    model_->clear();
    for (const SearchHit& hit : hits) {
        auto* item = new QStandardItem;
        item->setData(QVariant::fromValue(hit), SearchDelegate::HitRole);
        item->setData(hit.title, Qt::DisplayRole);
        item->setData(QStringLiteral("%1: %2").arg(hit.title, hit.snippet), Qt::AccessibleTextRole);
        model_->appendRow(item);
    }
    say(hits.isEmpty() ? tr("Nothing found for “%1”.").arg(query.left(60)) : QString());
    if (!hits.isEmpty()) list_->setCurrentIndex(model_->index(0, 0));
}

void SearchPanel::activate(int row) {
    const QModelIndex index = model_->index(row, 0);
    if (!index.isValid()) return;
    const auto hit = index.data(SearchDelegate::HitRole).value<SearchHit>();
    close();
    Q_EMIT hitActivated(hit.conversationId, hit.messageId);
}

bool SearchPanel::keyPressed(int key) {
    const int row = list_->currentIndex().row();
    switch (key) {
        case Qt::Key_Escape:
            close();
            return true;
        case Qt::Key_Up:
        case Qt::Key_Down: {
            if (model_->rowCount() == 0) return true;
            const int next = std::clamp(row + (key == Qt::Key_Up ? -1 : 1), 0, model_->rowCount() - 1);
            list_->setCurrentIndex(model_->index(next, 0));
            return true;
        }
        case Qt::Key_Return:
        case Qt::Key_Enter:
            if (delay_.isActive()) {
                delay_.stop();
                request();
            } else {
                activate(row);
            }
            return true;
        default:
            return false;
    }
}

bool SearchPanel::eventFilter(QObject* watched, QEvent* event) {
    if (watched != input_ && watched != list_) return QWidget::eventFilter(watched, event);
    if (event->type() == QEvent::ShortcutOverride &&
        static_cast<QKeyEvent*>(event)->key() == Qt::Key_Escape) {
        event->accept();
        return true;
    }
    if (event->type() == QEvent::KeyPress && keyPressed(static_cast<QKeyEvent*>(event)->key())) return true;
    return QWidget::eventFilter(watched, event);
}

/// The focus stays inside while the panel is open.
bool SearchPanel::focusNextPrevChild(bool) {
    if (input_->hasFocus() && list_->isVisible())
        list_->setFocus(Qt::TabFocusReason);
    else
        input_->setFocus(Qt::TabFocusReason);
    return true;
}

void SearchPanel::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.fillRect(rect(), QColor(0, 0, 0, theme_.colours().dark ? 150 : 70));
}

void SearchPanel::mousePressEvent(QMouseEvent* event) {
    if (!card_->geometry().contains(event->pos())) close();
}

void SearchPanel::placeCard() {
    const int width = std::min(640, this->width() - 48);
    const int rows = list_->isHidden() ? 0 : model_->rowCount() * std::max(1, list_->sizeHintForRow(0));
    const int height = std::min(std::clamp(rows + 72, 200, 480), this->height() - 120);
    card_->setGeometry((this->width() - width) / 2, std::min(96, this->height() / 8), width, height);
}

void SearchPanel::resizeEvent(QResizeEvent* event) {
    QWidget::resizeEvent(event);
    placeCard();
}

void SearchPanel::retranslate() {
    input_->setPlaceholderText(tr("Search all chats"));
    input_->setAccessibleName(tr("Search all chats"));
    list_->setAccessibleName(tr("Search results"));
    icon_->setPixmap(theme_.icon("search").pixmap(QSize(20, 20), devicePixelRatioF()));
}

void SearchPanel::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() == QEvent::LanguageChange) retranslate();
}

}  // namespace sidewinder::ui
