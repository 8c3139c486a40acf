#include <algorithm>
#include <array>
#include <utility>

#include "storage/project/file_kind.h"

namespace sidewinder::project {

namespace {

using Pair = std::pair<std::string_view, std::string_view>;

constexpr Pair kByName[] = {
    {"BUILD", "python"},     {"CMakeLists.txt", "cmake"}, {"Dockerfile", "dockerfile"},
    {"GNUmakefile", "make"}, {"Gemfile", "ruby"},         {"Jenkinsfile", "groovy"},
    {"Makefile", "make"},    {"Rakefile", "ruby"},        {"WORKSPACE", "python"},
    {"makefile", "make"},    {"meson.build", "meson"}};

constexpr Pair kByExtension[] = {{"S", "asm"},
                                 {"adb", "ada"},
                                 {"ads", "ada"},
                                 {"asm", "asm"},
                                 {"awk", "awk"},
                                 {"bash", "bash"},
                                 {"bat", "batch"},
                                 {"bzl", "python"},
                                 {"c", "c"},
                                 {"cc", "cpp"},
                                 {"cfg", "ini"},
                                 {"clj", "clojure"},
                                 {"cmake", "cmake"},
                                 {"cpp", "cpp"},
                                 {"cs", "csharp"},
                                 {"css", "css"},
                                 {"cu", "cuda"},
                                 {"cuh", "cuda"},
                                 {"cxx", "cpp"},
                                 {"d", "d"},
                                 {"dart", "dart"},
                                 {"diff", "diff"},
                                 {"el", "elisp"},
                                 {"erl", "erlang"},
                                 {"ex", "elixir"},
                                 {"exs", "elixir"},
                                 {"f90", "fortran"},
                                 {"fs", "fsharp"},
                                 {"glsl", "glsl"},
                                 {"go", "go"},
                                 {"gradle", "groovy"},
                                 {"groovy", "groovy"},
                                 {"h", "c"},
                                 {"hh", "cpp"},
                                 {"hpp", "cpp"},
                                 {"hs", "haskell"},
                                 {"htm", "html"},
                                 {"html", "html"},
                                 {"hxx", "cpp"},
                                 {"ini", "ini"},
                                 {"ipp", "cpp"},
                                 {"java", "java"},
                                 {"jl", "julia"},
                                 {"js", "javascript"},
                                 {"json", "json"},
                                 {"jsx", "jsx"},
                                 {"kt", "kotlin"},
                                 {"kts", "kotlin"},
                                 {"less", "less"},
                                 {"lisp", "lisp"},
                                 {"lua", "lua"},
                                 {"m", "objective-c"},
                                 {"markdown", "markdown"},
                                 {"md", "markdown"},
                                 {"mjs", "javascript"},
                                 {"mk", "make"},
                                 {"ml", "ocaml"},
                                 {"mli", "ocaml"},
                                 {"mm", "objective-c"},
                                 {"nix", "nix"},
                                 {"pas", "pascal"},
                                 {"patch", "diff"},
                                 {"php", "php"},
                                 {"pl", "perl"},
                                 {"pm", "perl"},
                                 {"proto", "protobuf"},
                                 {"ps1", "powershell"},
                                 {"py", "python"},
                                 {"pyi", "python"},
                                 {"qml", "qml"},
                                 {"qss", "css"},
                                 {"r", "r"},
                                 {"rb", "ruby"},
                                 {"rs", "rust"},
                                 {"rst", "rst"},
                                 {"s", "asm"},
                                 {"scala", "scala"},
                                 {"scss", "scss"},
                                 {"sh", "bash"},
                                 {"sql", "sql"},
                                 {"sv", "verilog"},
                                 {"swift", "swift"},
                                 {"tcl", "tcl"},
                                 {"tex", "latex"},
                                 {"tf", "terraform"},
                                 {"toml", "toml"},
                                 {"ts", "typescript"},
                                 {"tsx", "tsx"},
                                 {"txt", "text"},
                                 {"v", "verilog"},
                                 {"vala", "vala"},
                                 {"vb", "vb"},
                                 {"vhd", "vhdl"},
                                 {"vim", "vim"},
                                 {"vue", "vue"},
                                 {"xml", "xml"},
                                 {"yaml", "yaml"},
                                 {"yml", "yaml"},
                                 {"zig", "zig"},
                                 {"zsh", "bash"}};

template <std::size_t Size>
std::string_view find(const Pair (&table)[Size], std::string_view key) {
    const auto found =
        std::lower_bound(std::begin(table), std::end(table), key,
                         [](const Pair& pair, std::string_view wanted) { return pair.first < wanted; });
    return found != std::end(table) && found->first == key ? found->second : std::string_view();
}

static_assert(std::is_sorted(std::begin(kByName), std::end(kByName)));
static_assert(std::is_sorted(std::begin(kByExtension), std::end(kByExtension)));

}  // namespace

std::string_view language_of(std::string_view path) {
    const std::string_view name = path.substr(path.rfind('/') + 1);
    if (const std::string_view language = find(kByName, name); !language.empty()) return language;
    const std::size_t dot = name.rfind('.');
    return dot == std::string_view::npos || dot == 0 ? std::string_view()
                                                     : find(kByExtension, name.substr(dot + 1));
}

}  // namespace sidewinder::project
