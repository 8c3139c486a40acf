#pragma once

#include <QCoreApplication>

#include "ui/models/model_values.h"

namespace sidewinder::ui {

/// The sentences of the Models page, in the window's language, from its values.
class ModelText {
    Q_DECLARE_TR_FUNCTIONS(ModelText)

  public:
    static QString bytes(qint64 bytes);                ///< "14.6 GB"
    static QString share(qint64 bytes, qint64 whole);  ///< "3.1 of 14.6 GB"
    static QString duration(qint64 seconds);           ///< "40 s", "4 min", "2 h 10 min"

    /// A path has no place to break a line: one is offered after each slash. Not for what is copied.
    static QString breakable(QString text);

    static QString state(const ModelItem& model);    ///< the badge: "Installed"
    static QString summary(const ModelItem& model);  ///< size, licence, where it comes from
    static QString verdict(const ModelItem& model);  ///< whether it fits on this machine; empty: not known
    static bool fits(const ModelItem& model);        ///< the verdict's sign
    static QString source(const ModelItem& model);
    static QString disk(const ModelItem& model);
    static QString diskVerdict(const ModelItem& model);  ///< of one that can be fetched
    static QString removal(const ModelItem& model);      ///< what goes, and how much

    static QString task(const ModelWork& work);      ///< "Downloading"
    static QString progress(const ModelWork& work);  ///< "3.1 of 14.6 GB · 42 MB/s · about 4 min left"
    static QString host(const QString& endpoint);    ///< "huggingface.co"
};

}  // namespace sidewinder::ui
