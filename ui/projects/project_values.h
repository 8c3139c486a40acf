#pragma once

#include <QList>
#include <QMetaType>
#include <QString>

/// The plain values of projects that cross the window's border. Strings arrive translated, paths as
/// display names: one line, nothing hidden in it.
namespace sidewinder::ui {

enum class ProjectState {
    Unknown,     ///< not looked at yet
    NotRead,     ///< nothing of it was read
    OtherModel,  ///< read, but not with the model that is loaded
    Reading,     ///< `percent` of it so far
    Paused,      ///< the same, and nothing is being read
    Read,        ///< `tokens` are in its state
    Changed,     ///< read; `changedFiles` differ since, `tokensToRead` would be read
    Missing,     ///< its folder is gone or cannot be opened
};

struct ProjectItem {
    qint64 id = 0;
    QString name;
    QString path;
    ProjectState state = ProjectState::Unknown;
    qint64 tokens = 0;
    int percent = 0;
    int changedFiles = 0;
    qint64 tokensToRead = 0;
    bool operator==(const ProjectItem&) const = default;
};

/// One line of the sheet: a file, or a folder that was not entered. Its index is its name towards the
/// controller.
struct SheetEntry {
    QString path;  ///< parts joined by "/", in the tree's order: a folder as if its path ended in "/"
    bool folder = false;
    bool included = false;
    bool choosable = true;  ///< may be ticked in
    bool unusual =
        false;         ///< left out by itself for a reason that a tick overrides: not taken with its folder
    QString reason;    ///< short: "Ignored"; empty: there is none
    QString sentence;  ///< the whole reason
    QString mark;      ///< of one that is included: "Changed", "New"; may be empty
    bool toRead = false;  ///< included, and not in what was read so far
    qint64 size = 0;
    qint64 tokens = -1;  ///< < 0: not known before it is ticked in
};

struct SheetTotals {
    qint64 logTokens = 0;  ///< what the model will have read
    qint64 toRead = 0;     ///< of them, now
    qint64 kept = 0;       ///< of them, read already
    bool readBefore = false;
    bool upToDate = false;
    int changed = 0, added = 0, removed = 0;  ///< files
    double secondsToRead = -1;                ///< < 0: not known yet
    qint64 diskBytes = 0;                     ///< of the checkpoints, all together
    QString recall;  ///< a sentence: how well the model finds again what it has read; may be empty
    bool operator==(const SheetTotals&) const = default;
};

enum class SheetPhase { Waiting, Scanning, Ready, Writing, Failed };

struct SheetState {
    SheetPhase phase = SheetPhase::Waiting;
    qint64 files = 0, ofFiles = 0;  ///< while Scanning; both 0 while the tree is listed
    QString sentence;               ///< of Failed, or a remark
};

enum class ReadingPhase { None, Preparing, Running, PausedByPerson, PausedForAnswer };

/// The project that is being read.
struct ReadingView {
    qint64 project = 0;
    QString name;
    ReadingPhase phase = ReadingPhase::None;
    qint64 read = 0, toRead = 0;  ///< tokens, of this reading
    qint64 kept = 0;              ///< tokens that needed no reading
    double tokensPerSecond = 0;   ///< <= 0: not known
    double secondsLeft = -1;      ///< < 0: not known
};

/// One piece of the project that was put beside a question.
struct ExcerptItem {
    QString path;
    int firstLine = 0, lastLine = 0;
    qint64 tokens = 0;
    QString why;  ///< "named in your question"
    bool on = true;
};

}  // namespace sidewinder::ui

Q_DECLARE_METATYPE(sidewinder::ui::ReadingView)
