#pragma once

#include <stdlib.h>

// Included before tree-sitter-swift's scanner: it allocates "zero" of its state and then writes to it.
#define calloc(count, size) calloc((count) > 0 ? (count) : 1, size)
