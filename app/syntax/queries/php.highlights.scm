(simple_parameter name: (variable_name) @parameter)
(class_declaration name: (name) @type)
(interface_declaration name: (name) @type)
["(" ")" "[" "]" "{" "}" "," ";"] @punctuation
["=" "==" "===" "!=" "!==" "+" "-" "*" "/" "." "->" "::" "=>" "&&" "||" "!" "<" ">" "<=" ">=" "?" ":" ".=" "+=" "??"] @operator
