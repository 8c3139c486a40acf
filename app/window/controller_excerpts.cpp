// What of a project is put beside a question. The rest of the Controller is in controller.cpp.

#include <algorithm>

#include "app/window/controller.h"
#include "storage/project/project_root.h"

namespace sidewinder::app {

using ui::MainWindow;

namespace {

QString reason(const std::string& why) {
    if (why == "selection") return Controller::tr("selected in the editor");
    if (why == "mention") return Controller::tr("mentioned with @");
    if (why == "symbol" || why == "file") return Controller::tr("named in the question");
    return Controller::tr("found by search");
}

QList<ui::ExcerptItem> to_view(const std::vector<storage::KeptExcerpt>& kept) {
    QList<ui::ExcerptItem> items;
    for (const storage::KeptExcerpt& excerpt : kept)
        items.append({.path = QString::fromStdString(project::display_name(excerpt.path)),
                      .firstLine = static_cast<int>(excerpt.first_line),
                      .lastLine = static_cast<int>(excerpt.last_line),
                      .tokens = excerpt.tokens,
                      .why = reason(excerpt.why),
                      .on = excerpt.is_on});
    return items;
}

/// The last message of the person's; 0: none.
qint64 last_question(const Path& path) {
    const auto found = std::find_if(path.rbegin(), path.rend(), [](const PathEntry& entry) {
        return entry.message.role == storage::Role::User;
    });
    return found == path.rend() ? 0 : found->message.id;
}

}  // namespace

void Controller::connectExcerpts() {
    qRegisterMetaType<ChosenExcerpts>();
    excerpts_thread_.setObjectName(QStringLiteral("excerpts"));
    excerpts_->moveToThread(&excerpts_thread_);
    connect(&excerpts_thread_, &QThread::finished, excerpts_, &QObject::deleteLater);
    connect(excerpts_, &ExcerptsWorker::chosen, this, &Controller::onExcerpts);
    connect(&parts_.window, &MainWindow::excerptSwitched, this, &Controller::switchExcerpt);
    excerpts_thread_.start();
}

// What is put beside a question is read before its answer begins: worth two seconds.
qint64 Controller::excerptBudget() const {
    const bool on_cpu = status_.device.startsWith(QLatin1String("CPU"));
    const double rate = projects_.rate();
    if (rate <= 0) return on_cpu ? kExcerptTokens / 4 : kExcerptTokens;
    return std::clamp<qint64>(static_cast<qint64>(2 * rate), 400, kExcerptTokens);
}

// A question that was fed already, or that has its excerpts, gets no others.
bool Controller::chooseExcerpts(const Turn& turn, AnswerRequest& request) {
    const LogPart& question = request.path.back();
    const std::filesystem::path root = projects_.rootOf(turn.project);
    if (!turn.reading || !question.tokens.empty() || turn.prompts.contains(question.message) ||
        !tokenizer_at_hand_ || root.empty())
        return false;
    ExcerptsRequest excerpts{.answer = request.answer,
                             .index = search_file(parts_.paths, root),
                             .root = root,
                             .reading = turn.reading,
                             .question = {.text = question.text,
                                          .off = switched_off_.value(turn.conversation),
                                          .budget = excerptBudget()},
                             .tokenizer = tokenizer_at_hand_,
                             .stop = request.stop};
    choosing_.insert(request.answer, {turn.conversation, turn.project, std::move(request)});
    QMetaObject::invokeMethod(
        excerpts_, [e = excerpts_, excerpts = std::move(excerpts)] { e->choose(excerpts); },
        Qt::QueuedConnection);
    return true;
}

void Controller::onExcerpts(const ChosenExcerpts& chosen) {
    if (!choosing_.contains(chosen.answer)) return;
    Choosing turn = choosing_.take(chosen.answer);
    if (!chosen.problem.isEmpty())
        parts_.window.showNotice({.sentence = chosen.problem, .kind = ui::NoticeKind::Warning});
    if (chosen.kept.empty()) return toEngineOnceRead(turn.project, std::move(turn.request));
    LogPart& question = turn.request.path.back();
    question.text = chosen.prompt_text + question.text;
    parts_.store.ask([message = question.message, chosen](storage::Conversations&, storage::Projects&,
                                                          storage::Excerpts& e) {
        e.set(message, chosen.kept, chosen.prompt_text);
    });
    if (parts_.window.currentConversation() == turn.conversation) showExcerpts(chosen.kept);
    toEngineOnceRead(turn.project, std::move(turn.request));
}

void Controller::showExcerpts(const std::vector<storage::KeptExcerpt>& kept) {
    shown_excerpts_ = kept;
    parts_.window.setExcerpts(to_view(kept));
}

void Controller::showExcerptsOf(qint64 conversation, const Path& path) {
    showExcerpts({});
    const qint64 question = last_question(path);
    if (question == 0) return;
    parts_.store.ask(
        this,
        [question](storage::Conversations&, storage::Projects&, storage::Excerpts& e) {
            return e.of(question);
        },
        [this, conversation](const std::vector<storage::KeptExcerpt>& kept) {
            if (parts_.window.currentConversation() == conversation) showExcerpts(kept);
        });
}

void Controller::switchExcerpt(int index, bool on) {
    if (index < 0 || static_cast<std::size_t>(index) >= shown_excerpts_.size()) return;
    storage::KeptExcerpt& excerpt = shown_excerpts_[static_cast<std::size_t>(index)];
    excerpt.is_on = on;
    std::vector<project::SwitchedOff>& off = switched_off_[parts_.window.currentConversation()];
    std::erase_if(off, [&](const project::SwitchedOff& lines) {
        return lines.path == excerpt.path && lines.first_line == excerpt.first_line &&
               lines.last_line == excerpt.last_line;
    });
    if (!on) off.push_back({excerpt.path, excerpt.first_line, excerpt.last_line});
    parts_.window.showNotice(
        {.sentence =
             on ? tr("The next questions in this chat may have it beside them again.")
                : tr("The next questions in this chat go without it. Edit this one to ask it again.")});
}

}  // namespace sidewinder::app
