#include "ui/projects/project_text.h"

#include <QLocale>

#include <algorithm>
#include <cmath>

namespace sidewinder::ui {

QString ProjectText::number(qint64 value) {
    return QLocale().toString(value);
}

QString ProjectText::tokens(qint64 tokens) {
    return tokens == 1 ? tr("1 token") : tr("%1 tokens").arg(number(tokens));
}

QString ProjectText::about(qint64 tokens) {
    if (tokens < 1000) return ProjectText::tokens(tokens);
    if (tokens < 10'000)
        return tr("%1k tokens").arg(QLocale().toString(static_cast<double>(tokens) / 1000, 'f', 1));
    return tr("%1k tokens").arg(number((tokens + 500) / 1000));
}

QString ProjectText::bytes(qint64 bytes) {
    const QLocale locale;
    const auto value = static_cast<double>(bytes);
    if (bytes < 1000) return tr("%1 B").arg(bytes);
    if (bytes < 1'000'000) return tr("%1 kB").arg(locale.toString(value / 1e3, 'f', bytes < 100'000 ? 1 : 0));
    if (bytes < 1'000'000'000) return tr("%1 MB").arg(locale.toString(value / 1e6, 'f', 1));
    return tr("%1 GB").arg(locale.toString(value / 1e9, 'f', 1));
}

QString ProjectText::duration(double seconds) {
    const auto whole = std::max(qint64{1}, static_cast<qint64>(std::llround(seconds)));
    if (whole < 90) return tr("%1 s").arg(whole);
    const qint64 minutes = (whole + 30) / 60;
    if (minutes < 60) return tr("%1 min").arg(minutes);
    return minutes % 60 == 0 ? tr("%1 h").arg(minutes / 60)
                             : tr("%1 h %2 min").arg(minutes / 60).arg(minutes % 60);
}

QString ProjectText::state(const ProjectItem& item) {
    switch (item.state) {
        case ProjectState::Unknown:
            return tr("Looking…");
        case ProjectState::NotRead:
            return tr("Not read");
        case ProjectState::OtherModel:
            return tr("Not read with this model");
        case ProjectState::Reading:
            return tr("Reading, %1 %").arg(item.percent);
        case ProjectState::Paused:
            return tr("%1 % read, paused").arg(item.percent);
        case ProjectState::Read:
            return tr("Read, %1").arg(about(item.tokens));
        case ProjectState::Changed:
            return item.changedFiles == 1 ? tr("1 file changed")
                                          : tr("%1 files changed").arg(number(item.changedFiles));
        case ProjectState::Missing:
            return tr("Its folder is not there");
    }
    return {};
}

QString ProjectText::changes(const ProjectItem& item) {
    if (item.state != ProjectState::Changed) return {};
    if (item.tokensToRead == 0) return state(item);
    return tr("%1, %2 to read").arg(state(item), tokens(item.tokensToRead));
}

QString ProjectText::plan(const SheetTotals& totals) {
    if (totals.upToDate) return tr("Nothing changed: %1 are kept, none to read.").arg(tokens(totals.kept));
    if (!totals.readBefore) return tr("%1 to read.").arg(tokens(totals.toRead));
    QStringList parts;
    const auto count = [&parts](int files, const QString& one, const QString& many) {
        if (files == 1) parts << one;
        if (files > 1) parts << many.arg(number(files));
    };
    count(totals.changed, tr("1 file changed"), tr("%1 files changed"));
    count(totals.added, tr("1 came"), tr("%1 came"));
    count(totals.removed, tr("1 went"), tr("%1 went"));
    const QString cost = totals.kept > 0
                             ? tr("%1 to read, %2 kept").arg(tokens(totals.toRead), number(totals.kept))
                             : tr("%1 to read").arg(tokens(totals.toRead));
    return (parts.isEmpty() ? cost : tr("%1: %2").arg(parts.join(tr(", ")), cost)) + QLatin1Char('.');
}

QString ProjectText::cost(const SheetTotals& totals) {
    const QString time = totals.toRead == 0 ? tr("no time")
                         : totals.secondsToRead >= 0
                             ? tr("about %1 on this device").arg(duration(totals.secondsToRead))
                             : tr("the time is not known yet: nothing was read on this device so far");
    return tr("Takes %1, and %2 of disk to keep.").arg(time, bytes(totals.diskBytes));
}

QString ProjectText::scan(const SheetState& state) {
    if (state.phase == SheetPhase::Waiting) return tr("Waiting for the model to be loaded…");
    if (state.phase == SheetPhase::Writing) return tr("Preparing what is to be read…");
    if (state.ofFiles == 0) return tr("Listing the files…");
    return tr("Looking at %1 of %2 files…").arg(number(state.files), number(state.ofFiles));
}

QString ProjectText::reading(const ReadingView& view) {
    switch (view.phase) {
        case ReadingPhase::None:
            return {};
        case ReadingPhase::Preparing:
            return tr("Preparing to read %1").arg(view.name);
        case ReadingPhase::Running:
            return tr("Reading %1").arg(view.name);
        case ReadingPhase::PausedByPerson:
            return tr("Reading %1 is paused").arg(view.name);
        case ReadingPhase::PausedForAnswer:
            return tr("Reading %1 waits for the answer, then goes on").arg(view.name);
    }
    return {};
}

QString ProjectText::progress(const ReadingView& view) {
    if (view.phase == ReadingPhase::None || view.phase == ReadingPhase::Preparing) return {};
    QStringList parts;
    parts << tr("%1 of %2 tokens").arg(number(view.read), number(view.toRead));
    if (view.phase == ReadingPhase::Running) {
        if (view.tokensPerSecond > 0)
            parts << tr("%1 tokens/s").arg(number(std::llround(view.tokensPerSecond)));
        if (view.secondsLeft >= 0) parts << tr("about %1 left").arg(duration(view.secondsLeft));
    }
    if (view.kept > 0) parts << tr("%1 kept").arg(number(view.kept));
    return parts.join(QStringLiteral(" · "));
}

}  // namespace sidewinder::ui
