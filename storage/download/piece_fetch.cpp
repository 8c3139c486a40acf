#include "storage/download/piece_fetch.h"

#include <algorithm>

namespace sidewinder::download {

namespace {

constexpr std::int64_t kBlockBytes = 16384;  // the most that libcurl hands over at once

bool is_strong_etag(std::string_view etag) {
    if (etag.size() < 3 || etag.size() > 300 || etag.front() != '"' || etag.back() != '"') return false;
    return std::ranges::all_of(etag, [](char c) { return c > 0x20 && c < 0x7f; });
}

}  // namespace

PieceFetch::PieceFetch(HttpSession& session, const HubClient& hub, PieceTarget target, Ask ask,
                       std::string file)
    : hub_(hub), target_(target), ask_(std::move(ask)), file_(std::move(file)) {
    HttpRequest request{ask_.url, false, std::nullopt, ask_.etag, !ask_.whole, std::chrono::seconds(0)};
    if (!ask_.whole) request.range = ask_.piece;
    transfer_ = session.start(request, *this);
}

PieceFetch::End PieceFetch::end() const {
    if (!transfer_->is_finished()) return End::Running;
    const auto broken = transfer_->check();
    if (verdict_) return *verdict_;
    if (broken || written_ < ask_.piece.size()) return End::Broken;
    return End::Complete;
}

Failure PieceFetch::failure() const {
    if (failure_) return *failure_;
    if (const auto broken = transfer_->check()) return *broken;
    switch (end()) {
        case End::RangeIgnored:
        case End::BadRange:
            return {
                Fault::BadAnswer,
                Retry::Protocol,
                host() + " sent another part of " + file_ + " than was asked for. Nothing of it was kept.",
                {}};
        case End::Changed:
            return {Fault::Changed,
                    Retry::Protocol,
                    file_ + " changed at " + host() + " while it was fetched.",
                    {}};
        case End::Expired:
            return {Fault::Forbidden,
                    Retry::Protocol,
                    host() + " does not let us read " + file_ + " any more.",
                    {}};
        default:
            return {Fault::Network,
                    Retry::Network,
                    "The connection to " + host() + " ended early. Nothing is lost.",
                    {}};
    }
}

void PieceFetch::resume_if_paused() {
    if (!paused_ || !target_.unsaved.has_room(kBlockBytes)) return;
    paused_ = false;
    transfer_->resume();
}

bool PieceFetch::ended(End end) {
    verdict_ = end;
    return false;
}

bool PieceFetch::head(const HttpHead& head) {
    if (head.is_redirect()) {
        location_ = head.find("location");
        return ended(End::Redirected);
    }
    if (head.status != 200 && head.status != 206) return take_error(head);
    const std::string_view encoding = head.find("content-encoding");
    if (!encoding.empty() && encoding != "identity") return ended(End::BadRange);
    const std::string_view etag = head.find("etag");
    if (is_strong_etag(etag)) etag_ = etag;
    if (!etag_.empty() && !ask_.etag.empty() && etag_ != ask_.etag) return ended(End::Changed);
    if (head.find("content-type").starts_with("text/html")) {
        failure_ =
            Failure{Fault::NotTheHub,
                    Retry::Protocol,
                    host() + " sends a web page where " + file_ +
                        " belongs. Perhaps a network asks you to log in first: open a web page and log in.",
                    {}};
        return ended(End::Broken);
    }
    return head.status == 206 ? take_part(head) : take_whole(head);
}

bool PieceFetch::take_part(const HttpHead& head) {
    const auto range = parse_content_range(head.find("content-range"));
    const auto length = head.content_length();
    if (ask_.whole || !range || range->first != ask_.piece.begin || range->last != ask_.piece.end - 1)
        return ended(End::BadRange);
    if (range->total && *range->total != target_.part.size()) return ended(End::BadRange);
    if (length && *length != ask_.piece.size()) return ended(End::BadRange);
    return true;
}

bool PieceFetch::take_whole(const HttpHead& head) {
    if (!ask_.whole) return ended(End::RangeIgnored);
    const auto length = head.content_length();
    if (length && *length != target_.part.size()) {
        failure_ = Failure{Fault::BadAnswer,
                           Retry::Protocol,
                           host() + " offers " + std::to_string(*length) + " bytes of " + file_ +
                               ", which has " + std::to_string(target_.part.size()) + ".",
                           {}};
        return ended(End::Broken);
    }
    return true;
}

bool PieceFetch::take_error(const HttpHead& head) {
    if (head.status == 416) return ended(End::BadRange);
    failure_ = hub_.failure_of_status(head, file_);
    if (ask_.at_hub || failure_->retry != Retry::Never) return ended(End::Broken);
    failure_.reset();  // a signed address that ran out; what the hub's codes mean does not hold there
    return ended(End::Expired);
}

bool PieceFetch::body(std::span<const std::byte> bytes) {
    if (!target_.unsaved.has_room(std::ssize(bytes))) {
        paused_ = true;
        return false;
    }
    const auto room = static_cast<std::size_t>(ask_.piece.size() - written_);
    bytes = bytes.first(
        std::min(bytes.size(), room));  // more than the piece is dropped; the hash has the last word
    const std::int64_t offset = ask_.piece.begin + written_;
    target_.part.write(offset, bytes);
    target_.hash.take(offset, bytes);
    written_ += static_cast<std::int64_t>(bytes.size());
    target_.unsaved.written += static_cast<std::int64_t>(bytes.size());
    return true;
}

}  // namespace sidewinder::download
