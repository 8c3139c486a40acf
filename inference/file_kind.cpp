#include <array>

#include "inference/file_reader.h"

namespace sidewinder::inference {
namespace {

struct Magic {
    std::string_view bytes;
    std::string_view kind;
};

using std::string_view_literals::operator""sv;

constexpr std::array kMagics = {
    Magic{"PK\x03\x04"sv, "a ZIP archive (PyTorch's .bin and .pt files are such)"},
    Magic{"PK\x05\x06"sv, "an empty ZIP archive"},
    Magic{"GGUF"sv, "a GGUF file"},
    Magic{"FUGG"sv, "a big-endian GGUF file"},
    Magic{"lmgg"sv, "an old GGML file"},
    Magic{"tjgg"sv, "an old GGML file"},
    Magic{"\x80\x02"sv, "a Python pickle"},
    Magic{"\x80\x03"sv, "a Python pickle"},
    Magic{"\x80\x04"sv, "a Python pickle"},
    Magic{"\x80\x05"sv, "a Python pickle"},
    Magic{"version https://git-lfs"sv, "a Git LFS pointer, not the file itself"},
    Magic{"<!DOCTYPE"sv, "an HTML page"},
    Magic{"<!doctype"sv, "an HTML page"},
    Magic{"<html"sv, "an HTML page"},
    Magic{"<HTML"sv, "an HTML page"},
    Magic{"<?xml"sv, "an XML file"},
    Magic{"%PDF"sv, "a PDF file"},
    Magic{"\x1f\x8b"sv, "a gzip archive"},
    Magic{"\x28\xb5\x2f\xfd"sv, "a Zstandard archive"},
    Magic{"7z\xbc\xaf\x27\x1c"sv, "a 7z archive"},
    Magic{"\xfd"
          "7zXZ"sv,
          "an xz archive"},
    Magic{"\x89HDF"sv, "an HDF5 file"},
    Magic{"\x93NUMPY"sv, "a NumPy file"},
    Magic{"\x7f"
          "ELF"sv,
          "a program"},
    Magic{"MZ"sv, "a Windows program"},
    Magic{"#!"sv, "a script"},
    Magic{"{"sv, "a JSON file"},
};

}  // namespace

std::string_view sniff_kind(std::string_view first_bytes) {
    const std::size_t text = first_bytes.find_first_not_of(" \t\r\n");
    for (const Magic& magic : kMagics) {
        if (first_bytes.starts_with(magic.bytes)) return magic.kind;
        if (text != std::string_view::npos && magic.bytes[0] == '<' &&
            first_bytes.substr(text).starts_with(magic.bytes))
            return magic.kind;
    }
    if (first_bytes.size() >= 262 && first_bytes.substr(257, 5) == "ustar") return "a tar archive";
    return {};
}

}  // namespace sidewinder::inference
