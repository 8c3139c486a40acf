#pragma once

#include <vector>

#include "app/syntax/answer_parser.h"

namespace sidewinder::syntax {

/// Turns a code block that is a unified diff or holds search/replace blocks into changes: sets form, changes,
/// problem.
void read_changes(AnswerBlock& block, LanguageOfPath language_of);

}  // namespace sidewinder::syntax
