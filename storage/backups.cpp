#include "storage/backups.h"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Exception.h>
#include <SQLiteCpp/Statement.h>
#include <sqlite3.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <ctime>

#include "storage/atomic_file.h"
#include "storage/connection.h"
#include "storage/paths.h"
#include "storage/sql_error.h"

namespace sidewinder::storage {

namespace fs = std::filesystem;

namespace {

bool is_daily(const fs::path& path) {
    return path.stem().string().ends_with(Backups::kDaily);
}

// What VACUUM INTO writes is in rollback mode: a read-only look at it leaves no journal beside it.
void check_copy(const fs::path& copy) {
    try {
        SQLite::Database connection(copy.string(), SQLITE_OPEN_READONLY);
        check_integrity(connection, true);
    } catch (const SQLite::Exception& exception) {
        throw to_error(exception, nullptr, copy);
    }
}

}  // namespace

std::string utc_stamp() {
    const auto now = std::chrono::system_clock::now();
    const std::time_t seconds = std::chrono::system_clock::to_time_t(now);
    const auto ms =
        std::chrono::duration_cast<std::chrono::milliseconds>(now.time_since_epoch()).count() % 1000;
    std::tm utc{};
    ::gmtime_r(&seconds, &utc);
    char day[32];
    std::strftime(day, sizeof day, "%Y%m%dT%H%M%S", &utc);
    char stamp[48];
    std::snprintf(stamp, sizeof stamp, "%s.%03dZ", day, static_cast<int>(ms));
    return stamp;
}

std::string readable_stamp(const std::string& name) {
    if (name.size() < 13) return name;
    return name.substr(0, 4) + "-" + name.substr(4, 2) + "-" + name.substr(6, 2) + " " + name.substr(9, 2) +
           ":" + name.substr(11, 2) + " UTC";
}

fs::path Backups::make(SQLite::Database& connection, const std::string& reason) const {
    make_private_directory(directory_);
    remove_stale_temporaries(directory_);
    fs::path target = directory_ / (utc_stamp() + "-" + reason + ".db");
    while (fs::exists(target)) target = directory_ / (utc_stamp() + "-" + reason + ".db");
    AtomicFile file(target);  // made first, empty: so its mode is 0600
    try {
        SQLite::Statement copy(connection, "VACUUM INTO ?");
        copy.bind(1, file.temporary().string());
        copy.exec();
    } catch (const SQLite::Exception& exception) {
        throw to_error(exception, connection.getHandle(), target);
    }
    check_copy(file.temporary());
    file.commit();
    prune(reason == kDaily);
    return target;
}

std::vector<fs::path> Backups::newest_first() const {
    std::vector<fs::path> found;
    std::error_code ignored;
    for (const auto& entry : fs::directory_iterator(directory_, ignored))
        if (entry.path().extension() == ".db" && entry.is_regular_file(ignored))
            found.push_back(entry.path());
    std::sort(found.begin(), found.end(),
              [](const auto& a, const auto& b) { return a.filename() > b.filename(); });
    return found;
}

bool Backups::daily_is_due() const {
    const auto now = fs::file_time_type::clock::now();
    for (const auto& path : newest_first()) {
        std::error_code gone;
        const auto age = now - fs::last_write_time(path, gone);
        // A time far in the future (the clock was set back) must not put backups off for ever.
        if (!gone && is_daily(path) && age < std::chrono::hours(24) && age > -std::chrono::hours(24))
            return false;
    }
    return true;
}

std::optional<fs::path> Backups::newest_good(int version) const {
    for (const auto& path : newest_first()) {
        try {
            const FileFacts facts = inspect(path);
            if (!facts.is_sqlite || facts.application_id != kApplicationId) continue;
            if (facts.version == 0 || facts.version > static_cast<std::uint32_t>(version)) continue;
            check_copy(path);
            return path;
        } catch (const Error&) {
            continue;  // not good: try an older one
        }
    }
    return std::nullopt;
}

void Backups::prune(bool daily) const {
    int seen = 0;
    for (const auto& path : newest_first()) {
        if (is_daily(path) != daily || ++seen <= kKept) continue;
        std::error_code ignored;
        fs::remove(path, ignored);
    }
}

}  // namespace sidewinder::storage
