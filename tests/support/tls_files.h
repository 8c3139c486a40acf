#pragma once

#include <QProcess>
#include <QString>
#include <QStringList>
#include <stdexcept>

#include "tests/support/temporary_directory.h"

namespace sidewinder::tests {

/// A CA and the certificates of make_certificates.sh, made by the openssl tool.
class TlsFiles {
  public:
    TlsFiles() {
        const QString script =
            QStringLiteral(SIDEWINDER_SOURCE_DIR "/tests/support/hub_server/make_certificates.sh");
        if (QProcess::execute(QStringLiteral("sh"), {script, path("")}) != 0)
            throw std::runtime_error("the certificates could not be made");
    }
    QString path(const char* name) const { return QString::fromStdString((directory_ / name).string()); }
    QStringList trust() const { return {QStringLiteral("--ca"), path("ca.pem")}; }

  private:
    TemporaryDirectory directory_;
};

}  // namespace sidewinder::tests
