(entity) @escape
["="] @operator
"\"" @string
