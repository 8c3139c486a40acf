#pragma once

#include <QString>
#include <QStringView>

namespace sidewinder::ui::markdown {

/// Characters that reorder or hide text (bidirectional controls, tags, other control characters) made visible
/// as "⟨U+202E⟩"; NUL becomes U+FFFD. Tabs and line breaks stay.
QString withVisibleControls(QStringView text);

/// The address as shown and opened, fully encoded (a look-alike host shows its punycode). Empty unless http
/// or https with a host.
QString webAddress(const QString& href);

/// "&amp;", "&#x41;": the characters meant, or the entity itself where it is not known.
QString decodeEntity(QStringView entity);

/// First word of a fence's info string, fit to be shown.
QString languageName(QStringView info);

}  // namespace sidewinder::ui::markdown
