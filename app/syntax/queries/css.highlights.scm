["{" "}" "(" ")" "[" "]" ";"] @punctuation
