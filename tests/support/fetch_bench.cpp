#include "tests/support/fetch_bench.h"

#include <QCryptographicHash>
#include <QElapsedTimer>
#include <QJsonDocument>
#include <QProcess>
#include <QRandomGenerator>
#include <QTest>

namespace sidewinder::tests {

namespace fs = std::filesystem;

namespace {

QByteArray bytes_of(const fs::path& file) {
    return QByteArray::fromStdString(read_bytes(file));
}

QByteArray random_bytes(quint32 seed, qsizetype count) {
    QRandomGenerator random(seed);
    QByteArray bytes(count, '\0');
    for (char& c : bytes) c = static_cast<char>(random.bounded(1, 256));  // no zeros: a hole shows
    return bytes;
}

QString hex(const QByteArray& bytes) {
    return QString::fromLatin1(QCryptographicHash::hash(bytes, QCryptographicHash::Sha256).toHex());
}

}  // namespace

HubServer::HubServer(const QStringList& arguments) : process_(std::make_unique<QProcess>()) {
    process_->setProcessChannelMode(QProcess::ForwardedErrorChannel);
    process_->start(
        QStringLiteral("python3"),
        QStringList{QStringLiteral("-Wignore")} +
            QStringList{QStringLiteral(SIDEWINDER_SOURCE_DIR "/tests/support/hub_server/hub_server.py")} +
            arguments);
    while (!process_->canReadLine())
        if (!process_->waitForReadyRead(20'000)) throw std::runtime_error("the hub server did not start");
    const QJsonObject hello = QJsonDocument::fromJson(process_->readLine()).object();
    hub = hello[u"hub"].toString();
    cdn = hello[u"cdn"].toString();
    proxy = hello[u"proxy"].toString();
    commit = hello[u"commit"].toString();
}

HubServer::~HubServer() {
    process_->kill();
    process_->waitForFinished();
}

QJsonValue HubServer::ask(const QJsonObject& command) {
    QJsonObject numbered = command;
    numbered[u"id"] = ++asked_;
    process_->write(QJsonDocument(numbered).toJson(QJsonDocument::Compact) + "\n");
    for (;;) {
        while (!process_->canReadLine())
            if (!process_->waitForReadyRead(30'000))
                throw std::runtime_error("the hub server does not answer");
        const QJsonObject reply = QJsonDocument::fromJson(process_->readLine()).object();
        if (reply[u"id"].toInt() == asked_) return reply[u"reply"];
    }
}

void HubServer::set(const QJsonObject& scenario) {
    QJsonObject command = scenario;
    command[u"do"] = QStringLiteral("set");
    ask(command);
}

QJsonArray HubServer::log() {
    return ask({{QStringLiteral("do"), QStringLiteral("log")}}).toArray();
}

std::vector<QJsonObject> FetchRun::of(const char* event) const {
    std::vector<QJsonObject> found;
    for (const QJsonObject& one : events)
        if (one[u"event"].toString() == QLatin1String(event)) found.push_back(one);
    return found;
}

QString FetchRun::fault() const {
    const auto errors = of("error");
    return errors.empty() ? QString() : errors.back()[u"fault"].toString();
}

FetchProcess::FetchProcess(const QStringList& arguments, const QProcessEnvironment& environment,
                           const QString& program)
    : process_(std::make_unique<QProcess>()) {
    process_->setProcessChannelMode(QProcess::MergedChannels);
    process_->setProcessEnvironment(environment);
    process_->start(program.isEmpty() ? QStringLiteral(SIDEWINDER_BIN_DIR "/sidewinder-fetch") : program,
                    arguments);
    if (!process_->waitForStarted()) throw std::runtime_error("sidewinder-fetch did not start");
}

FetchProcess::~FetchProcess() {
    if (process_->state() == QProcess::NotRunning) return;
    process_->kill();
    process_->waitForFinished();
}

qint64 FetchProcess::id() const {
    return process_->processId();
}

void FetchProcess::take_lines() {
    const QByteArray bytes = process_->readAll();
    run_.output += bytes;
    partial_ += bytes;
    for (qsizetype end = 0; (end = partial_.indexOf('\n')) >= 0; partial_.remove(0, end + 1)) {
        const auto line = QJsonDocument::fromJson(partial_.left(end));
        if (line.isObject()) run_.events.push_back(line.object());
    }
}

bool FetchProcess::wait_for(const std::function<bool(const QJsonObject&)>& wanted, int ms) {
    QElapsedTimer timer;
    timer.start();
    while (timer.elapsed() < ms) {
        take_lines();
        for (; seen_ < run_.events.size(); ++seen_)
            if (wanted(run_.events[seen_])) return ++seen_, true;
        if (process_->state() == QProcess::NotRunning) return false;
        process_->waitForReadyRead(50);
    }
    return false;
}

void FetchProcess::command(const char* line) {
    process_->write(line);
    process_->write("\n");
    process_->waitForBytesWritten();
}

void FetchProcess::close_input() {
    process_->closeWriteChannel();
}

void FetchProcess::kill() {
    process_->kill();
    process_->waitForFinished();
}

FetchRun FetchProcess::finish(int ms) {
    const bool ended = process_->state() == QProcess::NotRunning || process_->waitForFinished(ms);
    take_lines();
    if (ended && process_->exitStatus() == QProcess::NormalExit) run_.code = process_->exitCode();
    return run_;
}

FetchBench::FetchBench(HubServer& hub)
    : server(hub),
      folder(directory / "model"),
      environment(QProcessEnvironment::systemEnvironment()),
      weights(random_bytes(1, 3'000'003)),
      tokenizer(random_bytes(2, 20'000)),
      params("{\"dim\": 64}\n"),
      content_(directory / "content") {
    fs::create_directories(content_);
    write_bytes(content_ / "weights.lfs", weights.toStdString());
    write_bytes(content_ / "tokenizer.lfs", tokenizer.toStdString());
    write_bytes(content_ / "params", params.toStdString());
    for (const char* name : {"http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY", "no_proxy",
                             "NO_PROXY", "HF_ENDPOINT", "HF_HOME"})
        environment.remove(QLatin1String(name));
    environment.insert(QStringLiteral("HF_TOKEN"), QLatin1String(kToken));
    set("[]");
}

void FetchBench::set(const QByteArray& rules, QJsonObject further) {
    QJsonParseError error;
    const auto parsed = QJsonDocument::fromJson(rules, &error);
    if (!parsed.isArray())
        throw std::runtime_error("the rules are no JSON array: " + error.errorString().toStdString());
    const auto path = [&](const char* name) { return QString::fromStdString((content_ / name).string()); };
    if (!further.contains(u"files"))
        further[u"files"] = QJsonObject{{QStringLiteral("README.md"), path("params")},
                                        {QStringLiteral("consolidated.safetensors"), path("weights.lfs")},
                                        {QStringLiteral("params.json"), path("params")},
                                        {QStringLiteral("tokenizer.model.v3"), path("tokenizer.lfs")},
                                        {QStringLiteral("model.safetensors"), path("weights.lfs")}};
    further[u"rules"] = parsed.array();
    server.set(further);
}

QStringList FetchBench::arguments(const QString& endpoint) const {
    const auto text = [](const char* value) { return QString::fromLatin1(value); };
    QStringList list{text("--endpoint"), endpoint.isEmpty() ? server.hub : endpoint,
                     text("--repo"),     text("o/r"),
                     text("--into"),     QString::fromStdString(folder.string())};
    for (const char* value : {"--piece-bytes", "262144", "--save-bytes", "65536", "--connections", "2",
                              "--spare-bytes", "0", "--backoff-ms", "20", "--stall", "2", "--patience", "4"})
        list << text(value);
    return list + more;
}

FetchRun FetchBench::run(const QString& endpoint) {
    return FetchProcess(arguments(endpoint), environment).finish();
}

QString FetchBench::done(const FetchRun& run) {
    if (run.code != 0)
        return QStringLiteral("ended with %1: %2")
            .arg(run.code)
            .arg(QString::fromUtf8(run.output.right(400)));
    const std::pair<const char*, const QByteArray&> files[]{
        {"consolidated.safetensors", weights}, {"tokenizer.model.v3", tokenizer}, {"params.json", params}};
    const QJsonArray listed =
        QJsonDocument::fromJson(bytes_of(folder / "manifest.json")).object()[u"files"].toArray();
    if (listed.size() != 3) return QStringLiteral("the manifest is not there or does not list three files");
    for (const auto& [name, content] : files) {
        if (bytes_of(folder / name) != content)
            return QStringLiteral("wrong content of %1").arg(QLatin1String(name));
        bool found = false;
        for (const auto& entry : listed)
            found = found || (entry[u"name"].toString() == QLatin1String(name) &&
                              entry[u"sha256"].toString() == hex(content) &&
                              entry[u"size"].toInteger() == content.size());
        if (!found) return QStringLiteral("the manifest has %1 wrong").arg(QLatin1String(name));
    }
    for (const auto& entry : fs::recursive_directory_iterator(folder)) {
        const std::string name = entry.path().filename();
        if (name.ends_with(".part") || name.ends_with(".pieces") || name.ends_with(".tmp") ||
            name.ends_with(".verified"))
            return QStringLiteral("left behind: %1").arg(QString::fromStdString(name));
    }
    return leak(run);
}

QString FetchBench::refused(const FetchRun& run, const char* fault) {
    if (run.fault() != QLatin1String(fault))
        return QStringLiteral("not '%1' but %2 '%3': %4")
            .arg(QLatin1String(fault))
            .arg(run.code)
            .arg(run.fault(), QString::fromUtf8(run.output.right(400)));
    if (run.of("error").back()[u"code"].toInt() != run.code)
        return QStringLiteral("the exit code is another");
    if (fs::exists(folder / "manifest.json")) return QStringLiteral("there is a manifest");
    for (const char* name : {"consolidated.safetensors", "tokenizer.model.v3", "params.json"})
        if (fs::exists(folder / name)) return QStringLiteral("%1 is in place").arg(QLatin1String(name));
    return leak(run);
}

QString FetchBench::ends_done(const QByteArray& rules) {
    set(rules);
    return done(run());
}

QString FetchBench::ends_refused(const QByteArray& rules, const char* fault) {
    set(rules);
    return refused(run(), fault);
}

QString FetchBench::ends_resumable(const QByteArray& rules, const char* fault) {
    if (QString wrong = ends_refused(rules, fault); !wrong.isEmpty()) return wrong;
    if (QString wrong = ends_done("[]"); !wrong.isEmpty())
        return QStringLiteral("then without the fault: ") + wrong;
    return {};
}

QString FetchBench::leak(const FetchRun& run) {
    if (run.output.contains(kToken)) return QStringLiteral("the token is in the output");
    for (const auto& value : server.log()) {
        const QJsonObject entry = value.toObject();
        const QJsonObject fields = entry[u"fields"].toObject();
        const QString path = entry[u"site"].toString() + entry[u"path"].toString();
        for (const char* field : {"cookie", "referer", "proxy-authorization"})
            if (fields.contains(QLatin1String(field)))
                return QLatin1String(field) + QStringLiteral(" sent to ") + path;
        if (entry[u"site"] != QStringLiteral("hub") && fields.contains(u"authorization"))
            return QStringLiteral("the token was sent to ") + path;
        if (path.contains(QLatin1String(kToken))) return QStringLiteral("the token is in an address");
    }
    if (!fs::exists(folder)) return {};
    for (const auto& entry : fs::recursive_directory_iterator(folder))
        if (entry.is_regular_file() && bytes_of(entry.path()).contains(kToken))
            return QStringLiteral("the token is in ") + QString::fromStdString(entry.path().string());
    return {};
}

int FetchBench::requests(const char* site, const char* method, const char* containing) {
    int count = 0;
    for (const auto& value : server.log())
        if (value[u"site"].toString() == QLatin1String(site) &&
            value[u"method"].toString() == QLatin1String(method) &&
            value[u"path"].toString().contains(QLatin1String(containing)))
            ++count;
    return count;
}

}  // namespace sidewinder::tests
