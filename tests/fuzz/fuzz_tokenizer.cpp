// A tokenizer file from a stranger: refused with Error(BadTokenizer), or usable. The input is
//   one byte: 0 the file itself, 1 a valid file with the rest as one more piece message, 2 a text for the
//   small vocabulary, 3 a chat request then the bytes.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "inference/chat_template.h"
#include "inference/error.h"
#include "inference/text_stream.h"
#include "inference/tokenizer.h"
#include "inference/utf8_text.h"
#include "tests/support/tokenizer_files.h"

using namespace sidewinder;
using namespace sidewinder::inference;

namespace {

void require(bool holds) {
    if (!holds) std::abort();
}

void use(const Tokenizer& tokenizer, std::string_view text) {
    const std::vector<TokenId> ids = tokenizer.encode(text);
    EncodeMemory memory;
    require(tokenizer.encode(text, memory) == ids);
    require(tokenizer.encode(text, memory) == ids);  // now it has met all of them
    std::string streamed;
    TextStream stream(tokenizer);
    for (const TokenId id : ids) {
        require(tokenizer.piece(id).kind != Tokenizer::PieceKind::Control);
        const std::string part = stream.push(id);
        require(is_utf8(part));
        streamed += part;
    }
    streamed += stream.finish();
    require(streamed == tokenizer.decode(ids));
}

void try_file(std::string_view file) {
    try {
        use(*Tokenizer::from_bytes(file), file.substr(0, 1000));
    } catch (const Error& error) {
        require(error.fault() == Fault::BadTokenizer);
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    static const std::string good = test::small_tokenizer().bytes();
    static const std::unique_ptr<Tokenizer> tokenizer = Tokenizer::from_bytes(good);
    const std::string_view rest(reinterpret_cast<const char*>(data) + 1, size - 1);
    switch (data[0] & 3) {
        case 0:
            try_file(rest);
            break;
        case 1:
            try_file(good + test::bytes_field(1, rest));
            break;
        case 2:
            use(*tokenizer, rest);
            break;
        default:
            try {
                const std::vector<TokenId> ids = encode_request(*tokenizer, rest);
                require(!ids.empty() && ids[0] == token::kBos);
            } catch (const Error& error) {
                require(error.fault() == Fault::BadRequest);
            }
    }
    return 0;
}
