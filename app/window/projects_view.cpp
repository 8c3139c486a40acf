#include "app/window/projects_view.h"

#include <QCoreApplication>
#include <QLocale>

namespace sidewinder::app {

namespace {

using project::LeftOut;

class ProjectWords {
    Q_DECLARE_TR_FUNCTIONS(ProjectWords)

  public:
    static QString brief(LeftOut reason) {
        switch (reason) {
            case LeftOut::None:
                return tr("Ticked out");
            case LeftOut::Ignored:
                return tr("Ignored");
            case LeftOut::GitData:
                return tr("Git's own");
            case LeftOut::Link:
                return tr("Link");
            case LeftOut::Special:
                return tr("No file");
            case LeftOut::OtherDisk:
                return tr("Other disk");
            case LeftOut::Loop:
                return tr("Loop");
            case LeftOut::TooDeep:
                return tr("Too deep");
            case LeftOut::TooMany:
                return tr("Too many");
            case LeftOut::TooLarge:
                return tr("Too large");
            case LeftOut::Unreadable:
                return tr("Unreadable");
            case LeftOut::Vanished:
                return tr("Gone");
            case LeftOut::Changing:
                return tr("Being changed");
            case LeftOut::Binary:
                return tr("Not text");
            case LeftOut::Generated:
                return tr("Generated");
            case LeftOut::Secret:
                return tr("Looks secret");
        }
        return {};
    }
    static QString changed() { return tr("Changed"); }
    static QString added() { return tr("New"); }
    static QString recall(const RecallRow* row) {
        if (row == nullptr)
            return tr(
                "How well this model finds again what it has read: not measured (sidewinder-cli recall).");
        return tr("Of what it read %1 tokens before, this model found %2 of %3 from the state alone, %4 with "
                  "excerpts.")
            .arg(QLocale().toString(static_cast<qlonglong>(row->depth)))
            .arg(row->from_state)
            .arg(row->asked)
            .arg(row->with_excerpts);
    }
};

ui::SheetEntry to_view(const project::ScannedEntry& entry) {
    ui::SheetEntry view;
    view.path = QString::fromStdString(entry.display);
    view.folder = entry.is_folder;
    view.included = entry.included;
    const bool usual = entry.reason == LeftOut::None;
    // One that is too large stays so: there is no tick for a larger cap.
    view.choosable = usual || (project::may_be_ticked_in(entry.reason) && entry.reason != LeftOut::TooLarge);
    view.unusual = !usual;
    if (!usual || !entry.included) view.reason = ProjectWords::brief(entry.reason);
    view.sentence = QString::fromStdString(entry.sentence);
    view.size = static_cast<qint64>(entry.size);
    view.tokens = entry.has_text ? entry.tokens : -1;
    return view;
}

}  // namespace

QList<ui::SheetEntry> sheet_entries(const ProjectSurvey& survey) {
    QList<ui::SheetEntry> entries;
    entries.reserve(static_cast<qsizetype>(survey.scan.entries.size()));
    for (const project::ScannedEntry& entry : survey.scan.entries) entries.append(to_view(entry));
    const auto at = [&](std::size_t present) -> ui::SheetEntry& {
        return entries[static_cast<qsizetype>(survey.order[present])];
    };
    if (!survey.up_to_date())
        for (const std::size_t i : survey.step().read) at(i).toRead = true;
    if (survey.is_first()) return entries;
    for (const std::size_t i : survey.plan.changed) at(i).mark = ProjectWords::changed();
    for (const std::size_t i : survey.plan.added) at(i).mark = ProjectWords::added();
    return entries;
}

ui::SheetTotals sheet_totals(const ProjectSurvey& survey) {
    ui::SheetTotals totals;
    totals.logTokens = survey.log_tokens();
    totals.toRead = survey.tokens_to_read();
    totals.kept = totals.logTokens - totals.toRead;
    totals.readBefore = !survey.is_first();
    totals.upToDate = survey.up_to_date();
    if (!totals.readBefore) return totals;
    totals.changed = static_cast<int>(survey.plan.changed.size());
    totals.added = static_cast<int>(survey.plan.added.size());
    totals.removed = static_cast<int>(survey.plan.removed.size());
    return totals;
}

QString recall_sentence(const std::optional<Recall>& recall) {
    return ProjectWords::recall(recall && !recall->rows.empty() ? &recall->rows.back() : nullptr);
}

int changed_files(const ProjectSurvey& survey) {
    if (survey.is_first()) return 0;
    // What costs the least may lead back to an older reading; what the person sees is told from the current
    // one.
    const project::ReadingPlan plan = project::plan_reading(survey.memory.readings.front(), survey.present);
    return static_cast<int>(plan.changed.size() + plan.added.size() + plan.removed.size());
}

}  // namespace sidewinder::app
