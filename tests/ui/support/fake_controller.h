#pragma once

#include <QHash>
#include <QMap>
#include <QObject>
#include <QTimer>

#include <algorithm>

#include "ui/main_window.h"

namespace sidewinder::test {

using namespace sidewinder::ui;

/// Plays the application behind a MainWindow: a tree of messages in memory and a scripted engine that streams
/// `script`.
class FakeController : public QObject {
  public:
    explicit FakeController(MainWindow& window) : window_(window) {
        status.model = QStringLiteral("Scripted model");
        status.device = QStringLiteral("CPU, 2 threads");
        status.phase = Phase::Idle;
        stream_.setTimerType(Qt::PreciseTimer);
        connect(&stream_, &QTimer::timeout, this, [this] { step(); });
        connectWindow();
        window_.setStatus(status);
        publish();
    }

    struct Node {
        MessageView view;
        qint64 parent = 0;
        qint64 conversation = 0;
    };

    QString script =
        QStringLiteral("Here it is:\n\n```cpp\nint main() {\n    return 0;\n}\n```\n\nThat is all.");
    int intervalMs = 2;  ///< between deltas
    int deltaSize = 4;   ///< characters
    EngineStatus status;
    QMap<qint64, ConversationItem> conversations;
    QMap<qint64, Node> nodes;
    QHash<qint64, qint64> chosen;  ///< parent (or -conversation) to child
    QStringList log;

    bool isStreaming() const { return streaming_ != 0; }

    qint64 addConversation(const QString& title, const QDateTime& updated, bool pinned = false) {
        const qint64 id = ++lastId_;
        conversations[id] = {id, title, {}, updated, pinned};
        return id;
    }
    qint64 addMessage(qint64 conversation, qint64 parent, Role role, const QString& text) {
        Node node;
        node.view.id = ++lastId_;
        node.view.role = role;
        node.view.text = text;
        node.parent = parent;
        node.conversation = conversation;
        nodes[node.view.id] = node;
        chosen[parent == 0 ? -conversation : parent] = node.view.id;
        return node.view.id;
    }
    void publish() { window_.setConversations(conversations.values()); }
    void open(qint64 id, qint64 scrollTo = 0) {
        current_ = id;
        window_.setCurrentConversation(id, path(id), scrollTo);
    }
    QList<MessageView> path(qint64 conversation) const {
        QList<MessageView> out;
        for (qint64 id = chosen.value(-conversation); id != 0; id = chosen.value(id)) {
            MessageView view = nodes[id].view;
            const QList<qint64> siblings = siblingsOf(id);
            view.siblingCount = static_cast<int>(siblings.size());
            view.siblingIndex = static_cast<int>(siblings.indexOf(id));
            out << view;
        }
        return out;
    }
    void answer(qint64 parent) {
        const qint64 conversation = nodes[parent].conversation;
        streaming_ = addMessage(conversation, parent, Role::Assistant, {});
        nodes[streaming_].view.status = MessageStatus::Streaming;
        position_ = 0;
        const bool isNew = siblingsOf(streaming_).size() > 1;
        if (isNew)
            open(conversation);
        else
            window_.appendMessage(nodes[streaming_].view);
        status.phase = Phase::Generating;
        window_.setStatus(status);
        stream_.start(intervalMs);
    }
    void stop(MessageStatus end) {
        if (streaming_ == 0) return;
        stream_.stop();
        MessageView& view = nodes[streaming_].view;
        view.status = end;
        view.stats = {120, 64, 41.3, 0.38};
        for (const MessageView& shown : path(nodes[streaming_].conversation))
            if (shown.id == streaming_) window_.updateMessage(shown);
        streaming_ = 0;
        status.phase = Phase::Idle;
        window_.setStatus(status);
    }

  private:
    QList<qint64> siblingsOf(qint64 id) const {
        QList<qint64> out;
        for (const Node& node : nodes)
            if (node.parent == nodes[id].parent && node.conversation == nodes[id].conversation &&
                node.view.role == nodes[id].view.role)
                out << node.view.id;
        return out;
    }
    void step() {
        const QString delta = script.mid(position_, deltaSize);
        position_ += delta.size();
        nodes[streaming_].view.text += delta;
        window_.appendText(streaming_, delta);
        if (position_ >= script.size()) stop(MessageStatus::Done);
    }
    void send(const QString& text) {
        log << QStringLiteral("send ") + text;
        qint64 conversation = window_.currentConversation();
        if (conversation == 0) {
            conversation = addConversation(text.section(u'\n', 0, 0).left(60), QDateTime::currentDateTime());
            publish();
            window_.setCurrentConversationId(conversation);
        }
        current_ = conversation;
        const auto before = path(conversation);
        const qint64 id = addMessage(conversation, before.isEmpty() ? 0 : before.last().id, Role::User, text);
        window_.appendMessage(nodes[id].view);
        answer(id);
    }
    void connectWindow() {
        connect(&window_, &MainWindow::sendRequested, this, [this](const QString& text) { send(text); });
        connect(&window_, &MainWindow::stopRequested, this, [this] {
            log << QStringLiteral("stop");
            stop(MessageStatus::Stopped);
        });
        connect(&window_, &MainWindow::newConversationRequested, this, [this] {
            log << QStringLiteral("new");
            open(0);
        });
        connect(&window_, &MainWindow::conversationSelected, this, [this](qint64 id) { open(id); });
        connect(&window_, &MainWindow::renameRequested, this, [this](qint64 id, const QString& title) {
            log << QStringLiteral("rename %1 %2").arg(id).arg(title);
            conversations[id].title = title;
            publish();
        });
        connect(&window_, &MainWindow::pinRequested, this, [this](qint64 id, bool pinned) {
            conversations[id].pinned = pinned;
            publish();
        });
        connect(&window_, &MainWindow::deleteRequested, this, [this](qint64 id) {
            log << QStringLiteral("delete %1").arg(id);
            deleted_ = conversations.take(id);
            if (window_.currentConversation() == id) open(0);
            publish();
        });
        connect(&window_, &MainWindow::undoDeleteRequested, this, [this](qint64 id) {
            log << QStringLiteral("undo %1").arg(id);
            conversations[id] = deleted_;
            publish();
        });
        connect(&window_, &MainWindow::editRequested, this, [this](qint64 id, const QString& text) {
            log << QStringLiteral("edit %1 %2").arg(id).arg(text);
            const Node old = nodes[id];
            const qint64 fresh = addMessage(old.conversation, old.parent, Role::User, text);
            open(old.conversation);
            answer(fresh);
        });
        connect(&window_, &MainWindow::regenerateRequested, this, [this](qint64 id) {
            log << QStringLiteral("regenerate %1").arg(id);
            answer(nodes[id].parent);
        });
        connect(&window_, &MainWindow::siblingRequested, this, [this](qint64 id, int delta) {
            const QList<qint64> all = siblingsOf(id);
            const qsizetype index = all.indexOf(id) + delta;
            if (index < 0 || index >= all.size()) return;
            const Node& node = nodes[id];
            chosen[node.parent == 0 ? -node.conversation : node.parent] = all[index];
            open(node.conversation);
        });
        connect(&window_, &MainWindow::searchRequested, this,
                [this](const QString& query) { search(query); });
        connect(&window_, &MainWindow::searchHitActivated, this, [this](qint64 c, qint64 m) { open(c, m); });
    }
    void search(const QString& query) {
        log << QStringLiteral("search ") + query;
        QList<SearchHit> hits;
        for (const Node& node : nodes) {
            const qsizetype at = node.view.text.indexOf(query, 0, Qt::CaseInsensitive);
            if (at < 0 || !conversations.contains(node.conversation)) continue;
            SearchHit hit;
            hit.conversationId = node.conversation;
            hit.messageId = node.view.id;
            hit.title = conversations[node.conversation].title;
            hit.updated = conversations[node.conversation].updated;
            const qsizetype from = std::max<qsizetype>(0, at - 24);
            hit.snippet = node.view.text.mid(from, 120).replace(u'\n', u' ');
            hit.highlights = {{static_cast<int>(at - from), static_cast<int>(query.size())}};
            hits << hit;
        }
        window_.setSearchResults(query, hits);
    }

    MainWindow& window_;
    QTimer stream_;
    qint64 lastId_ = 0;
    qint64 current_ = 0;
    qint64 streaming_ = 0;
    qsizetype position_ = 0;
    ConversationItem deleted_;
};

}  // namespace sidewinder::test
