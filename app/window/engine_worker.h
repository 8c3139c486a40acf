#pragma once

#include <QObject>
#include <QString>

#include <atomic>
#include <memory>
#include <stop_token>
#include <vector>

#include "app/core/checkpoint_store.h"
#include "app/core/conversation_log.h"
#include "app/core/engine.h"
#include "app/core/model_choice.h"
#include "app/core/project_reading.h"
#include "inference/generator.h"

namespace sidewinder::app {

/// What to load. `called` is what the person calls the model (choose_model); empty: the demo model.
struct LoadRequest {
    std::string called;
    storage::Paths paths;
    EngineOptions options;  ///< but model, quantized_cache and source_sha256, which follow from the above
};

struct EngineInfo {
    QString model;
    QString device;
    QString device_note;  ///< why the CPU serves although the GPU was wanted, or empty
    bool demo = false;
    bool offers_float8 = false;  ///< Engine::offers_float8_prefill
    std::string tokenizer;       ///< Engine::tokenizer_id
    QString note;                ///< for the person, or empty
    std::string called;          ///< LoadRequest::called
    std::uint64_t memory = 0;    ///< bytes that it takes of its device
    std::string fingerprint;     ///< Engine::fingerprint
    std::size_t state_bytes = 0;
    std::shared_ptr<const inference::Tokenizer>
        shared_tokenizer;  ///< immutable, for other threads; may be null
};

/// One answer to make: the path from the root to the user's message, and how.
struct AnswerRequest {
    qint64 answer = 0;  ///< the store's row of the answer, and the id of everything that comes back
    std::vector<LogPart> path;
    std::shared_ptr<const storage::Reading> project;  ///< the log that stands before all; null: none
    qint64 project_tokens = 0;                        ///< so many of its tokens
    std::string system_prompt;
    inference::GenerateOptions options;
    std::stop_token stop;
};

/// The text and the ids of an answer so far, from the beginning.
struct AnswerSoFar {
    qint64 answer = 0;
    std::string text;
    std::vector<inference::TokenId> tokens;
};

struct AnswerResult {
    qint64 answer = 0;
    inference::Generated generated;
    qint64 position = 0;  ///< tokens in the state now
};

struct ReadingProgress {
    qint64 answer = 0;
    qint64 read = 0;
    qint64 to_read = 0;
    double seconds_left = -1;
};

/// A project's log to be read. The window's project and the reading's row name it in what comes back.
struct ProjectReadRequest {
    qint64 run = 0;  ///< of everything that comes back
    qint64 project = 0;
    std::shared_ptr<const storage::Reading> reading;
    std::stop_token stop;
};

struct ProjectReadProgress {
    qint64 run = 0;
    qint64 read = 0, to_read = 0;
    qint64 kept = 0;  ///< tokens that needed no reading
    double tokens_per_second = 0;
};

struct ProjectReadEnd {
    qint64 run = 0;
    qint64 project = 0;
    qint64 reading = 0;
    ProjectRead done;
    QString sentence;  ///< why it failed, or empty
};

/// What reading a project's log would take now.
struct ProjectPlan {
    qint64 project = 0;
    qint64 reading = 0;
    qint64 reused = 0, to_read = 0;
};

/// The engine on its thread: values in by queued call, values out by signal. A second `answer` waits in the
/// event queue.
class EngineWorker : public QObject {
    Q_OBJECT

  public:
    /// `checkpoints` may be null and must outlive the worker.
    explicit EngineWorker(CheckpointStore* checkpoints) : checkpoints_(checkpoints) {}

  public Q_SLOTS:
    void load(const sidewinder::app::LoadRequest& request, std::stop_token stop);
    void answer(const sidewinder::app::AnswerRequest& request);
    void readProject(const sidewinder::app::ProjectReadRequest& request);
    void planProject(qint64 project, const std::shared_ptr<const sidewinder::storage::Reading>& reading);

  Q_SIGNALS:
    void loading(double share);
    void loaded(const sidewinder::app::EngineInfo& info);
    void loadFailed(const std::string& called, const QString& sentence);
    /// The GPU failed, while loading or answering, and the engine is gone: it stays off until restart. An
    /// answer that was being made gets `failed` as well.
    void deviceLost(const QString& sentence);

    void encoded(qint64 message, const std::vector<sidewinder::inference::TokenId>& tokens);
    void reading(const sidewinder::app::ReadingProgress& progress);
    void text(qint64 answer, const QString& delta, qint64 position,
              double tokensPerSecond);                       ///< at most 30 a second
    void soFar(const sidewinder::app::AnswerSoFar& answer);  ///< once a second
    void finished(const sidewinder::app::AnswerResult& result);
    void failed(qint64 answer, const QString& sentence);

    void projectProgress(const sidewinder::app::ProjectReadProgress& progress);  ///< at most ten a second
    /// A checkpoint of the reading's log is on disk.
    void projectStep(qint64 reading, const sidewinder::storage::LadderStep& step);
    void projectEnded(const sidewinder::app::ProjectReadEnd& end);  ///< read, stopped or failed
    void projectPlanned(const sidewinder::app::ProjectPlan& plan);

  private:
    class Stream;
    static ModelChoice chosen(const LoadRequest& request);
    EngineInfo info(const LoadRequest& request) const;
    void run(const AnswerRequest& request);
    /// Gives up the engine before another is loaded. A loss that nobody noticed is told, and false, since
    /// releasing has nobody to tell it to.
    bool letGo();
    /// Gives up the engine when the device is gone; true then.
    bool lostDevice(const std::exception& error);

    CheckpointStore* checkpoints_;
    std::unique_ptr<Engine> engine_;
    std::string cuda_off_;  ///< why the GPU is off until restart, or empty
};

}  // namespace sidewinder::app

Q_DECLARE_METATYPE(sidewinder::app::LoadRequest)
Q_DECLARE_METATYPE(sidewinder::app::EngineInfo)
Q_DECLARE_METATYPE(sidewinder::app::AnswerRequest)
Q_DECLARE_METATYPE(sidewinder::app::AnswerSoFar)
Q_DECLARE_METATYPE(sidewinder::app::AnswerResult)
Q_DECLARE_METATYPE(sidewinder::app::ReadingProgress)
Q_DECLARE_METATYPE(sidewinder::app::ProjectReadProgress)
Q_DECLARE_METATYPE(sidewinder::app::ProjectReadEnd)
Q_DECLARE_METATYPE(sidewinder::app::ProjectPlan)
Q_DECLARE_METATYPE(sidewinder::storage::LadderStep)
Q_DECLARE_METATYPE(std::stop_token)
