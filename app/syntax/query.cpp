#include "app/syntax/query.h"

#include <algorithm>

namespace sidewinder::syntax {

namespace {

std::string problem_of(std::string_view source, std::uint32_t offset, TSQueryError error) {
    constexpr std::string_view kErrors[] = {"no error",         "a syntax error",     "an unknown node",
                                            "an unknown field", "an unknown capture", "an impossible pattern",
                                            "a wrong language"};
    const auto line = std::count(source.begin(), source.begin() + offset, '\n') + 1;
    return "line " + std::to_string(line) + ": " + std::string(kErrors[error]) + " at “" +
           std::string(source.substr(offset, 40)) + "”";
}

}  // namespace

Query::Query(const TSLanguage* language, std::string_view source, std::vector<std::string>& problems) {
    if (source.empty()) return;
    std::uint32_t offset = 0;
    TSQueryError error = TSQueryErrorNone;
    query_.reset(
        ts_query_new(language, source.data(), static_cast<std::uint32_t>(source.size()), &offset, &error));
    if (!query_) {
        problems.push_back(problem_of(source, offset, error));
        return;
    }
    const std::uint32_t patterns = ts_query_pattern_count(query_.get());
    rules_.reserve(patterns);
    for (std::uint32_t pattern = 0; pattern < patterns; ++pattern) {
        rules_.push_back(read_rules(query_.get(), pattern, problems));
        if (!rules_.back().usable) ts_query_disable_pattern(query_.get(), pattern);
    }
}

bool Query::accepts(const TSQueryMatch& match, std::string_view text) const {
    const auto& tests = rules_[match.pattern_index].tests;
    return std::all_of(tests.begin(), tests.end(),
                       [&](const Predicate& test) { return test.holds(match, text); });
}

std::string_view Query::property(std::uint32_t pattern, std::string_view key) const {
    for (const auto& [name, value] : rules_[pattern].properties)
        if (name == key) return value;
    return {};
}

std::uint32_t Query::capture_count() const {
    return query_ ? ts_query_capture_count(query_.get()) : 0;
}

std::string_view Query::capture_name(std::uint32_t capture) const {
    std::uint32_t length = 0;
    const char* name = ts_query_capture_name_for_id(query_.get(), capture, &length);
    return {name, length};
}

}  // namespace sidewinder::syntax
