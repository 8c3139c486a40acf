#pragma once

#include <QAbstractScrollArea>
#include <QElapsedTimer>
#include <QPointer>
#include <QTimer>
#include <QUrl>

#include <optional>

#include "ui/transcript/control.h"
#include "ui/transcript/finder.h"
#include "ui/transcript/inline_editor.h"

class QToolButton;

namespace sidewinder::ui {

/// The conversation. Lays out only what can be seen, paints at most 30 times a second while text streams,
/// keeps what is being read in its place. Keys: Up and Down choose a message, Tab walks its controls, Enter
/// presses one, Left and Right move code sideways.
class TranscriptView : public QAbstractScrollArea {
    Q_OBJECT

  public:
    explicit TranscriptView(const Theme& theme, QWidget* parent = nullptr);
    ~TranscriptView() override;

    void setMessages(const QList<MessageView>& messages, bool sameConversation, qint64 scrollTo);
    void appendMessage(const MessageView& message);
    void appendText(qint64 id, const QString& delta);
    void updateMessage(const MessageView& message);
    void setMessageId(qint64 oldId, qint64 newId);
    void setEngineFree(bool free);
    void setProgress(const QString& sentence);  ///< shown where a streaming answer has no text yet

    bool isEmpty() const { return items_.empty(); }
    int messageCount() const { return static_cast<int>(items_.size()); }
    const MessageItem& message(int index) const { return *items_[static_cast<std::size_t>(index)]; }
    bool isFollowing() const { return following_; }
    bool isEditing() const { return !editor_.isNull(); }

    bool editLastOwn();         ///< false: there is none
    qint64 lastAnswer() const;  ///< 0: none that may be regenerated
    void copyLastAnswer();
    void copySelection();
    void selectAll();
    QString selection() const { return selectedText(selection_, items_); }
    void jumpToLatest();
    Finder& finder() { return finder_; }
    void setFindVisible(bool visible);

    /// For accessibility and tests: all controls of a message, and pressing one.
    std::vector<Control> controls(int index) const;
    QRect controlRect(const Control& control) const;  ///< in viewport coordinates
    QRect messageRect(int index) const;               ///< in viewport coordinates
    void activate(const Control& control);
    int focusedMessage() const { return focusItem_; }
    int focusedControl() const { return focusControl_; }
    void focusMessage(int index, int control = -1);
    QList<QWidget*> overlays() const;  ///< widgets that lie over the text

  Q_SIGNALS:
    void editRequested(qint64 id, const QString& text);
    void regenerateRequested(qint64 id);
    void siblingRequested(qint64 id, int delta);
    void linkActivated(const QUrl& url);

  protected:
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void mouseDoubleClickEvent(QMouseEvent* event) override;
    void wheelEvent(QWheelEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void contextMenuEvent(QContextMenuEvent* event) override;
    void focusInEvent(QFocusEvent* event) override;
    void focusOutEvent(QFocusEvent* event) override;
    bool focusNextPrevChild(bool next) override;
    bool viewportEvent(QEvent* event) override;
    void changeEvent(QEvent* event) override;

  private:
    struct Anchor {
        int item = 0;
        int block = -1;
        int distance = 0;  // from the block's top to the view's
    };

    // scrolling: transcript_scroll.cpp
    void settle();
    bool measureBetween(int from, int to);
    void updateTops();
    void rememberAnchor(int y);
    int anchorY() const;
    void scrolledByUser(int value);
    void scrollTo(int y);
    void reveal(const Place& place);
    void revealMessage(int index);
    void releaseFar(int y);
    int columnLeft() const;
    int columnWidth() const;
    int scrollY() const;
    void placeOverlays();

    // painting: transcript_paint.cpp
    void paintItem(QPainter& painter, int index, const QRect& visible);
    void paintBoxes(QPainter& painter, int index, const QRect& visible);
    void paintChrome(QPainter& painter, int index);
    void paintControls(QPainter& painter, int index, int top);
    void paintControl(QPainter& painter, const Control& control, bool focused);
    void paintWaiting(QPainter& painter, const MessageItem& item);
    void paintError(QPainter& painter, const MessageItem& item);
    QString statsText(const MessageItem& item) const;

    // pointer and keys: transcript_input.cpp
    int itemAt(int documentY) const;
    Place placeAt(const QPoint& viewportPoint) const;
    std::optional<Control> controlAt(const QPoint& viewportPoint) const;
    std::vector<Control> controlsFor(int index, bool onlyVisible) const;
    bool scrollCodeSideways(const QPoint& viewportPoint, int delta);
    BlockBox* codeUnder(const QPoint& viewportPoint, QPoint* inBox) const;
    void updateHover(const QPoint& viewportPoint);
    void extendSelection(const QPoint& viewportPoint);
    void moveFocus(int delta);
    void copyText(const QString& text, const Control* from = nullptr);

    void restyle();
    void tick();
    int indexOf(qint64 id) const;
    void beginEdit(int index);
    void endEdit();
    MessageItem& at(int index) const { return *items_[static_cast<std::size_t>(index)]; }

    const Theme& theme_;
    TextStyle style_;
    MessageItems items_;
    Finder finder_;
    bool findVisible_ = false;

    QTimer tick_;
    Anchor anchor_;
    bool following_ = true;
    bool settling_ = false;
    int settled_ = 0;  // counts, to free far layouts now and then

    Selection selection_;
    bool selecting_ = false;
    QTimer autoScroll_;
    QPoint lastPointer_;
    std::optional<Control> hovered_;
    std::optional<Control> pressed_;
    std::optional<Control> copied_;
    QTimer copiedTimer_;
    int hoverItem_ = -1;
    BlockBox* dragBox_ = nullptr;
    int dragStart_ = 0;

    int focusItem_ = -1;
    int focusControl_ = -1;
    bool keyboardFocus_ = false;

    bool engineFree_ = true;
    QString progress_;
    QToolButton* latest_;
    QPointer<InlineEditor> editor_;
    int editing_ = -1;
};

}  // namespace sidewinder::ui
