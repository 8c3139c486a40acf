[(line_comment) (block_comment) (attribute_item)] @comment
(function_item name: (_) @name) @definition.function
(function_signature_item name: (_) @name) @declaration.function
(struct_item name: (type_identifier) @name) @definition.struct
(union_item name: (type_identifier) @name) @definition.union
(enum_item name: (type_identifier) @name) @definition.enum
(enum_variant name: (identifier) @name) @definition.constant
(trait_item name: (type_identifier) @name) @definition.trait
(mod_item name: (identifier) @name body: (_)) @definition.module
(type_item name: (type_identifier) @name) @definition.type
(const_item name: (identifier) @name) @definition.constant
(static_item name: (identifier) @name) @definition.variable
(macro_definition name: (identifier) @name) @definition.macro
(impl_item type: (type_identifier) @name) @scope
(impl_item type: (generic_type type: (_) @name)) @scope
(impl_item type: (scoped_type_identifier) @name) @scope
