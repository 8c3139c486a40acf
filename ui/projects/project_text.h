#pragma once

#include <QCoreApplication>

#include "ui/projects/project_values.h"

namespace sidewinder::ui {

/// The sentences about projects, in the window's language, from their values.
class ProjectText {
    Q_DECLARE_TR_FUNCTIONS(ProjectText)

  public:
    static QString number(qint64 value);
    static QString tokens(qint64 tokens);     ///< "1,240 tokens"
    static QString about(qint64 tokens);      ///< "250k tokens"
    static QString bytes(qint64 bytes);       ///< "14.6 MB"
    static QString duration(double seconds);  ///< "40 s", "4 min", "2 h 10 min"

    static QString state(const ProjectItem& item);    ///< the second line in the sidebar
    static QString changes(const ProjectItem& item);  ///< "3 files changed, 1,240 tokens to read"; or empty
    static QString plan(const SheetTotals& totals);   ///< what Read does
    static QString cost(const SheetTotals& totals);   ///< time and disk
    static QString scan(const SheetState& state);
    static QString reading(const ReadingView& view);
    static QString progress(const ReadingView& view);
};

}  // namespace sidewinder::ui
