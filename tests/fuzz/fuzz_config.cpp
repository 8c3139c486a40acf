#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "inference/config.h"
#include "inference/error.h"

using namespace sidewinder::inference;

namespace {

/// Whatever a parser accepts, the engine can allocate for.
void check(const Config& config) {
    const sidewinder::kernels::Dims& d = config.dims;
    const bool possible = config.n_layers >= 1 && config.n_layers <= 256 && d.vocab >= 1 &&
                          d.vocab <= 1'000'000 && d.d_model >= 1 && d.d_model <= 65'536 && d.n_heads >= 1 &&
                          d.headdim >= 1 && d.n_heads * d.headdim == d.d_inner && d.n_groups >= 1 &&
                          d.n_heads % d.n_groups == 0 && d.d_state >= 1 && d.d_state <= 4'096 &&
                          d.d_conv == 4 && d.norm_eps > 0;
    if (!possible) std::abort();
}

}  // namespace

/// The first byte chooses the layout.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const std::string_view json(reinterpret_cast<const char*>(data + 1), size - 1);
    try {
        check(data[0] % 2 == 0 ? parse_mistral_config(json) : parse_hugging_face_config(json));
    } catch (const Error&) {
    }
    return 0;
}
