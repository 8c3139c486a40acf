#include "ui/models/repository_form.h"

#include <QEvent>
#include <QGridLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QRegularExpression>
#include <QUrl>
#include <QVBoxLayout>

#include "ui/models/flow_layout.h"
#include "ui/theme/kind.h"

namespace sidewinder::ui {

RepositoryForm::RepositoryForm(QWidget* parent) : QFrame(parent) {
    setObjectName(QStringLiteral("ModelForm"));
    sentence_ = new QLabel(this);
    problem_ = new QLabel(this);
    setKind(problem_, "warning");
    for (QLabel* label : {sentence_, problem_}) {
        label->setTextFormat(Qt::PlainText);
        label->setWordWrap(true);
    }
    repo_ = new QLineEdit(this);
    revision_ = new QLineEdit(this);
    endpoint_ = new QLineEdit(this);
    repo_->setPlaceholderText(QStringLiteral("mistralai/Mamba-Codestral-7B-v0.1"));
    revision_->setPlaceholderText(QStringLiteral("main"));
    auto* grid = new QGridLayout;
    grid->setHorizontalSpacing(16);
    grid->setVerticalSpacing(8);
    grid->setColumnStretch(1, 1);
    QLineEdit* fields[] = {repo_, revision_, endpoint_};
    for (int i = 0; i < 3; ++i) {
        names_[i] = new QLabel(this);
        names_[i]->setTextFormat(Qt::PlainText);
        names_[i]->setBuddy(fields[i]);
        grid->addWidget(names_[i], i, 0);
        grid->addWidget(fields[i], i, 1);
        connect(fields[i], &QLineEdit::textChanged, this, &RepositoryForm::refresh);
        connect(fields[i], &QLineEdit::returnPressed, this, &RepositoryForm::accept);
    }
    accept_ = new QPushButton(this);
    setKind(accept_, "primary");
    cancel_ = new QPushButton(this);
    auto* buttons = new FlowLayout;
    buttons->addWidget(accept_);
    buttons->addWidget(cancel_);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(16, 12, 16, 14);
    column->setSpacing(10);
    column->addWidget(sentence_);
    column->addLayout(grid);
    column->addWidget(problem_);
    column->addLayout(buttons);
    QFrame::hide();
    connect(accept_, &QPushButton::clicked, this, &RepositoryForm::accept);
    connect(cancel_, &QPushButton::clicked, this, &RepositoryForm::close);
    retranslate();
    refresh();
}

void RepositoryForm::setEndpoint(const QString& endpoint) {
    endpoint_->setPlaceholderText(endpoint.isEmpty() ? QStringLiteral("https://huggingface.co") : endpoint);
}

void RepositoryForm::open() {
    show();
    repo_->setFocus(Qt::OtherFocusReason);
    repo_->selectAll();
}

void RepositoryForm::close() {
    hide();
    Q_EMIT closed();
}

OtherRepository RepositoryForm::value() const {
    return {repo_->text().trimmed(), revision_->text().trimmed(), endpoint_->text().trimmed()};
}

void RepositoryForm::accept() {
    if (!accept_->isEnabled()) return;
    hide();
    Q_EMIT accepted(value());
    Q_EMIT closed();
}

void RepositoryForm::refresh() {
    static const QRegularExpression repo(
        QStringLiteral("^[A-Za-z0-9][A-Za-z0-9._-]*/[A-Za-z0-9][A-Za-z0-9._-]*$"));
    const OtherRepository now = value();
    const bool named = repo.match(now.repo).hasMatch();
    const QUrl url(now.endpoint, QUrl::StrictMode);
    const bool reachable =
        now.endpoint.isEmpty() ||
        (url.isValid() && !url.host().isEmpty() &&
         (url.scheme() == QLatin1String("https") || url.scheme() == QLatin1String("http")));
    QString problem;
    if (!now.repo.isEmpty() && !named) problem = tr("A repository is named OWNER/NAME.");
    if (!reachable) problem = tr("An address begins with https://.");
    problem_->setText(problem);
    problem_->setVisible(!problem.isEmpty());
    accept_->setEnabled(named && reachable);
}

void RepositoryForm::keyPressEvent(QKeyEvent* event) {
    if (event->key() == Qt::Key_Escape) return close();
    QFrame::keyPressEvent(event);
}

void RepositoryForm::changeEvent(QEvent* event) {
    QFrame::changeEvent(event);
    if (event->type() != QEvent::LanguageChange) return;
    retranslate();
    refresh();
}

void RepositoryForm::retranslate() {
    sentence_->setText(
        tr("Any repository of a model hub that holds a Mamba2 model. It is added to the list; "
           "nothing is asked of the hub before you download."));
    names_[0]->setText(tr("Repository"));
    names_[1]->setText(tr("Revision"));
    names_[2]->setText(tr("Hub or mirror"));
    QLineEdit* fields[] = {repo_, revision_, endpoint_};
    for (int i = 0; i < 3; ++i) fields[i]->setAccessibleName(names_[i]->text());
    accept_->setText(tr("Add to the list"));
    cancel_->setText(tr("Cancel"));
    for (QPushButton* button : {accept_, cancel_}) button->setAccessibleName(button->text());
}

}  // namespace sidewinder::ui
