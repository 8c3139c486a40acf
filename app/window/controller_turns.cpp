// How a turn goes: from what the person sends to the answer's end. The rest of the Controller is in
// controller.cpp.

#include <QMetaObject>

#include "app/window/controller.h"

namespace sidewinder::app {

using storage::Conversations;
using ui::MainWindow;

namespace {

storage::Status to_store(inference::Generated::End end) {
    return end == inference::Generated::End::Stopped ? storage::Status::Stopped : storage::Status::Done;
}

storage::Stats to_store(const inference::GenerateStats& stats) {
    return {.generated = stats.generated,
            .read = stats.plan.to_read,
            .reused = stats.plan.reused,
            .seconds = stats.seconds_to_first_token + stats.seconds_generating,
            .first_token_seconds = stats.seconds_to_first_token};
}

// Ids of another tokenizer mean something else to this one: such messages are encoded anew from their text.
std::vector<LogPart> to_log(const Path& path, const std::string& tokenizer) {
    std::vector<LogPart> parts;
    for (const PathEntry& entry : path) {
        const storage::Message& m = entry.message;
        if (m.role == storage::Role::System) continue;
        const bool known = m.tokenizer == tokenizer;
        parts.push_back({m.id, m.role == storage::Role::User, m.text,
                         known ? m.tokens : std::vector<inference::TokenId>()});
    }
    parts.pop_back();  // the answer that is to be made
    return parts;
}

}  // namespace

// Sending: the request and an empty answer are on disk before the engine hears of them.

void Controller::send(const QString& text) {
    if (turn_pending_) return;
    turn_pending_ = true;
    unsent_ = text;
    const qint64 current = parts_.window.currentConversation();
    parts_.store.ask(
        this,
        [current, text = text.toStdString(), model = status_.model.toStdString(),
         tokenizer = tokenizer_](Conversations& c) {
            const storage::RowId conversation = current > 0 ? current : c.create();
            const auto leaf = c.get(conversation).current_leaf;
            const storage::RowId question = c.add_user_message(conversation, leaf, text, {});
            const storage::RowId answer = c.begin_answer(conversation, question, model, tokenizer);
            return Turn{.conversation = conversation, .path = load_path(c, answer)};
        },
        [this](Turn turn) { beginTurn(std::move(turn), false); });
}

void Controller::editMessage(qint64 message, const QString& text) {
    if (turn_pending_) return;
    turn_pending_ = true;
    parts_.store.ask(
        this,
        [message, text = text.toStdString(), model = status_.model.toStdString(),
         tokenizer = tokenizer_](Conversations& c) {
            const storage::Message old = c.message(message);
            const storage::RowId question = c.add_user_message(old.conversation, old.parent, text, {});
            const storage::RowId answer = c.begin_answer(old.conversation, question, model, tokenizer);
            return Turn{.conversation = old.conversation, .path = load_path(c, answer)};
        },
        [this](Turn turn) { beginTurn(std::move(turn), true); });
}

void Controller::regenerate(qint64 message) {
    if (turn_pending_) return;
    turn_pending_ = true;
    parts_.store.ask(
        this,
        [message, model = status_.model.toStdString(), tokenizer = tokenizer_](Conversations& c) {
            const storage::Message old = c.message(message);
            const storage::RowId answer =
                c.begin_answer(old.conversation, old.parent.value(), model, tokenizer);
            return Turn{.conversation = old.conversation, .path = load_path(c, answer)};
        },
        [this](Turn turn) { beginTurn(std::move(turn), true); });
}

void Controller::beginTurn(Turn turn, bool replacePath) {
    turn_pending_ = false;
    unsent_.clear();
    if (!engine_) return;
    const PathEntry& last = turn.path.back();
    const qint64 id = last.message.id;
    Answer answer{.conversation = turn.conversation,
                  .sibling_index = last.sibling_index,
                  .sibling_count = last.sibling_count,
                  .text = {},
                  .stop = {}};
    AnswerRequest request{.answer = id,
                          .path = to_log(turn.path, tokenizer_),
                          .system_prompt = settings_.system_prompt,
                          .options = generate_options(settings_),
                          .stop = answer.stop.get_token()};
    answers_.insert(id, std::move(answer));

    MainWindow& w = parts_.window;
    const bool here = w.currentConversation() == turn.conversation;
    if (replacePath && here) {
        w.setCurrentConversation(turn.conversation, to_view(turn.path));
    } else if (!replacePath && (here || w.currentConversation() == 0)) {
        w.setCurrentConversationId(turn.conversation);
        w.appendMessage(to_view(turn.path[turn.path.size() - 2]));
        w.appendMessage(to_view(last));
    }
    refreshList();
    status_.timeToFirstToken = -1;
    status_.tokensPerSecond = 0;
    status_.tokensRead = status_.tokensToRead = 0;
    setPhase(ui::Phase::Reading);
    QMetaObject::invokeMethod(
        engine_, [e = engine_, request = std::move(request)] { e->answer(request); }, Qt::QueuedConnection);
}

void Controller::stop() {
    const qint64 current = parts_.window.currentConversation();
    for (Answer& answer : answers_) {
        if (answer.conversation == current) {
            answer.stop.request_stop();
            return;
        }
    }
    for (Answer& answer : answers_)
        answer.stop.request_stop();  // the button shows the engine's work, wherever it is
}

// The engine's news.

void Controller::onLoaded(const EngineInfo& info) {
    off_ = false;
    before_.reset();
    const bool demo = page_id(info.called, parts_.paths) == kDemoModelId;
    models_.setLoaded({.id = page_id(info.called, parts_.paths),
                       .weights = QString::fromStdString(demo ? "bf16" : settings_.weights),
                       .on_gpu = !info.device.startsWith(QLatin1String("CPU")),
                       .memory = info.memory});
    status_.model = info.model;
    status_.device = info.device;
    status_.deviceNote = info.device_note;
    status_.demo = info.demo;
    status_.offersFloat8 = info.offers_float8;
    tokenizer_ = info.tokenizer;
    if (!info.note.isEmpty()) showProblem(info.note);
    status_.note = standingNote();
    if (answers_.isEmpty()) setPhase(ui::Phase::Idle);
    Q_EMIT modelLoaded();
}

void Controller::onText(qint64 id, const QString& delta, qint64 position, double tokensPerSecond) {
    const auto answer = answers_.find(id);
    if (answer == answers_.end()) return;
    answer->text += delta;
    parts_.window.appendText(id, delta);
    status_.tokensRead = position;
    status_.tokensPerSecond = tokensPerSecond;
    setPhase(ui::Phase::Generating);
}

void Controller::onFinished(const AnswerResult& result) {
    const Answer answer = answers_.take(result.answer);
    const inference::Generated& g = result.generated;
    parts_.store.ask([id = result.answer, g](Conversations& c) {
        c.finish(id, to_store(g.end), g.text, g.tokens, to_store(g.stats));
    });
    PathEntry entry{
        .message = {}, .sibling_index = answer.sibling_index, .sibling_count = answer.sibling_count};
    entry.message.id = result.answer;
    entry.message.role = storage::Role::Assistant;
    entry.message.status = to_store(g.end);
    entry.message.text = g.text;
    entry.message.stats = to_store(g.stats);
    parts_.window.updateMessage(to_view(entry));
    status_.tokensRead = result.position;
    status_.tokensToRead = 0;
    status_.tokensPerSecond = g.stats.tokens_per_second();
    if (g.stats.generated > 0) status_.timeToFirstToken = g.stats.seconds_to_first_token;
    if (g.end == inference::Generated::End::Length) {
        parts_.window.showNotice(
            {.sentence = tr("The answer was cut after %1 tokens, the most that Settings allow.")
                             .arg(g.stats.generated)});
    }
    if (answers_.isEmpty()) setPhase(ui::Phase::Idle);
    refreshList();
    Q_EMIT answerFinished(result.answer);
}

void Controller::onFailed(qint64 id, const QString& sentence) {
    const Answer answer = answers_.take(id);
    parts_.store.ask([id](Conversations& c) {
        const storage::Message partial = c.message(id);  // the engine's last word before this one
        c.finish(id, storage::Status::Failed, partial.text, partial.tokens, partial.stats);
    });
    ui::MessageView view{.id = id,
                         .role = ui::Role::Assistant,
                         .text = answer.text,
                         .status = ui::MessageStatus::Failed,
                         .siblingIndex = answer.sibling_index,
                         .siblingCount = answer.sibling_count,
                         .editable = true,
                         .stats = {},
                         .error = sentence};
    parts_.window.updateMessage(view);
    if (off_) {
        setPhase(ui::Phase::Off);
    } else if (answers_.isEmpty()) {
        setPhase(status_.model.isEmpty() ? ui::Phase::NoModel : ui::Phase::Idle);
    }
    Q_EMIT answerFinished(id);
}

}  // namespace sidewinder::app
