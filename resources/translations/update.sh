#!/bin/sh
# Brings the .ts files up to date with ui/ and app/window/. Qt 6.4's lupdate does not see "namespace a::b", so the contexts
# are put right before and after. Needs qt6-l10n-tools.
set -eu
cd "$(dirname "$0")/../.."
for ts in resources/translations/*.ts; do
    sed -i 's|<name>sidewinder::[a-z]*::|<name>|' "$ts"
    "${LUPDATE:-/usr/lib/qt6/bin/lupdate}" -silent -locations none -no-obsolete ui app/window -ts "$ts" 2>/dev/null
    sed -i -E -e '/<name>(Transcript|ModelText|ProjectText|ProjectWords)</b' -e 's|<name>(Application\|Controller\|EngineWorker\|ExcerptsWorker\|LinkOpener\|ModelDownload\|ModelsController\|ModelsWorker\|ProjectsWorker\|ProjectsController\|ProxyPasswordKeeper)<|<name>sidewinder::app::\1<|;t' \
        -e 's|<name>|<name>sidewinder::ui::|' "$ts"
done
