#include "app/core/calibration_sample.h"

#include <algorithm>
#include <fstream>
#include <iterator>

#include "app/core/engine.h"
#include "inference/calibration.h"
#include "inference/error.h"
#include "inference/tokenizer.h"

namespace sidewinder::app {

using inference::Error;
using inference::Fault;
using inference::TokenId;

std::filesystem::path calibration_file() {
    const std::filesystem::path demo = demo_model_folder();
    return demo.empty() ? demo : demo.parent_path() / "calibration.txt";
}

std::vector<TokenId> calibration_sample(const std::filesystem::path& tokenizer) {
    if (tokenizer.empty())
        throw Error(Fault::MissingFile,
                    "Calibrated weights are made with a text, and this model has no "
                    "tokenizer.model.v3 to read it. Choose int8 or int4.");
    std::ifstream in(calibration_file(), std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(in), {}};
    if (text.empty())
        throw Error(Fault::MissingFile, "The text that calibrated weights are made with is not installed (" +
                                            calibration_file().string() + "). Choose int8 or int4.");
    std::vector<TokenId> ids = inference::Tokenizer::load(tokenizer)->encode(text);
    ids.insert(ids.begin(), inference::token::kBos);
    ids.resize(std::min(ids.size(), inference::Calibration::kTokens));
    return ids;
}

}  // namespace sidewinder::app
