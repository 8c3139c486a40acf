#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>

#include "app/cli/command.h"
#include "app/cli/interrupt.h"
#include "app/cli/model_options.h"
#include "inference/error.h"
#include "inference/safetensors_writer.h"

namespace sidewinder::cli {

namespace {

struct LogitsOptions {
    ModelOptions model;
    std::string ids, out;
    std::int64_t chunk = 0;
};

std::vector<inference::TokenId> read_ids(const std::string& file) {
    const auto json = nlohmann::json::parse(read_text(file), nullptr, false);
    const bool numbers =
        json.is_array() && !json.empty() && std::all_of(json.begin(), json.end(), [](const auto& v) {
            return v.is_number_unsigned() && v.template get<std::uint64_t>() < (std::uint64_t{1} << 31);
        });
    if (!numbers) {
        throw inference::Error(inference::Fault::BadRequest,
                               file + " must hold a JSON list of at least one token id.");
    }
    return json.get<std::vector<inference::TokenId>>();
}

std::span<const std::byte> bytes_of(const std::vector<float>& values) {
    return std::as_bytes(std::span(values));
}

int write_logits(const LogitsOptions& options) {
    const Interrupt interrupt;
    const std::vector<inference::TokenId> ids = read_ids(options.ids);
    const auto engine = options.model.load(interrupt.token());
    inference::Model& model = engine->model();
    const kernels::Dims& d = model.config().dims;
    const auto T = static_cast<std::int64_t>(ids.size());
    const std::int64_t chunk = options.chunk > 0 ? std::min(options.chunk, model.chunk()) : model.chunk();

    inference::SafetensorsWriter out(
        options.out,
        {{.name = "logits", .dtype = inference::DType::F32, .shape = {T, d.vocab}, .bytes = 0},
         {.name = "ssm_state",
          .dtype = inference::DType::F32,
          .shape = {model.config().n_layers, d.n_heads, d.headdim, d.d_state},
          .bytes = 0},
         {.name = "conv_state",
          .dtype = inference::DType::F32,
          .shape = {model.config().n_layers, d.conv_dim(), d.d_conv},
          .bytes = 0}},
        {{"model", engine->model_name()}, {"device", engine->device_name()}});

    inference::State state(model.backend(), model.config());
    std::vector<float> logits;
    for (std::int64_t done = 0; done < T;) {
        if (interrupt.token().stop_requested()) throw inference::Stopped();
        const std::int64_t now = std::min(chunk, T - done);
        logits.resize(static_cast<std::size_t>(now * d.vocab));
        const auto part =
            std::span(ids).subspan(static_cast<std::size_t>(done), static_cast<std::size_t>(now));
        model.forward(part, state, {.last_logits = {}, .all_logits = logits});
        out.write(0, static_cast<std::uint64_t>(done * d.vocab) * sizeof(float), bytes_of(logits));
        done += now;
    }
    std::vector<float> host(state.bytes() / sizeof(float));
    state.download(host.data());
    const auto split = static_cast<std::size_t>(model.config().n_layers * d.ssm_state_size());
    out.write(1, 0, bytes_of(host).first(split * sizeof(float)));
    out.write(2, 0, bytes_of(host).subspan(split * sizeof(float)));
    out.finish();
    return exit_code::kOk;
}

}  // namespace

void add_logits(CLI::App& app, int& exit) {
    auto options = std::make_shared<LogitsOptions>();
    CLI::App* command =
        app.add_subcommand("logits", "Feed token ids; write all logits and the final states as safetensors");
    options->model.add_to(*command);
    command->add_option("--ids", options->ids, "JSON list of token ids; -: standard input")->required();
    command->add_option("--out", options->out, "File to write")->required();
    command
        ->add_option("--chunk", options->chunk,
                     "Tokens fed at a time; 1: token by token; default: the engine's own")
        ->check(CLI::PositiveNumber);
    command->callback([options, &exit] { exit = write_logits(*options); });
}

}  // namespace sidewinder::cli
