#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>

#include "storage/checkpoints.h"

namespace sidewinder::storage {

/// One checkpoint file: a header of kHeaderBytes, then the payload and nothing more. Little-endian:
///   0 magic "SWSTATE\n"   8 u32 format version   12 u32 kind   16 u64 position   24 u64 payload bytes
///   32 log hash [16]   48 XXH3-128 of the payload [16]   64 u32 fingerprint bytes   68 fingerprint,
///   zero-padded 4088 u64 XXH3-64 of bytes 0..4087
inline constexpr std::size_t kCheckpointHeaderBytes = 4096;
inline constexpr std::size_t kMaxFingerprintBytes = 1024;
inline constexpr const char* kCheckpointSuffix = ".checkpoint";

/// What a header says, if it is one, is undamaged, and the file is as long as it says. Follows no link.
/// nullopt: not a checkpoint of this format. Throws Error when the file cannot be read.
std::optional<CheckpointEntry> read_checkpoint_header(const std::filesystem::path& file);

/// Temporary file, sync, rename, sync of the folder; the space is set aside first. Throws Error.
void write_checkpoint(const std::filesystem::path& file, const CheckpointMeta& meta,
                      std::span<const std::byte> payload);

/// Fills `into` with the payload. Throws Error: NotFound, Damaged (not the expected length, meta or
/// checksum), Io.
void read_checkpoint(const std::filesystem::path& file, const CheckpointMeta& expected,
                     std::span<std::byte> into);

/// The name of a state's file, without suffix: XXH3-128 of fingerprint, position and log hash in hexadecimal.
std::string checkpoint_id(const CheckpointMeta& meta);

}  // namespace sidewinder::storage
