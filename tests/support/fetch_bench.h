#pragma once

#include <QByteArray>
#include <QJsonArray>
#include <QJsonObject>
#include <QProcessEnvironment>
#include <QString>
#include <QStringList>
#include <filesystem>
#include <functional>
#include <memory>
#include <vector>

#include "tests/support/temporary_directory.h"

class QProcess;

namespace sidewinder::tests {

inline constexpr char kToken[] = "hf_TheSecretOfTheTests0123456789";

/// tests/support/hub_server/hub_server.py as a child.
class HubServer {
  public:
    explicit HubServer(const QStringList& arguments = {});
    ~HubServer();
    QString hub, cdn, proxy, commit;

    QJsonValue ask(const QJsonObject& command);
    void set(const QJsonObject& scenario);
    QJsonArray log();

  private:
    std::unique_ptr<QProcess> process_;
    int asked_ = 0;
};

/// What one run of sidewinder-fetch said and how it ended.
struct FetchRun {
    int code = -1;  ///< exit code; -1 = by a signal or not in time
    std::vector<QJsonObject> events;
    QByteArray output;  ///< all of it, errors too

    std::vector<QJsonObject> of(const char* event) const;
    QString fault() const;  ///< of the error line, or ""
};

/// sidewinder-fetch as a child, with small limits.
class FetchProcess {
  public:
    FetchProcess(const QStringList& arguments, const QProcessEnvironment& environment,
                 const QString& program = {});
    ~FetchProcess();

    bool wait_for(const std::function<bool(const QJsonObject&)>& wanted, int ms = 30'000);
    void command(const char* line);
    void close_input();  ///< as when the parent dies
    void kill();
    FetchRun finish(int ms = 60'000);  ///< waits for the end
    qint64 id() const;

  private:
    void take_lines();
    std::unique_ptr<QProcess> process_;
    QByteArray partial_;
    FetchRun run_;
    std::size_t seen_ = 0;
};

/// A folder to download into, three files at the hub, and what must hold after every run.
class FetchBench {
  public:
    explicit FetchBench(HubServer& server);

    HubServer& server;
    TemporaryDirectory directory;
    std::filesystem::path folder;
    QProcessEnvironment environment;
    QStringList more;  ///< further arguments of every run
    QByteArray weights, tokenizer, params;

    /// `rules` is a JSON array as hub_server.py explains; `more` further keys of "set".
    void set(const QByteArray& rules, QJsonObject further = {});
    QStringList arguments(const QString& endpoint = {}) const;
    FetchRun run(const QString& endpoint = {});

    // Each returns what is wrong, or "".
    QString done(const FetchRun& run);  ///< all three in place with their hashes, manifest
    QString refused(const FetchRun& run, const char* fault);             ///< nothing usable in place
    QString ends_done(const QByteArray& rules);                          ///< set, run, done
    QString ends_refused(const QByteArray& rules, const char* fault);    ///< set, run, refused
    QString ends_resumable(const QByteArray& rules, const char* fault);  ///< and then done without rules
    QString leak(const FetchRun& run);  ///< token, cookie, Referer where they do not belong

    int requests(const char* site, const char* method = "GET", const char* containing = "");
    std::filesystem::path partial(const char* name) const { return folder / ".partial" / name; }

  private:
    std::filesystem::path content_;
};

}  // namespace sidewinder::tests
