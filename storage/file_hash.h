#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace sidewinder::storage {

/// A running hash by OpenSSL's libcrypto, which uses the processor's SHA instructions. Throws Error(Io) if
/// OpenSSL refuses. Move-only.
class FileHash {
  public:
    static FileHash sha256();
    /// What git and the Hub know a small file by: sha1("blob " + size + "\0" + content).
    static FileHash git_blob(std::uint64_t size);

    FileHash(FileHash&&) noexcept;
    FileHash& operator=(FileHash&&) noexcept;
    ~FileHash();

    void add(std::span<const std::byte> bytes);
    std::string hex();  ///< lower case; once

  private:
    struct Context;
    explicit FileHash(std::unique_ptr<Context> context);
    std::unique_ptr<Context> context_;
};

std::string sha256_of(std::string_view text);

/// `digits` lower-case hexadecimal digits: 64 for SHA-256, 40 for SHA-1.
bool is_hex(std::string_view text, std::size_t digits);

}  // namespace sidewinder::storage
