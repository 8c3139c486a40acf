#pragma once

#include <QObject>
#include <QString>

#include <filesystem>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "app/core/project_excerpts.h"
#include "storage/excerpts.h"

namespace sidewinder::app {

/// A question about a project, before the engine gets it.
struct ExcerptsRequest {
    qint64 answer = 0;  ///< names it in what comes back
    std::filesystem::path index, root;
    std::shared_ptr<const storage::Reading> reading;
    ExcerptQuestion question;
    std::shared_ptr<const inference::Tokenizer> tokenizer;
    std::stop_token stop;
};

struct ChosenExcerpts {
    qint64 answer = 0;
    std::string prompt_text;  ///< stands before the question's text; empty: nothing was chosen
    std::vector<storage::KeptExcerpt> kept;
    QString problem;  ///< why nothing could be chosen, or empty
};

/// Chooses excerpts on a thread of its own: values in by queued call, values out by signal. Each request is
/// answered once, a stopped one with nothing.
class ExcerptsWorker : public QObject {
    Q_OBJECT

  public Q_SLOTS:
    void choose(const sidewinder::app::ExcerptsRequest& request);

  Q_SIGNALS:
    void chosen(const sidewinder::app::ChosenExcerpts& excerpts);
};

}  // namespace sidewinder::app

Q_DECLARE_METATYPE(sidewinder::app::ChosenExcerpts)
