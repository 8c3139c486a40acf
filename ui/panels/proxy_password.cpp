#include "ui/panels/proxy_password.h"

#include <QCheckBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QRegularExpression>
#include <QUrl>
#include <QVBoxLayout>

namespace sidewinder::ui {

namespace {

bool hasName(const QString& proxy) {
    static const QRegularExpression name(QStringLiteral("^([a-z0-9]+://)?[^@]+@"));
    return name.match(proxy).hasMatch();
}

}  // namespace

ProxyPassword::ProxyPassword(QWidget* parent)
    : QWidget(parent),
      field_(new QLineEdit),
      keep_(new QPushButton(tr("Keep"))),
      forget_(new QPushButton(tr("Forget"))),
      inFile_(new QCheckBox(tr("In a file that only you may read, not encrypted"))),
      said_(new QLabel) {
    field_->setEchoMode(QLineEdit::Password);
    field_->setAccessibleName(tr("Proxy password"));
    said_->setWordWrap(true);
    said_->setTextFormat(Qt::PlainText);
    said_->hide();
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    auto* row = new QHBoxLayout;
    row->addWidget(field_, 1);
    row->addWidget(keep_);
    row->addWidget(forget_);
    column->addLayout(row);
    column->addWidget(inFile_);
    column->addWidget(said_);
    connect(field_, &QLineEdit::textChanged, this, &ProxyPassword::refresh);
    connect(field_, &QLineEdit::returnPressed, this, &ProxyPassword::give);
    connect(keep_, &QPushButton::clicked, this, &ProxyPassword::give);
    connect(forget_, &QPushButton::clicked, this, [this] { Q_EMIT forgotten(proxy_); });
    for (QPushButton* button : {keep_, forget_}) button->setAutoDefault(false);
    refresh();
}

std::pair<QString, QString> ProxyPassword::apart(const QString& proxy) {
    static const QRegularExpression with(QStringLiteral("^([a-z0-9]+://)?([^:/@]+):(.*)@([^@]*)$"));
    const QRegularExpressionMatch match = with.match(proxy);
    if (!match.hasMatch()) return {};
    return {match.captured(1) + match.captured(2) + QLatin1Char('@') + match.captured(4),
            QUrl::fromPercentEncoding(match.captured(3).toUtf8())};
}

void ProxyPassword::setProxy(const QString& proxy) {
    if (proxy == proxy_) return;
    proxy_ = proxy;
    say({});
    refresh();
}

void ProxyPassword::setPassword(const QString& password) {
    field_->setText(password);
}

void ProxyPassword::say(const QString& sentence) {
    said_->setText(sentence);
    said_->setVisible(!sentence.isEmpty());
}

void ProxyPassword::refresh() {
    const bool named = hasName(proxy_);
    field_->setPlaceholderText(named ? QString() : tr("For a proxy with a name: NAME@HOST:PORT"));
    for (QWidget* widget :
         {static_cast<QWidget*>(field_), static_cast<QWidget*>(forget_), static_cast<QWidget*>(inFile_)})
        widget->setEnabled(named);
    keep_->setEnabled(named && !field_->text().isEmpty());
}

void ProxyPassword::give() {
    if (!keep_->isEnabled()) return;
    const QString password = field_->text();
    field_->clear();
    Q_EMIT given(proxy_, password, inFile_->isChecked());
}

}  // namespace sidewinder::ui
