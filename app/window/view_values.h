#pragma once

#include <vector>

#include "app/core/settings.h"
#include "storage/conversations.h"
#include "ui/values.h"

namespace sidewinder::app {

// The store's and the settings' values as the window shows them, and back.

struct PathEntry {
    storage::Message message;
    int sibling_index = 0;
    int sibling_count = 1;
};
using Path = std::vector<PathEntry>;

/// Root to `leaf`, with each message's place among its siblings. Store thread.
Path load_path(storage::Conversations& conversations, storage::RowId leaf);

ui::MessageView to_view(const PathEntry& entry);
QList<ui::MessageView> to_view(const Path& path);
ui::ConversationItem to_view(const storage::Conversation& conversation);
ui::SearchHit to_view(const storage::SearchHit& hit);
ui::Settings to_view(const Settings& settings);
/// `shown` on top of `settings`: what the window doesn't show keeps its value.
Settings with_shown(Settings settings, const ui::Settings& shown);

}  // namespace sidewinder::app
