#include "ui/models/model_card.h"

#include <QApplication>
#include <QEvent>
#include <QGridLayout>
#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>

#include "ui/models/flow_layout.h"
#include "ui/models/folder_form.h"
#include "ui/models/model_details.h"
#include "ui/models/model_text.h"
#include "ui/models/precision_table.h"
#include "ui/models/progress_block.h"
#include "ui/theme/kind.h"

namespace sidewinder::ui {
namespace {

QLabel* plain(QWidget* parent, const char* kind) {
    auto* label = new QLabel(parent);
    label->setTextFormat(Qt::PlainText);
    label->setWordWrap(true);
    setKind(label, kind);
    return label;
}

}  // namespace

ModelCard::ModelCard(const Theme& theme, QWidget* parent) : QFrame(parent), theme_(theme) {
    setObjectName(QStringLiteral("ModelCard"));
    name_ = plain(this, "cardTitle");
    badge_ = plain(this, "badge");
    badge_->setWordWrap(false);
    summary_ = plain(this, "quiet");
    sign_ = new QLabel(this);
    verdict_ = plain(this, "body");
    diskSign_ = new QLabel(this);
    disk_ = plain(this, "body");
    reason_ = plain(this, "warning");
    precisions_ = new PrecisionTable(theme, this);
    progress_ = new ProgressBlock(theme, this);
    note_ = new SentenceBlock(theme, this);
    question_ = new SentenceBlock(theme, this);
    export_ = new FolderForm(FolderForm::For::Export, this);
    main_ = action(nullptr);
    verify_ = action(&ModelCard::verify);
    make_ = action(&ModelCard::make);
    exportTo_ = action(&ModelCard::exportTo);
    remove_ = action(&ModelCard::askRemoval);
    more_ = action(&ModelCard::toggleDetails);
    setKind(more_, "quiet");
    more_->setLayoutDirection(Qt::RightToLeft);  // the arrow stands after the word
    details_ = new ModelDetails(this);
    details_->hide();
    build();
    connect(main_, &QPushButton::clicked, this, [this] {
        if (model_.state == ModelState::Cached)
            Q_EMIT addRequested(model_.id);
        else if (model_.state == ModelState::BuiltIn || model_.state == ModelState::Installed)
            use();
        else
            download();
    });
    connect(precisions_, &PrecisionTable::chosenChanged, this, &ModelCard::refreshActions);
    connect(export_, &FolderForm::accepted, this,
            [this](const QString& folder, bool) { Q_EMIT exportRequested(model_.id, folder); });
    connect(export_, &FolderForm::closed, this, &ModelCard::changed);
    connect(progress_, &ProgressBlock::pauseRequested, this, [this] { Q_EMIT pauseRequested(model_.id); });
    connect(progress_, &ProgressBlock::resumeRequested, this, [this] { Q_EMIT resumeRequested(model_.id); });
    connect(progress_, &ProgressBlock::stopRequested, this, [this] {
        if (isDownload())
            askCancel();
        else
            Q_EMIT stopRequested(model_.id);
    });
    connect(&theme_, &Theme::changed, this, &ModelCard::restyle);
}

QPushButton* ModelCard::action(void (ModelCard::*what)()) {
    auto* button = new QPushButton(this);
    if (what != nullptr) connect(button, &QPushButton::clicked, this, what);
    return button;
}

void ModelCard::build() {
    auto* head = new QHBoxLayout;
    head->setSpacing(12);
    head->addWidget(name_, 1);
    head->addWidget(badge_, 0, Qt::AlignTop);
    auto* verdict = new QHBoxLayout;
    verdict->setSpacing(8);
    verdict->addWidget(sign_, 0, Qt::AlignTop);
    verdict->addWidget(verdict_, 1);
    auto* actions = new FlowLayout;
    progress_->addButtonsTo(*actions);
    for (QPushButton* button : {main_, make_, verify_, exportTo_, remove_, more_}) actions->addWidget(button);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(20, 16, 20, 16);
    column->setSpacing(12);
    auto* titles = new QVBoxLayout;
    titles->setSpacing(2);
    titles->addLayout(head);
    titles->addWidget(summary_);
    column->addLayout(titles);
    auto* space = new QHBoxLayout;
    space->setSpacing(8);
    space->addWidget(diskSign_, 0, Qt::AlignTop);
    space->addWidget(disk_, 1);
    auto* verdicts = new QVBoxLayout;
    verdicts->setSpacing(4);
    verdicts->addLayout(verdict);
    verdicts->addLayout(space);
    column->addLayout(verdicts);
    column->addWidget(reason_);
    column->addWidget(precisions_);
    column->addWidget(progress_);
    column->addWidget(note_);
    column->addWidget(question_);
    column->addWidget(export_);
    column->addLayout(actions);
    column->addWidget(details_);
}

QString ModelCard::precision() const {
    return precisions_->chosen();
}

bool ModelCard::isDownload() const {
    const ModelTask task = progress_->work().task;
    return task >= ModelTask::Listing && task <= ModelTask::Publishing;
}

bool ModelCard::isLoading() const {
    return progress_->work().task == ModelTask::Loading;
}

void ModelCard::setModel(const ModelItem& model) {
    if (model == model_) return;
    const bool focused = isAncestorOf(QApplication::focusWidget());
    model_ = model;
    precisions_->setModel(model);
    refresh();
    if (focused && !isAncestorOf(QApplication::focusWidget())) focusMain();
}

void ModelCard::setContext(const ModelCardContext& context) {
    if (context == context_) return;
    context_ = context;
    refreshActions();
}

void ModelCard::setWork(const ModelWork& work) {
    const bool was = progress_->work().task != ModelTask::None;
    const bool focused = isAncestorOf(QApplication::focusWidget());
    progress_->setWork(work);
    const bool is = work.task != ModelTask::None;
    if (is != was) {
        if (is) note_->dismiss();
        question_->dismiss();
        progress_->setAsking(false);
        refresh();
        if (focused) focusMain();  // what had it may be gone
        Q_EMIT changed();
    }
}

void ModelCard::setNote(const ModelNote& note) {
    if (note.sentence.isEmpty()) {
        note_->dismiss();
        return;
    }
    note_->tell(note.sentence, note.problem);
}

void ModelCard::ask(const QString& sentence, const QList<SentenceBlock::Choice>& choices) {
    export_->hide();
    QList<SentenceBlock::Choice> settling = choices;
    for (SentenceBlock::Choice& choice : settling)
        choice.act = [this, act = choice.act] {
            settle();
            if (act) act();
        };
    question_->say(SentenceBlock::Tone::Warning, sentence, settling);
    refreshActions();
    Q_EMIT changed();
}

bool ModelCard::closeQuestion() {
    const bool open = question_->isOpen() || export_->isOpen();
    question_->dismiss();
    export_->hide();
    if (open) settle();
    return open;
}

bool ModelCard::asks() const {
    return question_->hasPrimary() || export_->isOpen();
}

bool ModelCard::wantsPrimary() const {
    return main_->isVisibleTo(this) && main_->isEnabled();
}

void ModelCard::setPrimary(bool primary) {
    if (primary_ == primary && main_->property("kind").isValid()) return;
    primary_ = primary;
    setLook(main_, "kind", primary ? QStringLiteral("primary") : QStringLiteral("plain"));
    main_->updateGeometry();
}

void ModelCard::focusMain() {
    for (QPushButton* button : findChildren<QPushButton*>(QString(), Qt::FindDirectChildrenOnly)) {
        if (!button->isVisibleTo(this) || !button->isEnabled() || button == more_) continue;
        button->setFocus(Qt::OtherFocusReason);
        return;
    }
    more_->setFocus(Qt::OtherFocusReason);
}

void ModelCard::settle() {
    progress_->setAsking(false);
    refreshActions();
    focusMain();
    Q_EMIT changed();
}

// What its buttons do.

void ModelCard::use() {
    note_->dismiss();
    Q_EMIT useRequested(model_.id, precision());
}

void ModelCard::download() {
    note_->dismiss();
    if (!context_.offline) {
        Q_EMIT downloadRequested(model_.id, false);
        return;
    }
    const QString host = ModelText::host(model_.endpoint.isEmpty() ? context_.endpoint : model_.endpoint);
    const QString sent = context_.sendsToken
                             ? tr("Nothing else is sent than the names of the files and your access token.")
                             : tr("Nothing else is sent than the names of the files.");
    ask(tr("Sidewinder is offline. Downloading connects to %1 and to the servers where it keeps its files. "
           "%2")
            .arg(host, sent),
        {{tr("Go online and download"), [this] { Q_EMIT downloadRequested(model_.id, true); }, true},
         {tr("Stay offline"), {}}});
}

void ModelCard::verify() {
    note_->dismiss();
    Q_EMIT verifyRequested(model_.id);
}

void ModelCard::make() {
    note_->dismiss();
    Q_EMIT makeRequested(model_.id, precision());
}

void ModelCard::exportTo() {
    question_->dismiss();
    export_->open();
    Q_EMIT changed();
}

void ModelCard::askRemoval() {
    if (!model_.used.isEmpty() || isLoading()) {
        ask(tr("%1 is in use. Use another model first, then remove it.").arg(model_.name),
            {{tr("Close"), {}}});
        return;
    }
    const QString what = model_.linked || model_.bytesThere <= 0
                             ? tr("Remove")
                             : tr("Delete %1").arg(ModelText::bytes(model_.bytesThere));
    ask(ModelText::removal(model_),
        {{tr("Keep it"), {}}, {what, [this] { Q_EMIT removeRequested(model_.id); }}});
}

void ModelCard::askCancel() {
    const qint64 here = progress_->work().bytes;
    progress_->setAsking(true);
    ask(tr("End the download? %1 have come; with them it can go on later.").arg(ModelText::bytes(here)),
        {{tr("Keep what has come"), [this] { Q_EMIT cancelRequested(model_.id, false); }},
         {tr("Delete it"), [this] { Q_EMIT cancelRequested(model_.id, true); }},
         {tr("Go on downloading"), {}}});
}

void ModelCard::toggleDetails() {
    details_->setVisible(details_->isHidden());
    refreshActions();
}

}  // namespace sidewinder::ui
