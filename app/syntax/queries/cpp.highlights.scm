(char_literal) @string
[(true) (false)] @constant
(enumerator name: (identifier) @constant)
(parameter_declaration declarator: (identifier) @parameter)
(parameter_declaration declarator: (pointer_declarator declarator: (identifier) @parameter))
(parameter_declaration declarator: (reference_declarator (identifier) @parameter))
(optional_parameter_declaration declarator: (identifier) @parameter)
(namespace_identifier) @module
((namespace_identifier) @type (#match? @type "^[A-Z]"))
(namespace_definition name: (_) @module)
(call_expression function: (template_function name: (identifier) @function))
["(" ")" "[" "]" "{" "}" "," ";"] @punctuation
["::" "." ] @punctuation
["goto" "register" "using" "namespace" "static_assert" "decltype" "operator" "thread_local" "alignas"] @keyword
["!" "~" "%" "/" "^" "|" "<<" ">>" "<=" ">=" "*=" "/=" "%=" "&=" "|=" "^=" "<<=" ">>=" "?" ":" "<=>"] @operator
(escape_sequence) @escape
