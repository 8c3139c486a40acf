; Laid before the package's: there the earlier of two rules holds. Its rule for constants has a slip of the pen.
[(integer_literal) (float_literal)] @number
((identifier) @constant (#match? @constant "^[A-Z][A-Z\\d_]+$"))
(function_item name: (identifier) @function)
(call_expression function: (scoped_identifier name: (identifier) @constructor (#match? @constructor "^[A-Z]")))
(scoped_identifier path: (identifier) @type (#match? @type "^[A-Z]"))
(metavariable) @parameter
