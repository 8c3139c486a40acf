(comment) @comment
(function_declaration name: (identifier) @name) @definition.function
(function_signature name: (identifier) @name) @declaration.function
(generator_function_declaration name: (identifier) @name) @definition.function
(export_statement declaration: (function_declaration name: (identifier) @name)) @definition.function
(class_declaration name: (_) @name) @definition.class
(abstract_class_declaration name: (_) @name) @definition.class
(export_statement declaration: (class_declaration name: (_) @name)) @definition.class
(export_statement declaration: (abstract_class_declaration name: (_) @name)) @definition.class
(interface_declaration name: (type_identifier) @name) @definition.interface
(export_statement declaration: (interface_declaration name: (type_identifier) @name)) @definition.interface
(type_alias_declaration name: (type_identifier) @name) @definition.type
(export_statement declaration: (type_alias_declaration name: (type_identifier) @name)) @definition.type
(enum_declaration name: (identifier) @name) @definition.enum
(export_statement declaration: (enum_declaration name: (identifier) @name)) @definition.enum
(internal_module name: (_) @name) @definition.module
(module name: (_) @name) @definition.module
(method_definition name: (_) @name) @definition.method
(method_signature name: (_) @name) @declaration.method
(abstract_method_signature name: (_) @name) @declaration.method
(class_body (public_field_definition name: (_) @name value: [(arrow_function) (function_expression)]) @definition.method)
(variable_declarator name: (identifier) @name value: [(arrow_function) (function_expression)]) @definition.function
(lexical_declaration (variable_declarator name: (identifier) @name value: [(arrow_function) (function_expression)])) @definition.function
(export_statement declaration: (lexical_declaration (variable_declarator name: (identifier) @name value: [(arrow_function) (function_expression)]))) @definition.function
(program (lexical_declaration (variable_declarator name: (identifier) @name value: [(number) (string) (array) (object) (call_expression) (new_expression) (template_string)])) @definition.variable)
(program (export_statement declaration: (lexical_declaration (variable_declarator name: (identifier) @name value: [(number) (string) (array) (object) (call_expression) (new_expression) (template_string)]))) @definition.variable)
