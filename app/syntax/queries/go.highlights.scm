(parameter_declaration name: (identifier) @parameter)
(package_identifier) @module
(const_spec name: (identifier) @constant)
["(" ")" "[" "]" "{" "}" "," ";" "." ":"] @punctuation
