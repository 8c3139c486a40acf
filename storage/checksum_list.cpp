#include "storage/checksum_list.h"

#include "storage/file_hash.h"

namespace sidewinder::storage {

std::string to_checksum_list(const Manifest& manifest) {
    std::string text;
    for (const ManifestFile& file : manifest.files) text += file.sha256 + "  " + file.name + "\n";
    return text;
}

std::map<std::string, std::string> parse_checksum_list(std::string_view text,
                                                       const std::filesystem::path& where) {
    const auto refuse = [&](const std::string& why) {
        throw Error(Error::Kind::Damaged, "The checksum list " + where.string() + " cannot be used: " + why +
                                              ". Copy the model from its source again.");
    };
    if (text.size() > Manifest::kMaxBytes) refuse("it has more than 1 MiB");
    std::map<std::string, std::string> sums;
    for (std::size_t number = 1; !text.empty(); ++number) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        std::string_view line = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        if (line.ends_with('\r')) line.remove_suffix(1);
        if (line.empty() || line[0] == '\\') continue;  // an escaped name is none of a model
        const bool is_sum = line.size() > 66 && line[64] == ' ' && (line[65] == ' ' || line[65] == '*') &&
                            is_hex(line.substr(0, 64), 64);
        if (!is_sum) refuse("line " + std::to_string(number) + " is not a SHA-256 and a name");
        std::string_view name = line.substr(66);
        if (name.starts_with("./")) name.remove_prefix(2);
        if (!is_model_file_name(name)) continue;
        if (!sums.emplace(name, line.substr(0, 64)).second) refuse(std::string(name) + " is listed twice");
    }
    return sums;
}

}  // namespace sidewinder::storage
