#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "storage/database.h"

namespace sidewinder::storage {

using RowId = std::int64_t;   ///< > 0
using TimeMs = std::int64_t;  ///< milliseconds since 1970-01-01 UTC
using TokenId = std::int32_t;

enum class Role { System, User, Assistant };
enum class Status { Streaming, Done, Stopped, Failed };

/// How an answer was made. Zero where unknown.
struct Stats {
    std::int64_t generated = 0;      ///< tokens of the answer
    std::int64_t read = 0;           ///< prompt tokens that had to be read
    std::int64_t reused = 0;         ///< prompt tokens that a checkpoint saved
    double seconds = 0;              ///< from Send to the last token
    double first_token_seconds = 0;  ///< from Send to the first token
    bool operator==(const Stats&) const = default;
};

struct Message {
    RowId id = 0;
    RowId conversation = 0;
    std::optional<RowId> parent;  ///< none: a root
    Role role = Role::User;
    Status status = Status::Done;
    std::string text;  ///< bytes as given, at most kMaxTextBytes
    std::vector<TokenId>
        tokens;             ///< the ids that this message added to the token log, template tokens included
    std::string tokenizer;  ///< identity of the tokenizer whose ids these are; empty: not known
    TimeMs created = 0;
    std::string model;  ///< the model that answered; empty for the user's messages
    Stats stats;
};

struct Conversation {
    RowId id = 0;
    std::string title;  ///< empty until the first user message, if automatic
    bool title_is_automatic = true;
    bool pinned = false;
    TimeMs created = 0;
    TimeMs updated = 0;  ///< last message or rename
    std::optional<TimeMs> deleted_at;
    std::optional<RowId> current_leaf;  ///< the end of the branch that is shown
    std::string preview;  ///< start of the newest message, one line, at most 200 bytes of whole characters
};

/// A passage around a match; `matches` are [begin, end) byte ranges in `text`, possibly none.
struct Snippet {
    std::string text;
    std::vector<std::pair<std::size_t, std::size_t>> matches;
};

struct SearchHit {
    RowId conversation = 0;
    std::optional<RowId> message;  ///< none: the title matched
    std::string title;             ///< of the conversation
    TimeMs created = 0;            ///< of the message, or of the conversation
    Snippet snippet;
};

/// Conversations and their messages. Messages form a tree: regenerate and edit add siblings, nothing is
/// overwritten. Values in, values out; each function that changes something is one committed transaction when
/// it returns, so what is shown as saved is on disk. Unknown ids throw Error(NotFound); see Database for the
/// others. Store thread only.
class Conversations {
  public:
    static constexpr std::size_t kMaxTextBytes = 64u << 20;

    explicit Conversations(Database& database) : database_(database) {}

    /// Call once at start: answers that a crash left streaming become Stopped with what they have. Returns
    /// how many.
    int recover_interrupted();

    RowId create(std::string_view title = {});  ///< no title: automatic, from the first user message
    void rename(RowId conversation, std::string_view title);  ///< an empty title makes it automatic again
    void set_pinned(RowId conversation, bool pinned);
    void remove(RowId conversation);  ///< soft: out of list and search, undo_remove() brings it back
    void undo_remove(RowId conversation);
    void purge(RowId conversation);    ///< for good
    int purge_removed(TimeMs before);  ///< those removed before this time; returns how many

    /// Pinned first, then the most recently used (by a counter: a clock set back does not reorder).
    std::vector<Conversation> list(int limit = 1000, int offset = 0) const;
    Conversation get(RowId conversation) const;  ///< removed ones too

    /// Before generation starts. `parent` none: a new root. Becomes the current leaf.
    /// Sets an automatic title if there is none yet.
    RowId add_user_message(RowId conversation, std::optional<RowId> parent, std::string_view text,
                           std::span<const TokenId> tokens);
    /// A system message (rules of a conversation) or any other that is complete as it is.
    RowId add_message(RowId conversation, std::optional<RowId> parent, Role role, std::string_view text,
                      std::span<const TokenId> tokens);
    /// An empty answer with status Streaming. Becomes the current leaf.
    RowId begin_answer(RowId conversation, RowId parent, std::string_view model,
                       std::string_view tokenizer = {});
    /// All of the text and tokens so far; about once a second. Throws NotFound if it is not streaming any
    /// more.
    void update_streaming(RowId message, std::string_view text, std::span<const TokenId> tokens);
    /// Done, Stopped or Failed. Also allowed on an answer that recover_interrupted() has stopped.
    void finish(RowId message, Status status, std::string_view text, std::span<const TokenId> tokens,
                const Stats& stats);
    /// Gives a message the ids that it added to the log, when those are known only after it was stored.
    void set_tokens(RowId message, std::span<const TokenId> tokens, std::string_view tokenizer = {});

    Message message(RowId message) const;
    std::vector<Message> path(RowId leaf) const;       ///< root .. leaf
    std::vector<RowId> siblings(RowId message) const;  ///< in order of creation, itself included
    std::vector<RowId> children(RowId message) const;
    std::vector<RowId> roots(RowId conversation) const;
    RowId newest_leaf(RowId message) const;  ///< following the newest child
    void set_current_leaf(RowId conversation, RowId message);

    /// Titles, then messages, newest first. `query` is what the person typed: words (any characters) that
    /// must all be there, upper or lower case; never an error. Removed conversations are left out.
    std::vector<SearchHit> search(std::string_view query, int limit = 50) const;

    /// Compares the search indexes with the messages and makes them anew if they differ; false if they did.
    /// Reads everything: for idle time, once a day.
    bool check_search();

  private:
    Database& database_;
};

/// The first line of text that says something, one line, at most 60 characters, cut at a word.
std::string automatic_title(std::string_view first_message);

}  // namespace sidewinder::storage
