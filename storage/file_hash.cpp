#include "storage/file_hash.h"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <utility>

#include "storage/error.h"

namespace sidewinder::storage {

struct FileHash::Context {
    EVP_MD_CTX* md = EVP_MD_CTX_new();
    Context() = default;
    Context(const Context&) = delete;
    Context& operator=(const Context&) = delete;
    ~Context() { EVP_MD_CTX_free(md); }
};

namespace {

void require(bool done) {
    if (!done)
        throw Error(Error::Kind::Io,
                    "The checksum could not be computed: OpenSSL refuses it, which a policy of this machine "
                    "may want. Ask "
                    "its administrator about SHA-256 and SHA-1.");
}

}  // namespace

FileHash::FileHash(std::unique_ptr<Context> context) : context_(std::move(context)) {}
FileHash::FileHash(FileHash&&) noexcept = default;
FileHash& FileHash::operator=(FileHash&&) noexcept = default;
FileHash::~FileHash() = default;

FileHash FileHash::sha256() {
    auto context = std::make_unique<Context>();
    require(context->md && EVP_DigestInit_ex(context->md, EVP_sha256(), nullptr) == 1);
    return FileHash(std::move(context));
}

FileHash FileHash::git_blob(std::uint64_t size) {
    auto context = std::make_unique<Context>();
    require(context->md && EVP_DigestInit_ex(context->md, EVP_sha1(), nullptr) == 1);
    FileHash hash(std::move(context));
    const std::string head = "blob " + std::to_string(size) + '\0';
    hash.add(std::as_bytes(std::span(head)));
    return hash;
}

void FileHash::add(std::span<const std::byte> bytes) {
    require(EVP_DigestUpdate(context_->md, bytes.data(), bytes.size()) == 1);
}

std::string FileHash::hex() {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned length = 0;
    require(EVP_DigestFinal_ex(context_->md, digest.data(), &length) == 1);
    std::string text;
    for (unsigned i = 0; i < length; ++i) {
        text += "0123456789abcdef"[digest[i] >> 4];
        text += "0123456789abcdef"[digest[i] & 15];
    }
    return text;
}

std::string sha256_of(std::string_view text) {
    FileHash hash = FileHash::sha256();
    hash.add(std::as_bytes(std::span(text.data(), text.size())));
    return hash.hex();
}

bool is_hex(std::string_view text, std::size_t digits) {
    return text.size() == digits && std::all_of(text.begin(), text.end(), [](char c) {
               return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
           });
}

}  // namespace sidewinder::storage
