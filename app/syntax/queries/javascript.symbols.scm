(comment) @comment
(function_declaration name: (identifier) @name) @definition.function
(generator_function_declaration name: (identifier) @name) @definition.function
(export_statement declaration: (function_declaration name: (identifier) @name)) @definition.function
(class_declaration name: (_) @name) @definition.class
(export_statement declaration: (class_declaration name: (_) @name)) @definition.class
(method_definition name: (_) @name) @definition.method
(class_body (field_definition property: (_) @name value: [(arrow_function) (function_expression)]) @definition.method)
(variable_declarator name: (identifier) @name value: [(arrow_function) (function_expression)]) @definition.function
(lexical_declaration (variable_declarator name: (identifier) @name value: [(arrow_function) (function_expression)])) @definition.function
(export_statement declaration: (lexical_declaration (variable_declarator name: (identifier) @name value: [(arrow_function) (function_expression)]))) @definition.function
(object (pair key: (property_identifier) @name value: [(arrow_function) (function_expression)]) @definition.method)
(assignment_expression left: [(identifier) (member_expression)] @name right: [(arrow_function) (function_expression)]) @definition.function
(program (lexical_declaration (variable_declarator name: (identifier) @name value: [(number) (string) (array) (object) (call_expression) (new_expression) (template_string)])) @definition.variable)
(program (export_statement declaration: (lexical_declaration (variable_declarator name: (identifier) @name value: [(number) (string) (array) (object) (call_expression) (new_expression) (template_string)]))) @definition.variable)
