(comment) @comment
(rule (targets) @name) @definition.rule
(variable_assignment name: (word) @name) @definition.variable
(define_directive name: (word) @name) @definition.macro
