(element (start_tag (attribute (attribute_name) @_attribute (quoted_attribute_value (attribute_value) @name)))
  (#eq? @_attribute "id")) @definition.property
(script_element (start_tag (tag_name) @name)) @definition.module
(style_element (start_tag (tag_name) @name)) @definition.module
