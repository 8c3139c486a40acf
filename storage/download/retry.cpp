#include "storage/download/retry.h"

#include <time.h>

#include <algorithm>
#include <string>

#include "storage/download/hub_answers.h"

namespace sidewinder::download {

namespace {

/// IMF-fixdate only ("Sun, 06 Nov 1994 08:49:37 GMT"); the two obsolete forms are not sent any more. By hand,
/// since strptime() follows the locale.
std::optional<std::int64_t> parse_http_date(std::string_view text) {
    static constexpr std::string_view kMonths = "JanFebMarAprMayJunJulAugSepOctNovDec";
    if (text.size() != 29 || text[3] != ',' || !text.ends_with(" GMT") || text[19] != ':' || text[22] != ':')
        return std::nullopt;
    const auto day = parse_count(text.substr(5, 2)), year = parse_count(text.substr(12, 4)),
               hour = parse_count(text.substr(17, 2)), minute = parse_count(text.substr(20, 2)),
               second = parse_count(text.substr(23, 2));
    const std::size_t month = kMonths.find(text.substr(8, 3));
    if (!day || !year || !hour || !minute || !second || month == std::string_view::npos || month % 3 != 0)
        return std::nullopt;
    tm fields{};
    fields.tm_mday = static_cast<int>(*day);
    fields.tm_mon = static_cast<int>(month / 3);
    fields.tm_year = static_cast<int>(*year) - 1900;
    fields.tm_hour = static_cast<int>(*hour);
    fields.tm_min = static_cast<int>(*minute);
    fields.tm_sec = static_cast<int>(*second);
    return ::timegm(&fields);
}

std::optional<Milliseconds> capped(std::int64_t seconds) {
    if (seconds < 0) return std::nullopt;
    const std::int64_t most = std::chrono::duration_cast<std::chrono::seconds>(kLongestAskedWait).count();
    return std::chrono::seconds(std::min(seconds, most));
}

std::optional<std::int64_t> parse_ratelimit(std::string_view text) {
    std::size_t at = 0;
    while ((at = text.find("t=", at)) != std::string_view::npos) {
        const bool whole = at == 0 || text[at - 1] == ';' || text[at - 1] == ' ' || text[at - 1] == ',';
        const std::string_view value = text.substr(at + 2);
        at += 2;
        if (whole) return parse_count(value.substr(0, value.find_first_not_of("0123456789")));
    }
    return std::nullopt;
}

}  // namespace

std::optional<Milliseconds> asked_wait(std::string_view retry_after, std::string_view date,
                                       std::string_view ratelimit,
                                       std::chrono::system_clock::time_point now) {
    if (const auto seconds = parse_count(retry_after)) return capped(*seconds);
    // More digits than fit is a very long wait, not garbage.
    if (!retry_after.empty() && retry_after.find_first_not_of("0123456789") == std::string_view::npos)
        return kLongestAskedWait;
    if (const auto until = parse_http_date(retry_after)) {
        const auto theirs = parse_http_date(date);
        return capped(*until - (theirs ? *theirs : std::chrono::system_clock::to_time_t(now)));
    }
    if (const auto seconds = parse_ratelimit(ratelimit)) return capped(*seconds);
    return std::nullopt;
}

Milliseconds Backoff::failed(std::optional<Milliseconds> asked) {
    const int doublings = std::min(tries_, 6);
    ++tries_;
    const Milliseconds own = base_ * std::min(1 << doublings, 60);
    const Milliseconds wait = asked ? std::max(*asked, base_) : own;
    const auto jitter = static_cast<std::int64_t>(random_() * static_cast<double>(own.count()) / 4);
    return wait + Milliseconds(jitter);
}

}  // namespace sidewinder::download
