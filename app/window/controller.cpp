#include "app/window/controller.h"

#include <QCoreApplication>
#include <QMetaObject>
#include <QTimer>

#include <algorithm>

#include "app/window/proxy_password_keeper.h"
#include "storage/error.h"

namespace sidewinder::app {

using storage::Conversations;
using ui::MainWindow;

namespace {

constexpr int kListed = 20'000;  // conversations in the sidebar; older ones are found by search
constexpr qint64 kUseCpu = 1;    // a notice's actions
constexpr int kSettleMs = 500;   // settings act once the person has stopped changing them

}  // namespace

Controller::Controller(const Parts& parts, Settings settings, QObject* parent)
    : QObject(parent),
      parts_(parts),
      settings_(std::move(settings)),
      engine_(new EngineWorker(parts.checkpoints)),
      models_({.page = parts.window.models(),
               .paths = parts.paths,
               .backends = parts.backends,
               .fetch = parts.fetch},
              settings_),
      projects_({.window = parts.window,
                 .store = parts.store,
                 .checkpoints = parts.checkpoints,
                 .engine = engine_,
                 .recall = parts.paths.recall()},
                settings_),
      excerpts_(new ExcerptsWorker) {
    qRegisterMetaType<std::vector<inference::TokenId>>();
    engine_thread_.setObjectName(QStringLiteral("engine"));
    engine_->moveToThread(&engine_thread_);
    connect(&engine_thread_, &QThread::finished, engine_, &QObject::deleteLater);
    connectWindow();
    connectEngine();
    connectStore();
    connectModels();
    connectProjects();
    connectExcerpts();
    for (QTimer* timer : {&save_later_, &reload_later_}) {
        timer->setSingleShot(true);
        timer->setInterval(kSettleMs);
    }
    connect(&save_later_, &QTimer::timeout, this, &Controller::saveSettings);
    connect(&reload_later_, &QTimer::timeout, this, &Controller::loadModel);
    engine_thread_.start();
}

Controller::~Controller() {
    if (save_later_.isActive()) saveSettings();
    reload_later_.stop();
    loading_.request_stop();
    projects_.disconnectEngine();
    excerpts_->disconnect(this);
    for (Answer& answer : answers_) answer.stop.request_stop();
    excerpts_thread_.quit();
    excerpts_thread_.wait();
    // The engine's last words (finished, with the partial answer) are already on their way when quit is
    // handled.
    QMetaObject::invokeMethod(
        engine_, [this] { engine_thread_.quit(); }, Qt::QueuedConnection);
    engine_thread_.wait();
    engine_ = nullptr;  // deleted with its thread; a turn that the store still delivers stays a question
                        // without answer
    QCoreApplication::sendPostedEvents(this);
}

void Controller::start() {
    parts_.window.setSettings(to_view(settings_));
    setPhase(ui::Phase::Loading);
    loadModel();
    parts_.store.ask(
        this, [](Conversations& c) { return c.recover_interrupted(); }, [](int) {});
    refreshList();
    projects_.start();
}

void Controller::connectWindow() {
    MainWindow* w = &parts_.window;
    connect(w, &MainWindow::newConversationRequested, this, [this] { newChat(0); });
    connect(w, &MainWindow::conversationSelected, this, [this](qint64 id) { openConversation(id); });
    connect(w, &MainWindow::searchHitActivated, this,
            [this](qint64 id, qint64 message) { openConversation(id, message); });
    connect(w, &MainWindow::sendRequested, this, &Controller::send);
    connect(w, &MainWindow::stopRequested, this, &Controller::stop);
    connect(w, &MainWindow::editRequested, this, &Controller::editMessage);
    connect(w, &MainWindow::regenerateRequested, this, &Controller::regenerate);
    connect(w, &MainWindow::siblingRequested, this, &Controller::chooseSibling);
    connect(w, &MainWindow::deleteRequested, this, &Controller::removeConversation);
    connect(w, &MainWindow::searchRequested, this, &Controller::search);
    connect(w, &MainWindow::settingsChanged, this, &Controller::applySettings);
    auto* keeper = new ProxyPasswordKeeper(parts_.fetch, this);
    connect(w, &MainWindow::proxyPasswordGiven, keeper, &ProxyPasswordKeeper::keep);
    connect(w, &MainWindow::proxyPasswordForgotten, keeper, &ProxyPasswordKeeper::forget);
    connect(keeper, &ProxyPasswordKeeper::said, w, &MainWindow::sayProxyPassword);
    connect(w, &MainWindow::undoDeleteRequested, this, [this](qint64 id) {
        parts_.store.ask([id](Conversations& c) { c.undo_remove(id); });
        refreshList();
    });
    connect(w, &MainWindow::renameRequested, this, [this](qint64 id, const QString& title) {
        parts_.store.ask([id, text = title.toStdString()](Conversations& c) { c.rename(id, text); });
        refreshList();
    });
    connect(w, &MainWindow::pinRequested, this, [this](qint64 id, bool pinned) {
        parts_.store.ask([id, pinned](Conversations& c) { c.set_pinned(id, pinned); });
        refreshList();
    });
    connect(w, &MainWindow::noticeActionTriggered, this, [this](qint64 action) {
        if (action != kUseCpu) return;
        cpu_only_ = true;
        off_ = false;
        setPhase(ui::Phase::Loading);
        loadModel();
    });
}

void Controller::connectEngine() {
    connect(engine_, &EngineWorker::loaded, this, &Controller::onLoaded);
    connect(engine_, &EngineWorker::loading, this, &Controller::onLoading);
    connect(engine_, &EngineWorker::loadFailed, this, &Controller::onLoadFailed);
    connect(engine_, &EngineWorker::deviceLost, this, &Controller::onDeviceLost);
    connect(engine_, &EngineWorker::encoded, this,
            [this](qint64 message, const std::vector<inference::TokenId>& tokens) {
                parts_.store.ask([message, tokens, tokenizer = tokenizer_](Conversations& c) {
                    c.set_tokens(message, tokens, tokenizer);
                });
            });
    connect(engine_, &EngineWorker::reading, this, [this](const ReadingProgress& p) {
        status_.tokensRead = p.read;
        status_.tokensToRead = p.to_read;
        status_.secondsLeft = p.seconds_left;
        setPhase(ui::Phase::Reading);
    });
    connect(engine_, &EngineWorker::text, this, &Controller::onText);
    connect(engine_, &EngineWorker::soFar, this, [this](const AnswerSoFar& a) {
        parts_.store.ask([a](Conversations& c) { c.update_streaming(a.answer, a.text, a.tokens); });
    });
    connect(engine_, &EngineWorker::finished, this, &Controller::onFinished);
    connect(engine_, &EngineWorker::failed, this, &Controller::onFailed);
}

void Controller::connectStore() {
    connect(&parts_.store, &StoreThread::failed, this, [this](const QString& sentence) {
        turn_pending_ = false;
        // What could not be saved is not lost: it goes back to where it was typed.
        if (!unsent_.isEmpty() && parts_.window.draft().isEmpty()) parts_.window.setDraft(unsent_);
        unsent_.clear();
        if (answers_.isEmpty() && status_.phase == ui::Phase::Reading) setPhase(ui::Phase::Idle);
        showProblem(sentence);
    });
}

void Controller::refreshList() {
    struct List {
        std::vector<storage::Conversation> conversations;
        QHash<qint64, QString> projects;  ///< names, by conversation
    };
    parts_.store.ask(
        this,
        [](Conversations& c, storage::Projects& p) {
            List list{c.list(kListed), {}};
            for (const storage::Project& project : p.list())
                for (const storage::RowId id : p.conversations(project.id))
                    list.projects.insert(id, QString::fromStdString(project.name));
            return list;
        },
        [this](const List& list) {
            QList<ui::ConversationItem> items;
            for (const storage::Conversation& c : list.conversations) {
                items.append(to_view(c));
                items.last().project = list.projects.value(c.id);
            }
            parts_.window.setConversations(items);
        });
}

void Controller::openConversation(qint64 id, qint64 scrollTo) {
    struct Opened {
        Path path;
        qint64 project;
    };
    parts_.store.ask(
        this,
        [id, scrollTo](Conversations& c, storage::Projects& p) {
            // A hit may lie on a branch that is not shown: show the branch that holds it.
            if (scrollTo > 0) c.set_current_leaf(id, c.newest_leaf(scrollTo));
            const auto leaf = c.get(id).current_leaf;
            const auto link = p.link_of(id);
            return Opened{leaf ? load_path(c, *leaf) : Path{}, link ? link->project : 0};
        },
        [this, id, scrollTo](const Opened& opened) { showPath(id, opened.path, opened.project, scrollTo); });
}

void Controller::showPath(qint64 conversation, const Path& path, qint64 project, qint64 scrollTo) {
    QList<ui::MessageView> views = to_view(path);
    for (ui::MessageView& view : views) {
        // Finished between the store's reading and now: its last words are in the store's queue already.
        if (view.status == ui::MessageStatus::Streaming && !answers_.contains(view.id)) {
            openConversation(conversation, scrollTo);
            return;
        }
        // The store is at most a second behind what already streamed.
        if (const auto answer = answers_.constFind(view.id); answer != answers_.constEnd())
            view.text = answer->text;
    }
    parts_.window.setCurrentConversation(conversation, views, scrollTo);
    parts_.window.setChatProject(project, false);
    showExcerptsOf(conversation, path);
}

void Controller::removeConversation(qint64 id) {
    for (Answer& answer : answers_) {
        if (answer.conversation == id) answer.stop.request_stop();
    }
    releaseStopped();
    parts_.store.ask([id](Conversations& c) { c.remove(id); });
    if (parts_.window.currentConversation() == id) newChat(0);
    refreshList();
}

void Controller::chooseSibling(qint64 message, int delta) {
    struct Chosen {
        qint64 conversation;
        Path path;
    };
    parts_.store.ask(
        this,
        [message, delta](Conversations& c) {
            const std::vector<storage::RowId> siblings = c.siblings(message);
            const auto at = std::find(siblings.begin(), siblings.end(), message) - siblings.begin();
            const auto to = std::clamp<std::ptrdiff_t>(at + delta, 0, std::ssize(siblings) - 1);
            const storage::RowId leaf = c.newest_leaf(siblings[static_cast<std::size_t>(to)]);
            const storage::RowId conversation = c.message(message).conversation;
            c.set_current_leaf(conversation, leaf);
            return Chosen{.conversation = conversation, .path = load_path(c, leaf)};
        },
        [this](const Chosen& chosen) {
            if (parts_.window.currentConversation() == chosen.conversation)
                showPath(chosen.conversation, chosen.path, parts_.window.chatProject());
        });
}

void Controller::search(const QString& query) {
    parts_.store.ask(
        this, [text = query.toStdString()](Conversations& c) { return c.search(text); },
        [this, query](const std::vector<storage::SearchHit>& hits) {
            QList<ui::SearchHit> views;
            for (const storage::SearchHit& hit : hits) views.append(to_view(hit));
            parts_.window.setSearchResults(query, views);
        });
}

// Settings and the model.

void Controller::applySettings(const ui::Settings& shown) {
    const int threads = settings_.threads;
    const Device device = settings_.device;
    const bool float8 = settings_.float8_prefill;
    settings_ = with_shown(settings_, shown);
    models_.setSettings(settings_);
    save_later_.start();
    if (settings_.threads != threads || settings_.device != device || settings_.float8_prefill != float8)
        reload_later_.start();
}

void Controller::saveSettings() {
    save_later_.stop();
    try {
        save_settings(parts_.settings_file, settings_);
    } catch (const storage::Error& error) {
        showProblem(QString::fromUtf8(error.what()));
    }
}

void Controller::onDeviceLost(const QString& sentence) {
    off_ = true;
    projects_.setNoEngine();
    models_.setGpuOff(sentence);
    status_.device.clear();
    status_.offersFloat8 = false;
    status_.deviceNote = sentence;
    status_.note = standingNote();
    setPhase(ui::Phase::Off);
    const bool chosen = settings_.device == Device::Cpu;  // a load of it is under way
    parts_.window.showNotice({.sentence = sentence,
                              .kind = ui::NoticeKind::Error,
                              .actionLabel = chosen ? QString() : tr("Use the CPU"),
                              .actionId = kUseCpu,
                              .details = sentence,
                              .milliseconds = 0});
}

void Controller::showProblem(const QString& sentence) {
    parts_.window.showNotice(
        {.sentence = sentence, .kind = ui::NoticeKind::Error, .details = sentence, .milliseconds = 0});
}

QString Controller::standingNote() const {
    return parts_.unsaved ? tr("not saved") : QString();
}

void Controller::setPhase(ui::Phase phase) {
    status_.phase = phase;
    parts_.window.setStatus(status_);
}

}  // namespace sidewinder::app
