#include "app/syntax/predicate.h"

#include <re2/re2.h>

#include <algorithm>

namespace sidewinder::syntax {

namespace {

std::string_view string_value(const TSQuery* query, std::uint32_t id) {
    std::uint32_t length = 0;
    const char* value = ts_query_string_value_for_id(query, id, &length);
    return {value, length};
}

bool take_prefix(std::string_view& name, std::string_view prefix) {
    if (!name.starts_with(prefix)) return false;
    name.remove_prefix(prefix.size());
    return true;
}

bool is_for_others(std::string_view name) {
    return name == "is?" || name == "is-not?" || name == "offset!" || name == "gsub!" || name == "trim!" ||
           name == "strip!" || name == "select-adjacent!";
}

/// One predicate from its steps, the first of which names it. False: it cannot be used.
bool read_predicate(const TSQuery* query, const TSQueryPredicateStep* steps, std::uint32_t count,
                    PatternRules& rules) {
    std::string_view name = string_value(query, steps[0].value_id);
    if (name == "set!") {
        if (count >= 2 && steps[1].type == TSQueryPredicateStepTypeString)
            rules.properties.emplace_back(
                string_value(query, steps[1].value_id),
                count >= 3 ? string_value(query, steps[2].value_id) : std::string_view());
        return true;
    }
    if (is_for_others(name)) return true;
    if (count < 2 || steps[1].type != TSQueryPredicateStepTypeCapture) return false;
    const bool any_of = name.ends_with("any-of?");
    const bool negated = take_prefix(name, "not-");
    const bool any = !any_of && take_prefix(name, "any-");
    const bool lua = name == "lua-match?";
    using Test = Predicate::Test;
    Test test = Test::Equal;
    if (name == "match?" || name == "vim-match?" || lua)
        test = Test::Match;
    else if (name == "any-of?")
        test = Test::OneOf;
    else if (name == "contains?")
        test = Test::Contains;
    else if (name == "has-parent?")
        test = Test::HasParent;
    else if (name == "has-ancestor?")
        test = Test::HasAncestor;
    else if (name != "eq?")
        return false;
    Predicate predicate(test, steps[1].value_id);
    predicate.negated = negated;
    predicate.any = any;
    for (std::uint32_t i = 2; i < count; ++i) {
        if (steps[i].type == TSQueryPredicateStepTypeString)
            predicate.values.emplace_back(string_value(query, steps[i].value_id));
        else if (test == Test::Equal)
            predicate.other_capture = static_cast<int>(steps[i].value_id);
        else
            return false;
    }
    if (predicate.values.empty() && predicate.other_capture < 0) return false;
    if (test == Test::Match) {
        const std::string expression = lua ? expression_of_lua(predicate.values[0]) : predicate.values[0];
        if (expression.empty() || !predicate.set_pattern(expression)) return false;
    }
    rules.tests.push_back(std::move(predicate));
    return true;
}

bool has_ancestor(TSNode node, const std::vector<std::string>& types, bool only_parent) {
    for (int depth = 0; depth < (only_parent ? 1 : 32); ++depth) {
        node = ts_node_parent(node);
        if (ts_node_is_null(node)) return false;
        if (std::find(types.begin(), types.end(), ts_node_type(node)) != types.end()) return true;
    }
    return false;
}

}  // namespace

Predicate::Predicate(Test test, std::uint32_t capture) : test_(test), capture_(capture) {}
Predicate::Predicate(Predicate&&) noexcept = default;
Predicate& Predicate::operator=(Predicate&&) noexcept = default;
Predicate::~Predicate() = default;

bool Predicate::set_pattern(const std::string& expression) {
    RE2::Options options;
    options.set_log_errors(false);
    options.set_max_mem(4 << 20);
    pattern_ = std::make_unique<RE2>(expression, options);
    return pattern_->ok();
}

bool Predicate::holds(const TSQueryMatch& match, std::string_view text) const {
    bool some = false;
    for (std::uint16_t i = 0; i < match.capture_count; ++i) {
        if (match.captures[i].index != capture_) continue;
        const bool passed = passes(match.captures[i].node, match, text) != negated;
        if (passed && any) return true;
        if (!passed && !any) return false;
        some = true;
    }
    return !any || !some;
}

bool Predicate::passes(TSNode node, const TSQueryMatch& match, std::string_view text) const {
    const std::string_view own = text_of(node, text);
    switch (test_) {
        case Test::Equal:
            if (other_capture < 0) return own == values[0];
            for (std::uint16_t i = 0; i < match.capture_count; ++i)
                if (match.captures[i].index == static_cast<std::uint32_t>(other_capture) &&
                    own != text_of(match.captures[i].node, text))
                    return false;
            return true;
        case Test::Match:
            return RE2::PartialMatch(re2::StringPiece(own.data(), own.size()), *pattern_);
        case Test::OneOf:
            return std::find(values.begin(), values.end(), own) != values.end();
        case Test::Contains:
            return std::any_of(values.begin(), values.end(),
                               [&](const std::string& value) { return own.find(value) != own.npos; });
        case Test::HasParent:
        case Test::HasAncestor:
            return has_ancestor(node, values, test_ == Test::HasParent);
    }
    return false;
}

PatternRules read_rules(const TSQuery* query, std::uint32_t pattern, std::vector<std::string>& problems) {
    PatternRules rules;
    std::uint32_t count = 0;
    const TSQueryPredicateStep* steps = ts_query_predicates_for_pattern(query, pattern, &count);
    for (std::uint32_t begin = 0; begin < count;) {
        std::uint32_t end = begin;
        while (end < count && steps[end].type != TSQueryPredicateStepTypeDone) ++end;
        if (end > begin && !read_predicate(query, steps + begin, end - begin, rules)) {
            problems.push_back("pattern " + std::to_string(pattern) + ": cannot use #" +
                               std::string(string_value(query, steps[begin].value_id)));
            rules.usable = false;
        }
        begin = end + 1;
    }
    return rules;
}

std::string_view text_of(TSNode node, std::string_view text) {
    const std::uint32_t begin = ts_node_start_byte(node), end = ts_node_end_byte(node);
    return begin <= end && end <= text.size() ? text.substr(begin, end - begin) : std::string_view();
}

std::string expression_of_lua(std::string_view pattern) {
    std::string result;
    bool in_set = false;
    for (std::size_t i = 0; i < pattern.size(); ++i) {
        const char c = pattern[i];
        if (c == '%') {
            if (++i == pattern.size()) return {};
            const std::string_view classes = "adluswpx";
            constexpr std::string_view kNamed[] = {"alpha", "digit", "lower", "upper",
                                                   "space", "alnum", "punct", "xdigit"};
            if (const auto at = classes.find(pattern[i]); at != classes.npos) {
                const std::string named = "[:" + std::string(kNamed[at]) + ":]";
                result += in_set ? named : "[" + named + "]";
            } else if ((pattern[i] >= 'a' && pattern[i] <= 'z') || (pattern[i] >= 'A' && pattern[i] <= 'Z')) {
                return {};
            } else {
                result += std::string("\\") + pattern[i];
            }
            continue;
        }
        if (c == '[') in_set = true;
        if (c == ']') in_set = false;
        if (c == '-' && !in_set)
            result += "*?";
        else if (c == '\\' || c == '{' || c == '}' || c == '|')
            result += std::string("\\") + c;
        else
            result += c;
    }
    return result;
}

}  // namespace sidewinder::syntax
