#pragma once

#include <QObject>
#include <QTimer>

#include "app/window/application.h"

namespace sidewinder::app {

/// A whole session without a person, for packaging/netproof.sh: waits for the model, asks twice in one
/// conversation, searches for it, prints what came on standard output, and ends the program: 0 when both
/// answers came, 1 when one failed, 3 after four minutes.
class Rehearsal : public QObject {
    Q_OBJECT

  public:
    Rehearsal(Application& application, QString question, NetworkLock network);

  private:
    void ask();
    void report(const storage::Message& answer);
    void end(int code);

    Application& application_;
    QString question_;
    QTimer patience_;
    int asked_ = 0;
};

}  // namespace sidewinder::app
