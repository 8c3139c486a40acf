#include "storage/download/http_message.h"

#include "storage/download/hub_answers.h"

namespace sidewinder::download {

std::string_view HttpHead::find(std::string_view name) const {
    for (const auto& [key, value] : fields)
        if (key == name) return value;
    return {};
}

bool HttpHead::is_redirect() const {
    return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

std::optional<std::int64_t> HttpHead::content_length() const {
    std::optional<std::int64_t> length;
    for (const auto& [key, value] : fields) {
        if (key != "content-length") continue;
        const auto count = parse_count(value);
        if (!count || (length && *length != *count))
            throw Error(Fault::BadAnswer, "The server's answer names no clear length. Try again later.");
        length = count;
    }
    return length;
}

}  // namespace sidewinder::download
