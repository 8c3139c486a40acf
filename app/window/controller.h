#pragma once

#include <QHash>
#include <QObject>
#include <QThread>
#include <QTimer>

#include <filesystem>
#include <map>
#include <optional>
#include <stop_token>

#include "app/core/checkpoint_store.h"
#include "app/core/settings.h"
#include "app/window/engine_worker.h"
#include "app/window/excerpts_worker.h"
#include "app/window/models_controller.h"
#include "app/window/projects_controller.h"
#include "app/window/store_thread.h"
#include "app/window/view_values.h"
#include "ui/main_window.h"

namespace sidewinder::app {

/// Between the window, the store and the engine: turns what the person wants into work on the other two
/// threads, and what comes back into what the window shows. GUI thread; never blocks.
class Controller : public QObject {
    Q_OBJECT

  public:
    /// What the controller works with; all of it must outlive it. `checkpoints` may be null.
    struct Parts {
        ui::MainWindow& window;
        StoreThread& store;
        CheckpointStore* checkpoints = nullptr;
        std::filesystem::path settings_file;
        storage::Paths paths;
        std::filesystem::path model;  ///< overrides the settings' model; empty: theirs, else the demo model
        BackendMaker backends = real_backends();
        FetchMaker fetch = real_fetch();  ///< how a download is started
        bool unsaved = false;  ///< the store lives in memory only: the status line says so all the time
    };
    explicit Controller(const Parts& parts, Settings settings, QObject* parent = nullptr);
    ~Controller() override;

    void start();  ///< loads the model and lists the conversations; an empty new chat is open
    bool isAnswering() const { return !answers_.isEmpty(); }
    const Settings& settings() const { return settings_; }
    ModelsController& models() { return models_; }
    ProjectsController& projects() { return projects_; }

  Q_SIGNALS:
    void modelLoaded();
    void answerFinished(qint64 answer);

  private:
    /// An answer between Send and its end.
    struct Answer {
        qint64 conversation = 0;
        int sibling_index = 0;
        int sibling_count = 1;
        QString text;  ///< what the window was given so far
        std::stop_source stop;
    };
    /// What the store hands back when a turn was prepared: everything is on disk by then.
    struct Turn {
        qint64 conversation = 0;
        Path path;                                        ///< up to and with the empty answer
        qint64 project = 0;                               ///< that it belongs to
        std::shared_ptr<const storage::Reading> reading;  ///< whose log it branches off; null: none
        qint64 reading_tokens = 0;                        ///< so many of its tokens
        std::map<storage::RowId, std::string> prompts;    ///< what stands before messages' texts
    };
    /// What a turn's work on the store's thread needs.
    struct TurnContext {
        std::string model, tokenizer;
        QHash<qint64, std::shared_ptr<const storage::Reading>> readings;  ///< those at hand, by row
        std::string other_tokenizer;  ///< what to say when the chat's project was read with another model
    };
    /// An answer whose question's excerpts are being chosen.
    struct Choosing {
        qint64 conversation = 0;
        qint64 project = 0;
        AnswerRequest request;
    };
    /// An answer that waits until its project is read.
    struct Waiting {
        qint64 project = 0;
        AnswerRequest request;
    };

    void connectWindow();
    void connectEngine();
    void connectStore();

    void send(const QString& text);
    void editMessage(qint64 message, const QString& text);
    void regenerate(qint64 message);
    TurnContext turnContext() const;
    static Turn prepare(const TurnContext& with, storage::Conversations& c, storage::Projects& p,
                        storage::Excerpts& e, storage::RowId conversation, storage::RowId question);
    static void requireSameTokenizer(const TurnContext& with, storage::Projects& p,
                                     storage::RowId conversation);
    void beginTurn(Turn turn, bool replacePath);
    void toEngineOnceRead(qint64 project, AnswerRequest request);
    void toEngine(AnswerRequest request);
    void stop();
    void openConversation(qint64 id, qint64 scrollTo = 0);
    void showPath(qint64 conversation, const Path& path, qint64 project, qint64 scrollTo = 0);
    void removeConversation(qint64 id);
    void chooseSibling(qint64 message, int delta);
    void search(const QString& query);
    void refreshList();

    void connectProjects();
    void newChat(qint64 project);
    void onReadingOver(qint64 project, bool read);
    void onReadingProgress(const ui::ReadingView& view);
    void answerEnded();
    void releaseStopped();

    void connectExcerpts();
    bool chooseExcerpts(const Turn& turn, AnswerRequest& request);  ///< true: it waits for them
    qint64 excerptBudget() const;                                   ///< tokens
    void onExcerpts(const ChosenExcerpts& chosen);
    void showExcerpts(const std::vector<storage::KeptExcerpt>& kept);
    void showExcerptsOf(qint64 conversation, const Path& path);
    void switchExcerpt(int index, bool on);

    void connectModels();
    void useModel(const QString& called, const QString& weights);
    void stopUse();
    void goOnline();
    void loadModel();
    std::string wantedModel() const;
    void onLoading(double share);
    void onLoadFailed(const std::string& called, const QString& sentence);
    void onLoaded(const EngineInfo& info);
    void onText(qint64 answer, const QString& delta, qint64 position, double tokensPerSecond);
    void onFinished(const AnswerResult& result);
    void onDeviceLost(const QString& sentence);
    void onFailed(qint64 answer, const QString& sentence);
    void applySettings(const ui::Settings& shown);
    void saveSettings();
    void showProblem(const QString& sentence);
    void setPhase(ui::Phase phase);
    QString standingNote() const;

    Parts parts_;
    Settings settings_;
    QThread engine_thread_;
    EngineWorker* engine_;  ///< lives on engine_thread_, and as long as that
    std::stop_source loading_;
    ModelsController models_;
    ProjectsController projects_;
    QList<Waiting> waiting_;
    QThread excerpts_thread_;
    ExcerptsWorker* excerpts_;          ///< lives on excerpts_thread_, and as long as that
    QHash<qint64, Choosing> choosing_;  ///< by the answer's row
    std::vector<storage::KeptExcerpt> shown_excerpts_;
    QHash<qint64, std::vector<project::SwitchedOff>> switched_off_;    ///< by conversation
    std::shared_ptr<const inference::Tokenizer> tokenizer_at_hand_;    ///< the loaded model's
    QHash<qint64, std::shared_ptr<const storage::Reading>> readings_;  ///< of the last turns, by row
    struct Chosen {
        std::string model, weights;
        std::filesystem::path over;  ///< Parts::model
    };
    std::optional<Chosen> before_;  ///< what answered until the person chose another, while that is loaded
    bool fallen_back_ = false;      ///< the chosen model could not be had: the demo model answers
    bool off_ = false;              ///< the GPU failed, and nothing else was chosen yet
    bool cpu_only_ = false;         ///< the GPU failed and the person chose to go on without it
    ui::EngineStatus status_;
    QHash<qint64, Answer> answers_;  ///< by the answer's row
    bool turn_pending_ = false;      ///< asked the store for a turn, not back yet
    QString unsent_;                 ///< the text of that turn, until it is on disk
    std::string tokenizer_;          ///< identity of the loaded model's
    QTimer save_later_;              ///< settings are written once the person has stopped changing them
    QTimer reload_later_;            ///< the same for a change that needs the model loaded again
};

}  // namespace sidewinder::app
