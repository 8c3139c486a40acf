#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <stop_token>
#include <string>

namespace sidewinder::project {

/// Runs jobs on a bounded number of threads and hands their results on in order, with a bounded number of
/// results waiting for their turn.
class OrderedPool {
  public:
    /// 0 threads: one for each processor; at most 16. The calling thread works as well.
    explicit OrderedPool(unsigned threads);

    /// `work(i)` for i < count, several at once; `deliver(i, result)` one at a time with i rising. The first
    /// exception of either ends the rest and comes out; a stop throws storage::Stopped after the jobs in
    /// hand.
    void run(std::size_t count, std::stop_token stop, const std::function<std::string(std::size_t)>& work,
             const std::function<void(std::size_t, std::string)>& deliver) const;

  private:
    unsigned threads_;
};

/// Lets something through about ten times a second.
class ProgressPace {
  public:
    bool is_due();

  private:
    std::chrono::steady_clock::time_point next_{};
};

}  // namespace sidewinder::project
