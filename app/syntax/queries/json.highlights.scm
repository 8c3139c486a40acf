["{" "}" "[" "]" "," ":"] @punctuation
