#pragma once

namespace sidewinder::ui {

class TranscriptView;

/// Makes the painted transcript a list of messages with their buttons and links for screen readers. Once per
/// process is enough; more does no harm.
void installTranscriptAccessibility();

/// Tells screen readers which message or control has the focus inside the view.
void announceFocus(TranscriptView& view);

}  // namespace sidewinder::ui
