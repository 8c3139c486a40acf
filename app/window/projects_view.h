#pragma once

#include <optional>

#include "app/core/project_survey.h"
#include "app/core/recall.h"
#include "ui/projects/project_values.h"

namespace sidewinder::app {

// A survey as the sheet shows it.

QList<ui::SheetEntry> sheet_entries(const ProjectSurvey& survey);
ui::SheetTotals sheet_totals(const ProjectSurvey& survey);  ///< but time and disk

/// How well the loaded model finds again what it has read, at the greatest depth that was measured.
QString recall_sentence(const std::optional<Recall>& recall);

/// Files that changed, came or went since the current reading.
int changed_files(const ProjectSurvey& survey);

}  // namespace sidewinder::app
