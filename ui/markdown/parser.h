#pragma once

#include <QStringView>

#include "ui/markdown/document.h"

namespace sidewinder::ui::markdown {

/// CommonMark with tables, strike-through and task lists, by md4c. HTML stays text, an image becomes its
/// alternative text, a link its words and its whole address. Never fails; text beyond what md4c reads in
/// bounded time (very long or very deeply nested input) comes back as plain paragraphs. Pure: opens nothing,
/// keeps nothing.
Blocks parse(QStringView source);

/// As typed: line breaks and spaces kept; only fenced code is set apart. For what the user wrote.
Blocks parseTyped(QStringView source);

}  // namespace sidewinder::ui::markdown
