#include "storage/download/file_choice.h"

#include <algorithm>
#include <array>
#include <set>
#include <string_view>

#include "storage/download/fault.h"
#include "storage/download/hub_address.h"

namespace sidewinder::download {

namespace {

const RemoteFile* find(const std::vector<RemoteFile>& files, std::string_view name) {
    const auto found = std::ranges::find(files, name, &RemoteFile::name);
    return found == files.end() ? nullptr : &*found;
}

std::vector<std::string> usual_names(const std::vector<RemoteFile>& listed) {
    static constexpr std::array<std::string_view, 3> kMistral{"params.json", "consolidated.safetensors",
                                                              "tokenizer.model.v3"};
    if (std::ranges::all_of(kMistral, [&](std::string_view name) { return find(listed, name) != nullptr; }))
        return {kMistral.begin(), kMistral.end()};
    std::vector<std::string> names;
    const bool config = find(listed, "config.json") != nullptr;
    bool weights = false;
    for (const RemoteFile& file : listed) {
        const std::string& name = file.name;
        if (name.find('/') != std::string::npos) continue;
        const bool weight = name.starts_with("model") && name.ends_with(".safetensors");
        weights = weights || weight;
        if (weight || name == "config.json" || name == "model.safetensors.index.json" ||
            name == "tokenizer.model" || name == "tokenizer.model.v3")
            names.push_back(name);
    }
    if (!config || !weights)
        throw Error(
            Fault::NoFile,
            "This repository does not hold a model that Sidewinder knows: it has neither params.json with "
            "consolidated.safetensors and tokenizer.model.v3, nor config.json with model.safetensors. "
            "Name its files if you know better.");
    return names;
}

std::string lower(std::string text) {
    for (char& c : text)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return text;
}

}  // namespace

std::vector<RemoteFile> chosen_files(const std::vector<RemoteFile>& listed,
                                     const std::vector<std::string>& wanted) {
    std::vector<RemoteFile> chosen;
    std::set<std::string> seen;
    for (const std::string& name : wanted.empty() ? usual_names(listed) : wanted) {
        if (const auto why = refusal_of_name(name))
            throw Error(Fault::UnsafeName, "The file name '" + shown_name(name) + "' is refused: " + *why +
                                               ". Nothing was stored.");
        const RemoteFile* file = find(listed, name);
        if (file == nullptr)
            throw Error(Fault::NoFile,
                        "There is no file " + shown_name(name) + " in this repository at this revision.");
        if (!seen.insert(lower(name)).second)
            throw Error(Fault::UnsafeName, "Two of the files differ only in the case of their names: " +
                                               name + ". Not every disk can hold both. Nothing was stored.");
        chosen.push_back(*file);
    }
    std::ranges::stable_sort(chosen, {}, &RemoteFile::size);
    return chosen;
}

}  // namespace sidewinder::download
