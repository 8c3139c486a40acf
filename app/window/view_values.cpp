#include "app/window/view_values.h"

#include <algorithm>

#include "app/core/proxy_address.h"

namespace sidewinder::app {

namespace {

ui::MessageStatus to_view(storage::Status status) {
    switch (status) {
        case storage::Status::Streaming:
            return ui::MessageStatus::Streaming;
        case storage::Status::Done:
            return ui::MessageStatus::Done;
        case storage::Status::Stopped:
            return ui::MessageStatus::Stopped;
        case storage::Status::Failed:
            return ui::MessageStatus::Failed;
    }
    return ui::MessageStatus::Done;
}

ui::MessageStats to_view(const storage::Stats& stats) {
    const double writing = stats.seconds - stats.first_token_seconds;
    return {.tokensRead = stats.read,
            .tokensWritten = stats.generated,
            .tokensPerSecond =
                stats.generated > 1 && writing > 0 ? static_cast<double>(stats.generated - 1) / writing : 0,
            .timeToFirstToken = stats.first_token_seconds > 0 ? stats.first_token_seconds : -1};
}

// UTF-8 byte offset to QString position.
int position(const std::string& text, std::size_t bytes) {
    return static_cast<int>(
        QString::fromUtf8(text.data(), static_cast<qsizetype>(std::min(bytes, text.size()))).size());
}

}  // namespace

Path load_path(storage::Conversations& conversations, storage::RowId leaf) {
    Path path;
    for (storage::Message& message : conversations.path(leaf)) {
        PathEntry entry{.message = std::move(message)};
        const std::vector<storage::RowId> siblings = conversations.siblings(entry.message.id);
        entry.sibling_count = static_cast<int>(siblings.size());
        entry.sibling_index = static_cast<int>(std::find(siblings.begin(), siblings.end(), entry.message.id) -
                                               siblings.begin());
        path.push_back(std::move(entry));
    }
    return path;
}

ui::MessageView to_view(const PathEntry& entry) {
    const storage::Message& m = entry.message;
    return {.id = m.id,
            .role = m.role == storage::Role::User ? ui::Role::User : ui::Role::Assistant,
            .text = QString::fromStdString(m.text),
            .status = to_view(m.status),
            .siblingIndex = entry.sibling_index,
            .siblingCount = entry.sibling_count,
            .editable = true,
            .stats = to_view(m.stats),
            .error = {}};
}

QList<ui::MessageView> to_view(const Path& path) {
    QList<ui::MessageView> views;
    for (const PathEntry& entry : path) {
        if (entry.message.role != storage::Role::System) views.append(to_view(entry));
    }
    return views;
}

ui::ConversationItem to_view(const storage::Conversation& c) {
    return {.id = c.id,
            .title = QString::fromStdString(c.title),
            .preview = QString::fromStdString(c.preview),
            .updated = QDateTime::fromMSecsSinceEpoch(c.updated),
            .pinned = c.pinned};
}

ui::SearchHit to_view(const storage::SearchHit& hit) {
    ui::SearchHit view{.conversationId = hit.conversation,
                       .messageId = hit.message.value_or(0),
                       .title = QString::fromStdString(hit.title),
                       .snippet = QString::fromStdString(hit.snippet.text),
                       .highlights = {},
                       .updated = QDateTime::fromMSecsSinceEpoch(hit.created)};
    for (const auto& [begin, end] : hit.snippet.matches) {
        const int start = position(hit.snippet.text, begin);
        view.highlights.append({start, position(hit.snippet.text, end) - start});
    }
    return view;
}

ui::Settings to_view(const Settings& s) {
    return {.systemPrompt = QString::fromStdString(s.system_prompt),
            .temperature = static_cast<double>(s.sampling.temperature),
            .topK = s.sampling.top_k,
            .topP = static_cast<double>(s.sampling.top_p),
            .minP = static_cast<double>(s.sampling.min_p),
            .repetitionPenalty = static_cast<double>(s.sampling.repetition_penalty),
            .maxTokens = static_cast<int>(s.max_tokens),
            .seed = s.seed ? std::optional<quint64>(*s.seed) : std::nullopt,
            .device = static_cast<ui::DeviceChoice>(s.device),
            .float8Prefill = s.float8_prefill,
            .threads = s.threads,
            .theme = static_cast<ui::ThemeChoice>(s.theme),
            .fontSize = s.font_size,
            .offline = s.offline,
            .endpoint = QString::fromStdString(s.endpoint),
            .proxy = QString::fromStdString(s.proxy),
            .caFile = QString::fromStdString(s.ca_file),
            .tokenFile = QString::fromStdString(s.token_file)};
}

Settings with_shown(Settings s, const ui::Settings& shown) {
    s.system_prompt = shown.systemPrompt.toStdString();
    s.sampling.temperature = static_cast<float>(shown.temperature);
    s.sampling.top_k = shown.topK;
    s.sampling.top_p = static_cast<float>(shown.topP);
    s.sampling.min_p = static_cast<float>(shown.minP);
    s.sampling.repetition_penalty = static_cast<float>(shown.repetitionPenalty);
    s.max_tokens = shown.maxTokens;
    s.seed = shown.seed ? std::optional<std::uint64_t>(*shown.seed) : std::nullopt;
    s.device = static_cast<Device>(shown.device);
    s.float8_prefill = shown.float8Prefill;
    s.threads = shown.threads;
    s.theme = static_cast<Settings::Theme>(shown.theme);
    s.font_size = shown.fontSize;
    s.offline = shown.offline;
    s.endpoint = shown.endpoint.toStdString();
    s.proxy = without_password(shown.proxy.toStdString());
    s.ca_file = shown.caFile.toStdString();
    s.token_file = shown.tokenFile.toStdString();
    return s;
}

}  // namespace sidewinder::app
