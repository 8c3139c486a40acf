#include <unistd.h>

#include <cstdio>
#include <memory>
#include <optional>

#include "app/cli/command.h"
#include "app/cli/interrupt.h"
#include "app/cli/models.h"
#include "app/cli/secret_input.h"
#include "app/core/fetch_process.h"
#include "app/core/model_choice.h"
#include "app/core/model_jobs.h"
#include "storage/hub_cache.h"
#include "storage/model_source.h"

namespace sidewinder::cli {

namespace {

using app::FetchEvent;
using storage::gigabytes;

struct DownloadOptions {
    app::FetchOptions fetch;
    std::string weights;
    int token_fd = -1;
    bool json = false;
};

void refuse_if_offline() {
    const std::string variable = storage::offline_variable();
    if (variable.empty()) return;
    throw storage::Error(storage::Error::Kind::Denied,
                         variable +
                             " forbids downloads. Unset it to download, or bring the model's folder on a "
                             "stick: sidewinder-cli models import FOLDER.");
}

void read_token(DownloadOptions& options) {
    if (options.token_fd < 0) return;
    options.fetch.token = read_secret_from(options.token_fd);
    if (options.fetch.token.empty())
        throw storage::Error(storage::Error::Kind::NotFound,
                             "Descriptor " + std::to_string(options.token_fd) +
                                 " gave no access token. Open it, as in: --token-fd 3 3<FILE");
}

/// Said before anything is connected.
void say_whom(const app::FetchOptions& options) {
    std::fprintf(stderr, "Connecting to %s, and to where it keeps its files%s.\n",
                 printable(app::host_of(app::endpoint_of(options.endpoint))).c_str(),
                 options.proxy.empty()
                     ? ""
                     : (", through the proxy " + printable(app::host_of(options.proxy))).c_str());
}

std::string left(std::uint64_t seconds) {
    char text[48];
    if (seconds < 90) {
        std::snprintf(text, sizeof text, "%llu s left", static_cast<unsigned long long>(seconds));
    } else if (seconds < 5400) {
        std::snprintf(text, sizeof text, "%llu min left", static_cast<unsigned long long>(seconds / 60));
    } else {
        std::snprintf(text, sizeof text, "%.1f h left", static_cast<double>(seconds) / 3600);
    }
    return text;
}

/// What a person sees of it, and how it ended.
class Watcher {
  public:
    void see(const FetchEvent& event) {
        using Kind = FetchEvent::Kind;
        if (event.kind == Kind::Progress) line_.show(progress_text(event));
        if (event.kind == Kind::Retry || event.kind == Kind::Note) say(event.message);
        if (event.kind == Kind::State && event.state == "paused") say("Paused.");
        if (event.kind == Kind::Files) {
            std::uint64_t bytes = 0;
            for (const FetchEvent::File& file : event.files) bytes += file.size;
            say("Files: " + std::to_string(event.files.size()) + ", " + gigabytes(bytes) + ".");
        }
        if (event.kind == Kind::Verified) say("Checked: " + event.file);
        if (event.kind == Kind::Done || event.kind == Kind::Error) last_ = event;
    }
    void finish() { line_.clear(); }
    const std::optional<FetchEvent>& last() const { return last_; }

  private:
    static std::string progress_text(const FetchEvent& event) {
        if (event.state == "verifying")
            return "Verifying " + printable(event.file) + ": " + gigabytes(event.bytes) + " of " +
                   gigabytes(event.size);
        std::string text = "Downloading " + printable(event.file) + ": " + gigabytes(event.total_bytes) +
                           " of " + gigabytes(event.total_size);
        if (event.rate > 0) text += ", " + gigabytes(static_cast<std::uint64_t>(event.rate)) + "/s";
        if (event.seconds_left) text += ", " + left(*event.seconds_left);
        return text;
    }
    void say(const std::string& sentence) {
        line_.clear();
        std::fprintf(stderr, "%s\n", printable(sentence).c_str());
    }

    ProgressLine line_{"Downloading"};
    std::optional<FetchEvent> last_;
};

int watch(app::FetchProcess& process, Watcher& watcher, const std::stop_token& stop) {
    bool stopping = false;
    while (const auto events = process.events()) {
        for (const FetchEvent& event : *events) watcher.see(event);
        if (stop.stop_requested() && !stopping) {
            stopping = true;
            process.stop();  // it keeps what has come: the next download goes on there
        }
        if (events->empty()) process.wait_for_output(std::chrono::milliseconds(100));
    }
    watcher.finish();
    return process.wait();
}

int fail(const DownloadOptions& options, const storage::ModelId& id, const std::optional<FetchEvent>& last,
         int code, bool stopped) {
    std::string sentence = last ? last->message : "";
    if (sentence.empty())
        sentence = "The download ended without saying why (code " + std::to_string(code) + "). Try it again.";
    if (options.json)
        print_json({{"id", id.text()},
                    {"error", sentence},
                    {"fault", last ? last->fault : ""},
                    {"resumable", !last || last->resumable}});
    std::fprintf(stderr, "sidewinder-cli: %s\n", printable(sentence).c_str());
    return stopped ? exit_code::kInterrupted : exit_code::kDownload;
}

int finish(const DownloadOptions& options, storage::ModelFiles& models, const storage::ModelId& id,
           const std::stop_token& stop) {
    const storage::ModelEntry model = app::finish_download(models, id, {}, stop);
    if (!options.weights.empty()) {
        ProgressLine line("Converting to " + options.weights);
        app::quantize_model(
            model, inference::WeightRecipe::parse(options.weights),
            [&](inference::Weights::Progress p) { line.show({}, p.done_bytes, p.total_bytes); }, stop);
    }
    if (options.json) {
        print_json({{"id", id.text()},
                    {"folder", model.folder.string()},
                    {"commit", model.manifest.source.commit},
                    {"bytes", model.manifest.bytes()},
                    {"sha256", storage::weights_sha256(model.manifest)}});
    } else {
        std::printf("Downloaded %s, %s, every file checked. Use it with --model %s\n", id.text().c_str(),
                    gigabytes(model.manifest.bytes()).c_str(), id.text().c_str());
    }
    return exit_code::kOk;
}

int download(DownloadOptions options) {
    if (!options.weights.empty()) inference::WeightRecipe::parse(options.weights);  // before 14 GB have come
    refuse_if_offline();
    const Interrupt interrupt;
    const std::string& repo = options.fetch.repo;
    const std::size_t slash = repo.find('/');
    if (slash == std::string::npos)
        throw storage::Error(storage::Error::Kind::NotFound,
                             "'" + printable(repo) + "' is no repository: give OWNER/NAME, as in " +
                                 app::known_model().repo + ".");
    storage::ModelFiles models = installed_models();
    const auto id =
        storage::ModelId::make(repo.substr(0, slash), repo.substr(slash + 1), options.fetch.revision);
    const std::filesystem::path program = fetch_program();
    refuse_password(options.fetch.proxy);
    read_token(options);
    app::prepare_download(models, id);
    say_whom(options.fetch);
    options.fetch.into = models.folder_of(id);
    Watcher watcher;
    app::FetchProcess process(program, options.fetch);
    wipe(options.fetch.token);
    const int code = watch(process, watcher, interrupt.token());
    if (code == 0) return finish(options, models, id, interrupt.token());
    return fail(options, id, watcher.last(), code, interrupt.token().stop_requested());
}

}  // namespace

void add_models_download(CLI::App& models, int& exit) {
    auto options = std::make_shared<DownloadOptions>();
    options->fetch.repo = app::known_model().repo;
    CLI::App* command = models.add_subcommand(
        "download", "Get a model from a model hub, with a program of its own; Ctrl-C keeps what has come");
    command->add_option("repo", options->fetch.repo, "OWNER/NAME; default: " + options->fetch.repo);
    command->add_option("--revision", options->fetch.revision, "Branch, tag or commit; default: main");
    command->add_option("--endpoint", options->fetch.endpoint,
                        "A mirror; default: HF_ENDPOINT, else the hub");
    command->add_option("--file", options->fetch.files, "Only these files; default: what the model needs")
        ->allow_extra_args(false);
    command->add_option("--ca", options->fetch.ca_file, "CA certificates instead of the system's");
    command->add_option(
        "--proxy", options->fetch.proxy,
        "http, https, socks5 or socks5h://HOST:PORT; default, and with a password: HTTPS_PROXY");
    CLI::Option* fd =
        command->add_option("--token-fd", options->token_fd, "Open descriptor to read the access token from");
    CLI::Option* file =
        command->add_option("--token-file", options->fetch.token_file,
                            "File with the access token; default: HF_TOKEN, or what 'models token' says");
    CLI::Option* none = command->add_flag("--no-token", options->fetch.no_token,
                                          "Send no access token, wherever there is one");
    fd->check(CLI::NonNegativeNumber)->excludes(file)->excludes(none);
    file->excludes(none);
    command->add_option("--weights", options->weights, "Also make this file: int8 or int4");
    command->add_flag("--json", options->json, "One JSON object at the end");
    command->callback([options, &exit] { exit = download(*options); });
}

}  // namespace sidewinder::cli
