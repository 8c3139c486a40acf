#include "ui/models/models_page.h"

#include <QEvent>
#include <QKeyEvent>
#include <QLabel>
#include <QPushButton>
#include <QScrollArea>
#include <QSet>
#include <QTimer>
#include <QToolButton>
#include <QVBoxLayout>

#include <algorithm>

#include "ui/chat/notice_bar.h"
#include "ui/models/folder_form.h"
#include "ui/models/progress_block.h"
#include "ui/models/repository_form.h"
#include "ui/transcript/text_style.h"

namespace sidewinder::ui {

void ModelsPage::setSettings(const Settings& settings) {
    settings_ = settings;
    otherForm_->setEndpoint(settings.endpoint);
    refreshContext();
    refreshTexts();
}

void ModelsPage::open() {
    const auto first =
        std::find_if(catalog_.models.begin(), catalog_.models.end(), [this](const ModelItem& m) {
            const ModelCard* card = cards_.value(m.id);
            return card && card->wantsPrimary();
        });
    if (first != catalog_.models.end())
        cards_.value(first->id)->focusMain();
    else
        back_->setFocus(Qt::OtherFocusReason);
    scroll_->ensureVisible(0, 0);
}

bool ModelsPage::closeQuestion() {
    if (importForm_->isOpen()) return importForm_->close(), true;
    if (otherForm_->isOpen()) return otherForm_->close(), true;
    return std::any_of(cards_.begin(), cards_.end(), [](ModelCard* card) { return card->closeQuestion(); });
}

void ModelsPage::setCatalog(const ModelCatalog& catalog) {
    const bool first = catalog.ready && !catalog_.ready;
    catalog_ = catalog;
    QHash<QString, ModelCard*> gone = cards_;
    int place = 0;
    QSet<QString> seen;
    for (const ModelItem& model : catalog.models) {
        if (seen.contains(model.id)) continue;  // ids are the controller's to keep apart
        seen << model.id;
        gone.remove(model.id);
        ModelCard* card = cards_.value(model.id);
        if (!card) card = addCard(model.id);
        card->setModel(model);
        card->setWork(works_.value(model.id));
        if (list_->indexOf(card) != place) list_->insertWidget(place, card);
        ++place;
    }
    for (auto it = gone.begin(); it != gone.end(); ++it) {
        cards_.remove(it.key());
        if (it.value()->isAncestorOf(focusWidget())) back_->setFocus(Qt::OtherFocusReason);
        delete it.value();
    }
    refreshContext();
    refreshTexts();
    if (first && back_->hasFocus()) open();
}

ModelCard* ModelsPage::addCard(const QString& id) {
    auto* card = new ModelCard(theme_, column_);
    cards_.insert(id, card);
    connect(card, &ModelCard::useRequested, this, &ModelsPage::useRequested);
    connect(card, &ModelCard::addRequested, this, &ModelsPage::addRequested);
    connect(card, &ModelCard::downloadRequested, this, &ModelsPage::downloadRequested);
    connect(card, &ModelCard::pauseRequested, this, &ModelsPage::pauseRequested);
    connect(card, &ModelCard::resumeRequested, this, &ModelsPage::resumeRequested);
    connect(card, &ModelCard::cancelRequested, this, &ModelsPage::cancelRequested);
    connect(card, &ModelCard::stopRequested, this, &ModelsPage::stopRequested);
    connect(card, &ModelCard::verifyRequested, this, &ModelsPage::verifyRequested);
    connect(card, &ModelCard::makeRequested, this, &ModelsPage::makeRequested);
    connect(card, &ModelCard::exportRequested, this, &ModelsPage::exportRequested);
    connect(card, &ModelCard::removeRequested, this, &ModelsPage::removeRequested);
    connect(card, &ModelCard::changed, this, [this] {
        refreshPrimary();
        showFocus();
    });
    return card;
}

void ModelsPage::setWork(const ModelWork& work) {
    if (work.task == ModelTask::None)
        works_.remove(work.id);
    else
        works_.insert(work.id, work);
    refreshContext();  // first: a card looks for a button to give the focus to
    if (work.id == kImportId) {
        importWork_->setWork(work);
        if (work.task != ModelTask::None) importNote_->dismiss();
    } else if (ModelCard* card = cards_.value(work.id)) {
        card->setWork(work);
    }
    const auto download = std::find_if(works_.begin(), works_.end(), [](const ModelWork& w) {
        return w.task >= ModelTask::Listing && w.task <= ModelTask::Publishing;
    });
    if (download == works_.end())
        Q_EMIT downloadShareChanged(-1);
    else
        Q_EMIT downloadShareChanged(
            download->size > 0 ? static_cast<int>(100 * download->bytes / download->size) : 0);
}

void ModelsPage::setNote(const ModelNote& note) {
    if (ModelCard* card = cards_.value(note.id)) {
        card->setNote(note);
        refreshPrimary();
        return;
    }
    if (note.id != kImportId) return;
    if (note.sentence.isEmpty()) {
        importNote_->dismiss();
        return;
    }
    importNote_->tell(note.sentence, note.problem);
}

void ModelsPage::reveal(const QString& id) {
    ModelCard* card = cards_.value(id);
    if (!card) return;
    // Once the layout knows how high it is.
    QTimer::singleShot(0, card, [this, card] {
        scroll_->ensureWidgetVisible(card, 0, metric::margin);
        if (isVisible()) card->focusMain();
    });
}

// What was just asked is in sight, once the layout knows where it is.
void ModelsPage::showFocus() {
    QTimer::singleShot(0, this, [this] {
        QWidget* focus = focusWidget();
        if (focus && column_->isAncestorOf(focus)) scroll_->ensureWidgetVisible(focus, 0, metric::margin);
    });
}

void ModelsPage::refreshContext() {
    ModelCardContext context;
    context.offline = settings_.offline;
    context.sendsToken = !settings_.tokenFile.isEmpty();
    context.endpoint = settings_.endpoint;
    for (const ModelWork& work : works_) {
        const bool download = work.task >= ModelTask::Listing && work.task <= ModelTask::Publishing;
        context.downloading = context.downloading || download;
        context.busy = context.busy || (!download && work.task != ModelTask::Loading);
    }
    for (ModelCard* card : cards_) card->setContext(context);
    import_->setEnabled(!context.busy);
    refreshPrimary();
}

void ModelsPage::refreshPrimary() {
    bool free = !importForm_->isOpen() && !otherForm_->isOpen() &&
                std::none_of(cards_.begin(), cards_.end(), [](ModelCard* card) { return card->asks(); });
    // With a model of one's own in use there is nothing that ought to be done.
    for (const ModelItem& model : catalog_.models)
        free = free && (model.used.isEmpty() || model.state == ModelState::BuiltIn);
    for (const bool installed : {true, false}) {
        for (const ModelItem& model : catalog_.models) {
            ModelCard* card = cards_.value(model.id);
            if (installed != (model.state == ModelState::Installed)) continue;
            const bool may = free && card->wantsPrimary() && model.state != ModelState::BuiltIn;
            card->setPrimary(may);
            free = free && !may;
        }
    }
}

void ModelsPage::keyPressEvent(QKeyEvent* event) {
    if (event->key() != Qt::Key_Escape) return QWidget::keyPressEvent(event);
    if (!closeQuestion()) Q_EMIT closed();
}

void ModelsPage::resizeEvent(QResizeEvent* event) {
    QWidget::resizeEvent(event);
    placeNotices();
}

void ModelsPage::placeNotices() {
    const int width = std::min(metric::column, this->width() - 2 * metric::margin);
    notices_->place(QRect((this->width() - width) / 2, 0, width, height()), height() - 8);
}

}  // namespace sidewinder::ui
