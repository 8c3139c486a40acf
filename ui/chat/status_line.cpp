#include "ui/chat/status_line.h"

#include <QEvent>
#include <QHBoxLayout>
#include <QLocale>
#include <QProgressBar>
#include <QPushButton>

#include <algorithm>
#include <cmath>

#include "ui/theme/elided_label.h"
#include "ui/theme/kind.h"

namespace sidewinder::ui {
namespace {

QString duration(double seconds) {
    const int whole = std::max(1, static_cast<int>(std::lround(seconds)));
    if (whole < 90) return StatusLine::tr("%1 s").arg(whole);
    return StatusLine::tr("%1 min").arg((whole + 30) / 60);
}

}  // namespace

StatusLine::StatusLine(QWidget* parent) : QWidget(parent) {
    label_ = new ElidedLabel(this);
    setKind(label_, "quiet");
    progress_ = new QProgressBar(this);
    progress_->setTextVisible(false);
    progress_->setFixedWidth(90);
    progress_->hide();
    model_ = new QPushButton(this);
    setKind(model_, "model");
    model_->setCursor(Qt::PointingHandCursor);
    models_ = new QPushButton(this);
    setKind(models_, "link");
    models_->hide();
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(2, 0, 2, 0);
    row->setSpacing(10);
    row->addWidget(progress_);
    auto* words = new QHBoxLayout;
    words->setSpacing(0);
    words->addWidget(model_);
    words->addWidget(label_, 1);
    row->addLayout(words, 1);
    row->addWidget(models_);
    connect(model_, &QPushButton::clicked, this, &StatusLine::modelsRequested);
    connect(models_, &QPushButton::clicked, this, &StatusLine::modelsRequested);
    setMinimumHeight(26);
    refresh();
}

void StatusLine::setStatus(const EngineStatus& status) {
    status_ = status;
    refresh();
}

QString StatusLine::text() const {
    return parts().join(QStringLiteral(" · "));
}

QString StatusLine::readingSentence(const EngineStatus& status) {
    if (status.phase != Phase::Reading) return {};
    const QLocale locale;
    QString sentence = tr("Reading %1 of %2 tokens")
                           .arg(locale.toString(status.tokensRead), locale.toString(status.tokensToRead));
    if (status.secondsLeft >= 0) sentence += tr(", about %1 left").arg(duration(status.secondsLeft));
    return sentence;
}

QStringList StatusLine::parts() const {
    const QLocale locale;
    QStringList parts;
    switch (status_.phase) {
        case Phase::NoModel:
            parts << tr("No model");
            break;
        case Phase::Loading:
            parts << tr("Loading %1…").arg(status_.model);
            break;
        case Phase::Off:
            parts << tr("The engine is off until restart");
            break;
        default:
            if (!status_.model.isEmpty()) parts << (status_.demo ? tr("Demo model") : status_.model);
    }
    if (!status_.device.isEmpty()) parts << status_.device;
    if (status_.phase == Phase::Reading)
        parts << readingSentence(status_);
    else if (status_.tokensRead > 0)
        parts << tr("%1 tokens read").arg(locale.toString(status_.tokensRead));
    if (status_.tokensPerSecond > 0)
        parts << tr("%1 tokens/s").arg(locale.toString(status_.tokensPerSecond, 'f', 1));
    if (status_.timeToFirstToken >= 0)
        parts << tr("first token %1 s").arg(locale.toString(status_.timeToFirstToken, 'f', 2));
    if (!status_.note.isEmpty()) parts << status_.note;
    return parts;
}

void StatusLine::refresh() {
    const bool reading = status_.phase == Phase::Reading && status_.tokensToRead > 0;
    progress_->setVisible(reading || status_.phase == Phase::Loading);
    if (reading) {
        progress_->setRange(0, 1000);
        progress_->setValue(static_cast<int>(1000 * status_.tokensRead / status_.tokensToRead));
    } else {
        progress_->setRange(0, 0);
    }
    progress_->setAccessibleName(tr("Progress"));
    models_->setVisible(offersModels_ && (status_.demo || status_.phase == Phase::NoModel));
    models_->setText(status_.demo ? tr("Get the full model") : tr("Get a model"));
    models_->setAccessibleName(models_->text());
    showModel();
    QStringList rest = parts();
    if (namesModel() && !rest.isEmpty()) rest.removeFirst();
    const QString dot = namesModel() && !rest.isEmpty() ? QStringLiteral("· ") : QString();
    label_->setWhole(dot + rest.join(QStringLiteral(" · ")));
    label_->setAccessibleName(tr("Status: %1").arg(text()));
    label_->setAccessibleDescription(status_.deviceNote);
    label_->setNote(status_.deviceNote);
}

bool StatusLine::namesModel() const {
    return !status_.model.isEmpty() && status_.phase != Phase::Loading && status_.phase != Phase::NoModel &&
           status_.phase != Phase::Off;
}

void StatusLine::showModel() {
    model_->setVisible(namesModel());
    if (!namesModel()) return;
    const QString name = status_.demo ? tr("Demo model") : status_.model;
    model_->ensurePolished();
    model_->setText(model_->fontMetrics().elidedText(name, Qt::ElideMiddle, std::max(120, width() / 2)));
    model_->setAccessibleName(tr("Models; in use: %1").arg(name));
    model_->setToolTip(tr("Models"));
}

void StatusLine::resizeEvent(QResizeEvent* event) {
    QWidget::resizeEvent(event);
    showModel();
}

void StatusLine::setOffersModels(bool offers) {
    offersModels_ = offers;
    refresh();
}

void StatusLine::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() == QEvent::LanguageChange) refresh();
}

}  // namespace sidewinder::ui
