#include <QAbstractButton>
#include <QAbstractSpinBox>
#include <QAccessible>
#include <QAction>
#include <QComboBox>
#include <QLineEdit>
#include <QListView>
#include <QPlainTextEdit>
#include <QSet>
#include <QTest>

#include "tests/ui/support/fake_controller.h"
#include "tests/ui/support/sample_data.h"
#include "ui/chat/composer.h"
#include "ui/panels/settings_dialog.h"
#include "ui/transcript/transcript_view.h"

using namespace sidewinder::ui;
using namespace sidewinder::test;

namespace {

bool isInteractive(const QAccessibleInterface& item) {
    static const QSet<QAccessible::Role> roles{
        QAccessible::Button,       QAccessible::PushButton, QAccessible::CheckBox, QAccessible::ComboBox,
        QAccessible::EditableText, QAccessible::SpinBox,    QAccessible::Link,     QAccessible::ButtonMenu};
    return roles.contains(item.role());
}

void walk(QAccessibleInterface* item, QStringList& nameless, int& controls, int depth = 0) {
    if (!item || !item->isValid() || depth > 24) return;
    if (item->state().invisible) return;
    if (isInteractive(*item)) {
        ++controls;
        const bool inner = item->object() && item->object()->objectName().startsWith(QLatin1String("qt_"));
        if (item->text(QAccessible::Name).isEmpty() && !inner)
            nameless << QStringLiteral("%1 (%2)")
                            .arg(item->object()
                                     ? QString::fromLatin1(item->object()->metaObject()->className())
                                     : QStringLiteral("painted"))
                            .arg(static_cast<int>(item->role()));
    }
    for (int i = 0; i < item->childCount(); ++i) walk(item->child(i), nameless, controls, depth + 1);
}

}  // namespace

class TestAccessibility : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void init() {
        window_ = std::make_unique<MainWindow>();
        controller_ = std::make_unique<FakeController>(*window_);
        const qint64 c = controller_->addConversation(QStringLiteral("Rich"), QDateTime::currentDateTime());
        const qint64 q = controller_->addMessage(c, 0, Role::User, QStringLiteral("Write a binary search"));
        controller_->addMessage(c, q, Role::Assistant, richAnswer());
        controller_->publish();
        window_->show();
        QVERIFY(QTest::qWaitForWindowExposed(window_.get()));
        controller_->open(c);
        transcript_ = window_->findChild<TranscriptView*>();
    }
    void cleanup() {
        controller_.reset();
        window_.reset();
    }

    void everyControlHasANameAndARole() {
        QStringList nameless;
        int controls = 0;
        walk(QAccessible::queryAccessibleInterface(window_.get()), nameless, controls);
        QVERIFY2(nameless.isEmpty(), qPrintable(nameless.join(QStringLiteral(", "))));
        QVERIFY2(controls >= 14, qPrintable(QString::number(controls)));
    }

    void settingsTooAndAllTakeTheFocus() {
        QTest::keyClick(window_.get(), Qt::Key_Comma, Qt::ControlModifier);
        auto* dialog = window_->findChild<SettingsDialog*>();
        QVERIFY(dialog);
        QStringList nameless;
        int controls = 0;
        walk(QAccessible::queryAccessibleInterface(dialog), nameless, controls);
        QVERIFY2(nameless.isEmpty(), qPrintable(nameless.join(QStringLiteral(", "))));
        QVERIFY(controls >= 13);
        checkFocusPolicies(*dialog);
    }

    void everyControlTakesTheFocusByKey() { checkFocusPolicies(*window_); }

    void tabGoesRoundAndComesBack() {
        auto* start = window_->findChild<Composer*>()->input();
        start->setFocus();
        QSet<QWidget*> seen;
        int presses = 0;
        do {
            QTest::keyClick(QApplication::focusWidget(), Qt::Key_Tab);
            seen << QApplication::focusWidget();
        } while (QApplication::focusWidget() != start && ++presses < 60);
        QCOMPARE(QApplication::focusWidget(), start);
        QVERIFY(seen.contains(transcript_));
        QVERIFY(seen.contains(window_->findChild<QListView*>()));
        QVERIFY(seen.size() >= 8);
    }

    void messagesAreChildrenWithTheirText() {
        QAccessibleInterface* list = QAccessible::queryAccessibleInterface(transcript_);
        QCOMPARE(list->role(), QAccessible::List);
        QCOMPARE(list->childCount(), 2);
        QVERIFY(list->child(0)->text(QAccessible::Name).contains(QStringLiteral("Write a binary search")));
        QVERIFY(list->child(1)->text(QAccessible::Name).contains(QStringLiteral("halves the range")));
        QCOMPARE(list->child(1)->role(), QAccessible::ListItem);
        QCOMPARE(list->child(1)->parent(), list);
        QCOMPARE(list->indexOfChild(list->child(1)), 1);
        QAccessibleInterface* copy = list->child(1)->child(0);
        QCOMPARE(copy->text(QAccessible::Name), QStringLiteral("Copy code"));
        QVERIFY(copy->actionInterface()->actionNames().contains(QAccessibleActionInterface::pressAction()));
    }

    void everyPaintedControlIsReachedByTab() {
        transcript_->setFocus(Qt::TabFocusReason);
        QCOMPARE(transcript_->focusedMessage(), 1);
        const auto all = transcript_->controls(1);
        int enabled = 0;
        for (const Control& control : all) enabled += control.enabled ? 1 : 0;
        QSet<int> reached;
        while (transcript_->hasFocus() && reached.size() <= enabled) {
            QTest::keyClick(transcript_, Qt::Key_Tab);
            if (transcript_->hasFocus()) reached << transcript_->focusedControl();
        }
        QCOMPARE(static_cast<int>(reached.size()), enabled);
        transcript_->setFocus(Qt::TabFocusReason);
        QTest::keyClick(transcript_, Qt::Key_Up);
        QTest::keyClick(transcript_, Qt::Key_Up);
    }

    void shortcutsAreUnique() {
        QStringList keys;
        for (const QAction* action : window_->actions())
            for (const QKeySequence& key : action->shortcuts()) keys << key.toString();
        const qsizetype all = keys.size();
        keys.removeDuplicates();
        QCOMPARE(keys.size(), all);
        QVERIFY(all >= 16);
    }

  private:
    static void checkFocusPolicies(QWidget& top) {
        for (QWidget* widget : top.findChildren<QWidget*>()) {
            const bool control = qobject_cast<QAbstractButton*>(widget) || qobject_cast<QLineEdit*>(widget) ||
                                 qobject_cast<QPlainTextEdit*>(widget) ||
                                 qobject_cast<QAbstractSpinBox*>(widget) ||
                                 qobject_cast<QComboBox*>(widget) || qobject_cast<QListView*>(widget);
            if (!control || !widget->isVisibleTo(&top) ||
                widget->objectName().startsWith(QLatin1String("qt_")))
                continue;
            QVERIFY2(widget->focusPolicy() & Qt::TabFocus, widget->metaObject()->className());
        }
    }
    std::unique_ptr<MainWindow> window_;
    std::unique_ptr<FakeController> controller_;
    TranscriptView* transcript_ = nullptr;
};

QTEST_MAIN(TestAccessibility)
#include "test_accessibility.moc"
