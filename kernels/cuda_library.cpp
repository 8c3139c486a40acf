#include "kernels/cuda_library.h"

#include <dlfcn.h>

#include <array>
#include <filesystem>

#include "kernels/error.h"

namespace sidewinder::kernels {
namespace {

namespace fs = std::filesystem;
constexpr const char* kFile = "libsidewinder_cuda.so";

// The file beside the program, in an installation's library folder, or wherever the loader looks.
std::string library_path() {
    std::error_code ignored;
    const fs::path binary = fs::read_symlink("/proc/self/exe", ignored).parent_path();
    for (const fs::path& folder : std::array{binary, binary.parent_path() / "lib/sidewinder"}) {
        if (fs::exists(folder / kFile, ignored)) return folder / kFile;
    }
    return kFile;
}

// Never closed: the CUDA runtime inside keeps threads of its own until the process ends.
const CudaEntry& entry() {
    void* library = dlopen(library_path().c_str(), RTLD_NOW | RTLD_LOCAL);
    if (!library) {
        const std::string reason = dlerror();
        const bool missing = reason.find(std::string(kFile) + ": cannot open") != std::string::npos;
        throw Error(Error::Kind::Unsupported, missing ? "This installation has no GPU engine (" +
                                                            std::string(kFile) + "), so the CPU is used."
                                                      : "The GPU engine could not be loaded (" + reason +
                                                            "). Install cuBLAS of CUDA 13, or use the CPU.");
    }
    using Get = const CudaEntry* (*)();
    const auto get = reinterpret_cast<Get>(dlsym(library, "sidewinder_cuda_entry"));
    const CudaEntry* found = get ? get() : nullptr;
    if (!found || found->version != CudaEntry::kVersion) {
        throw Error(Error::Kind::Unsupported,
                    "The GPU engine " + std::string(kFile) +
                        " belongs to another version of Sidewinder. Install both again.");
    }
    return *found;
}

}  // namespace

CudaDevice probe_cuda() {
    return entry().probe();
}

std::unique_ptr<Backend> make_cuda_backend(const Dims& dims, WeightFormat format, bool float8_prefill) {
    return std::unique_ptr<Backend>(entry().make_backend(dims, format, float8_prefill));
}

CudaCeilings measure_cuda_ceilings() {
    return entry().measure_ceilings();
}

}  // namespace sidewinder::kernels
