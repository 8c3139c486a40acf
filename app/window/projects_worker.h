#pragma once

#include <QList>
#include <QObject>
#include <QString>

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>

#include "app/core/project_choices.h"
#include "app/core/project_survey.h"
#include "ui/projects/project_values.h"

namespace sidewinder::app {

/// LogMakers for another thread: the tokenizer lives as long as somebody holds it.
struct SharedMakers {
    std::shared_ptr<const inference::Tokenizer> tokenizer;
    std::string tokenizer_id, fingerprint;
};

/// A project's folder to be looked at. `run` names it in what comes back: late ones are dropped.
struct SurveyRequest {
    qint64 run = 0;
    std::string root;
    ProjectMemory memory;
    SharedMakers makers;
    std::stop_token stop;
};

struct SurveyResult {
    qint64 run = 0;
    QList<ui::SheetEntry> entries;
    ui::SheetTotals totals;  ///< but time and disk
};

/// The log that the ticks lead to, and those ticks that are the person's.
struct WrittenLog {
    qint64 run = 0;
    std::shared_ptr<ProjectLog> log;
    ProjectChoices choices;
};

struct CheckRequest {
    qint64 project = 0;
    std::string root;
    ProjectMemory memory;
    SharedMakers makers;
    std::stop_token stop;
};

struct CheckResult {
    qint64 project = 0;
    bool missing = false;
    int files = 0;  ///< changed, came or went since it was read
    qint64 tokens_to_read = 0;
};

/// Projects' folders on a thread of their own: values in by queued call, values out by signal.
class ProjectsWorker : public QObject {
    Q_OBJECT

  public Q_SLOTS:
    void open(qint64 run, const QString& folder);  ///< says where it really is
    void survey(const sidewinder::app::SurveyRequest& request);
    void tick(qint64 run, const QList<int>& entries, const QString& folder, bool in, std::stop_token stop);
    void write(qint64 run, std::stop_token stop);
    void close();  ///< forgets the survey
    /// Changes since a project was read. Quick where no file's size or time moved since the last check.
    void check(const sidewinder::app::CheckRequest& request);

  Q_SIGNALS:
    void opened(qint64 run, const std::string& root);
    void scanning(qint64 run, qint64 files, qint64 ofFiles);  ///< at most ten a second
    void surveyed(const sidewinder::app::SurveyResult& result);
    void planned(qint64 run, const sidewinder::ui::SheetTotals& totals);
    void written(const sidewinder::app::WrittenLog& log);
    void failed(qint64 run, const QString& sentence);  ///< of any of those with a run
    void checked(const sidewinder::app::CheckResult& result);

  private:
    void scan(std::stop_token stop);
    void tell();
    void guarded(qint64 run, const std::function<void()>& work);

    struct Sheet {
        qint64 run = 0;
        std::unique_ptr<project::ProjectRoot> root;
        SharedMakers makers;
        ProjectChoices choices;
        ProjectSurvey survey;
    };
    struct Known {
        std::string stamp;  ///< of the folder when it was checked last
        CheckResult result;
    };
    std::optional<Sheet> sheet_;
    std::map<qint64, Known> known_;
};

}  // namespace sidewinder::app

Q_DECLARE_METATYPE(sidewinder::app::SurveyResult)
Q_DECLARE_METATYPE(sidewinder::app::WrittenLog)
Q_DECLARE_METATYPE(sidewinder::app::CheckResult)
Q_DECLARE_METATYPE(sidewinder::ui::SheetTotals)
