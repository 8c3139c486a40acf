(comment) @comment
(function_definition declarator: (_) @declarator) @definition.function
(translation_unit (declaration declarator: (function_declarator) @declarator) @declaration.function)
(translation_unit (declaration declarator: (pointer_declarator declarator: (function_declarator)) @declarator) @declaration.function)
(preproc_ifdef (declaration declarator: (function_declarator) @declarator) @declaration.function)
(preproc_ifdef (declaration declarator: (pointer_declarator declarator: (function_declarator)) @declarator) @declaration.function)
(linkage_specification (declaration_list (declaration declarator: (function_declarator) @declarator) @declaration.function))
(linkage_specification (declaration_list (declaration declarator: (pointer_declarator declarator: (function_declarator)) @declarator) @declaration.function))
(struct_specifier name: (type_identifier) @name body: (_)) @definition.struct
(union_specifier name: (type_identifier) @name body: (_)) @definition.union
(enum_specifier name: (type_identifier) @name body: (_)) @definition.enum
(enumerator name: (identifier) @name) @definition.constant
(type_definition declarator: (type_identifier) @name) @definition.type
(preproc_function_def name: (identifier) @name) @definition.macro
(preproc_def name: (identifier) @name value: (_)) @definition.macro
(translation_unit (declaration declarator: (init_declarator declarator: (_) @declarator)) @definition.variable)
