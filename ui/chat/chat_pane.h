#pragma once

#include <QWidget>

#include "ui/theme/theme.h"

class QStackedWidget;

namespace sidewinder::ui {

class ChatHeader;
class Composer;
class EmptyPage;
class FindBar;
class ExcerptNote;
class NoticeBar;
class ProjectChip;
class ReadingBar;
class StatusLine;
class TranscriptView;

/// The centre of the window: header, transcript or first page, composer, status line; the find bar and
/// notices lie over the transcript so that nothing moves when they come and go.
class ChatPane : public QWidget {
    Q_OBJECT

  public:
    explicit ChatPane(const Theme& theme, QWidget* parent = nullptr);

    ChatHeader& header() { return *header_; }
    TranscriptView& transcript() { return *transcript_; }
    EmptyPage& empty() { return *empty_; }
    Composer& composer() { return *composer_; }
    StatusLine& status() { return *status_; }
    NoticeBar& notices() { return *notices_; }
    ProjectChip& projectChip() { return *projectChip_; }
    ReadingBar& readingBar() { return *readingBar_; }
    ExcerptNote& excerptNote() { return *excerptNote_; }
    void setProjectName(const QString& name);  ///< of the chat; empty: none
    FindBar& findBar() { return *findBar_; }

    void showTranscriptOrEmpty();
    void setStatus(const EngineStatus& status);
    void openFind();

  protected:
    void resizeEvent(QResizeEvent* event) override;

  private:
    void connectFind();
    void placeOverlays();

    const Theme& theme_;
    ChatHeader* header_;
    QStackedWidget* stack_;
    TranscriptView* transcript_;
    EmptyPage* empty_;
    Composer* composer_;
    StatusLine* status_;
    NoticeBar* notices_;
    FindBar* findBar_;
    ReadingBar* readingBar_;
    ExcerptNote* excerptNote_;
    ProjectChip* projectChip_;
    QString projectName_;
    EngineStatus shown_;
};

}  // namespace sidewinder::ui
