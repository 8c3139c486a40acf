#include "ui/main_window.h"

#include <QDataStream>
#include <QHBoxLayout>
#include <QIODevice>
#include <QResizeEvent>
#include <QStackedWidget>
#include <QWheelEvent>

#include <algorithm>

#include "ui/chat/chat_header.h"
#include "ui/chat/composer.h"
#include "ui/chat/find_bar.h"
#include "ui/chat/notice_bar.h"
#include "ui/main_window_parts.h"
#include "ui/projects/drop_overlay.h"
#include "ui/projects/project_sheet.h"
#include "ui/theme/icon.h"
#include "ui/transcript/transcript_view.h"

namespace sidewinder::ui {
namespace {
constexpr quint32 stateMagic = 0x53574e31;  // "SWN1"
constexpr int sidebarWidth = 260;
}  // namespace

MainWindow::MainWindow(QWidget* parent) : QWidget(parent), parts_(std::make_unique<MainWindowParts>()) {
    setObjectName(QStringLiteral("Window"));
    setWindowTitle(QStringLiteral("Sidewinder"));
    setMinimumSize(720, 480);
    resize(1180, 800);
    parts_->theme.apply(parts_->settings.theme, parts_->settings.fontSize);
    setWindowIcon(applicationIcon());
    parts_->sidebar = new Sidebar(parts_->theme, this);
    parts_->sidebar->setFixedWidth(sidebarWidth);
    parts_->centre = new QStackedWidget(this);
    parts_->chat = new ChatPane(parts_->theme, parts_->centre);
    parts_->centre->addWidget(parts_->chat);
    parts_->models = new ModelsPage(parts_->theme, parts_->centre);
    parts_->centre->addWidget(parts_->models);
    parts_->sheet = new ProjectSheet(parts_->theme, parts_->centre);
    parts_->centre->addWidget(parts_->sheet);
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(0);
    row->addWidget(parts_->sidebar);
    row->addWidget(parts_->centre, 1);
    parts_->search = new SearchPanel(parts_->theme, this);
    parts_->drop = new DropOverlay(parts_->theme, this);
    buildActions();
    connectSidebar();
    connectChat();
    connectPanels();
    connectModels();
    connectProjects();
    setStatus(parts_->status);
    setCurrentConversation(0, {});
}

MainWindow::~MainWindow() {
    // Children hold the theme by reference: they go first.
    delete parts_->settingsDialog;
    delete parts_->drop;
    delete parts_->search;
    delete parts_->centre;
    delete parts_->sidebar;
}

qint64 MainWindow::currentConversation() const {
    return parts_->current;
}
Settings MainWindow::settings() const {
    return parts_->settings;
}
void MainWindow::setDraft(const QString& text) {
    parts_->chat->composer().setText(text);
}
QString MainWindow::draft() const {
    return parts_->chat->composer().text();
}

bool MainWindow::isBusy() const {
    return parts_->status.phase == Phase::Reading || parts_->status.phase == Phase::Generating;
}

QByteArray MainWindow::saveState() const {
    QByteArray state;
    QDataStream out(&state, QIODevice::WriteOnly);
    out.setVersion(QDataStream::Qt_6_4);
    out << stateMagic << saveGeometry() << parts_->sidebar->isVisibleTo(this);
    return state;
}

bool MainWindow::restoreState(const QByteArray& state) {
    QDataStream in(state);
    in.setVersion(QDataStream::Qt_6_4);
    quint32 magic = 0;
    QByteArray geometry;
    bool sidebar = true;
    in >> magic >> geometry >> sidebar;
    if (in.status() != QDataStream::Ok || magic != stateMagic || !restoreGeometry(geometry)) return false;
    parts_->sidebar->setVisible(sidebar);
    return true;
}

void MainWindow::setConversations(const QList<ConversationItem>& items) {
    parts_->sidebar->setConversations(items);
    refreshTitle();
    refreshActions();
}

void MainWindow::setCurrentConversation(qint64 id, const QList<MessageView>& messages, qint64 scrollTo) {
    const bool same = id == parts_->current && id != 0;
    Composer& composer = parts_->chat->composer();
    if (id != parts_->current) {
        parts_->drafts[parts_->current] = composer.text();
        parts_->current = id;
        composer.setText(parts_->drafts.take(id));
    }
    parts_->sidebar->setCurrent(id);
    parts_->chat->transcript().setMessages(messages, same, scrollTo);
    parts_->chat->showTranscriptOrEmpty();
    refreshTitle();
    refreshActions();
    if (!same && !showsModels() && !showsSheet()) composer.focusInput();
}

void MainWindow::setCurrentConversationId(qint64 id) {
    parts_->current = id;
    parts_->sidebar->setCurrent(id);
    refreshTitle();
    refreshActions();
}

void MainWindow::appendMessage(const MessageView& message) {
    parts_->chat->transcript().appendMessage(message);
    parts_->chat->showTranscriptOrEmpty();
    refreshActions();
}

void MainWindow::appendText(qint64 messageId, const QString& delta) {
    parts_->chat->transcript().appendText(messageId, delta);
}

void MainWindow::updateMessage(const MessageView& message) {
    parts_->chat->transcript().updateMessage(message);
    refreshActions();
}

void MainWindow::setMessageId(qint64 oldId, qint64 newId) {
    parts_->chat->transcript().setMessageId(oldId, newId);
}

void MainWindow::setStatus(const EngineStatus& status) {
    const bool offered = parts_->status.offersFloat8;
    parts_->status = status;
    parts_->chat->setStatus(status);
    if (parts_->settingsDialog && offered != status.offersFloat8)
        parts_->settingsDialog->setFloat8Offered(status.offersFloat8);
    refreshActions();
}

void MainWindow::setSettings(const Settings& settings) {
    applySettings(settings);
    if (parts_->settingsDialog) parts_->settingsDialog->setSettings(settings);
}

void MainWindow::applySettings(const Settings& settings) {
    const Settings before = parts_->settings;
    parts_->settings = settings;
    parts_->models->setSettings(settings);
    if (before.theme != settings.theme || before.fontSize != settings.fontSize)
        parts_->theme.apply(settings.theme, settings.fontSize);
}

void MainWindow::setAbout(const AboutView& about) {
    parts_->about = about;
}

void MainWindow::showNotice(const Notice& notice) {
    NoticeBar& bar = showsModels()  ? parts_->models->notices()
                     : showsSheet() ? parts_->sheet->notices()
                                    : parts_->chat->notices();
    bar.show(notice);
}

void MainWindow::setSearchResults(const QString& query, const QList<SearchHit>& hits) {
    parts_->search->setResults(query, hits);
}

ModelsPage& MainWindow::models() {
    return *parts_->models;
}

bool MainWindow::showsModels() const {
    return parts_->centre->currentWidget() == parts_->models;
}

void MainWindow::refreshTitle() {
    const QString title = parts_->sidebar->titleOf(parts_->current);
    const QString shown = title.isEmpty() ? tr("New chat") : title;
    parts_->chat->header().setTitle(parts_->current == 0 ? QString() : shown);
    const QString subject = showsModels()          ? tr("Models")
                            : showsSheet()         ? tr("Read a project")
                            : parts_->current == 0 ? QString()
                                                   : shown;
    setWindowTitle(subject.isEmpty() ? QStringLiteral("Sidewinder")
                                     : QStringLiteral("%1 – Sidewinder").arg(subject));
}

void MainWindow::changeFontSize(int step) {
    Settings settings = parts_->settings;
    settings.fontSize = step == 0 ? 0 : std::clamp(parts_->theme.fontSize() + step, 8, 28);
    setSettings(settings);
    Q_EMIT settingsChanged(settings);
}

void MainWindow::wheelEvent(QWheelEvent* event) {
    if (!(event->modifiers() & Qt::ControlModifier)) return QWidget::wheelEvent(event);
    if (event->angleDelta().y() != 0) changeFontSize(event->angleDelta().y() > 0 ? 1 : -1);
    event->accept();
}

void MainWindow::resizeEvent(QResizeEvent* event) {
    QWidget::resizeEvent(event);
    parts_->search->setGeometry(rect());
    parts_->drop->setGeometry(rect());
}

void MainWindow::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() == QEvent::ActivationChange && isActiveWindow()) Q_EMIT activated();
    if (event->type() != QEvent::LanguageChange) return;
    nameActions();
    refreshTitle();
}

}  // namespace sidewinder::ui
