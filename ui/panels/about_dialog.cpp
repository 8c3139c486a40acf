#include "ui/panels/about_dialog.h"

#include <QApplication>
#include <QClipboard>
#include <QFrame>
#include <QGridLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QScrollArea>
#include <QVBoxLayout>

#include "ui/theme/icon.h"
#include "ui/theme/kind.h"

namespace sidewinder::ui {
namespace {

QLabel* plain(const QString& text, const char* kind = nullptr) {
    auto* label = new QLabel(text);
    label->setTextFormat(Qt::PlainText);
    label->setWordWrap(true);
    if (kind) setKind(label, kind);
    return label;
}

/// What belongs into a report of a fault; not translated, as those who read it may not know the language.
QString details(const AboutView& view) {
    return QStringLiteral("Sidewinder %1, Qt %2\n%3\n")
        .arg(view.version, QString::fromLatin1(qVersion()), view.network);
}

}  // namespace

AboutDialog::AboutDialog(const AboutView& view, const Theme& theme, QWidget* parent) : QDialog(parent) {
    setWindowTitle(tr("About Sidewinder"));
    auto* inner = new QWidget;
    auto* page = new QVBoxLayout(inner);
    page->setContentsMargins(28, 26, 28, 12);
    page->setSpacing(8);
    addHead(*page, view);
    page->addSpacing(10);
    addNetwork(*page, view, theme);
    addLibraries(*page, tr("This window is made with"), view.libraries);
    addLibraries(*page, tr("The programs beside it, also with"), view.otherPrograms);
    page->addSpacing(6);
    page->addWidget(plain(tr("The licences in full: in a bundle in share/doc/sidewinder/licences,\n"
                             "on Debian in /usr/share/doc."),
                          "quiet"));
    page->addStretch();
    auto* scroll = new QScrollArea(this);
    scroll->setWidget(inner);
    scroll->setWidgetResizable(true);
    scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    scroll->setFocusPolicy(Qt::StrongFocus);
    scroll->setAccessibleName(windowTitle());
    auto* copy = new QPushButton(tr("Copy details"), this);
    setKind(copy, "quiet");
    auto* done = new QPushButton(tr("Done"), this);
    setKind(done, "primary");
    done->setDefault(true);
    auto* buttons = new QHBoxLayout;
    buttons->setContentsMargins(22, 10, 22, 16);
    buttons->addWidget(copy);
    buttons->addStretch();
    buttons->addWidget(done);
    for (QPushButton* button : {copy, done}) button->setAccessibleName(button->text());
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(scroll, 1);
    column->addLayout(buttons);
    connect(copy, &QPushButton::clicked, this, [copy, text = details(view)] {
        QApplication::clipboard()->setText(text);
        copy->setText(tr("Copied"));
        copy->setAccessibleName(copy->text());
    });
    connect(done, &QPushButton::clicked, this, &QDialog::accept);
    done->setFocus();
    resize(480, 640);
}

void AboutDialog::addHead(QVBoxLayout& page, const AboutView& view) {
    auto* mark = new QLabel;
    mark->setPixmap(applicationIcon().pixmap(QSize(56, 56), devicePixelRatioF()));
    mark->setAlignment(Qt::AlignTop);
    auto* name = plain(QStringLiteral("Sidewinder"), "display");
    auto* version = plain(
        tr("Version %1, licence %2, Qt %3").arg(view.version, view.licence, QString::fromLatin1(qVersion())),
        "hint");
    version->setTextInteractionFlags(Qt::TextSelectableByMouse);
    auto* text = new QVBoxLayout;
    text->setSpacing(2);
    text->addWidget(name);
    text->addWidget(plain(tr("An offline coding assistant.")));
    text->addWidget(version);
    auto* row = new QHBoxLayout;
    row->setSpacing(18);
    row->addWidget(mark, 0, Qt::AlignTop);
    row->addLayout(text, 1);
    page.addLayout(row);
}

void AboutDialog::addNetwork(QVBoxLayout& page, const AboutView& view, const Theme& theme) {
    auto* card = new QFrame;
    card->setObjectName(QStringLiteral("AboutNetwork"));
    setLook(card, "tone", view.networkRefused ? QStringLiteral("good") : QStringLiteral("warning"));
    const Colours& colours = theme.colours();
    auto* icon = new QLabel;
    icon->setPixmap(theme
                        .iconIn(view.networkRefused ? "check" : "warning",
                                view.networkRefused ? colours.accent : colours.warning)
                        .pixmap(QSize(20, 20), devicePixelRatioF()));
    auto* sentence = plain(view.network, "strong");
    sentence->setTextInteractionFlags(Qt::TextSelectableByMouse);
    auto* text = new QVBoxLayout;
    text->setSpacing(4);
    text->addWidget(sentence);
    text->addWidget(plain(tr("A download that you ask for is made by sidewinder-fetch, and a link that you "
                             "open by your browser: other programs, started for nothing else."),
                          "hint"));
    auto* row = new QHBoxLayout(card);
    row->setContentsMargins(14, 12, 14, 12);
    row->setSpacing(12);
    row->addWidget(icon, 0, Qt::AlignTop);
    row->addLayout(text, 1);
    page.addWidget(card);
}

void AboutDialog::addLibraries(QVBoxLayout& page, const QString& title,
                               const QList<AboutLibrary>& libraries) {
    if (libraries.isEmpty()) return;
    page.addSpacing(14);
    page.addWidget(plain(title, "title"));
    auto* grid = new QGridLayout;
    grid->setHorizontalSpacing(24);
    grid->setVerticalSpacing(6);
    grid->setColumnStretch(0, 1);
    for (const AboutLibrary& library : libraries) {
        const int row = grid->rowCount();
        grid->addWidget(plain(library.name), row, 0);
        auto* licence = plain(library.licence, "hint");
        licence->setWordWrap(false);
        grid->addWidget(licence, row, 1, Qt::AlignRight);
    }
    page.addLayout(grid);
}

}  // namespace sidewinder::ui
