#include "app/syntax/language.h"

#include <algorithm>
#include <deque>
#include <mutex>
#include <optional>
#include <utility>

#include "app/syntax/grammar_table.h"
#include "app/syntax/language_queries.h"

namespace sidewinder::syntax {

struct Language::Lazy {
    std::once_flag once;
    std::optional<LanguageQueries> queries;
};

namespace {

using Pair = std::pair<std::string_view, std::string_view>;

// What people and models write behind a fence, and tags of files whose grammar is another's.
constexpr Pair kAliases[] = {{"arduino", "cpp"},     {"bash-session", "bash"},
                             {"c#", "csharp"},       {"c++", "cpp"},
                             {"cc", "cpp"},          {"cjs", "javascript"},
                             {"console", "bash"},    {"cs", "csharp"},
                             {"cuda", "cpp"},        {"cxx", "cpp"},
                             {"ddl", "sql"},         {"ecmascript", "javascript"},
                             {"golang", "go"},       {"h", "c"},
                             {"h++", "cpp"},         {"hpp", "cpp"},
                             {"htm", "html"},        {"js", "javascript"},
                             {"json5", "json"},      {"jsonc", "json"},
                             {"jsonl", "json"},      {"jsx", "javascript"},
                             {"ksh", "bash"},        {"kt", "kotlin"},
                             {"kts", "kotlin"},      {"less", "css"},
                             {"makefile", "make"},   {"md", "markdown"},
                             {"mjs", "javascript"},  {"mk", "make"},
                             {"mts", "typescript"},  {"mysql", "sql"},
                             {"node", "javascript"}, {"objective-c", "c"},
                             {"php8", "php"},        {"pgsql", "sql"},
                             {"plsql", "sql"},       {"postgresql", "sql"},
                             {"py", "python"},       {"py3", "python"},
                             {"python3", "python"},  {"qss", "css"},
                             {"rb", "ruby"},         {"rs", "rust"},
                             {"scss", "css"},        {"sh", "bash"},
                             {"shell", "bash"},      {"sqlite", "sql"},
                             {"svg", "html"},        {"ts", "typescript"},
                             {"vue", "html"},        {"xhtml", "html"},
                             {"xml", "html"},        {"yml", "yaml"},
                             {"zsh", "bash"}};

const std::deque<Language>& all() {
    static const std::deque<Language> languages = [] {
        std::deque<Language> made;
        for (const Grammar& grammar : grammars()) made.emplace_back(grammar);
        return made;
    }();
    return languages;
}

const Language* by_name(std::string_view name) {
    for (const Language& language : all())
        if (language.name() == name) return &language;
    return nullptr;
}

std::string folded(std::string_view tag) {
    const auto start = tag.find_first_not_of(" \t{.");
    if (start == std::string_view::npos) return {};
    tag.remove_prefix(start);
    tag = tag.substr(0, tag.find_first_of(" \t,;:{}"));
    std::string result(tag.substr(0, 32));
    for (char& letter : result)
        if (letter >= 'A' && letter <= 'Z') letter = static_cast<char>(letter - 'A' + 'a');
    return result;
}

/// The program of a "#!" line, without path and version: "python".
std::string interpreter(std::string_view line) {
    std::string_view rest = line.substr(2);
    std::string_view word;
    do {
        const auto start = rest.find_first_not_of(" \t");
        if (start == std::string_view::npos) return {};
        const auto end = std::min(rest.find_first_of(" \t\r", start), rest.size());
        word = rest.substr(start, end - start);
        word.remove_prefix(word.rfind('/') + 1);
        rest.remove_prefix(end);
    } while (word == "env" || word.starts_with('-') || word.find('=') != std::string_view::npos);
    return std::string(word.substr(0, word.find_first_of("0123456789.")));
}

constexpr std::size_t kHead = 16 << 10;

/// Does a line begin as only a line of C++ does?
bool has_cpp(std::string_view text) {
    if (text.find("std::") != text.npos) return true;
    for (std::size_t at = 0; at < text.size(); at = std::min(text.find('\n', at), text.size() - 1) + 1) {
        const std::size_t begin = std::min(text.find_first_not_of(" \t", at), text.size());
        const std::string_view line = text.substr(begin, 16);
        for (const std::string_view mark : {"namespace ", "class ", "template <", "template<", "using ",
                                            "public:", "private:", "protected:", "constexpr ", "enum class "})
            if (line.starts_with(mark)) return true;
    }
    return false;
}

}  // namespace

Language::Language(const Grammar& grammar) : grammar_(grammar), lazy_(std::make_unique<Lazy>()) {}
Language::~Language() = default;

std::string_view Language::name() const {
    return grammar_.name;
}
const TSLanguage* Language::grammar() const {
    return grammar_.language();
}

std::string_view Language::name_separator() const {
    const std::string_view name = grammar_.name;
    return name == "cpp" || name == "c" || name == "rust" || name == "php" || name == "ruby" ? "::" : ".";
}

const LanguageQueries& Language::queries() const {
    std::call_once(lazy_->once, [this] { lazy_->queries.emplace(grammar_); });
    return *lazy_->queries;
}

std::vector<std::string> Language::problems() const {
    return queries().problems;
}

const Language* find_language(std::string_view tag) {
    const std::string name = folded(tag);
    if (name.empty() || name == "markdown_inline") return nullptr;
    if (const Language* language = by_name(name)) return language;
    for (const Pair& alias : kAliases)
        if (alias.first == name) return by_name(alias.second);
    return nullptr;
}

const Language* find_language(std::string_view tag, std::string_view text) {
    if (const Language* language = find_language(tag)) {
        const Language* cpp =
            language->name() == "c" && has_cpp(text.substr(0, kHead)) ? by_name("cpp") : nullptr;
        return cpp != nullptr ? cpp : language;
    }
    std::string_view first_line = text.substr(0, std::min<std::size_t>(text.find('\n'), 256));
    if (first_line.starts_with("\xEF\xBB\xBF")) first_line.remove_prefix(3);
    if (first_line.starts_with("#!")) return find_language(interpreter(first_line));
    if (first_line.starts_with("<?php")) return find_language("php");
    if (first_line.starts_with("<?xml") || first_line.starts_with("<!DOCTYPE") ||
        first_line.starts_with("<!doctype") || first_line.starts_with("<html"))
        return find_language("html");
    return nullptr;
}

std::vector<std::string_view> languages() {
    std::vector<std::string_view> names;
    for (const Language& language : all())
        if (language.name() != "markdown_inline") names.push_back(language.name());
    std::sort(names.begin(), names.end());
    return names;
}

std::vector<GrammarPackage> grammar_packages() {
    std::vector<GrammarPackage> packages;
    for (const Grammar& grammar : grammars()) {
        const bool known = std::any_of(packages.begin(), packages.end(), [&](const GrammarPackage& had) {
            return had.name == grammar.package;
        });
        if (!known) packages.push_back({grammar.package, grammar.version, grammar.licence});
    }
    return packages;
}

namespace detail {
const Language* inline_markdown() {
    return by_name("markdown_inline");
}
}  // namespace detail

}  // namespace sidewinder::syntax
