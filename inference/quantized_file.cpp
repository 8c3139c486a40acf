#include "inference/quantized_file.h"

#include <signal.h>

#include <cerrno>
#include <charconv>
#include <map>
#include <optional>

#include "inference/calibration.h"
#include "inference/content_hash.h"
#include "inference/error.h"
#include "inference/safetensors.h"
#include "inference/safetensors_writer.h"
#include "inference/weight_loader.h"
#include "inference/weight_plan.h"

namespace sidewinder::inference {
namespace {

using kernels::WeightFormat;
using Metadata = std::map<std::string, std::string>;
using Progress = std::function<void(Weights::Progress)>;

constexpr const char* kChecksum =
    "checksum";  ///< U8 [16]: XXH3-128 of all blocks, data then scales, in loading order
constexpr const char* kSourceSha256 = "source_sha256";
constexpr std::uint64_t kSpareBytes = 256 << 20;

std::string scales_name(const PlannedTensor& tensor) {
    return tensor.name + ".scales";
}

std::int64_t groups(const kernels::WeightLayout& layout) {
    return static_cast<std::int64_t>(layout.scale_count()) / layout.rows;
}

TensorInfo stored_data(const PlannedTensor& tensor) {
    const kernels::WeightLayout& layout = tensor.layout;
    const auto info = [&](DType dtype, std::int64_t columns) {
        return TensorInfo{tensor.name, dtype, {layout.rows, columns}, layout.data_bytes()};
    };
    switch (layout.format) {
        case WeightFormat::F32:
            return info(DType::F32, layout.cols);
        case WeightFormat::BF16:
            return info(DType::BF16, layout.cols);
        case WeightFormat::Int8:
            return info(DType::I8, layout.padded_cols());
        case WeightFormat::Int4:
            break;
    }
    return info(DType::U8, layout.padded_cols() / 2);
}

/// All tensors of the file, and for each planned tensor where its data is; its scales follow.
struct FileTable {
    std::vector<TensorInfo> tensors;
    std::vector<std::size_t> first;

    explicit FileTable(const WeightPlan& plan) {
        for (const PlannedTensor& tensor : plan.tensors) {
            first.push_back(tensors.size());
            tensors.push_back(stored_data(tensor));
            if (tensor.layout.scale_count() != 0)
                tensors.push_back({scales_name(tensor),
                                   DType::F32,
                                   {tensor.layout.rows, groups(tensor.layout)},
                                   tensor.layout.scale_count() * sizeof(float)});
        }
        tensors.push_back({kChecksum, DType::U8, {16}, 16});
    }
};

Metadata metadata_of(const ModelFolder& folder, const WeightRecipe& recipe) {
    Metadata metadata{{"format", "sidewinder-weights"},
                      {"version", kQuantizedVersion},
                      {"recipe", recipe.name()},
                      {"source", folder.content_hash}};
    if (!folder.source_sha256.empty()) metadata[kSourceSha256] = folder.source_sha256;
    return metadata;
}

/// A file of a model whose SHA-256 nobody told us now may name it.
bool is_expected(Metadata have, const Metadata& expected) {
    if (!expected.contains(kSourceSha256)) have.erase(kSourceSha256);
    return have == expected;
}

std::uint64_t row_offset(std::int64_t first, std::size_t row_bytes) {
    return static_cast<std::uint64_t>(first) * row_bytes;
}

std::size_t scale_row_bytes(const kernels::WeightLayout& layout) {
    return static_cast<std::size_t>(groups(layout)) * sizeof(float);
}

void add_block(ContentHash& hash, const WeightBlock& block) {
    hash.add(std::span<const std::byte>(block.data));
    hash.add(std::as_bytes(std::span(block.scales)));
}

/// A file that is not the one for this model, recipe and version, or is damaged.
struct Unusable {
    std::string why;
};

void check_table(const SafetensorsFile& file, const FileTable& table, const Metadata& metadata) {
    if (!is_expected(file.metadata(), metadata))
        throw Unusable{"it was made for another model, format or version"};
    if (file.tensors().size() != table.tensors.size()) throw Unusable{"its list of tensors is wrong"};
    for (std::size_t i = 0; i < table.tensors.size(); ++i) {
        const TensorInfo &have = file.tensors()[i], &expected = table.tensors[i];
        if (have.name != expected.name || have.dtype != expected.dtype || have.shape != expected.shape)
            throw Unusable{"its tensor " + expected.name + " is wrong"};
    }
}

/// Goes through a kept file, as `go` does with a producer and an observer, and checks it whole.
template <class Go>
void read_file(const SafetensorsFile& file, const FileTable& table, const Metadata& metadata, const Go& go) {
    check_table(file, table, metadata);
    ContentHash hash;
    const BlockProducer produce = [&file](const PlannedTensor& tensor, std::int64_t first, std::int64_t,
                                          WeightBlock& block) {
        file.read(tensor.name, row_offset(first, tensor.layout.row_bytes()), block.data);
        if (!block.scales.empty())
            file.read(scales_name(tensor), row_offset(first, scale_row_bytes(tensor.layout)),
                      std::as_writable_bytes(std::span(block.scales)));
    };
    const BlockObserver observe = [&hash](std::size_t, std::int64_t, std::int64_t, const WeightBlock& block) {
        add_block(hash, block);
    };
    const auto check_sum = [&] {
        std::array<std::byte, 16> checksum;
        file.read(kChecksum, 0, checksum);
        file.check_unchanged();
        if (checksum != hash.digest()) throw Unusable{"its checksum is wrong"};
    };
    go(produce, observe, check_sum);
}

/// Temporary files of processes that are no more: "<name>.<pid>-<n>.tmp".
void remove_leftovers(const std::filesystem::path& cache_dir) {
    std::error_code ignored;
    for (const auto& entry : std::filesystem::directory_iterator(cache_dir, ignored)) {
        const std::string name = entry.path().filename().string();
        const std::size_t begin = name.find(".safetensors.");
        if (begin == std::string::npos || !name.ends_with(".tmp")) continue;
        pid_t pid = 0;
        const char* digits = name.data() + begin + std::string_view(".safetensors.").size();
        const auto parsed = std::from_chars(digits, name.data() + name.size(), pid);
        if (parsed.ec == std::errc() && pid > 0 && ::kill(pid, 0) != 0 && errno == ESRCH)
            std::filesystem::remove(entry.path(), ignored);
    }
}

/// Writes blocks while they are loaded. A failure to write ends the writing, not the loading, unless it is
/// all that is wanted.
class Keeper {
  public:
    enum class OnFailure { Note, Throw };
    Keeper(const std::filesystem::path& path, const FileTable& table, const Metadata& metadata,
           OnFailure on_failure = OnFailure::Note)
        : table_(table), on_failure_(on_failure) {
        guarded([&] {
            std::filesystem::create_directories(path.parent_path());
            remove_leftovers(path.parent_path());
            std::uint64_t bytes = kSpareBytes;
            for (const TensorInfo& tensor : table.tensors) bytes += tensor.bytes;
            const std::uint64_t free = std::filesystem::space(path.parent_path()).available;
            if (free < bytes)
                throw Error(Fault::Io, path.string() + " needs " + std::to_string(bytes >> 20) +
                                           " MiB of space and " + std::to_string(free >> 20) +
                                           " MiB are free. Free some space on this disk and try again.");
            writer_.emplace(path, table.tensors, metadata);
        });
    }

    void add(const PlannedTensor& tensor, std::size_t number, std::int64_t first, const WeightBlock& block) {
        if (!writer_) return;
        guarded([&] {
            add_block(hash_, block);
            writer_->write(table_.first[number], row_offset(first, tensor.layout.row_bytes()), block.data);
            if (!block.scales.empty())
                writer_->write(table_.first[number] + 1, row_offset(first, scale_row_bytes(tensor.layout)),
                               std::as_bytes(std::span(block.scales)));
        });
    }

    bool finish() {
        if (!writer_) return false;
        guarded([&] {
            writer_->write(table_.tensors.size() - 1, 0, hash_.digest());
            writer_->finish();
        });
        return writer_.has_value();
    }

    const std::string& note() const { return note_; }

  private:
    template <class Action>
    void guarded(const Action& action) {
        try {
            action();
        } catch (const std::exception& error) {
            writer_.reset();
            if (on_failure_ == OnFailure::Throw)
                throw Error(Fault::Io,
                            std::string("The converted weights could not be written: ") + error.what());
            note_ = std::string("The converted weights were not kept, so the next start takes as long: ") +
                    error.what();
        }
    }

    const FileTable& table_;
    OnFailure on_failure_;
    ContentHash hash_;
    std::optional<SafetensorsWriter> writer_;
    std::string note_;
};

/// Counts as half of the work: `bytes` of it.
Calibration calibrate(const ModelFolder& folder, const WeightRecipe& recipe,
                      const std::vector<TokenId>& sample, std::uint64_t bytes, const Progress& progress,
                      std::stop_token stop) {
    const auto on_layer = [&](std::int64_t done, std::int64_t layers) {
        if (progress)
            progress(
                {bytes / static_cast<std::uint64_t>(layers) * static_cast<std::uint64_t>(done), 2 * bytes});
    };
    return Calibration::measure(*folder.tensors, folder.config, sample, recipe.group, 0, on_layer, stop);
}

/// Calls `use` with the kept file if there is one; what keeps it from being used is told in a sentence.
template <class Use>
std::string use_kept_file(const std::filesystem::path& path, const Use& use) {
    std::error_code ignored;
    if (!std::filesystem::exists(std::filesystem::symlink_status(path, ignored))) return {};
    std::string why = "it is damaged";
    try {
        use(SafetensorsFile(Folder::open(path.parent_path()).open_file(path.filename().string())));
        return {};
    } catch (const Unusable& unusable) {
        why = unusable.why;
    } catch (const Error&) {
    }
    return "The kept weights in " + path.filename().string() + " were made anew: " + why + ".";
}

/// The calibration that the recipe needs, and the progress of what comes after it.
struct Calibrated {
    std::optional<Calibration> calibration;
    Progress loading;
};

Calibrated calibrate_if_asked(const ModelFolder& folder, const WeightRecipe& recipe, std::uint64_t bytes,
                              const std::function<std::vector<TokenId>()>& sample, const Progress& progress,
                              std::stop_token stop) {
    if (!recipe.calibrated || !sample) return {{}, progress};
    Calibrated result{calibrate(folder, recipe, sample(), bytes, progress, stop), {}};
    if (progress)
        result.loading = [&progress](Weights::Progress p) {
            progress({p.total_bytes + p.done_bytes, 2 * p.total_bytes});
        };
    return result;
}

}  // namespace

std::filesystem::path quantized_file_path(const ModelFolder& folder, const WeightRecipe& recipe,
                                          const std::filesystem::path& cache_dir) {
    return cache_dir / (folder.content_hash + "-" + recipe.name() + ".safetensors");
}

CachedWeights load_with_cache(const ModelFolder& folder, const WeightRecipe& recipe,
                              kernels::Backend& backend, const std::filesystem::path& cache_dir,
                              const Progress& progress, std::stop_token stop,
                              const std::function<std::vector<TokenId>()>& sample) {
    if (recipe.group == 0)
        return {Weights::load(*folder.tensors, folder.config, recipe, backend, progress, stop),
                CachedWeights::Origin::Model,
                {}};
    const WeightPlan plan = plan_weights(*folder.tensors, folder.config, recipe);
    const FileTable table(plan);
    const Metadata metadata = metadata_of(folder, recipe);
    const std::filesystem::path path = quantized_file_path(folder, recipe, cache_dir);
    std::optional<CachedWeights> from_cache;
    const auto load_kept = [&](const SafetensorsFile& file) {
        read_file(file, table, metadata, [&](const auto& produce, const auto& observe, const auto& check) {
            Weights weights =
                WeightLoader::load(plan, folder.config, backend, produce, observe, progress, stop);
            check();
            from_cache.emplace(CachedWeights{std::move(weights), CachedWeights::Origin::FromCache, {}});
        });
    };
    std::string note = use_kept_file(path, load_kept);
    if (from_cache) return std::move(*from_cache);
    const Calibrated made = calibrate_if_asked(folder, recipe, plan.total_bytes, sample, progress, stop);
    Keeper keeper(path, table, metadata);
    const BlockObserver keep = [&](std::size_t tensor, std::int64_t first, std::int64_t,
                                   const WeightBlock& block) {
        keeper.add(plan.tensors[tensor], tensor, first, block);
    };
    Weights weights = WeightLoader::load(
        plan, folder.config, backend,
        convert_from(*folder.tensors, recipe, made.calibration ? &*made.calibration : nullptr), keep,
        made.loading, stop);
    folder.tensors->check_unchanged();
    const bool kept = keeper.finish();
    if (!keeper.note().empty()) note = keeper.note();
    return {std::move(weights), kept ? CachedWeights::Origin::Made : CachedWeights::Origin::Model, note};
}

QuantizedFile make_quantized_file(const ModelFolder& folder, const WeightRecipe& recipe,
                                  const std::filesystem::path& cache_dir, const Progress& progress,
                                  std::stop_token stop, const std::function<std::vector<TokenId>()>& sample) {
    if (recipe.group == 0)
        throw Error(Fault::BadConfig, recipe.name() +
                                          " is read from the model's own files, so nothing is made "
                                          "for it. Choose int8 or int4.");
    const WeightPlan plan = plan_weights(*folder.tensors, folder.config, recipe);
    const FileTable table(plan);
    const Metadata metadata = metadata_of(folder, recipe);
    const std::filesystem::path path = quantized_file_path(folder, recipe, cache_dir);
    QuantizedFile result;
    bool right = false;
    result.note = use_kept_file(path, [&](const SafetensorsFile& file) {
        read_file(file, table, metadata, [&](const auto& produce, const auto& observe, const auto& check) {
            WeightLoader::stream(plan, produce, observe, progress, stop);
            check();
            right = true;
        });
    });
    if (!right) {
        const Calibrated made = calibrate_if_asked(folder, recipe, plan.total_bytes, sample, progress, stop);
        Keeper keeper(path, table, metadata, Keeper::OnFailure::Throw);
        const BlockObserver keep = [&](std::size_t tensor, std::int64_t first, std::int64_t,
                                       const WeightBlock& block) {
            keeper.add(plan.tensors[tensor], tensor, first, block);
        };
        WeightLoader::stream(
            plan, convert_from(*folder.tensors, recipe, made.calibration ? &*made.calibration : nullptr),
            keep, made.loading, stop);
        folder.tensors->check_unchanged();
        result.made = keeper.finish();
    }
    result.bytes = std::filesystem::file_size(path);
    return result;
}

}  // namespace sidewinder::inference
