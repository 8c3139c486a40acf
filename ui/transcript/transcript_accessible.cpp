#include "ui/transcript/transcript_accessible.h"

#include <QAccessible>
#include <QAccessibleWidget>
#include <QPointer>

#include <map>

#include "ui/transcript/transcript_view.h"

namespace sidewinder::ui {
namespace {

constexpr qsizetype longestName = 4000;

/// Interfaces made on demand and owned by Qt's cache; looked up by a number so that each is made once.
class Children {
  public:
    ~Children() {
        for (const auto& [index, id] : ids_) QAccessible::deleteAccessibleInterface(id);
    }
    template <typename Make>
    QAccessibleInterface* get(int index, Make make) {
        const auto found = ids_.find(index);
        if (found != ids_.end())
            if (QAccessibleInterface* existing = QAccessible::accessibleInterface(found->second))
                return existing;
        QAccessibleInterface* created = make();
        ids_[index] = QAccessible::registerAccessibleInterface(created);
        return created;
    }

  private:
    std::map<int, QAccessible::Id> ids_;
};

/// What message and control have in common: no QObject, a place in the view.
class PaintedAccessible : public QAccessibleInterface {
  public:
    explicit PaintedAccessible(TranscriptView* view) : view_(view) {}
    bool isValid() const override { return !view_.isNull(); }
    QObject* object() const override { return nullptr; }
    QWindow* window() const override { return view_ ? view_->window()->windowHandle() : nullptr; }
    void setText(QAccessible::Text, const QString&) override {}
    QAccessibleInterface* childAt(int x, int y) const override {
        for (int i = 0; i < childCount(); ++i)
            if (QAccessibleInterface* c = child(i); c && c->rect().contains(x, y)) return c;
        return nullptr;
    }

  protected:
    QRect onScreen(const QRect& rect) const {
        return rect.isValid() ? QRect(view_->viewport()->mapToGlobal(rect.topLeft()), rect.size()) : QRect();
    }
    QPointer<TranscriptView> view_;
};

class ControlAccessible : public PaintedAccessible, public QAccessibleActionInterface {
  public:
    ControlAccessible(TranscriptView* view, int item, int control)
        : PaintedAccessible(view), item_(item), control_(control) {}
    bool isValid() const override { return PaintedAccessible::isValid() && find().has_value(); }
    QAccessibleInterface* parent() const override {
        QAccessibleInterface* list = QAccessible::queryAccessibleInterface(view_);
        return list ? list->child(item_) : nullptr;
    }
    QAccessibleInterface* child(int) const override { return nullptr; }
    int childCount() const override { return 0; }
    int indexOfChild(const QAccessibleInterface*) const override { return -1; }
    QString text(QAccessible::Text kind) const override {
        const auto control = find();
        return control && kind == QAccessible::Name ? control->name : QString();
    }
    QRect rect() const override {
        const auto control = find();
        return control ? onScreen(view_->controlRect(*control)) : QRect();
    }
    QAccessible::Role role() const override {
        const auto control = find();
        return control && control->kind == Control::Kind::OpenLink ? QAccessible::Link : QAccessible::Button;
    }
    QAccessible::State state() const override {
        QAccessible::State state;
        const auto control = find();
        state.focusable = true;
        state.disabled = !control || !control->enabled;
        state.focused =
            view_->hasFocus() && view_->focusedMessage() == item_ && view_->focusedControl() == control_;
        return state;
    }
    void* interface_cast(QAccessible::InterfaceType type) override {
        return type == QAccessible::ActionInterface ? static_cast<QAccessibleActionInterface*>(this)
                                                    : nullptr;
    }
    QStringList actionNames() const override { return {pressAction(), setFocusAction()}; }
    void doAction(const QString& action) override {
        const auto control = find();
        if (control && action == pressAction()) view_->activate(*control);
        if (control && action == setFocusAction()) view_->focusMessage(item_, control_);
    }
    QStringList keyBindingsForAction(const QString&) const override { return {}; }

  private:
    std::optional<Control> find() const {
        if (!view_ || item_ >= view_->messageCount()) return std::nullopt;
        const auto all = view_->controls(item_);
        if (control_ >= static_cast<int>(all.size())) return std::nullopt;
        return all[static_cast<std::size_t>(control_)];
    }
    int item_;
    int control_;
};

class MessageAccessible : public PaintedAccessible {
  public:
    MessageAccessible(TranscriptView* view, int item) : PaintedAccessible(view), item_(item) {}
    bool isValid() const override { return PaintedAccessible::isValid() && item_ < view_->messageCount(); }
    QAccessibleInterface* parent() const override { return QAccessible::queryAccessibleInterface(view_); }
    int childCount() const override {
        return isValid() ? static_cast<int>(view_->controls(item_).size()) : 0;
    }
    QAccessibleInterface* child(int index) const override {
        if (index < 0 || index >= childCount()) return nullptr;
        return controls_.get(index, [this, index] { return new ControlAccessible(view_, item_, index); });
    }
    int indexOfChild(const QAccessibleInterface* wanted) const override {
        for (int i = 0; i < childCount(); ++i)
            if (child(i) == wanted) return i;
        return -1;
    }
    QString text(QAccessible::Text kind) const override {
        if (!isValid() || (kind != QAccessible::Name && kind != QAccessible::Value)) return {};
        const MessageView& view = view_->message(item_).view();
        const QString words = view.text.left(longestName);
        if (kind == QAccessible::Value) return words;
        QString name =
            (view.role == Role::User ? TranscriptView::tr("You: %1") : TranscriptView::tr("Answer: %1"));
        name = name.arg(words);
        if (view.status == MessageStatus::Stopped) name += u' ' + TranscriptView::tr("(stopped)");
        if (view.status == MessageStatus::Failed) name += u' ' + view.error;
        return name;
    }
    QRect rect() const override { return isValid() ? onScreen(view_->messageRect(item_)) : QRect(); }
    QAccessible::Role role() const override { return QAccessible::ListItem; }
    QAccessible::State state() const override {
        QAccessible::State state;
        state.focusable = true;
        state.readOnly = true;
        state.focused = view_->hasFocus() && view_->focusedMessage() == item_ && view_->focusedControl() < 0;
        state.busy = isValid() && view_->message(item_).view().status == MessageStatus::Streaming;
        return state;
    }

  private:
    int item_;
    mutable Children controls_;
};

class TranscriptAccessible : public QAccessibleWidget {
  public:
    explicit TranscriptAccessible(TranscriptView* view)
        : QAccessibleWidget(view, QAccessible::List), view_(view) {}
    int childCount() const override {
        return view_->messageCount() + static_cast<int>(view_->overlays().size());
    }
    QAccessibleInterface* child(int index) const override {
        const int messages = view_->messageCount();
        if (index < 0 || index >= childCount()) return nullptr;
        if (index >= messages)
            return QAccessible::queryAccessibleInterface(view_->overlays().at(index - messages));
        return messages_.get(index, [this, index] { return new MessageAccessible(view_, index); });
    }
    int indexOfChild(const QAccessibleInterface* wanted) const override {
        for (int i = 0; i < childCount(); ++i)
            if (child(i) == wanted) return i;
        return -1;
    }
    QAccessibleInterface* childAt(int x, int y) const override {
        for (int i = 0; i < childCount(); ++i)
            if (QAccessibleInterface* c = child(i); c && c->rect().contains(x, y)) return c;
        return nullptr;
    }
    QAccessibleInterface* focusChild() const override {
        if (!view_->hasFocus() || view_->focusedMessage() < 0) return QAccessibleWidget::focusChild();
        QAccessibleInterface* message = child(view_->focusedMessage());
        return view_->focusedControl() < 0 ? message : message->child(view_->focusedControl());
    }

  private:
    TranscriptView* view_;
    mutable Children messages_;
};

QAccessibleInterface* makeInterface(const QString&, QObject* object) {
    auto* view = qobject_cast<TranscriptView*>(object);
    return view ? new TranscriptAccessible(view) : nullptr;
}

}  // namespace

void installTranscriptAccessibility() {
    QAccessible::installFactory(makeInterface);
}

void announceFocus(TranscriptView& view) {
    if (!QAccessible::isActive() || view.focusedMessage() < 0) return;
    QAccessibleInterface* list = QAccessible::queryAccessibleInterface(&view);
    QAccessibleInterface* target = list ? list->focusChild() : nullptr;
    if (!target) return;
    QAccessibleEvent event(target, QAccessible::Focus);
    QAccessible::updateAccessibility(&event);
}

}  // namespace sidewinder::ui
