#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "inference/config.h"
#include "inference/tensor_source.h"

namespace sidewinder::inference {

/// The tensors that a configuration asks for, matched with those of a source. Keys are canonical: without
/// `model.`, the embedding in the singular, e.g. "backbone.layers.0.mixer.in_proj.weight".
class TensorTable {
  public:
    /// Throws Error: MissingTensor, ExtraTensor, WrongShape, BadDtype, Duplicate; the message names the
    /// tensor, what was expected and what is there. lm_head.weight may be there or not when the embeddings
    /// are tied.
    TensorTable(const TensorSource& source, const Config& config);

    const TensorInfo& at(const std::string& canonical) const { return *found_.at(canonical); }

  private:
    std::map<std::string, const TensorInfo*> found_;
};

/// The canonical names and shapes of a configuration, in the order of the Mistral file.
struct ExpectedTensor {
    std::string name;
    std::vector<std::int64_t> shape;
};
std::vector<ExpectedTensor> expected_tensors(const Config& config);

}  // namespace sidewinder::inference
