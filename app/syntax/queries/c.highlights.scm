(char_literal) @string
[(true) (false) (null)] @constant
(enumerator name: (identifier) @constant)
(parameter_declaration declarator: (identifier) @parameter)
(parameter_declaration declarator: (pointer_declarator declarator: (identifier) @parameter))
["(" ")" "[" "]" "{" "}" "," ";"] @punctuation
["goto" "register" "#elifdef" "#elifndef"] @keyword
["!" "~" "%" "/" "^" "|" "<<" ">>" "<=" ">=" "*=" "/=" "%=" "&=" "|=" "^=" "<<=" ">>=" "?" ":"] @operator
(escape_sequence) @escape
