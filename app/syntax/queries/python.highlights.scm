(parameters (identifier) @parameter)
(default_parameter name: (identifier) @parameter)
(typed_parameter (identifier) @parameter)
(typed_default_parameter name: (identifier) @parameter)
(lambda_parameters (identifier) @parameter)
(keyword_argument name: (identifier) @parameter)
(class_definition name: (identifier) @type)
((identifier) @variable.builtin (#any-of? @variable.builtin "self" "cls"))
((identifier) @constant (#match? @constant "^[A-Z][A-Z0-9_]+$"))
["(" ")" "[" "]" "," ":" "." ";"] @punctuation
["and" "in" "is" "not" "or" "is not" "not in"] @keyword
