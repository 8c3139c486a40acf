; The package's last rule calls every capitalised name a type, constants too.
([(identifier) (shorthand_property_identifier) (shorthand_property_identifier_pattern)] @constant
 (#match? @constant "^[A-Z_][A-Z\\d_]+$"))
(new_expression constructor: (identifier) @constructor)
