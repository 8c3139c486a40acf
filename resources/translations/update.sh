#!/bin/sh
# Brings the .ts files up to date with ui/. Qt 6.4's lupdate does not see "namespace a::b", so the contexts are put right
# before and after. Needs qt6-l10n-tools.
set -eu
cd "$(dirname "$0")/../.."
for ts in resources/translations/*.ts; do
    sed -i 's|<name>sidewinder::ui::|<name>|' "$ts"
    "${LUPDATE:-/usr/lib/qt6/bin/lupdate}" -silent -locations none -no-obsolete ui -ts "$ts"
    sed -i '/<name>Transcript</!s|<name>|<name>sidewinder::ui::|' "$ts"
done
