(comment) @comment
(function_definition declarator: (_) @declarator) @definition.function
(template_declaration (function_definition declarator: (_) @declarator)) @definition.function
(translation_unit (declaration declarator: (function_declarator) @declarator) @declaration.function)
(translation_unit (declaration declarator: (_ (function_declarator)) @declarator) @declaration.function)
(preproc_ifdef (declaration declarator: (function_declarator) @declarator) @declaration.function)
(preproc_ifdef (declaration declarator: (_ (function_declarator)) @declarator) @declaration.function)
(declaration_list (declaration declarator: (function_declarator) @declarator) @declaration.function)
(declaration_list (declaration declarator: (_ (function_declarator)) @declarator) @declaration.function)
(template_declaration (declaration declarator: (function_declarator) @declarator)) @declaration.function
(field_declaration_list (field_declaration declarator: (function_declarator) @declarator) @declaration.function)
(field_declaration_list (field_declaration declarator: (_ (function_declarator)) @declarator) @declaration.function)
(field_declaration_list (declaration declarator: (function_declarator) @declarator) @declaration.function)
(class_specifier name: (_) @name body: (_)) @definition.class
(struct_specifier name: (_) @name body: (_)) @definition.struct
(union_specifier name: (_) @name body: (_)) @definition.union
(template_declaration (class_specifier name: (_) @name body: (_))) @definition.class
(template_declaration (struct_specifier name: (_) @name body: (_))) @definition.struct
(enum_specifier name: (_) @name body: (_)) @definition.enum
(enumerator name: (identifier) @name) @definition.constant
(namespace_definition name: (_) @name) @definition.module
(type_definition declarator: (type_identifier) @name) @definition.type
(alias_declaration name: (type_identifier) @name) @definition.type
(concept_definition name: (identifier) @name) @definition.type
(preproc_function_def name: (identifier) @name) @definition.macro
(preproc_def name: (identifier) @name value: (_)) @definition.macro
(translation_unit (declaration declarator: (init_declarator declarator: (_) @declarator)) @definition.variable)
(declaration_list (declaration declarator: (init_declarator declarator: (_) @declarator)) @definition.variable)
