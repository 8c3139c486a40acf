#pragma once

#include <QList>
#include <QMetaType>
#include <QString>

/// The plain values of the Models page. Bytes are decimal; 0 or less: not known, unless said otherwise. Ids
/// are opaque and stay the same while a model is fetched, checked and used.
namespace sidewinder::ui {

enum class ModelState {
    BuiltIn,     ///< the demo model
    Available,   ///< not on this machine
    Cached,      ///< a snapshot in the Hugging Face cache, usable from there
    Incomplete,  ///< a download that has not finished
    Installed,   ///< every file was checked
    Broken,      ///< may not be used; `reason` says why
};

struct ModelFile {
    QString name;
    qint64 size = 0;

    bool operator==(const ModelFile&) const = default;
};

/// One device of this machine, and what one precision of one model takes of it.
struct ModelFit {
    bool usable = false;  ///< false: there is no such device; `reason` says why
    bool fits = false;
    QString device;  ///< "NVIDIA H100 80GB HBM3", "CPU, 2 threads"
    qint64 need = 0;
    qint64 free = 0;
    QString reason;

    bool operator==(const ModelFit&) const = default;
};

struct ModelPrecision {
    QString name;      ///< "bf16", "int8", "int4"
    qint64 disk = 0;   ///< of the file that is made for it; 0: read from the model's own files
    qint64 made = -1;  ///< bytes of that file when it is there, else -1
    ModelFit gpu, cpu;

    bool fits() const { return gpu.fits || cpu.fits; }
    bool operator==(const ModelPrecision&) const = default;
};

struct ModelItem {
    QString id;
    ModelState state = ModelState::Available;
    QString name;            ///< "Mamba-Codestral-7B-v0.1"
    QString repo;            ///< "owner/name", may be empty
    QString revision;        ///< may be empty
    QString commit;          ///< may be empty
    QString license;         ///< may be empty: not known
    QString endpoint;        ///< where it comes from, "https://huggingface.co"; may be empty
    QString place;           ///< the folder where its files are
    bool linked = false;     ///< the files stay where they are when the model is removed
    bool imported = false;   ///< from a folder, and not from a hub
    bool resumable = false;  ///< of Broken: a download can put it right
    QString reason;
    QList<ModelFile> files;
    qint64 bytes = 0;                  ///< of all files
    qint64 bytesThere = 0;             ///< of them on this disk; what a removal frees
    qint64 diskNeeded = 0;             ///< to have it: what is missing, with what must stay free
    qint64 diskFree = -1;              ///< where models are kept
    QList<ModelPrecision> precisions;  ///< widest first; empty where they are not known
    QString best;                      ///< the widest precision that fits, or empty
    QString used;                      ///< the precision that answers now; empty: this model does not

    bool operator==(const ModelItem&) const = default;
};

struct ModelCatalog {
    QList<ModelItem> models;
    QString folder;        ///< where models are kept
    qint64 diskFree = -1;  ///< there
    bool ready = false;    ///< false: still being looked for
};

/// What is done with a model now.
enum class ModelTask {
    None,
    Listing,  ///< of a download, from here …
    Downloading,
    Paused,
    Verifying,
    Publishing,  ///< … to here
    Checking,    ///< its files are read through
    Making,      ///< the file of a precision
    Loading,     ///< it will answer
    Importing,
    Exporting,
    Removing,
};

struct ModelWork {
    struct File {
        QString name;
        qint64 bytes = 0, size = 0;
        bool verified = false;

        bool operator==(const File&) const = default;
    };
    QString id;  ///< the model's, or kImportId
    ModelTask task = ModelTask::None;
    QString what;  ///< the file or the precision that it is about, may be empty
    qint64 bytes = 0, size = 0;
    double rate = 0;          ///< bytes a second
    qint64 secondsLeft = -1;  ///< < 0: not known
    QList<File> files;        ///< of a download
    QString note;             ///< a sentence: why it waits and tries again, what changed
    bool ending = false;      ///< it was asked to stop and will

    bool operator==(const ModelWork&) const = default;
};

/// The work of an import, which has no model yet.
inline const QString kImportId = QStringLiteral("import");

/// How something ended.
struct ModelNote {
    QString id;        ///< the model's, or kImportId
    QString sentence;  ///< empty: what was said before goes
    bool problem = false;
    bool retry = false;  ///< of a download: going on may help
};

struct OtherRepository {
    QString repo;      ///< "owner/name"
    QString revision;  ///< empty: main
    QString endpoint;  ///< empty: the settings'

    bool operator==(const OtherRepository&) const = default;
};

}  // namespace sidewinder::ui

Q_DECLARE_METATYPE(sidewinder::ui::ModelWork)
Q_DECLARE_METATYPE(sidewinder::ui::OtherRepository)
