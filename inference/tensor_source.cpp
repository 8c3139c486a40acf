#include "inference/tensor_source.h"

namespace sidewinder::inference {

std::size_t size_of(DType dtype) {
    switch (dtype) {
        case DType::F32:
        case DType::I32:
            return 4;
        case DType::F16:
        case DType::BF16:
            return 2;
        case DType::I8:
        case DType::U8:
            return 1;
    }
    return 0;
}

std::string_view name_of(DType dtype) {
    switch (dtype) {
        case DType::F32:
            return "F32";
        case DType::F16:
            return "F16";
        case DType::BF16:
            return "BF16";
        case DType::I8:
            return "I8";
        case DType::U8:
            return "U8";
        case DType::I32:
            return "I32";
    }
    return "?";
}

std::string shape_text(const std::vector<std::int64_t>& shape) {
    std::string text = "[";
    for (std::size_t i = 0; i < shape.size(); ++i) text += (i ? ", " : "") + std::to_string(shape[i]);
    return text + "]";
}

const TensorInfo* TensorSource::find(std::string_view name) const {
    for (const TensorInfo& tensor : tensors())
        if (tensor.name == name) return &tensor;
    return nullptr;
}

}  // namespace sidewinder::inference
