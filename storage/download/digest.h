#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace sidewinder::download {

/// A running SHA-256 or SHA-1 (OpenSSL's EVP). Throws Error(Internal) if OpenSSL refuses, e.g. SHA-1 under a
/// policy. Move-only.
class Digest {
  public:
    enum class Kind { Sha256, Sha1 };
    explicit Digest(Kind kind);
    Digest(Digest&&) noexcept;
    Digest& operator=(Digest&&) noexcept;
    ~Digest();

    void add(std::span<const std::byte> bytes);
    /// Lower-case hexadecimal. Once.
    std::string hex();

  private:
    struct Context;
    std::unique_ptr<Context> context_;
};

/// What a file is known by: SHA-256, and git's blob hash sha1("blob <size>\0" + content).
struct FileHashes {
    std::string sha256;
    std::string git_sha1;
};

/// Both at once over a file of `size` bytes; the second only when it is asked for.
class FileDigest {
  public:
    FileDigest(std::int64_t size, bool with_git_sha1);
    void add(std::span<const std::byte> bytes);
    FileHashes finish();

  private:
    Digest sha256_{Digest::Kind::Sha256};
    std::unique_ptr<Digest> git_sha1_;
};

std::string sha256_hex(std::string_view text);

}  // namespace sidewinder::download
