#include <cstdio>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>

#include "app/cli/command.h"
#include "app/cli/model_options.h"
#include "inference/chat_template.h"
#include "inference/error.h"
#include "inference/model_folder.h"

namespace sidewinder::cli {

namespace {

struct TokenizeOptions {
    std::string model, request, text, text_file;
    bool decode = false;
};

// A folder with only a tokenizer, or the tokenizer file itself, will do: no weights are needed here.
std::filesystem::path tokenizer_in(const std::filesystem::path& model) {
    std::error_code ignored;
    for (const char* name : {"tokenizer.model.v3", "tokenizer.model"}) {
        if (std::filesystem::exists(model / name, ignored)) return model / name;
    }
    return model;
}

int tokenize(const TokenizeOptions& options) {
    ModelOptions model;
    model.model = options.model;
    const auto tokenizer = inference::Tokenizer::load(tokenizer_in(model.folder()));
    std::vector<inference::TokenId> ids;
    if (!options.request.empty()) {
        ids = inference::encode_request(*tokenizer, read_text(options.request));
    } else {
        ids = tokenizer->encode(options.text_file.empty() ? options.text : read_text(options.text_file));
    }
    if (options.decode) {
        std::cout << tokenizer->decode(ids) << '\n';
    } else {
        std::cout << nlohmann::json(ids).dump() << '\n';
    }
    return exit_code::kOk;
}

}  // namespace

void add_tokenize(CLI::App& app, int& exit) {
    auto options = std::make_shared<TokenizeOptions>();
    CLI::App* command =
        app.add_subcommand("tokenize", "The token ids of a chat request or of plain text, as JSON");
    command->add_option("--model", options->model, "Model folder or tokenizer file; default: the demo model");
    CLI::Option_group* what = command->add_option_group("what");
    what->add_option("--request", options->request,
                     "A chat request (messages, tools) as JSON; -: standard input");
    what->add_option("--text", options->text, "Plain text, one segment, no BOS");
    what->add_option("--text-file", options->text_file, "The same from a file; -: standard input");
    what->require_option(1);
    command->add_flag("--decode", options->decode, "Print what the ids decode to instead");
    command->callback([options, &exit] { exit = tokenize(*options); });
}

}  // namespace sidewinder::cli
