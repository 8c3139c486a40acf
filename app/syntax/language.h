#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

extern "C" {
struct TSLanguage;
}

namespace sidewinder::syntax {

struct Grammar;
struct LanguageQueries;

/// A language that the program has a grammar for. Immutable, lives as long as the program, any thread; its
/// queries are compiled when they are first asked for (milliseconds), once.
class Language {
  public:
    explicit Language(const Grammar& grammar);
    ~Language();
    Language(const Language&) = delete;
    Language& operator=(const Language&) = delete;

    std::string_view name() const;  ///< as languages() has it
    /// How parts of a path of names are joined: "::" or ".".
    std::string_view name_separator() const;
    /// What is wrong with the queries, one line each; empty unless the build is broken.
    std::vector<std::string> problems() const;

    const TSLanguage* grammar() const;       ///< inside app/syntax only
    const LanguageQueries& queries() const;  ///< inside app/syntax only

  private:
    const Grammar& grammar_;
    struct Lazy;
    std::unique_ptr<Lazy> lazy_;
};

/// The language of a fence tag ("cpp", "c++", "py", "JS"; what follows a space, comma or brace does not
/// count), or null. `storage/project/file_kind.h` has the tag of a path.
const Language* find_language(std::string_view tag);

/// The same for a text, whose beginning counts: by its tag, else by its first line ("#!/usr/bin/env python3",
/// "<?php",
/// "<!DOCTYPE html"). What is tagged "c" but has C++ in it is C++: headers of both end in .h.
const Language* find_language(std::string_view tag, std::string_view text);

/// The names of all languages, sorted; empty where the program was built without grammars.
std::vector<std::string_view> languages();

/// A package that grammars come from, for the list of what is not ours.
struct GrammarPackage {
    std::string_view name, version, licence;
};
std::vector<GrammarPackage> grammar_packages();

}  // namespace sidewinder::syntax
