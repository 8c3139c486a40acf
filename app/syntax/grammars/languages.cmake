# Which grammars there are. A name is the word that storage/project/languages.cpp has for a file's extension.
set(g @tree-sitter-grammars)
sidewinder_grammar(bash tree-sitter-bash HIGHLIGHTS tree-sitter-bash/queries/highlights.scm)
sidewinder_grammar(c tree-sitter-c HIGHLIGHTS tree-sitter-c/queries/highlights.scm)
sidewinder_grammar(cpp tree-sitter-cpp
  HIGHLIGHTS tree-sitter-c/queries/highlights.scm tree-sitter-cpp/queries/highlights.scm)
sidewinder_grammar(csharp tree-sitter-c-sharp FUNCTION c_sharp HIGHLIGHTS tree-sitter-c-sharp/queries/highlights.scm)
sidewinder_grammar(css tree-sitter-css HIGHLIGHTS tree-sitter-css/queries/highlights.scm)
sidewinder_grammar(go tree-sitter-go FIRST_WINS HIGHLIGHTS tree-sitter-go/queries/highlights.scm)
sidewinder_grammar(html tree-sitter-html HIGHLIGHTS tree-sitter-html/queries/highlights.scm
  INJECTIONS tree-sitter-html/queries/injections.scm)
sidewinder_grammar(java tree-sitter-java HIGHLIGHTS tree-sitter-java/queries/highlights.scm)
set(javascript tree-sitter-javascript/queries/highlights.scm)
set(jsx tree-sitter-javascript/queries/highlights-jsx.scm)
set(typescript tree-sitter-typescript/queries/highlights.scm)
sidewinder_grammar(javascript tree-sitter-javascript 
  HIGHLIGHTS ${javascript} tree-sitter-javascript/queries/highlights-params.scm ${jsx})
sidewinder_grammar(json tree-sitter-json FIRST_WINS HIGHLIGHTS tree-sitter-json/queries/highlights.scm)
sidewinder_grammar(kotlin tree-sitter-kotlin HIGHLIGHTS tree-sitter-kotlin/queries/highlights.scm)
sidewinder_grammar(lua ${g}/tree-sitter-lua HIGHLIGHTS ${g}/tree-sitter-lua/queries/highlights.scm)
sidewinder_grammar(make tree-sitter-make HIGHLIGHTS tree-sitter-make/queries/highlights.scm)
sidewinder_grammar(markdown ${g}/tree-sitter-markdown FOLDER tree-sitter-markdown
  HIGHLIGHTS ${g}/tree-sitter-markdown/tree-sitter-markdown/queries/highlights.scm)
sidewinder_grammar(markdown_inline ${g}/tree-sitter-markdown FOLDER tree-sitter-markdown-inline
  HIGHLIGHTS ${g}/tree-sitter-markdown/tree-sitter-markdown-inline/queries/highlights.scm)
sidewinder_grammar(php tree-sitter-php FOLDER php HIGHLIGHTS tree-sitter-php/queries/highlights.scm)
sidewinder_grammar(python tree-sitter-python HIGHLIGHTS tree-sitter-python/queries/highlights.scm)
sidewinder_grammar(ruby tree-sitter-ruby HIGHLIGHTS tree-sitter-ruby/queries/highlights.scm)
sidewinder_grammar(rust tree-sitter-rust FIRST_WINS HIGHLIGHTS tree-sitter-rust/queries/highlights.scm)
sidewinder_grammar(sql @derekstride/tree-sitter-sql SCANNER sql_scanner.c
  HIGHLIGHTS @derekstride/tree-sitter-sql/queries/highlights.scm)
sidewinder_grammar(swift tree-sitter-swift PRELUDE at_least_one.h
  HIGHLIGHTS tree-sitter-swift/queries/highlights.scm)
sidewinder_grammar(toml ${g}/tree-sitter-toml HIGHLIGHTS ${g}/tree-sitter-toml/queries/highlights.scm)
sidewinder_grammar(tsx tree-sitter-typescript FOLDER tsx LIKE typescript HIGHLIGHTS ${javascript} ${jsx} ${typescript})
sidewinder_grammar(typescript tree-sitter-typescript FOLDER typescript HIGHLIGHTS ${javascript} ${typescript})
sidewinder_grammar(yaml ${g}/tree-sitter-yaml HIGHLIGHTS ${g}/tree-sitter-yaml/queries/highlights.scm)
