#include "app/window/excerpts_worker.h"

#include <exception>

#include "storage/error.h"

namespace sidewinder::app {

void ExcerptsWorker::choose(const ExcerptsRequest& request) {
    ChosenExcerpts chosen;
    chosen.answer = request.answer;
    try {
        const project::ProjectRoot root(request.root);
        const project::ExcerptChoice choice =
            choose_excerpts(request.index, root, files_of(*request.reading), request.question,
                            *request.tokenizer, request.stop);
        chosen.prompt_text = project::excerpts_text(choice.excerpts);
        for (const project::Excerpt& excerpt : choice.excerpts)
            chosen.kept.push_back({excerpt.path, excerpt.first_line, excerpt.last_line, excerpt.tokens,
                                   std::string(project::name_of(excerpt.why)), excerpt.on});
    } catch (const storage::Stopped&) {
        // The answer was stopped: the engine says so.
    } catch (const std::exception& error) {
        chosen.problem =
            tr("The question goes without excerpts of the project. %1").arg(QString::fromUtf8(error.what()));
    }
    Q_EMIT this->chosen(chosen);
}

}  // namespace sidewinder::app
