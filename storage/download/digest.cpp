#include "storage/download/digest.h"

#include <openssl/evp.h>

#include <array>

#include "storage/download/fault.h"

namespace sidewinder::download {

struct Digest::Context {
    EVP_MD_CTX* evp = EVP_MD_CTX_new();
    Context() = default;
    Context(const Context&) = delete;
    Context& operator=(const Context&) = delete;
    ~Context() { EVP_MD_CTX_free(evp); }
};

namespace {

void check(int result) {
    if (result != 1)
        throw Error(Fault::Internal,
                    "OpenSSL could not compute a hash, which a policy of this machine may forbid. Ask its "
                    "administrator about SHA-256 and SHA-1.");
}

}  // namespace

Digest::Digest(Kind kind) : context_(std::make_unique<Context>()) {
    check(EVP_DigestInit_ex(context_->evp, kind == Kind::Sha256 ? EVP_sha256() : EVP_sha1(), nullptr));
}

Digest::Digest(Digest&&) noexcept = default;
Digest& Digest::operator=(Digest&&) noexcept = default;
Digest::~Digest() = default;

void Digest::add(std::span<const std::byte> bytes) {
    check(EVP_DigestUpdate(context_->evp, bytes.data(), bytes.size()));
}

std::string Digest::hex() {
    std::array<unsigned char, EVP_MAX_MD_SIZE> bytes{};
    unsigned length = 0;
    check(EVP_DigestFinal_ex(context_->evp, bytes.data(), &length));
    static constexpr std::string_view kHex = "0123456789abcdef";
    std::string text;
    for (unsigned i = 0; i < length; ++i) text += {kHex[bytes[i] >> 4], kHex[bytes[i] & 15]};
    return text;
}

FileDigest::FileDigest(std::int64_t size, bool with_git_sha1) {
    if (!with_git_sha1) return;
    git_sha1_ = std::make_unique<Digest>(Digest::Kind::Sha1);
    const std::string header = "blob " + std::to_string(size);
    git_sha1_->add(std::as_bytes(std::span(header.c_str(), header.size() + 1)));  // with its NUL
}

void FileDigest::add(std::span<const std::byte> bytes) {
    sha256_.add(bytes);
    if (git_sha1_) git_sha1_->add(bytes);
}

FileHashes FileDigest::finish() {
    return {sha256_.hex(), git_sha1_ ? git_sha1_->hex() : std::string()};
}

std::string sha256_hex(std::string_view text) {
    Digest digest(Digest::Kind::Sha256);
    digest.add(std::as_bytes(std::span(text.data(), text.size())));
    return digest.hex();
}

}  // namespace sidewinder::download
