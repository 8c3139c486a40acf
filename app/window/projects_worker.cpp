#include "app/window/projects_worker.h"

#include <QFile>

#include <new>

#include "app/core/project_stamp.h"
#include "app/window/projects_view.h"
#include "storage/error.h"

namespace sidewinder::app {

void ProjectsWorker::guarded(qint64 run, const std::function<void()>& work) {
    try {
        work();
    } catch (const storage::Stopped&) {
        // Whoever stopped it knows.
    } catch (const std::bad_alloc&) {
        Q_EMIT failed(run, tr("There was not enough memory for this. Close other programs and try again."));
    } catch (const std::exception& error) {
        Q_EMIT failed(run, QString::fromUtf8(error.what()));
    }
}

void ProjectsWorker::open(qint64 run, const QString& folder) {
    guarded(run, [&] {
        const project::ProjectRoot root(QFile::encodeName(folder).toStdString());
        Q_EMIT opened(run, root.path().string());
    });
}

void ProjectsWorker::survey(const SurveyRequest& request) {
    guarded(request.run, [&] {
        sheet_.reset();
        Sheet sheet;
        sheet.run = request.run;
        sheet.root = std::make_unique<project::ProjectRoot>(request.root);
        sheet.makers = request.makers;
        sheet.choices = request.memory.choices;
        sheet.survey.memory = request.memory;
        sheet_ = std::move(sheet);
        scan(request.stop);
    });
}

void ProjectsWorker::scan(std::stop_token stop) {
    Sheet& sheet = *sheet_;
    ProjectMemory memory = sheet.survey.memory;
    memory.choices = sheet.choices;
    const auto progress = [this, run = sheet.run](const project::ScanProgress& p) {
        Q_EMIT scanning(run, static_cast<qint64>(p.files), static_cast<qint64>(p.of_files));
    };
    sheet.survey =
        survey_project(*sheet.root, std::move(memory), *sheet.makers.tokenizer, progress, std::move(stop));
    Q_EMIT surveyed({sheet.run, sheet_entries(sheet.survey), sheet_totals(sheet.survey)});
}

void ProjectsWorker::tick(qint64 run, const QList<int>& entries, const QString& folder, bool in,
                          std::stop_token stop) {
    if (!sheet_ || sheet_->run != run) return;
    guarded(run, [&] {
        Sheet& sheet = *sheet_;
        std::vector<project::ScannedEntry>& all = sheet.survey.scan.entries;
        std::vector<std::size_t> ticked;
        for (const int entry : entries)
            if (entry >= 0 && static_cast<std::size_t>(entry) < all.size())
                ticked.push_back(static_cast<std::size_t>(entry));
        // A folder comes by its display name; its raw one is the beginning of what lies in it.
        std::string raw;
        if (!folder.isEmpty() && !ticked.empty()) {
            const auto depth = folder.count(QLatin1Char('/')) + 1;
            const std::string& path = all[ticked.front()].path;
            std::size_t end = 0;
            for (qsizetype i = 0; i < depth && end != std::string::npos; ++i)
                end = path.find('/', i == 0 ? 0 : end + 1);
            if (end != std::string::npos) raw = path.substr(0, end);
        }
        if (app::tick(all, ticked, raw, in, sheet.choices)) {
            scan(stop);
            return;
        }
        plan_again(sheet.survey, *sheet.makers.tokenizer);
        Q_EMIT planned(run, sheet_totals(sheet.survey));
    });
}

void ProjectsWorker::write(qint64 run, std::stop_token stop) {
    if (!sheet_ || sheet_->run != run) return;
    guarded(run, [&] {
        const Sheet& sheet = *sheet_;
        const LogMakers makers{*sheet.makers.tokenizer, sheet.makers.tokenizer_id, sheet.makers.fingerprint};
        auto log = std::make_shared<ProjectLog>(write_log(*sheet.root, sheet.survey, makers, stop));
        Q_EMIT written({run, std::move(log), sheet.choices});
        sheet_.reset();
    });
}

void ProjectsWorker::close() {
    sheet_.reset();
}

void ProjectsWorker::check(const CheckRequest& request) {
    CheckResult result{.project = request.project};
    try {
        const project::ProjectRoot root(request.root);
        const std::string stamp = project_stamp(root, request.memory, request.stop);
        const auto known = known_.find(request.project);
        if (known != known_.end() && known->second.stamp == stamp) {
            Q_EMIT checked(known->second.result);
            return;
        }
        const ProjectSurvey survey =
            survey_project(root, request.memory, *request.makers.tokenizer, {}, request.stop);
        result.files = changed_files(survey);
        result.tokens_to_read = result.files > 0 ? survey.tokens_to_read() : 0;
        known_[request.project] = {stamp, result};
    } catch (const storage::Stopped&) {
        return;
    } catch (const std::exception&) {
        result.missing = true;
        known_.erase(request.project);
    }
    Q_EMIT checked(result);
}

}  // namespace sidewinder::app
