#include "storage/download/job.h"

#include <algorithm>
#include <memory>
#include <random>

namespace sidewinder::download {

namespace {

using Clock = std::chrono::steady_clock;  // no jump of the wall clock matters

void obey(Control::Wish wish) {
    if (wish == Control::Wish::Stop)
        throw Error(Fault::Stopped,
                    "The download was stopped. What is there is kept; start it again to go on.");
    if (wish == Control::Wish::Cancel) throw Error(Fault::Cancelled, "The download was cancelled.");
}

}  // namespace

Job::Job(HttpSession& http, Control& wishes, Listener& hearer, Limits bounds)
    : session(http), control(wishes), listener(hearer), limits(bounds) {
    auto engine = std::make_shared<std::minstd_rand>(std::random_device{}());
    random = [engine] { return std::uniform_real_distribution<double>()(*engine); };
}

std::chrono::nanoseconds Job::step(Milliseconds most) {
    obey(control.wish());
    const auto waited =
        session.pump(std::clamp(most, Milliseconds(0), Milliseconds(1000)), control.descriptors());
    obey(control.wish());
    return waited;
}

bool Job::is_paused() {
    return control.wish() == Control::Wish::Pause;
}

void Job::hold_while_paused(const std::string& file) {
    if (!is_paused()) return;
    listener.phase(Phase::Paused, file);
    while (is_paused()) step(Milliseconds(1000));
    listener.phase(Phase::Downloading, file);
}

void Job::wait(Milliseconds time) {
    const auto end = Clock::now() + time;
    for (auto now = Clock::now(); now < end; now = Clock::now())
        step(std::chrono::ceil<Milliseconds>(end - now));
}

Attempts::Attempts(Job& job, std::string file)
    : job_(job), file_(std::move(file)), backoff_(job.limits.backoff, job.random) {}

void Attempts::progressed() {
    backoff_.progressed();
    protocol_failures_ = server_failures_ = 0;
    job_.network_has_worked = true;
}

Milliseconds Attempts::failed(const Failure& failure) {
    const Limits& limits = job_.limits;
    if (failure.retry == Retry::Never) throw Error(failure.fault, failure.sentence);
    if (backoff_.tries() == 0) since_ = Clock::now();
    const Milliseconds wait = backoff_.failed(failure.asked_wait);
    const int tries = backoff_.tries();
    if (failure.retry == Retry::Protocol) ++protocol_failures_;
    if (failure.retry == Retry::Server) ++server_failures_;
    const bool first_contact = failure.retry == Retry::Network && !job_.network_has_worked;
    const bool given_up = server_failures_ >= limits.server_tries ||
                          protocol_failures_ >= limits.protocol_tries ||
                          (first_contact && tries >= limits.first_tries) ||
                          (failure.retry == Retry::Network && Clock::now() - since_ > limits.patience);
    if (given_up)
        throw Error(failure.fault,
                    failure.sentence + " (Tried " + std::to_string(tries) + " times without progress.)");
    job_.listener.retry(file_, wait, tries, failure.sentence);
    return wait;
}

}  // namespace sidewinder::download
