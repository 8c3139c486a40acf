#pragma once

#include <algorithm>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "inference/error.h"
#include "inference/tensor_source.h"

namespace sidewinder::test {

/// Tensors held in memory, copied from another source and then edited by the test.
class EditedSource final : public inference::TensorSource {
  public:
    explicit EditedSource(const inference::TensorSource& source) : infos_(source.tensors()) {
        for (const inference::TensorInfo& info : infos_) {
            data_[info.name].resize(info.bytes);
            source.read(info.name, 0, data_[info.name]);
        }
    }

    const std::vector<inference::TensorInfo>& tensors() const override { return infos_; }
    void read(std::string_view name, std::uint64_t offset, std::span<std::byte> into) const override {
        const auto found = data_.find(std::string(name));
        if (found == data_.end()) throw inference::Error(inference::Fault::MissingTensor, "no such tensor");
        std::copy_n(found->second.begin() + static_cast<std::ptrdiff_t>(offset), into.size(), into.begin());
    }

    void rename(const std::string& from, const std::string& to) {
        info(from).name = to;
        data_[to] = std::move(data_[from]);
        data_.erase(from);
    }
    void remove(const std::string& name) {
        std::erase_if(infos_, [&](const auto& tensor) { return tensor.name == name; });
        data_.erase(name);
    }
    void add(const inference::TensorInfo& tensor, std::vector<std::byte> data) {
        infos_.push_back(tensor);
        data_[tensor.name] = std::move(data);
    }
    inference::TensorInfo& info(const std::string& name) {
        return *std::find_if(infos_.begin(), infos_.end(),
                             [&](const auto& tensor) { return tensor.name == name; });
    }
    std::vector<std::byte>& data(const std::string& name) { return data_[name]; }

  private:
    std::vector<inference::TensorInfo> infos_;
    std::map<std::string, std::vector<std::byte>> data_;
};

}  // namespace sidewinder::test
