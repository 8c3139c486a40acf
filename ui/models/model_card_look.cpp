// What a card shows for its model; what its buttons do is in model_card.cpp.

#include <QEvent>
#include <QLabel>
#include <QPushButton>

#include <algorithm>

#include "ui/models/model_card.h"
#include "ui/models/model_details.h"
#include "ui/models/model_text.h"
#include "ui/models/precision_table.h"
#include "ui/models/progress_block.h"
#include "ui/theme/kind.h"

namespace sidewinder::ui {
namespace {

constexpr int kSign = 16;

QString mainText(const ModelItem& model, const QString& precision) {
    switch (model.state) {
        case ModelState::BuiltIn:
            return ModelCard::tr("Use");
        case ModelState::Cached:
            return ModelCard::tr("Add without copying");
        case ModelState::Installed:
            return ModelCard::tr("Use as %1").arg(precision);
        case ModelState::Incomplete:
            return ModelCard::tr("Resume download");
        case ModelState::Broken:
            return ModelCard::tr("Download again");
        case ModelState::Available:
            break;
    }
    return model.bytes > 0 ? ModelCard::tr("Download %1").arg(ModelText::bytes(model.bytes))
                           : ModelCard::tr("Download");
}

}  // namespace

void ModelCard::refresh() {
    refreshTexts();
    refreshActions();
    restyle();
}

void ModelCard::refreshTexts() {
    const bool working = progress_->work().task != ModelTask::None;
    name_->setText(model_.state == ModelState::BuiltIn ? tr("Demo model") : model_.name);
    setAccessibleName(name_->text());
    badge_->setText(ModelText::state(model_));
    badge_->setVisible(!isDownload());
    summary_->setText(ModelText::breakable(ModelText::summary(model_)));
    summary_->setVisible(!summary_->text().isEmpty());
    const QString verdict = isDownload() ? QString() : ModelText::verdict(model_);
    verdict_->setText(verdict);
    verdict_->setVisible(!verdict.isEmpty());
    sign_->setVisible(!verdict.isEmpty());
    const QString disk = isDownload() ? QString() : ModelText::diskVerdict(model_);
    disk_->setText(disk);
    disk_->setVisible(!disk.isEmpty());
    diskSign_->setVisible(!disk.isEmpty());
    reason_->setText(ModelText::breakable(model_.reason));
    reason_->setVisible(!model_.reason.isEmpty() && !working);
    precisions_->setVisible(!model_.precisions.isEmpty() && model_.state != ModelState::BuiltIn &&
                            !isDownload());
    details_->setModel(model_);
}

void ModelCard::refreshActions() {
    const bool working = progress_->work().task != ModelTask::None;
    const bool installed = model_.state == ModelState::Installed;
    const bool used = !model_.used.isEmpty();
    const QString chosen = precision();
    const auto row = std::find_if(model_.precisions.begin(), model_.precisions.end(),
                                  [&](const ModelPrecision& p) { return p.name == chosen; });
    const bool known = row != model_.precisions.end();

    const bool fetched = model_.state == ModelState::Available || model_.state == ModelState::Incomplete ||
                         model_.state == ModelState::Broken;
    main_->setText(mainText(model_, chosen));
    main_->setAccessibleName(main_->text());
    main_->setAccessibleDescription(model_.name);
    const bool answers = used && (model_.state == ModelState::BuiltIn || model_.used == chosen);
    main_->setVisible(!working && !answers && !question_->hasPrimary() &&
                      (model_.state != ModelState::Broken || model_.resumable));
    main_->setEnabled(!(fetched && context_.downloading) &&
                      !(model_.state == ModelState::Cached && context_.busy) &&
                      (!installed || (known && row->fits())));
    main_->setToolTip(fetched && context_.downloading ? tr("One download at a time.") : QString());

    verify_->setText(tr("Verify"));
    verify_->setVisible(!working && (installed || model_.state == ModelState::Broken));
    make_->setText(tr("Make the %1 file").arg(chosen));
    make_->setVisible(!working && installed && known && row->disk > 0 && row->made < 0);
    exportTo_->setText(tr("Export…"));
    exportTo_->setVisible(!working && installed);
    remove_->setText(tr("Remove…"));
    remove_->setVisible(!working && (installed || model_.state == ModelState::Broken ||
                                     model_.state == ModelState::Incomplete));
    for (QPushButton* button : {verify_, make_, exportTo_, remove_}) {
        button->setEnabled(!context_.busy);
        button->setToolTip(context_.busy ? tr("Another model is being worked on.") : QString());
    }
    more_->setText(details_->isHidden() ? tr("Details") : tr("Hide details"));
    more_->setVisible(model_.state != ModelState::BuiltIn);
    more_->setIcon(theme_.icon(details_->isHidden() ? "chevron-down" : "chevron-up"));
    for (QPushButton* button : {verify_, make_, exportTo_, remove_, more_}) {
        button->setAccessibleName(button->text());
        button->setAccessibleDescription(model_.name);
    }
}

void ModelCard::restyle() {
    const Colours& c = theme_.colours();
    const bool fits = ModelText::fits(model_);
    const auto sign = [&](QLabel* label, bool good) {
        const QIcon icon = good ? theme_.iconIn("check", c.accent) : theme_.iconIn("warning", c.warning);
        label->setPixmap(icon.pixmap(QSize(kSign, kSign), devicePixelRatioF()));
        label->setContentsMargins(0, std::max(0, (verdict_->fontMetrics().height() - kSign) / 2), 0, 0);
    };
    sign(sign_, fits);
    sign(diskSign_, model_.diskFree >= model_.diskNeeded);
    const char* tone = !model_.used.isEmpty()                   ? "accent"
                       : model_.state == ModelState::Broken     ? "error"
                       : model_.state == ModelState::Incomplete ? "warning"
                                                                : "plain";
    setLook(badge_, "tone", QLatin1String(tone));
    setLook(this, "used", model_.used.isEmpty() ? QStringLiteral("false") : QStringLiteral("true"));
    more_->setIcon(theme_.icon(details_->isHidden() ? "chevron-down" : "chevron-up"));
}

void ModelCard::changeEvent(QEvent* event) {
    QFrame::changeEvent(event);
    if (event->type() != QEvent::LanguageChange) return;
    precisions_->retranslate();
    progress_->setWork(progress_->work());
    refresh();
}

}  // namespace sidewinder::ui
