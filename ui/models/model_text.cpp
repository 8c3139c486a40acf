#include "ui/models/model_text.h"

#include <QDir>
#include <QLocale>
#include <QUrl>

#include <algorithm>

namespace sidewinder::ui {
namespace {

constexpr auto kDot = " · ";

QString joined(const QStringList& parts) {
    QStringList whole;
    std::copy_if(parts.begin(), parts.end(), std::back_inserter(whole),
                 [](const QString& part) { return !part.isEmpty(); });
    return whole.join(QString::fromUtf8(kDot));
}

QString number(double value, int decimals) {
    return QLocale().toString(value, 'f', decimals);
}

struct Unit {
    double bytes;
    const char* name;
};
Unit unit_of(qint64 bytes) {
    if (bytes >= 950'000'000) return {1e9, "GB"};
    if (bytes >= 950'000) return {1e6, "MB"};
    if (bytes >= 950) return {1e3, "kB"};
    return {1, "B"};
}

QString in_unit(qint64 bytes, const Unit& unit) {
    return number(static_cast<double>(bytes) / unit.bytes, unit.bytes > 1e3 ? 1 : 0);
}

const ModelPrecision* widest(const ModelItem& model, ModelFit ModelPrecision::*device) {
    for (const ModelPrecision& p : model.precisions)
        if ((p.*device).fits) return &p;
    return nullptr;
}

/// Where the file names begin with the person's home, as "~/…".
QString shown(const QString& path) {
    const QString home = QDir::homePath();
    return path.startsWith(home + QLatin1Char('/')) ? QLatin1Char('~') + path.mid(home.size()) : path;
}

}  // namespace

QString ModelText::bytes(qint64 bytes) {
    const Unit unit = unit_of(bytes);
    return QStringLiteral("%1 %2").arg(in_unit(bytes, unit), QLatin1String(unit.name));
}

QString ModelText::share(qint64 bytes, qint64 whole) {
    const Unit unit = unit_of(whole);
    if (bytes > 0 && static_cast<double>(bytes) < unit.bytes / 20)
        return tr("%1 of %2").arg(ModelText::bytes(bytes), ModelText::bytes(whole));
    return tr("%1 of %2 %3").arg(in_unit(bytes, unit), in_unit(whole, unit), QLatin1String(unit.name));
}

QString ModelText::duration(qint64 seconds) {
    if (seconds < 90) return tr("%1 s").arg(std::max<qint64>(1, seconds));
    const qint64 minutes = (seconds + 30) / 60;
    if (minutes < 90) return tr("%1 min").arg(minutes);
    return tr("%1 h %2 min").arg(minutes / 60).arg(minutes % 60);
}

QString ModelText::breakable(QString text) {
    return text.replace(QLatin1Char('/'), QStringLiteral("/\u200b"));
}

QString ModelText::state(const ModelItem& model) {
    if (!model.used.isEmpty()) return tr("In use");
    switch (model.state) {
        case ModelState::BuiltIn:
            return tr("Built in");
        case ModelState::Available:
            return tr("Not on this machine");
        case ModelState::Cached:
            return tr("In the Hugging Face cache");
        case ModelState::Incomplete:
            return tr("Not complete");
        case ModelState::Installed:
            return tr("Installed");
        case ModelState::Broken:
            return tr("Cannot be used");
    }
    return {};
}

QString ModelText::summary(const ModelItem& model) {
    if (model.state == ModelState::BuiltIn)
        return tr("For trying Sidewinder out. It is too small to be right.");
    QString size = model.bytes > 0 ? bytes(model.bytes) : QString();
    if (model.state == ModelState::Incomplete)
        size = model.bytes > 0 ? tr("%1 are here").arg(share(model.bytesThere, model.bytes))
                               : tr("%1 are here").arg(bytes(model.bytesThere));
    const QString named =
        model.revision.isEmpty() || model.repo.isEmpty() || model.revision == QLatin1String("main")
            ? model.repo
            : QStringLiteral("%1 @ %2").arg(model.repo, model.revision);
    return joined({size, model.license, named});
}

bool ModelText::fits(const ModelItem& model) {
    return std::any_of(model.precisions.begin(), model.precisions.end(),
                       [](const ModelPrecision& p) { return p.fits(); });
}

QString ModelText::verdict(const ModelItem& model) {
    if (model.precisions.isEmpty() || model.state == ModelState::BuiltIn) return {};
    const ModelPrecision *gpu = widest(model, &ModelPrecision::gpu),
                         *cpu = widest(model, &ModelPrecision::cpu), *first = &model.precisions.first(),
                         *last = &model.precisions.last();
    const auto takes = [](const ModelFit& fit) { return share(fit.need, std::max(fit.need, fit.free)); };
    if (gpu == first)
        return tr("Fits on %1: %2 takes %3 that are free.").arg(gpu->gpu.device, gpu->name, takes(gpu->gpu));
    if (gpu)
        return tr("Fits on %1 as %2, which takes %3 that are free. %4 would take %5.")
            .arg(gpu->gpu.device, gpu->name, takes(gpu->gpu), first->name, bytes(first->gpu.need));
    if (cpu && !last->gpu.usable)
        return tr("Runs on the processor: %1 takes %2 of memory that are free. There is no GPU to use.")
            .arg(cpu->name, takes(cpu->cpu));
    if (cpu)
        return tr("Runs on the processor only: %1 takes %2 of memory that are free. On %3 even %4 takes %5, "
                  "and %6 are free.")
            .arg(cpu->name, takes(cpu->cpu), last->gpu.device, last->name, bytes(last->gpu.need),
                 bytes(last->gpu.free));
    return tr("Does not fit into this machine's memory: even %1 takes %2, and %3 are free. Close other "
              "programs, or use a machine with more memory.")
        .arg(last->name, bytes(last->cpu.need), bytes(last->cpu.free));
}

QString ModelText::source(const ModelItem& model) {
    if (model.state == ModelState::BuiltIn) return tr("It comes with Sidewinder.");
    const QString commit = model.commit.left(12);
    const QString revision = model.revision.isEmpty() ? QStringLiteral("main") : model.revision;
    if (model.state == ModelState::Cached) return tr("%1 at %2").arg(model.repo, commit);
    if (model.linked) return tr("Used where it is: %1").arg(shown(model.place));
    if (model.imported && model.repo.isEmpty()) return tr("Imported from a folder");
    if (model.repo.isEmpty()) return {};
    const QString at = commit.isEmpty() ? tr("%1, revision %2").arg(model.repo, revision)
                                        : tr("%1, revision %2, commit %3").arg(model.repo, revision, commit);
    return model.endpoint.isEmpty() ? at : tr("%1 from %2").arg(at, host(model.endpoint));
}

QString ModelText::disk(const ModelItem& model) {
    const QString free = model.diskFree >= 0 ? tr("%1 free").arg(bytes(model.diskFree)) : QString();
    const QString needed = model.diskNeeded > 0 ? tr("%1 needed").arg(bytes(model.diskNeeded)) : QString();
    return joined({needed, free});
}

QString ModelText::diskVerdict(const ModelItem& model) {
    if (model.diskNeeded <= 0 || model.diskFree < 0) return {};
    const QString needed = bytes(model.diskNeeded), free = bytes(model.diskFree);
    return model.diskFree >= model.diskNeeded
               ? tr("Needs %1 of disk; %2 are free.").arg(needed, free)
               : tr("Needs %1 of disk, and %2 are free. Make room before you download it.").arg(needed, free);
}

QString ModelText::removal(const ModelItem& model) {
    qint64 made = 0;
    for (const ModelPrecision& p : model.precisions) made += std::max<qint64>(0, p.made);
    if (model.linked)
        return tr("Remove %1? Its own files in %2 stay. Files made from it go: %3.")
            .arg(model.name, shown(model.place), bytes(made));
    if (model.state == ModelState::Incomplete)
        return tr("Remove what has come of %1? %2 are deleted.").arg(model.name, bytes(model.bytesThere));
    return tr("Remove %1? Its folder and %2 are deleted for good.")
        .arg(model.name, bytes(model.bytesThere + made));
}

QString ModelText::task(const ModelWork& work) {
    if (work.ending) return tr("Stopping…");
    switch (work.task) {
        case ModelTask::None:
            return {};
        case ModelTask::Listing:
            return tr("Asking what there is…");
        case ModelTask::Downloading:
            return tr("Downloading");
        case ModelTask::Paused:
            return tr("Paused");
        case ModelTask::Verifying:
            return tr("Verifying %1").arg(work.what);
        case ModelTask::Publishing:
            return tr("Putting the files in place…");
        case ModelTask::Checking:
            return tr("Checking every file");
        case ModelTask::Making:
            return tr("Making the %1 file").arg(work.what);
        case ModelTask::Loading:
            return tr("Loading as %1").arg(work.what);
        case ModelTask::Importing:
            return tr("Importing");
        case ModelTask::Exporting:
            return tr("Exporting");
        case ModelTask::Removing:
            return tr("Removing…");
    }
    return {};
}

QString ModelText::progress(const ModelWork& work) {
    if (work.size <= 0) return {};
    const bool moving = work.task != ModelTask::Paused && !work.ending;
    const bool share_only = work.task == ModelTask::Loading || work.task == ModelTask::Making;
    const QString percent = tr("%1 %").arg(100 * work.bytes / work.size);
    return joined(
        {share_only ? percent : share(work.bytes, work.size),
         moving && work.rate >= 1 ? tr("%1/s").arg(bytes(static_cast<qint64>(work.rate))) : QString(),
         moving && work.secondsLeft >= 0 ? tr("about %1 left").arg(duration(work.secondsLeft)) : QString()});
}

QString ModelText::host(const QString& endpoint) {
    const QUrl url(endpoint);
    const QString host = url.host();
    if (host.isEmpty()) return endpoint.isEmpty() ? QStringLiteral("huggingface.co") : endpoint;
    return url.port() < 0 ? host : QStringLiteral("%1:%2").arg(host).arg(url.port());
}

}  // namespace sidewinder::ui
