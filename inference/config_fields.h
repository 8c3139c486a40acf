#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "inference/config.h"
#include "inference/strict_json.h"

namespace sidewinder::inference {

/// Typed access to one configuration file; every refusal names the file and the field.
class ConfigFields {
  public:
    ConfigFields(std::string_view json, std::string file);

    /// A whole number in [low, high]. Without `fallback` the field must be there.
    std::int64_t integer(std::string_view field, std::int64_t low, std::int64_t high,
                         std::optional<std::int64_t> fallback = {}) const;
    bool boolean(std::string_view field, std::optional<bool> fallback = {}) const;
    std::string string(std::string_view field, std::optional<std::string> fallback = {}) const;
    const JsonValue* find(std::string_view field) const { return root_.find(field); }

    [[noreturn]] void fail(std::string_view field, const std::string& what) const;

  private:
    const JsonValue& required(std::string_view field) const;

    std::string file_;
    JsonValue root_;
};

/// The limits that both layouts share.
struct ConfigLimits {
    static constexpr std::size_t kBytes = 1 << 20;
    static constexpr std::int64_t kWidth = 65'536;
    static constexpr std::int64_t kLayers = 256;
    static constexpr std::int64_t kVocab = 1'000'000;
    static constexpr std::int64_t kState = 4'096;
};

/// Checks what the equations ask of the shape: heads and groups divide what they share. Throws Error
/// (BadConfig).
void check_dims(const kernels::Dims& dims, const std::string& file);

}  // namespace sidewinder::inference
