#pragma once

#include <string>
#include <vector>

#include "inference/error.h"
#include "tests/support/model_files.h"

namespace sidewinder::test {

/// A file that must be refused, and how.
struct HostileHeader {
    std::string name;
    std::string bytes;
    inference::Fault fault;
};

/// One entry U8 [4] with offsets [0, 4]; each part can be replaced.
inline std::string entry(const std::string& name, const std::string& shape = "[4]",
                         const std::string& offsets = "[0,4]", const std::string& dtype = "\"U8\"") {
    return "\"" + name + "\":{\"dtype\":" + dtype + ",\"shape\":" + shape + ",\"data_offsets\":" + offsets +
           "}";
}

inline void add_reference_cases(std::vector<HostileHeader>& cases) {
    using inference::Fault;
    const auto add = [&](const char* name, std::string bytes, Fault fault) {
        cases.push_back({name, std::move(bytes), fault});
    };
    const auto header = [](const std::string& json, std::size_t data = 4) {
        return safetensors_bytes(json, data);
    };
    add("P01 empty", "", Fault::HeaderTooSmall);
    add("P01 one byte", "x", Fault::HeaderTooSmall);
    add("P01 seven bytes", std::string(7, '\0'), Fault::HeaderTooSmall);
    add("P02 length 0xffffff000000003c", std::string("\x3c\0\0\0\0\xff\xff\xff", 8), Fault::HeaderTooLarge);
    add("P02 length 2^64 - 1", std::string(8, '\xff') + "{}", Fault::HeaderTooLarge);
    add("P02 length 100,000,001", little_endian(100'000'001) + "{}", Fault::HeaderTooLarge);
    add("P03 length 60 and no header", little_endian(60), Fault::HeaderPastEnd);
    add("P03 length one too many", little_endian(3) + "{}", Fault::HeaderPastEnd);
    add("P04 byte 0xff", little_endian(1) + "\xff", Fault::NotUtf8);
    add("P05 only a brace", little_endian(1) + "{", Fault::NotJson);
    add("P05 length 0", little_endian(0), Fault::NotJson);
    add("P06 overlap", header("{" + entry("a") + "," + entry("b", "[4]", "[2,6]") + "}", 6), Fault::Overlap);
    std::string ten;
    for (int i = 0; i < 10; ++i)
        ten += (i ? "," : "") + entry("weight_" + std::to_string(i), "[2,2]", "[0,16]", "\"F32\"");
    add("P06 ten over the same bytes", header("{" + ten + "}", 16), Fault::Duplicate);
    add("P07 hole", header("{" + entry("a") + "," + entry("b", "[4]", "[5,9]") + "}", 9), Fault::Hole);
    add("P08 trailing bytes", header("{" + entry("a") + "}", 5), Fault::TrailingBytes);
    add("P08 trailing bytes without tensors", header("{}", 1), Fault::TrailingBytes);
    add("P09 two bytes missing", header("{" + entry("a") + "}", 2), Fault::Truncated);
    add("P10 size mismatch", header("{" + entry("a", "[2,2]", "[0,4]", "\"I32\"") + "}"),
        Fault::SizeMismatch);
    add("P11 overflow 2 x (2^63 - 1) F32",
        header("{" + entry("a", "[2,9223372036854775807]", "[0,4]", "\"F32\"") + "}"), Fault::Overflow);
    add("P11 2^64 - 2 is no dimension",
        header("{" + entry("a", "[2,18446744073709551614]", "[0,4]", "\"I32\"") + "}"), Fault::BadNumber);
    add("P12 F4", header("{" + entry("a", "[3]", "[0,4]", "\"F4\"") + "}"), Fault::BadDtype);
    add("P54 wrapping product",
        header("{" + entry("a", "[4194305,4194305,211106198978564]", "[0,16]", "\"F32\"") + "}", 16),
        Fault::Overflow);
    add("P54 zero does not hide an overflow",
        header("{" + entry("a", "[4294967296,4294967296,0]", "[0,0]") + "}", 0), Fault::Overflow);
}

inline void add_duplicates(std::vector<HostileHeader>& cases) {
    using inference::Fault;
    const auto add = [&](const char* name, const std::string& json, Fault fault, std::size_t data = 4) {
        cases.push_back({name, safetensors_bytes(json, data), fault});
    };
    const std::string second = entry("b", "[4]", "[4,8]");
    add("P19 tensor twice", "{" + entry("a") + "," + entry("a", "[4]", "[4,8]") + "}", Fault::Duplicate, 8);
    add("P20 the same by an escape", "{" + entry("a") + "," + entry("\\u0061", "[4]", "[4,8]") + "}",
        Fault::Duplicate, 8);
    add("P21 two __metadata__", R"({"__metadata__":{},"__metadata__":{}})", Fault::Duplicate, 0);
    add("P22 a tensor called __metadata__", "{" + entry("__metadata__") + "}", Fault::BadEntry);
    add("P23 dtype twice", R"({"a":{"dtype":"U8","dtype":"U8","shape":[4],"data_offsets":[0,4]}})",
        Fault::Duplicate);
    add("P23 shape twice", R"({"a":{"dtype":"U8","shape":[4],"shape":[4],"data_offsets":[0,4]}})",
        Fault::Duplicate);
    add("P23 offsets twice", R"({"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4],"data_offsets":[0,4]}})",
        Fault::Duplicate);
    add("P23 metadata key twice", R"({"__metadata__":{"k":"1","k":"2"}})", Fault::Duplicate, 0);
    add("P24 same offsets twice", "{" + entry("a") + "," + entry("b") + "}", Fault::Duplicate);
    add("P24 same offsets twice, later",
        "{" + entry("a") + "," + second + "," + entry("c", "[4]", "[4,8]") + "}", Fault::Duplicate, 8);
}

inline void add_numbers(std::vector<HostileHeader>& cases) {
    using inference::Fault;
    const auto both = [&](const std::string& name, const std::string& number, Fault fault) {
        cases.push_back({"P25 offset " + name,
                         safetensors_bytes("{" + entry("a", "[4]", "[0," + number + "]") + "}", 4), fault});
        cases.push_back({"P25 dimension " + name,
                         safetensors_bytes("{" + entry("a", "[" + number + "]") + "}", 4), fault});
    };
    both("-1", "-1", Fault::BadNumber);
    both("-0", "-0", Fault::BadNumber);
    both("4.0", "4.0", Fault::BadNumber);
    both("4e0", "4e0", Fault::BadNumber);
    both("04", "04", Fault::BadNumber);
    both("2^63", "9223372036854775808", Fault::BadNumber);
    both("2^64 - 1", "18446744073709551615", Fault::BadNumber);
    both("2^64", "18446744073709551616", Fault::BadNumber);
    both("text", "\"4\"", Fault::BadNumber);
    both("null", "null", Fault::BadNumber);
    both("true", "true", Fault::BadNumber);
    both("list", "[4]", Fault::BadNumber);
    both("object", "{}", Fault::BadNumber);
    both("400 digits", std::string(400, '9'), Fault::BadNumber);
    both("1e999", "1e999", Fault::BadNumber);
    both("2^53 + 1", "9007199254740993", Fault::SizeMismatch);
    both("+4", "+4", Fault::NotJson);
    both("0x4", "0x4", Fault::NotJson);
    both("NaN", "NaN", Fault::NotJson);
    both("Infinity", "Infinity", Fault::NotJson);
}

inline void add_entries(std::vector<HostileHeader>& cases) {
    using inference::Fault;
    const auto add = [&](const char* name, const std::string& json, Fault fault, std::size_t data = 4) {
        cases.push_back({name, safetensors_bytes(json, data), fault});
    };
    for (const char* dtype : {"F64", "I64", "BOOL", "F8_E4M3", "I16", "U16", "C64", "f32", "", "BF16 "})
        add("P35 dtype", "{" + entry("a", "[4]", "[0,4]", "\"" + std::string(dtype) + "\"") + "}",
            Fault::BadDtype);
    add("P35 dtype is a number", "{" + entry("a", "[4]", "[0,4]", "7") + "}", Fault::BadEntry);
    add("P35 dtype is null", "{" + entry("a", "[4]", "[0,4]", "null") + "}", Fault::BadEntry);
    add("P36 no dtype", R"({"a":{"shape":[4],"data_offsets":[0,4]}})", Fault::BadEntry);
    add("P36 no shape", R"({"a":{"dtype":"U8","data_offsets":[0,4]}})", Fault::BadEntry);
    add("P36 no offsets", R"({"a":{"dtype":"U8","shape":[4]}})", Fault::BadEntry);
    add("P36 empty entry", R"({"a":{}})", Fault::BadEntry, 0);
    add("P36 unknown property", R"({"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4],"x":1}})",
        Fault::BadEntry);
    add("P36 shape is a number", "{" + entry("a", "4") + "}", Fault::BadEntry);
    add("P36 offsets are an object", "{" + entry("a", "[4]", "{}") + "}", Fault::BadEntry);
    add("P37 no offset", "{" + entry("a", "[4]", "[]") + "}", Fault::BadEntry);
    add("P37 one offset", "{" + entry("a", "[4]", "[4]") + "}", Fault::BadEntry);
    add("P37 three offsets", "{" + entry("a", "[4]", "[0,4,8]") + "}", Fault::BadEntry);
    add("P38 reversed offsets", "{" + entry("a", "[4]", "[4,0]") + "}", Fault::SizeMismatch);
    add("P39 hole of one byte", "{" + entry("a") + "," + entry("b", "[4]", "[5,9]") + "}", Fault::Hole, 9);
    add("P40 overlap of one byte", "{" + entry("a") + "," + entry("b", "[4]", "[3,7]") + "}", Fault::Overlap,
        7);
    add("P40 inside another", "{" + entry("a", "[8]", "[0,8]") + "," + entry("b", "[4]", "[2,6]") + "}",
        Fault::Overlap, 8);
    add("P41 first offset 1", "{" + entry("a", "[4]", "[1,5]") + "}", Fault::Hole, 5);
    add("P42 rank 9", "{" + entry("a", "[1,1,1,1,1,1,1,1,4]") + "}", Fault::BadEntry);
    add("P42 zero-sized past the end", "{" + entry("a") + "," + entry("b", "[0]", "[9,9]") + "}",
        Fault::Hole);
    add("P42 end near 2^63", "{" + entry("a", "[9223372036854775807]", "[0,9223372036854775807]") + "}",
        Fault::Truncated);
    add("a list of tensors", "[]", Fault::NotJson, 0);
    add("a tensor that is a number", R"({"a":1})", Fault::BadEntry, 0);
    add("a tensor that is null", R"({"a":null})", Fault::BadEntry, 0);
    add("two objects", R"({}{})", Fault::NotJson, 0);
    add("comma at the end", "{" + entry("a") + ",}", Fault::NotJson);
    add("single quotes", "{'a':{}}", Fault::NotJson, 0);
    add("a comment", "{/* */}", Fault::NotJson, 0);
    add("byte order mark", "\xEF\xBB\xBF{}", Fault::NotJson, 0);
    add("NUL after the object", std::string("{}\0{", 4), Fault::NotJson, 0);
    add("vertical tab before", "\v{}", Fault::NotJson, 0);
    add("text after the object", "{}x", Fault::NotJson, 0);
}

inline void add_names(std::vector<HostileHeader>& cases) {
    using inference::Fault;
    const auto add = [&](const std::string& name, const std::string& json, Fault fault,
                         std::size_t data = 4) {
        cases.push_back({name, safetensors_bytes(json, data), fault});
    };
    add("P43 empty name", "{" + entry("") + "}", Fault::BadName);
    for (const char* escape :
         {"\\u0000", "\\n", "\\u001b", "\\u007f", "\\u0085", "\\u202e", "\\u2066", "\\u200b", "\\ufeff"})
        add(std::string("P44 escape ") + escape, "{" + entry("a" + std::string(escape) + "b") + "}",
            Fault::BadName);
    add("P44 raw line feed", "{" + entry("a\nb") + "}", Fault::NotJson);
    add("P44 raw NUL", "{" + entry(std::string("a\0b", 3)) + "}", Fault::NotJson);
    add("P44 raw bidi override", "{" + entry("a\xE2\x80\xAE") + "}", Fault::BadName);
    add("P45 path up", "{" + entry("../x") + "}", Fault::BadName);
    add("P45 absolute path", "{" + entry("/etc/passwd") + "}", Fault::BadName);
    add("P45 backslash", "{" + entry("a\\\\b") + "}", Fault::BadName);
    add("P46 513 bytes", "{" + entry(std::string(513, 'n')) + "}", Fault::BadName);
    add("P46 one MB", "{" + entry(std::string(1'000'000, 'n')) + "}", Fault::BadName);
    add("P47 half a surrogate pair", "{" + entry("\\ud800") + "}", Fault::NotUtf8);
    add("P47 second half", "{" + entry("\\udc00") + "}", Fault::NotUtf8);
    add("P47 reversed pair", "{" + entry("\\udc00\\ud800") + "}", Fault::NotUtf8);
    add("P48 overlong slash", "{" + entry("\xC0\xAF") + "}", Fault::NotUtf8);
    add("P48 overlong in three", "{" + entry("\xE0\x80\xAF") + "}", Fault::NotUtf8);
    add("P48 encoded surrogate", "{" + entry("\xED\xA0\x80") + "}", Fault::NotUtf8);
    add("P48 above U+10FFFF", "{" + entry("\xF4\x90\x80\x80") + "}", Fault::NotUtf8);
    add("P48 cut sequence", "{" + entry("\xE2\x82") + "}", Fault::NotUtf8);
    add("P48 lone continuation", "{" + entry("\x80") + "}", Fault::NotUtf8);
    add("P49 metadata value is a number", R"({"__metadata__":{"a":1}})", Fault::BadEntry, 0);
    add("P49 metadata value is an object", R"({"__metadata__":{"a":{}}})", Fault::BadEntry, 0);
    add("P49 metadata value is a list", R"({"__metadata__":{"a":["b"]}})", Fault::BadEntry, 0);
    add("P49 metadata value is null", R"({"__metadata__":{"a":null}})", Fault::BadEntry, 0);
    add("P49 metadata is a list", R"({"__metadata__":[]})", Fault::BadEntry, 0);
    add("P49 metadata is a text", R"({"__metadata__":"x"})", Fault::BadEntry, 0);
    add("P50 metadata of 2 MB", R"({"__metadata__":{"a":")" + std::string(2'000'000, 'x') + R"("}})",
        Fault::BadEntry, 0);
    add("P51 depth 5", R"({"a":{"shape":[[[[[1]]]]]}})", Fault::BadNumber, 0);
}

inline const std::vector<HostileHeader>& hostile_headers() {
    static const std::vector<HostileHeader> all = [] {
        std::vector<HostileHeader> cases;
        add_reference_cases(cases);
        add_duplicates(cases);
        add_numbers(cases);
        add_entries(cases);
        add_names(cases);
        return cases;
    }();
    return all;
}

/// Files of up to 100 MB that must be refused without taking much memory.
inline std::string header_bomb(int kind) {
    constexpr std::size_t kHuge = 99'000'000;
    std::string json = "{";
    switch (kind) {
        case 0:
            for (int i = 0; i < 1'000'000; ++i)
                json += (i ? "," : "") +
                        entry("a_tensor_with_a_long_name_" + std::to_string(i), "[0,1]", "[0,0]");
            json += "}";
            break;
        case 1:
            for (int i = 0; i < 100'000; ++i) json += (i ? "," : "") + entry("t" + std::to_string(i));
            json += "}";
            return safetensors_bytes(json, 4);
        case 2:
            json += "\"a\":" + std::string(1'000'000, '[');
            break;
        case 3:
            json += "\"a\":{\"shape\":" + std::string(1'000'000, '[');
            break;
        case 4:
            json += "\"" + std::string(kHuge, 'n') + "\":1}";
            break;
        case 5:
            json += "\"a\":{\"shape\":[" + std::string(kHuge, '1') + "]}}";
            break;
        case 6:
            json += R"("__metadata__":{"a":")" + std::string(10'000'000, 'x') + "\"}}";
            break;
        case 7:
            json += R"("__metadata__":{)";
            for (int i = 0; json.size() < kHuge; ++i)
                json += (i ? ",\"" : "\"") + std::to_string(i) + R"(":"")";
            json += "}}";
            break;
        case 8:
            json = std::string(kHuge, ' ');
            break;
        default:
            json += "\"a\":{\"shape\":[1";
            for (int i = 1; i < 1'000'000; ++i) json += ",1";
            json += "]}}";
    }
    return safetensors_bytes(json, 0);
}

}  // namespace sidewinder::test
