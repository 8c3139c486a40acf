; The package's rules for numbers are written for another editor's patterns.
((literal) @number (#match? @number "^[-+]?[0-9]+([.][0-9]*)?$"))
