#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "app/core/device.h"
#include "inference/config.h"
#include "inference/tensor_source.h"
#include "storage/model_files.h"

namespace sidewinder::app {

/// A device that could run models here, and what one precision of one model takes of it.
struct DeviceFit {
    bool usable = false;  ///< false: there is no such device; `reason` says why
    bool fits = false;
    std::string device;  ///< "NVIDIA H100 80GB HBM3", "CPU, 2 threads, AVX2"
    std::uint64_t need =
        0;  ///< bytes: weights, states and work area; of the smallest step when it does not fit
    std::uint64_t free = 0;  ///< bytes that the device has now
    std::string reason;      ///< a sentence when it is not usable or does not fit
};

struct Precision {
    std::string name;           ///< "bf16", "int8", "int4"
    std::uint64_t weights = 0;  ///< bytes in memory
    std::uint64_t disk = 0;     ///< of the file that is made for it; 0 for bf16, read from the model's own
    std::optional<std::uint64_t> made;  ///< bytes of that file when it is there
    DeviceFit gpu, cpu;
};

enum class Verdict { Fits, FitsSmaller, CpuOnly, DoesNotFit, Unknown };

/// What a person decides by. Values only; nothing keeps a file open.
struct CatalogModel {
    struct File {
        std::string name;
        std::uint64_t size = 0;
    };
    enum class State { Available, Installed, Incomplete, Broken };

    std::string id;       ///< of an installed one: storage::ModelId; of Available: "owner/name"
    std::string name;     ///< "Mamba-Codestral-7B-v0.1"
    std::string repo;     ///< "mistralai/Mamba-Codestral-7B-v0.1", or empty
    std::string license;  ///< "Apache-2.0", or empty: not known
    State state = State::Available;
    std::string reason;            ///< a sentence when Incomplete or Broken
    std::string source;            ///< "downloaded from …", "imported from /…", "linked to /…"
    std::filesystem::path folder;  ///< what --model takes; empty when it is not here
    std::vector<File> files;
    std::uint64_t bytes = 0;            ///< of all files
    std::uint64_t bytes_there = 0;      ///< of them on this disk
    std::uint64_t disk_needed = 0;      ///< to have it: what is still missing, with what must stay free
    std::uint64_t disk_free = 0;        ///< where models are kept
    std::vector<Precision> precisions;  ///< bf16, int8, int4; empty when the model cannot be opened
    Verdict verdict = Verdict::Unknown;
    std::string best;              ///< the widest precision that fits, on the GPU if any does there; or empty
    std::string verdict_sentence;  ///< "Fits on … as bf16: 16.1 of 79.1 GB free."
};

/// What the Hub has of Mamba-Codestral-7B-v0.1, known beforehand (model-format.md 1.4); sizes are those of
/// the bf16 model, the Hub's own answer counts in the end.
CatalogModel known_model();

/// The known model (unless one of that repository is installed), and what is in the models folder. Asks the
/// devices for their memory: takes up to a few seconds with a GPU. Throws storage::Error when the folder of
/// models cannot be read.
std::vector<CatalogModel> model_catalog(const storage::ModelFiles& models, const BackendMaker& backends);
/// One installed model.
CatalogModel catalog_entry(const storage::ModelEntry& entry, const BackendMaker& backends);

/// The part that needs no file: what `tensors` take of the devices in each precision, and the verdict.
void judge_memory(CatalogModel& model, const inference::TensorSource& tensors,
                  const inference::Config& config, const BackendMaker& backends);

}  // namespace sidewinder::app
