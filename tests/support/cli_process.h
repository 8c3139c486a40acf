#pragma once

#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>
#include <initializer_list>
#include <string>

#include "tests/support/temporary_directory.h"

namespace sidewinder::tests {

/// sidewinder-cli as a script uses it: a real process with a home of its own.
class CliHome {
  public:
    struct Ran {
        int code = -1;  ///< -1: ended by a signal, or not in time
        QByteArray out, err;
        QJsonObject json() const { return QJsonDocument::fromJson(out).object(); }
    };
    using Words = std::initializer_list<std::string>;

    Ran run(Words words) const {
        QProcess process;
        start(process, words);
        process.closeWriteChannel();
        if (!process.waitForFinished(300'000)) return {-1, {}, "timed out"};
        return {process.exitStatus() == QProcess::NormalExit ? process.exitCode() : -1,
                process.readAllStandardOutput(), process.readAllStandardError()};
    }
    void start(QProcess& process, Words words) const {
        QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
        for (const char* name : {"XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME"})
            environment.insert(QLatin1String(name), QString::fromStdString((home_ / name).string()));
        process.setProcessEnvironment(environment);
        QStringList arguments;
        for (const std::string& word : words) arguments << QString::fromStdString(word);
        process.start(QStringLiteral(SIDEWINDER_BIN_DIR "/sidewinder-cli"), arguments);
    }
    std::filesystem::path checkpoints() const { return home_ / "XDG_CACHE_HOME/sidewinder/checkpoints"; }

  private:
    TemporaryDirectory home_;
};

}  // namespace sidewinder::tests
