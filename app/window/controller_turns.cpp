// How a turn goes: from what the person sends to the answer's end. The rest of the Controller is in
// controller.cpp.

#include <QMetaObject>

#include "app/window/controller.h"

namespace sidewinder::app {

using storage::Conversations;
using ui::MainWindow;

namespace {

constexpr qsizetype kReadingsAtHand = 4;  // a mebibyte each

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
// So is a first message whose ids begin a log that it no longer begins, or the other way round: its project
// was removed.
std::vector<LogPart> to_log(const Path& path, const std::string& tokenizer, bool of_project,
                            const std::map<storage::RowId, std::string>& prompts) {
    std::vector<LogPart> parts;
    for (const PathEntry& entry : path) {
        const storage::Message& m = entry.message;
        if (m.role == storage::Role::System) continue;
        const bool begins = !m.tokens.empty() && m.tokens.front() == inference::token::kBos;
        const bool known = m.tokenizer == tokenizer && (!parts.empty() || begins != of_project);
        const auto prompt = prompts.find(m.id);
        parts.push_back({m.id, m.role == storage::Role::User,
                         prompt == prompts.end() ? m.text : prompt->second + m.text,
                         known ? m.tokens : std::vector<inference::TokenId>()});
    }
    parts.pop_back();  // the answer that is to be made
    return parts;
}

}  // namespace

// Sending: the request and an empty answer are on disk before the engine hears of them.

void Controller::send(const QString& text) {
    if (turn_pending_) return;
    if (const qint64 project = parts_.window.chatProject();
        parts_.window.currentConversation() == 0 && project != 0 && !projects_.current(project)) {
        parts_.window.setDraft(text);
        parts_.window.showNotice(
            {.sentence =
                 projects_.isReading()
                     ? tr("%1 is still being prepared. Send again in a moment.")
                     : tr("Nothing of %1 was read with this model. Read it first, or chat without it.")
                           .arg(projects_.nameOf(project))});
        return;
    }
    turn_pending_ = true;
    unsent_ = text;
    const qint64 current = parts_.window.currentConversation();
    const qint64 project = current > 0 ? 0 : parts_.window.chatProject();
    const auto reading = project != 0 ? projects_.current(project) : nullptr;
    parts_.store.ask(
        this,
        [current, text = text.toStdString(), reading, with = turnContext()](
            Conversations& c, storage::Projects& p, storage::Excerpts& e) {
            if (current > 0) requireSameTokenizer(with, p, current);
            const storage::RowId conversation = current > 0 ? current : c.create();
            if (reading) p.link(conversation, reading->id, std::ssize(reading->tokens));
            const auto leaf = c.get(conversation).current_leaf;
            return prepare(with, c, p, e, conversation, c.add_user_message(conversation, leaf, text, {}));
        },
        [this](Turn turn) { beginTurn(std::move(turn), false); });
}

void Controller::editMessage(qint64 message, const QString& text) {
    if (turn_pending_) return;
    turn_pending_ = true;
    parts_.store.ask(
        this,
        [message, text = text.toStdString(), with = turnContext()](Conversations& c, storage::Projects& p,
                                                                   storage::Excerpts& e) {
            const storage::Message old = c.message(message);
            requireSameTokenizer(with, p, old.conversation);
            return prepare(with, c, p, e, old.conversation,
                           c.add_user_message(old.conversation, old.parent, text, {}));
        },
        [this](Turn turn) { beginTurn(std::move(turn), true); });
}

void Controller::regenerate(qint64 message) {
    if (turn_pending_) return;
    turn_pending_ = true;
    parts_.store.ask(
        this,
        [message, with = turnContext()](Conversations& c, storage::Projects& p, storage::Excerpts& e) {
            const storage::Message old = c.message(message);
            requireSameTokenizer(with, p, old.conversation);
            return prepare(with, c, p, e, old.conversation, old.parent.value());
        },
        [this](Turn turn) { beginTurn(std::move(turn), true); });
}

Controller::TurnContext Controller::turnContext() const {
    return {.model = status_.model.toStdString(),
            .tokenizer = tokenizer_,
            .readings = readings_,
            .other_tokenizer = tr("This chat's project was read with another model, whose tokens mean "
                                  "nothing to this one. Choose that model on the Models page, or read the "
                                  "project with this one and ask in a new chat.")
                                   .toStdString()};
}

// Before anything is written: the question goes back to where it was typed.
void Controller::requireSameTokenizer(const TurnContext& with, storage::Projects& p,
                                      storage::RowId conversation) {
    const auto link = p.link_of(conversation);
    if (!link || with.readings.contains(link->reading)) return;
    if (p.reading(link->reading).tokenizer != with.tokenizer)
        throw storage::Error(storage::Error::Kind::NotFound, with.other_tokenizer);
}

/// An empty answer to the question, and all that it takes to make it. Store thread.
Controller::Turn Controller::prepare(const TurnContext& with, Conversations& c, storage::Projects& p,
                                     storage::Excerpts& e, storage::RowId conversation,
                                     storage::RowId question) {
    const storage::RowId answer = c.begin_answer(conversation, question, with.model, with.tokenizer);
    Turn turn{.conversation = conversation, .path = load_path(c, answer)};
    turn.prompts = e.prompt_texts(answer);
    if (const auto link = p.link_of(conversation)) {
        turn.project = link->project;
        turn.reading = with.readings.value(link->reading);
        if (!turn.reading) turn.reading = std::make_shared<const storage::Reading>(p.reading(link->reading));
        turn.reading_tokens = link->position;
    }
    return turn;
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
                          .path = to_log(turn.path, tokenizer_, turn.reading != nullptr, turn.prompts),
                          .project = turn.reading,
                          .project_tokens = turn.reading_tokens,
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
        w.setChatProject(turn.project, false);
        w.appendMessage(to_view(turn.path[turn.path.size() - 2]));
        w.appendMessage(to_view(last));
    }
    refreshList();
    status_.timeToFirstToken = -1;
    status_.tokensPerSecond = 0;
    status_.tokensRead = status_.tokensToRead = 0;
    setPhase(ui::Phase::Reading);
    if (turn.reading) {
        if (readings_.size() > kReadingsAtHand) readings_.clear();
        readings_.insert(turn.reading->id, turn.reading);
    }
    if (w.currentConversation() == turn.conversation) showExcerptsOf(turn.conversation, turn.path);
    if (chooseExcerpts(turn, request)) return;
    toEngineOnceRead(turn.reading ? turn.project : 0, std::move(request));
}

void Controller::toEngineOnceRead(qint64 project, AnswerRequest request) {
    const bool stopped = request.stop.stop_requested();  // it need not wait to be told so
    if (project != 0 && !stopped && projects_.readBefore(project, request.project->id)) {
        waiting_.append({project, std::move(request)});
        return;
    }
    toEngine(std::move(request));
}

void Controller::toEngine(AnswerRequest request) {
    projects_.answerBegins();
    QMetaObject::invokeMethod(
        engine_, [e = engine_, request = std::move(request)] { e->answer(request); }, Qt::QueuedConnection);
}

void Controller::stop() {
    const qint64 current = parts_.window.currentConversation();
    bool here = false;
    for (Answer& answer : answers_) {
        if (answer.conversation != current) continue;
        answer.stop.request_stop();
        here = true;
    }
    if (!here)
        for (Answer& answer : answers_)
            answer.stop.request_stop();  // the button shows the engine's work, wherever it is
    releaseStopped();
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
    tokenizer_at_hand_ = info.shared_tokenizer;
    projects_.setEngine(info);
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
    answerEnded();
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
    answerEnded();
    if (off_) {
        setPhase(ui::Phase::Off);
    } else if (answers_.isEmpty()) {
        setPhase(status_.model.isEmpty() ? ui::Phase::NoModel : ui::Phase::Idle);
    }
    Q_EMIT answerFinished(id);
}

}  // namespace sidewinder::app
