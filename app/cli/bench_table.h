#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace sidewinder::cli {

/// The Markdown table of a GPU report that `bench --save` wrote: each goal of the project with what was
/// measured, its share of the machine's own limit, whether the goal is met, and what other engines do. Throws
/// inference::Error when `report` is not such a report; `name` stands for it in the sentence.
std::string bench_table(const nlohmann::ordered_json& report, const std::string& name);

}  // namespace sidewinder::cli
