#include "ui/transcript/transcript_view.h"

#include <QAccessible>
#include <QApplication>
#include <QClipboard>
#include <QScrollBar>
#include <QToolButton>

#include <algorithm>
#include <utility>

#include "ui/markdown/text.h"
#include "ui/theme/kind.h"
#include "ui/transcript/transcript_accessible.h"

namespace sidewinder::ui {
namespace {
constexpr int tickMs = 33;      // at most 30 repaints a second
constexpr int copiedMs = 1600;  // how long a copy is confirmed
}  // namespace

TranscriptView::TranscriptView(const Theme& theme, QWidget* parent)
    : QAbstractScrollArea(parent), theme_(theme), style_(theme), finder_([this](int index) -> MessageItem* {
          if (index >= messageCount()) return nullptr;
          at(index).parse(style_);
          return &at(index);
      }) {
    installTranscriptAccessibility();
    setFrameShape(QFrame::NoFrame);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setFocusPolicy(Qt::StrongFocus);
    setAccessibleName(tr("Conversation"));
    viewport()->setMouseTracking(true);
    viewport()->setAutoFillBackground(false);
    verticalScrollBar()->setSingleStep(48);
    verticalScrollBar()->setFocusPolicy(Qt::NoFocus);

    latest_ = new QToolButton(this);
    setKind(latest_, "latest");
    latest_->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    latest_->setCursor(Qt::PointingHandCursor);
    latest_->setFocusPolicy(Qt::TabFocus);
    latest_->hide();
    connect(latest_, &QToolButton::clicked, this, &TranscriptView::jumpToLatest);

    tick_.setSingleShot(true);
    tick_.setTimerType(Qt::PreciseTimer);
    connect(&tick_, &QTimer::timeout, this, &TranscriptView::tick);
    copiedTimer_.setSingleShot(true);
    connect(&copiedTimer_, &QTimer::timeout, this, [this] {
        copied_.reset();
        viewport()->update();
    });
    autoScroll_.setInterval(30);
    connect(&autoScroll_, &QTimer::timeout, this, [this] {
        const int over = lastPointer_.y() < 0 ? lastPointer_.y() : lastPointer_.y() - viewport()->height();
        verticalScrollBar()->setValue(scrollY() + std::clamp(over, -60, 60));
        extendSelection(lastPointer_);
    });
    connect(verticalScrollBar(), &QScrollBar::valueChanged, this, &TranscriptView::scrolledByUser);
    connect(&theme_, &Theme::changed, this, &TranscriptView::restyle);
    connect(&finder_, &Finder::revealed, this, &TranscriptView::reveal);
    connect(&finder_, &Finder::changed, viewport(), qOverload<>(&QWidget::update));
    restyle();
}

TranscriptView::~TranscriptView() = default;

void TranscriptView::restyle() {
    style_ = TextStyle(theme_);
    latest_->setText(tr("Jump to latest"));
    latest_->setIcon(theme_.iconStrong("arrow-down"));
    latest_->setIconSize(QSize(16, 16));
    latest_->adjustSize();
    for (const auto& item : items_) item->forgetLayout();
    settle();
}

void TranscriptView::changeEvent(QEvent* event) {
    QAbstractScrollArea::changeEvent(event);
    if (event->type() == QEvent::LanguageChange) {
        setAccessibleName(tr("Conversation"));
        restyle();
    }
}

int TranscriptView::indexOf(qint64 id) const {
    for (int i = messageCount() - 1; i >= 0; --i)
        if (at(i).view().id == id) return i;
    return -1;
}

void TranscriptView::setMessages(const QList<MessageView>& messages, bool sameConversation, qint64 scrollTo) {
    endEdit();
    MessageItems old = std::exchange(items_, {});
    for (const MessageView& view : messages) {
        const auto kept = std::find_if(
            old.begin(), old.end(), [&view](const auto& item) { return item && item->view().id == view.id; });
        if (sameConversation && kept != old.end()) {
            (*kept)->setView(view, style_);
            items_.push_back(std::move(*kept));
        } else {
            items_.push_back(std::make_unique<MessageItem>(view));
        }
    }
    selection_ = {};
    hovered_.reset();
    pressed_.reset();
    copied_.reset();
    dragBox_ = nullptr;
    hoverItem_ = focusItem_ = focusControl_ = -1;
    finder_.setQuery(finder_.query(), {});
    following_ = !sameConversation && scrollTo == 0;
    if (!sameConversation) anchor_ = {};
    settle();
    if (const int index = indexOf(scrollTo); scrollTo != 0 && index >= 0) revealMessage(index);
    QAccessibleTableModelChangeEvent changed(this, QAccessibleTableModelChangeEvent::ModelReset);
    QAccessible::updateAccessibility(&changed);
}

void TranscriptView::appendMessage(const MessageView& message) {
    items_.push_back(std::make_unique<MessageItem>(message));
    following_ = true;  // whoever sends wants to see what comes
    finder_.invalidateFrom(messageCount() - 1);
    settle();
}

void TranscriptView::appendText(qint64 id, const QString& delta) {
    const int index = indexOf(id);
    if (index < 0) return;
    at(index).appendText(delta);
    if (!tick_.isActive()) tick_.start(tickMs);
}

void TranscriptView::tick() {
    QElapsedTimer clock;
    clock.start();
    int firstChanged = -1;
    for (int i = messageCount() - 1; i >= 0; --i)
        if (at(i).hasPending()) {
            at(i).flush(style_);
            firstChanged = i;
        }
    if (firstChanged < 0) return;
    finder_.invalidateFrom(firstChanged);
    settle();
    // Should a tick ever take long, leave three quarters of the time to everything else.
    if (clock.elapsed() > tickMs / 3) tick_.start(static_cast<int>(clock.elapsed()) * 4);
}

void TranscriptView::updateMessage(const MessageView& message) {
    const int index = indexOf(message.id);
    if (index < 0) return;
    at(index).setView(message, style_);
    finder_.invalidateFrom(index);
    settle();
}

void TranscriptView::setMessageId(qint64 oldId, qint64 newId) {
    if (const int index = indexOf(oldId); index >= 0) at(index).setId(newId);
}

void TranscriptView::setEngineFree(bool free) {
    if (engineFree_ == free) return;
    engineFree_ = free;
    viewport()->update();
}

void TranscriptView::setProgress(const QString& sentence) {
    if (progress_ == sentence) return;
    progress_ = sentence;
    viewport()->update();
}

void TranscriptView::setFindVisible(bool visible) {
    findVisible_ = visible;
    viewport()->update();
}

bool TranscriptView::editLastOwn() {
    if (!engineFree_) return false;
    for (int i = messageCount() - 1; i >= 0; --i)
        if (at(i).isUser() && at(i).view().editable) {
            beginEdit(i);
            return true;
        }
    return false;
}

void TranscriptView::beginEdit(int index) {
    endEdit();
    editing_ = index;
    editor_ = new InlineEditor(at(index).view().text, viewport());
    connect(editor_, &InlineEditor::heightChanged, this, &TranscriptView::settle);
    connect(editor_, &InlineEditor::cancelled, this, [this] {
        endEdit();
        setFocus(Qt::OtherFocusReason);
    });
    connect(editor_, &InlineEditor::submitted, this, [this](const QString& text) {
        const qint64 id = at(editing_).view().id;
        endEdit();
        Q_EMIT editRequested(id, text);
    });
    following_ = false;
    settle();
    revealMessage(index);
    editor_->show();
    editor_->setFocus();
}

void TranscriptView::endEdit() {
    if (editing_ >= 0 && editing_ < messageCount()) at(editing_).setEditorHeight(0);
    editing_ = -1;
    if (editor_) {
        editor_->hide();
        editor_->deleteLater();
        editor_.clear();
    }
    settle();
}

QList<QWidget*> TranscriptView::overlays() const {
    QList<QWidget*> widgets;
    if (editor_) widgets << editor_;
    if (latest_->isVisibleTo(this)) widgets << latest_;
    return widgets;
}

qint64 TranscriptView::lastAnswer() const {
    for (int i = messageCount() - 1; i >= 0; --i)
        if (!at(i).isUser()) return at(i).view().editable ? at(i).view().id : 0;
    return 0;
}

void TranscriptView::copyLastAnswer() {
    for (int i = messageCount() - 1; i >= 0; --i)
        if (!at(i).isUser()) return copyText(at(i).view().text);
}

void TranscriptView::copySelection() {
    if (!selection_.isEmpty()) copyText(selectedText(selection_, items_));
}

void TranscriptView::selectAll() {
    if (items_.empty()) return;
    at(0).parse(style_);
    at(messageCount() - 1).parse(style_);
    const auto& boxes = items_.back()->boxes();
    const int last = static_cast<int>(boxes.size()) - 1;
    selection_.anchor = {0, 0, 0};
    selection_.cursor = {messageCount() - 1, std::max(0, last),
                         last < 0 ? 0 : static_cast<int>(boxes.back().box->text().size())};
    viewport()->update();
}

void TranscriptView::copyText(const QString& text, const Control* from) {
    QApplication::clipboard()->setText(markdown::withVisibleControls(text));  // no terminal escapes
    if (!from) return;
    copied_ = *from;
    copiedTimer_.start(copiedMs);
    viewport()->update();
}

void TranscriptView::activate(const Control& control) {
    if (!control.enabled || control.item < 0 || control.item >= messageCount()) return;
    const MessageItem& item = at(control.item);
    const qint64 id = item.view().id;
    switch (control.kind) {
        case Control::Kind::CopyCode:
            if (control.block < static_cast<int>(item.boxes().size()))
                copyText(item.boxes()[static_cast<std::size_t>(control.block)].box->text(), &control);
            break;
        case Control::Kind::OpenLink:
            Q_EMIT linkActivated(QUrl(control.url, QUrl::StrictMode));
            break;
        case Control::Kind::PreviousSibling:
            Q_EMIT siblingRequested(id, -1);
            break;
        case Control::Kind::NextSibling:
            Q_EMIT siblingRequested(id, +1);
            break;
        case Control::Kind::CopyMessage:
            copyText(item.view().text, &control);
            break;
        case Control::Kind::Edit:
            beginEdit(control.item);
            break;
        case Control::Kind::Regenerate:
        case Control::Kind::Retry:
            Q_EMIT regenerateRequested(id);
            break;
    }
}

}  // namespace sidewinder::ui
