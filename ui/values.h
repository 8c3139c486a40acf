#pragma once

#include <QDateTime>
#include <QList>
#include <QMetaType>
#include <QString>
#include <QUrl>

#include <optional>

/// The plain values that cross the window's border. Ids are the store's row ids; 0 is "none". Text is always
/// plain: nothing here is ever read as rich text or HTML. Strings shown to the person arrive already
/// translated.
namespace sidewinder::ui {

struct ConversationItem {
    qint64 id = 0;
    QString title;      ///< empty: shown as "New chat"
    QString preview;    ///< one line, may be empty
    QDateTime updated;  ///< the list is sorted by this, newest first, pinned ones above
    bool pinned = false;
    QString project;  ///< the name of the project that it belongs to, or empty
};

enum class Role { User, Assistant };
enum class MessageStatus { Done, Streaming, Stopped, Failed };

/// Of one answer. Negative or zero: not known, not shown.
struct MessageStats {
    qint64 tokensRead = 0;
    qint64 tokensWritten = 0;
    double tokensPerSecond = 0;
    double timeToFirstToken = -1;  ///< seconds
};

struct MessageView {
    qint64 id = 0;
    Role role = Role::User;
    QString text;  ///< Markdown for an answer; a user's text is shown as typed, fenced code apart
    MessageStatus status = MessageStatus::Done;
    int siblingIndex = 0;  ///< from 0; shown as siblingIndex + 1
    int siblingCount = 1;
    bool editable = true;  ///< user: may be edited and resent; assistant: may be regenerated
    MessageStats stats;
    QString error;  ///< for Failed: what failed, the number, what to do next
};

enum class Phase {
    NoModel,     ///< nothing to answer with; sending is off
    Loading,     ///< `tokensRead`/`tokensToRead` unused; `note` may say what is loaded
    Idle,        ///< ready
    Reading,     ///< prefill: `tokensRead` of `tokensToRead`, `secondsLeft`
    Generating,  ///< writing an answer
    Off,         ///< the engine is off until restart; `note` says why
};

struct EngineStatus {
    QString model;       ///< display name, e.g. "Mamba-Codestral 7B, int8"
    bool demo = false;   ///< the built-in demo model: named quietly, and the way to the real one is offered
    QString device;      ///< e.g. "CPU, 8 threads", "NVIDIA RTX 4070"
    QString deviceNote;  ///< why it is this one, a sentence for the tooltip; may be empty
    bool offersFloat8 = false;  ///< Settings::float8Prefill can be had on this device
    Phase phase = Phase::NoModel;
    qint64 tokensRead = 0;  ///< in the state now; while Reading: read so far
    qint64 tokensToRead = 0;
    double tokensPerSecond = 0;    ///< <= 0: not shown
    double timeToFirstToken = -1;  ///< seconds, < 0: not shown
    double secondsLeft = -1;       ///< while Reading, < 0: not known
    QString note;                  ///< one more short sentence, may be empty
};

enum class ThemeChoice { System, Light, Dark };

enum class DeviceChoice { Auto, Cpu, Cuda };

struct Settings {
    QString systemPrompt;
    double temperature = 0.2;        ///< 0: always the likeliest token
    int topK = 40;                   ///< 0: off
    double topP = 0.95;              ///< 1: off
    double minP = 0.0;               ///< 0: off
    double repetitionPenalty = 1.0;  ///< 1: off
    int maxTokens = 2048;
    std::optional<quint64> seed;  ///< none: a new one for every answer
    DeviceChoice device = DeviceChoice::Auto;
    bool float8Prefill = false;  ///< long prompts: faster, less exactly, where EngineStatus::offersFloat8
    int threads = 0;             ///< 0: as many as the machine has cores
    ThemeChoice theme = ThemeChoice::System;
    int fontSize = 0;  ///< points, 0: the system's

    // Of downloads only; nothing else uses a network.
    bool offline = true;  ///< no download is started
    QString endpoint;     ///< hub or mirror; empty: HF_ENDPOINT, else the Hub
    QString proxy;        ///< empty: from the environment
    QString caFile;       ///< empty: the system's
    QString tokenFile;    ///< empty: HF_TOKEN

    bool operator==(const Settings&) const = default;
};

/// A range of QString positions.
struct TextRange {
    int start = 0;
    int length = 0;
};

struct SearchHit {
    qint64 conversationId = 0;
    qint64 messageId = 0;  ///< 0: the title matched
    QString title;
    QString snippet;              ///< one line
    QList<TextRange> highlights;  ///< in `snippet`, ascending, not overlapping
    QDateTime updated;
};

enum class NoticeKind { Info, Warning, Error };

struct Notice {
    QString sentence;
    NoticeKind kind = NoticeKind::Info;
    QString actionLabel;      ///< empty: no action
    qint64 actionId = 0;      ///< comes back in MainWindow::noticeActionTriggered
    QString details;          ///< not empty: "Copy details" puts this on the clipboard
    int milliseconds = 8000;  ///< 0: stays until closed. Paused while the pointer or the focus is on it.
};

struct AboutLibrary {
    QString name;
    QString licence;
};

struct AboutView {
    QString version, licence;  ///< of Sidewinder
    QString network;  ///< one sentence: whether the kernel refuses this window the network, or why not
    bool networkRefused = false;
    QList<AboutLibrary> libraries;      ///< that the window is linked with
    QList<AboutLibrary> otherPrograms;  ///< that only the programs beside it are
};

}  // namespace sidewinder::ui

Q_DECLARE_METATYPE(sidewinder::ui::ConversationItem)
Q_DECLARE_METATYPE(sidewinder::ui::MessageView)
Q_DECLARE_METATYPE(sidewinder::ui::EngineStatus)
Q_DECLARE_METATYPE(sidewinder::ui::Settings)
Q_DECLARE_METATYPE(sidewinder::ui::SearchHit)
Q_DECLARE_METATYPE(sidewinder::ui::Notice)
