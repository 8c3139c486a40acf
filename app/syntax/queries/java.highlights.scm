(formal_parameter name: (identifier) @parameter)
(field_access field: (identifier) @property)
((field_access field: (identifier) @constant) (#match? @constant "^_*[A-Z][A-Z\\d_]+$"))
(variable_declarator name: (identifier) @variable)
((variable_declarator name: (identifier) @constant) (#match? @constant "^_*[A-Z][A-Z\\d_]+$"))
["(" ")" "[" "]" "{" "}" "," ";" "."] @punctuation
["+" "-" "*" "/" "%" "=" "==" "!=" "<" ">" "<=" ">=" "&&" "||" "!" "?" ":" "->" "::" "+=" "-=" "*=" "/=" "++" "--" "&" "|" "^" "~" "<<" ">>" ">>>"] @operator
