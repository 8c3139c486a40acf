(table [(bare_key) (dotted_key) (quoted_key)] @type)
(table (dotted_key (bare_key) @type))
(pair (bare_key) @property)
