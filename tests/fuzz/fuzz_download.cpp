#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "storage/download/fault.h"
#include "storage/download/hub_address.h"
#include "storage/download/hub_answers.h"
#include "storage/download/piece_map.h"
#include "storage/download/retry.h"
#include "storage/download/url.h"
#include "storage/file_hash.h"

using namespace sidewinder::download;

namespace {

void check(bool holds) {
    if (!holds) std::abort();
}

void fuzz_lists(std::string_view text) {
    try {
        for (const RemoteFile& file : parse_tree(text)) {
            check(file.size >= 0 && file.size <= kLargestFile);
            check(file.sha256.empty() != file.git_sha1.empty());
            if (!refusal_of_name(file.name)) check(file.name.find_first_of("/\\") == std::string::npos);
        }
    } catch (const Error&) {
    }
    try {
        check(is_commit(parse_revision(text)));
    } catch (const Error&) {
    }
}

/// The checksum is put right, so that what is behind it is reached.
void fuzz_piece_map(std::string_view text) {
    std::string body(text);
    body += "sha256 " + sidewinder::storage::sha256_of(text) + "\n";
    const auto map = parse_piece_map(body);
    if (!map) return;
    for (const auto& [begin, end] : map->have.extents()) check(begin >= 0 && begin < end && end <= map->size);
    check(parse_piece_map(piece_map_text(*map)) == map);
}

void fuzz_headers(std::string_view text) {
    static const Url from = parse_url("https://hub.example/a/b?c");
    try {
        const Url to = redirected(from, text);
        check(to.origin.scheme == "https" && !to.origin.host.empty());
        check(to.text.find_first_of("\r\n ") == std::string::npos);
    } catch (const Error&) {
    }
    if (const auto range = parse_content_range(text)) check(range->first <= range->last);
    const auto wait = asked_wait(text, text, text, std::chrono::system_clock::from_time_t(784111777));
    if (wait) check(wait->count() >= 0 && *wait <= kLongestAskedWait);
    next_page(text);
    bare_etag(text);
    is_private_address(text);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
    switch (data[0] % 3) {
        case 0:
            fuzz_lists(text);
            break;
        case 1:
            fuzz_piece_map(text);
            break;
        default:
            fuzz_headers(text);
    }
    return 0;
}
