#include "app/cli/bench_table.h"

#include <algorithm>
#include <cstdio>
#include <initializer_list>
#include <vector>

#include "app/cli/bench_peers.h"
#include "inference/error.h"

namespace sidewinder::cli {

namespace {

using nlohmann::ordered_json;

constexpr std::int64_t kLongFrom = 4096;  ///< from here on a prompt has the goal of a long one
constexpr double kShortGoal = 33000, kLongGoal = 0.75, kQuantisedGoal = 0.93, kShortRunGoal = 1.3;
constexpr double kBusGoal = 0.70, kCancelGoal = 250, kFlatGoal = 0.03, kBudgetGoal = 0.05;

struct DecodeGoal {
    const char* weights;
    double share;
};
constexpr DecodeGoal kDecodeGoals[] = {{"bf16", 0.90}, {"int8", 0.85}, {"int4", 0.75}};

struct Row {
    std::string what, measured, share, goal;
    bool met = false;
    std::string peers;
};

template <class... Values>
std::string text(const char* format, Values... values) {
    char buffer[256];
    std::snprintf(buffer, sizeof buffer, format, values...);
    return buffer;
}

std::string percent(double share) {
    return text("%.1f %%", 100 * share);
}

std::string tokens_per_second(double value) {
    return value < 1000 ? text("%.1f tok/s", value) : text("%.1f k tok/s", value * 1e-3);
}

double number(const ordered_json& object, const char* key) {
    return object.at(key).get<double>();
}

bool is_format(const ordered_json& run, const std::string& format) {
    return run.at("weights").get<std::string>().starts_with(format);
}

std::string decode_peers(const ordered_json& run) {
    for (const peers::Decode& peer : peers::kDecode)
        if (is_format(run, peer.weights)) return peer.text;
    return {};
}

std::string prefill_peers(const ordered_json& run, std::int64_t tokens) {
    for (const peers::Prefill& peer : peers::kPrefill)
        if (is_format(run, peer.weights) && peer.tokens == tokens) return peer.text;
    return is_format(run, "bf16") && tokens > 131072 ? "mamba_ssm crashes" : "";
}

void add_decode(const ordered_json& run, std::vector<Row>& rows) {
    const ordered_json& decode = run.at("decode");
    const double share = number(decode, "share_of_floor");
    for (const DecodeGoal& goal : kDecodeGoals) {
        if (!is_format(run, goal.weights)) continue;
        rows.push_back({"decode " + run.at("weights").get<std::string>(),
                        tokens_per_second(number(decode, "tokens_per_second")), percent(share),
                        text("≥ %.0f %% of the floor", 100 * goal.share), share >= goal.share,
                        decode_peers(run)});
    }
}

void add_short(const ordered_json& run, std::vector<Row>& rows) {
    if (!is_format(run, "int4")) return;
    for (const ordered_json& step : run.at("short")) {
        if (number(step, "tokens") != 8) continue;
        const double times = number(step, "times_one_token");
        rows.push_back({"8 tokens in one call, " + run.at("weights").get<std::string>(),
                        text("%.2f × one token", times), "", text("≤ %.1f ×", kShortRunGoal),
                        times <= kShortRunGoal, ""});
    }
}

const ordered_json* prefill_of(const ordered_json& run, std::int64_t tokens) {
    for (const ordered_json& prefill : run.at("prefill"))
        if (prefill.at("tokens") == tokens) return &prefill;
    return nullptr;
}

void add_prefill(const ordered_json& run, const ordered_json* bf16, std::vector<Row>& rows) {
    const bool quantised = !is_format(run, "bf16");
    for (const ordered_json& prefill : run.at("prefill")) {
        const auto tokens = prefill.at("tokens").get<std::int64_t>();
        const double speed = number(prefill, "tokens_per_second");
        const double share = number(prefill, "share_of_floor");
        Row row{
            text("prefill of %lld, ", static_cast<long long>(tokens)) + run.at("weights").get<std::string>(),
            tokens_per_second(speed),
            percent(share) + ", " + percent(number(prefill, "share_of_sustained")) + " of sustained",
            "",
            false,
            prefill_peers(run, tokens)};
        const ordered_json* same = quantised && bf16 ? prefill_of(*bf16, tokens) : nullptr;
        if (same) {
            const double of_bf16 = speed / number(*same, "tokens_per_second");
            row.measured += ", " + percent(of_bf16) + " of bf16";
            row.goal = text("≥ %.0f %% of bf16", 100 * kQuantisedGoal);
            row.met = of_bf16 >= kQuantisedGoal;
        } else if (!quantised && tokens >= kLongFrom) {
            row.goal = text("≥ %.0f %% of the floor", 100 * kLongGoal);
            row.met = share >= kLongGoal;
        } else if (!quantised) {
            row.goal = text("≥ %.0f k tok/s", kShortGoal * 1e-3);
            row.met = speed >= kShortGoal;
        }
        rows.push_back(std::move(row));
    }
}

/// The longest prompt beside the one nearest to 8192 tokens; the report may have only one.
void add_length(const ordered_json& run, std::vector<Row>& rows) {
    const ordered_json *near = nullptr, *longest = nullptr;
    double least = 1e300, most = 0;
    for (const ordered_json& prefill : run.at("prefill")) {
        const double distance = std::abs(number(prefill, "tokens") - 8192);
        if (!near || distance < std::abs(number(*near, "tokens") - 8192)) near = &prefill;
        if (!longest || number(prefill, "tokens") > number(*longest, "tokens")) longest = &prefill;
        least = std::min(least, number(prefill, "peak_memory_bytes"));
        most = std::max(most, number(prefill, "peak_memory_bytes"));
    }
    if (!near || near == longest) return;
    const double change = number(*longest, "tokens_per_second") / number(*near, "tokens_per_second") - 1;
    const std::string weights = run.at("weights").get<std::string>();
    rows.push_back(
        {text("%.0f tokens against %.0f, ", number(*longest, "tokens"), number(*near, "tokens")) + weights,
         text("%+.1f %% of the speed", 100 * change), "", text("within %.0f %%", 100 * kFlatGoal),
         std::abs(change) <= kFlatGoal, ""});
    rows.push_back({"memory over the lengths, " + weights,
                    text("%.2f GB, %+.1f MB", most * 1e-9, (most - least) * 1e-6), "", "flat",
                    most - least < 0.001 * most, ""});
}

void add_others(const ordered_json& run, std::vector<Row>& rows) {
    const std::string weights = run.at("weights").get<std::string>();
    const ordered_json &copy = run.at("checkpoint"), &memory = run.at("memory");
    const double bus = number(copy, "share_of_bus"), budget = number(memory, "used_to_budget");
    rows.push_back({"state to the host and back, " + weights,
                    text("%.1f and %.1f GB/s", number(copy, "to_host_gb_per_second"),
                         number(copy, "to_device_gb_per_second")),
                    percent(bus) + " of the bus", text("≥ %.0f %% of the bus", 100 * kBusGoal),
                    bus >= kBusGoal && copy.at("identical").get<bool>(), ""});
    const double cancel = number(run.at("cancel"), "milliseconds");
    rows.push_back({"stop in a prefill, " + weights,
                    text("%.0f ms, at worst %.0f", cancel, number(run.at("cancel"), "worst_milliseconds")),
                    "", text("≤ %.0f ms", kCancelGoal), cancel <= kCancelGoal, ""});
    rows.push_back(
        {"memory against the budget, " + weights,
         text("%.2f of %.2f GB", number(memory, "used_bytes") * 1e-9, number(memory, "budget_bytes") * 1e-9),
         percent(budget), text("within %.0f %%", 100 * kBudgetGoal), std::abs(budget - 1) <= kBudgetGoal,
         ""});
}

std::string heading(const ordered_json& report) {
    const ordered_json& limits = report.at("ceilings");
    return report.at("device").get<std::string>() + ", driver " +
           report.at("driver_version").get<std::string>() + " (CUDA " +
           report.at("driver").get<std::string>() + "); " + report.at("model").get<std::string>() +
           text(", %d layers; Sidewinder ", report.at("layers").get<int>()) +
           report.at("version").get<std::string>() + ", commit " + report.at("commit").get<std::string>() +
           text(
               ".\nLimits measured in the same run: copy %.0f GB/s, bf16 matrix product %.0f TFLOP/s "
               "(%.0f for a second, what power and heat leave), bus %.1f GB/s.\n\n",
               number(limits, "copy_gb_per_second"), number(limits, "matrix_tflop_per_second"),
               number(limits, "sustained_matrix_tflop_per_second"), number(limits, "bus_gb_per_second"));
}

std::string table_of(const ordered_json& report) {
    std::vector<Row> rows;
    const ordered_json* bf16 = nullptr;
    const ordered_json& runs = report.at("runs");
    for (const ordered_json& run : runs)
        if (is_format(run, "bf16")) bf16 = &run;
    for (const ordered_json& run : runs) add_decode(run, rows);
    for (const ordered_json& run : runs) add_short(run, rows);
    for (const ordered_json& run : runs) add_prefill(run, bf16, rows);
    for (const ordered_json& run : runs) add_length(run, rows);
    for (const ordered_json& run : runs) add_others(run, rows);
    std::string out =
        heading(report) +
        "| | measured | share of the floor | goal | met | others |\n| --- | --- | --- | --- | --- | "
        "--- |\n";
    for (const Row& row : rows)
        out += "| " + row.what + " | " + row.measured + " | " + row.share + " | " + row.goal + " | " +
               (row.goal.empty() ? ""
                : row.met        ? "yes"
                                 : "**no**") +
               " | " + row.peers + " |\n";
    return out +
           "\nFloor of decoding: (weights + 2 × state) / copy rate; of a prefill: multiplications / matrix " +
           "rate.\nOthers: the same shape and kind of weights on " + peers::kMeasuredOn + ".\n";
}

}  // namespace

std::string bench_table(const ordered_json& report, const std::string& name) {
    try {
        return table_of(report);
    } catch (const ordered_json::exception& error) {
        throw inference::Error(inference::Fault::BadEntry,
                               name + " is not what `bench --backend cuda --save` of this version writes (" +
                                   error.what() + "). Measure again.");
    }
}

}  // namespace sidewinder::cli
