#pragma once

#include <deque>
#include <optional>
#include <stop_token>
#include <string>

namespace sidewinder::cli {

/// Lines from standard input, for a program that also wants to be woken while it waits. `wake` may be called
/// from any thread; everything else belongs to one.
class LineReader {
  public:
    LineReader();
    ~LineReader();
    LineReader(const LineReader&) = delete;
    LineReader& operator=(const LineReader&) = delete;

    /// Waits for a line; none at the end of input or when `stop` is requested.
    std::optional<std::string> next(const std::stop_token& stop);
    /// The same while a piece of work runs on another thread; none when that calls `wake`. The end of input
    /// does not end the work.
    std::optional<std::string> next_while_busy();
    /// A line that came too early: the next `next` returns it.
    void push_back(std::string line) { waiting_.push_back(std::move(line)); }
    void wake() const;

  private:
    std::optional<std::string> take_line();
    void read_some();

    int wake_fd_;
    std::string buffer_;
    std::deque<std::string> waiting_;
    bool ended_ = false;
};

}  // namespace sidewinder::cli
