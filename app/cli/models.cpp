#include "app/cli/models.h"

#include <unistd.h>

#include <cstdio>
#include <iostream>

#include "app/cli/command.h"
#include "app/core/fetch_process.h"
#include "storage/paths.h"

namespace sidewinder::cli {

storage::ModelFiles installed_models() {
    return storage::ModelFiles(storage::standard_paths().models());
}

std::filesystem::path fetch_program() {
    std::filesystem::path program = app::find_fetch_program();
    if (program.empty())
        throw storage::Error(
            storage::Error::Kind::NotFound,
            "This installation has no sidewinder-fetch, the program that downloads. Install it, "
            "or bring the model's folder on a stick: sidewinder-cli models import FOLDER.");
    return program;
}

ProgressLine::ProgressLine(std::string doing)
    : doing_(std::move(doing)), terminal_(isatty(STDERR_FILENO) != 0) {}

ProgressLine::~ProgressLine() {
    clear();
}

void ProgressLine::show(const std::string& what, std::uint64_t done, std::uint64_t total) {
    const std::string part = what.empty() ? "" : " " + printable(what);
    show(doing_ + part + ": " + storage::gigabytes(done) + " of " + storage::gigabytes(total));
}

void ProgressLine::show(const std::string& text) {
    const auto now = std::chrono::steady_clock::now();
    if (!terminal_ || (shown_ && now - last_ < std::chrono::milliseconds(100))) return;
    shown_ = true;
    last_ = now;
    std::fprintf(stderr, "\r\033[K%s", text.c_str());
}

void ProgressLine::clear() {
    if (shown_) std::fprintf(stderr, "\r\033[K");
    shown_ = false;
}

std::string printable(const std::string& text) {
    std::string shown = text;
    for (char& c : shown)
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) c = '?';
    return shown;
}

void print_json(const nlohmann::ordered_json& value) {
    std::cout << value.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) << std::endl;
}

void add_models(CLI::App& app, int& exit) {
    CLI::App* models = app.add_subcommand(
        "models", "The models on this machine: what they need, get one, check, take along, remove");
    models->require_subcommand(1);
    add_models_show(*models, exit);
    add_models_download(*models, exit);
    add_models_token(*models, exit);
    add_models_bring(*models, exit);
    add_models_check(*models, exit);
}

}  // namespace sidewinder::cli
