(simple_expansion (variable_name) @variable)
["(" ")" "((" "))" "[" "]" "[[" "]]" "{" "}" ";" ";;"] @punctuation
