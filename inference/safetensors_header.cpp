#include "inference/safetensors_header.h"

#include <algorithm>
#include <limits>
#include <numeric>
#include <optional>
#include <unordered_set>

#include "inference/error.h"
#include "inference/file_reader.h"
#include "inference/strict_json.h"

namespace sidewinder::inference {
namespace {

constexpr std::uint64_t kMaxNumber = std::numeric_limits<std::int64_t>::max();

std::optional<DType> parse_dtype(std::string_view name) {
    for (const DType dtype : {DType::F32, DType::F16, DType::BF16, DType::I8, DType::U8, DType::I32})
        if (name == name_of(dtype)) return dtype;
    return std::nullopt;
}

std::string shown(std::string_view text) {
    if (!is_visible_text(text)) return "(a name with hidden characters)";
    return "\"" + std::string(text.substr(0, 80)) + (text.size() > 80 ? "…\"" : "\"");
}

struct Entry {
    TensorInfo info;
    std::uint64_t begin = 0;
    std::uint64_t end = 0;
};

/// {"name": {"dtype": …, "shape": […], "data_offsets": [b, e]}, "__metadata__": {"key": "value"}} and nothing
/// else.
class HeaderReader : public SaxErrors {
  public:
    HeaderReader(std::string_view text_, const std::string& file_) : SaxErrors{text_, file_} {}

    std::vector<Entry> entries;
    std::map<std::string, std::string> metadata;

    bool null() { return misplaced("null"); }
    bool boolean(bool) { return misplaced("true or false"); }
    bool binary(nlohmann::json::binary_t&) { return false; }
    bool number_integer(std::int64_t value) { return bad_number(std::to_string(value)); }
    bool number_float(double, const std::string& literal) { return bad_number(literal); }

    bool number_unsigned(std::uint64_t value) {
        if (place_ == Place::Shape) {
            if (value > kMaxNumber) return bad_number(std::to_string(value));
            if (entries.back().info.shape.size() == SafetensorsHeader::kMaxRank)
                fail(Fault::BadEntry, subject() + " has more than 8 dimensions");
            entries.back().info.shape.push_back(static_cast<std::int64_t>(value));
        } else if (place_ == Place::Offsets) {
            if (value > kMaxNumber) return bad_number(std::to_string(value));
            if (offset_count_ == 2) fail(Fault::BadEntry, subject() + " has more than two data_offsets");
            (offset_count_++ == 0 ? entries.back().begin : entries.back().end) = value;
        } else {
            misplaced("a number");
        }
        return true;
    }

    bool string(std::string& value) {
        if (place_ == Place::Metadata) {
            count_metadata(value.size());
            metadata[key_] = std::move(value);
        } else if (place_ == Place::Entry && key_ == "dtype") {
            set_dtype(value);
        } else if (place_ == Place::Shape || place_ == Place::Offsets) {
            bad_number("a string");
        } else {
            misplaced("a string");
        }
        return true;
    }

    bool key(std::string& name) {
        if (place_ == Place::Top) {
            check_name(name);
        } else if (place_ == Place::Metadata) {
            if (metadata.contains(name))
                fail(Fault::Duplicate, "__metadata__ has the key " + shown(name) + " twice");
            count_metadata(name.size());
        } else {
            const unsigned bit = name == "dtype" ? 1 : name == "shape" ? 2 : name == "data_offsets" ? 4 : 0;
            if (bit == 0) fail(Fault::BadEntry, subject() + " has an unknown property " + shown(name));
            if (seen_ & bit) fail(Fault::Duplicate, subject() + " has " + name + " twice");
            seen_ |= bit;
        }
        key_ = std::move(name);
        return true;
    }

    bool start_object(std::size_t) {
        if (place_ == Place::Start) {
            place_ = Place::Top;
        } else if (place_ == Place::Top && key_ == "__metadata__") {
            place_ = Place::Metadata;
        } else if (place_ == Place::Top) {
            if (entries.size() == SafetensorsHeader::kMaxTensors)
                fail(Fault::HeaderTooLarge, "it lists more than 100000 tensors");
            entries.emplace_back().info.name = key_;
            seen_ = 0;
            place_ = Place::Entry;
        } else {
            misplaced("an object");
        }
        return true;
    }

    bool end_object() {
        if (place_ == Place::Entry && seen_ != 7)
            fail(Fault::BadEntry, subject() + " lacks " +
                                      (!(seen_ & 1)   ? "dtype"
                                       : !(seen_ & 2) ? "shape"
                                                      : "data_offsets"));
        place_ = place_ == Place::Top ? Place::Start : Place::Top;
        return true;
    }

    bool start_array(std::size_t) {
        if (place_ != Place::Entry || key_ == "dtype") return misplaced("an array");
        place_ = key_ == "shape" ? Place::Shape : Place::Offsets;
        offset_count_ = 0;
        return true;
    }

    bool end_array() {
        if (place_ == Place::Offsets && offset_count_ != 2)
            fail(Fault::BadEntry,
                 subject() + " has " + std::to_string(offset_count_) + " data_offsets instead of two");
        place_ = Place::Entry;
        return true;
    }

  private:
    enum class Place { Start, Top, Metadata, Entry, Shape, Offsets };

    std::string subject() const { return "the tensor " + shown(entries.back().info.name); }

    bool misplaced(const std::string& what) {
        if (place_ == Place::Shape || place_ == Place::Offsets)
            fail(Fault::BadNumber, subject() + " has " + what + " where a number must be");
        fail(Fault::BadEntry,
             what + " stands where it must not" + (place_ == Place::Start ? "" : ", at " + shown(key_)));
    }

    bool bad_number(const std::string& literal) {
        if (place_ != Place::Shape && place_ != Place::Offsets) return misplaced("a number");
        fail(Fault::BadNumber, subject() + " has the number " + literal.substr(0, 40) +
                                   " where a whole number from 0 to 2^63 - 1 must be");
    }

    void check_name(const std::string& name) {
        if (name.empty() || name.size() > SafetensorsHeader::kMaxName)
            fail(Fault::BadName,
                 "a tensor's name has " + std::to_string(name.size()) + " bytes; 1 to 512 are allowed");
        if (!is_visible_text(name) || name.find_first_of("/\\") != std::string::npos)
            fail(Fault::BadName, "a tensor's name has control or hidden characters or is a path");
        if (!names_.insert(name).second) fail(Fault::Duplicate, "it names " + shown(name) + " twice");
    }

    void set_dtype(const std::string& name) {
        const std::optional<DType> dtype = parse_dtype(name);
        if (!dtype)
            fail(Fault::BadDtype, subject() + " is stored as " + shown(name) +
                                      "; Sidewinder reads F32, F16, BF16, I32, I8 and U8");
        entries.back().info.dtype = *dtype;
    }

    void count_metadata(std::size_t bytes) {
        metadata_bytes_ += bytes;
        if (metadata_bytes_ > SafetensorsHeader::kMaxMetadata)
            fail(Fault::BadEntry, "__metadata__ exceeds 1 MiB");
    }

    Place place_ = Place::Start;
    std::string key_;
    unsigned seen_ = 0;
    std::size_t offset_count_ = 0;
    std::size_t metadata_bytes_ = 0;
    std::unordered_set<std::string> names_;
};

/// No string or number is longer than all metadata may be: the parser would hold several copies of it.
void check_token_lengths(std::string_view json, const SaxErrors& errors) {
    bool in_string = false;
    std::size_t begin = 0;
    for (std::size_t i = 0; i < json.size(); ++i) {
        const char c = json[i];
        if (i - begin > SafetensorsHeader::kMaxMetadata)
            errors.fail(in_string ? Fault::BadEntry : Fault::BadNumber, "a value in it exceeds 1 MiB");
        if (in_string && c == '\\') {
            ++i;
        } else if (c == '"') {
            in_string = !in_string;
            begin = i;
        } else if (!in_string &&
                   !((c >= '0' && c <= '9') || c == '.' || c == '-' || c == '+' || c == 'e' || c == 'E')) {
            begin = i;
        }
    }
}

/// Shape, dtype and offsets of each tensor agree; sets info.bytes.
void check_sizes(std::vector<Entry>& entries, const SaxErrors& errors) {
    for (Entry& entry : entries) {
        std::uint64_t bytes = size_of(entry.info.dtype);
        for (const std::int64_t extent : entry.info.shape)
            if (__builtin_mul_overflow(bytes, static_cast<std::uint64_t>(extent), &bytes))
                errors.fail(Fault::Overflow, "the size of " + shown(entry.info.name) + " with the shape " +
                                                 shape_text(entry.info.shape) + " exceeds 64 bits");
        if (entry.end < entry.begin || entry.end - entry.begin != bytes)
            errors.fail(Fault::SizeMismatch,
                        shown(entry.info.name) + " has the shape " + shape_text(entry.info.shape) + " of " +
                            std::string(name_of(entry.info.dtype)) + ", which is " + std::to_string(bytes) +
                            " bytes, but its data_offsets are [" + std::to_string(entry.begin) + ", " +
                            std::to_string(entry.end) + "]");
        entry.info.bytes = bytes;
    }
}

/// Sorted by offset, the tensors follow each other from 0 to the end of the data.
void check_layout(const std::vector<Entry>& entries, std::uint64_t data_bytes, const SaxErrors& errors) {
    std::uint64_t expected = 0;
    for (std::size_t i = 0; i < entries.size(); ++i) {
        const Entry& entry = entries[i];
        const std::string where = shown(entry.info.name) + " begins at " + std::to_string(entry.begin) +
                                  " where the data before it ends at " + std::to_string(expected);
        if (entry.begin > expected) errors.fail(Fault::Hole, where + " (a hole)");
        if (entry.begin < expected) {
            const bool same = i > 0 && entry.begin == entries[i - 1].begin && entry.end == entries[i - 1].end;
            errors.fail(same ? Fault::Duplicate : Fault::Overlap, where + " (the same bytes twice)");
        }
        expected = entry.end;
    }
    const std::string sizes =
        std::to_string(data_bytes) + " bytes of data where its tensors need " + std::to_string(expected);
    if (expected > data_bytes) errors.fail(Fault::Truncated, "it has only " + sizes);
    if (expected < data_bytes) errors.fail(Fault::TrailingBytes, "it has " + sizes);
}

}  // namespace

std::uint64_t safetensors_header_length(std::string_view beginning, std::uint64_t file_size,
                                        const std::string& file) {
    const SaxErrors errors{beginning, file};
    const auto refuse = [&](Fault fault, const std::string& what) {
        const std::string_view kind = sniff_kind(beginning);
        if (kind.empty()) errors.fail(fault, what);
        errors.fail(Fault::WrongKind, "this is " + std::string(kind) + "; a .safetensors file is needed");
    };
    if (file_size < 8 || beginning.size() < 8)
        refuse(Fault::HeaderTooSmall,
               "it has " + std::to_string(file_size) + " bytes, too few for a safetensors file");
    std::uint64_t length = 0;
    for (int i = 7; i >= 0; --i)
        length = (length << 8) | static_cast<unsigned char>(beginning[static_cast<std::size_t>(i)]);
    if (length > SafetensorsHeader::kMaxBytes)
        refuse(Fault::HeaderTooLarge,
               "it says that its header has " + std::to_string(length) + " bytes; 100000000 are the limit");
    if (length > file_size - 8)
        refuse(Fault::HeaderPastEnd, "it says that its header has " + std::to_string(length) +
                                         " bytes, but the file has " + std::to_string(file_size));
    return length;
}

SafetensorsHeader parse_safetensors_header(std::string_view json, std::uint64_t file_size,
                                           const std::string& file) {
    check_json_text(json, file);
    HeaderReader reader(json, file);
    check_token_lengths(json, reader);
    nlohmann::json::sax_parse(json.begin(), json.end(), &reader);
    check_sizes(reader.entries, reader);
    std::sort(reader.entries.begin(), reader.entries.end(), [](const Entry& a, const Entry& b) {
        return a.begin != b.begin ? a.begin < b.begin : a.end < b.end;
    });
    const std::uint64_t data_start = 8 + json.size();
    check_layout(reader.entries, file_size - data_start, reader);

    SafetensorsHeader header;
    header.metadata = std::move(reader.metadata);
    header.tensors.reserve(reader.entries.size());
    header.offsets.reserve(reader.entries.size());
    for (Entry& entry : reader.entries) {
        header.offsets.push_back(data_start + entry.begin);
        header.tensors.push_back(std::move(entry.info));
    }
    return header;
}

}  // namespace sidewinder::inference
