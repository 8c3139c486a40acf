#pragma once

#include <functional>
#include <initializer_list>
#include <vector>

#include "tests/support/fetch_bench.h"

namespace sidewinder::tests {

/// One row of the fault matrix (shared/reference/reliability.md 2.3).
struct FaultCase {
    const char* id;
    const char* what;
    /// What went wrong; "" if nothing did; "skipped: why" for what cannot be played here.
    std::function<QString(HubServer&)> play;
};

std::vector<FaultCase> transfer_cases();
std::vector<FaultCase> hub_cases();
std::vector<FaultCase> trust_cases();
std::vector<FaultCase> machine_cases();

using Scene = std::function<QString(FetchBench&)>;

/// Every scene with a folder of its own; the first that goes wrong.
inline QString each(HubServer& server, std::initializer_list<Scene> scenes) {
    int number = 0;
    for (const Scene& scene : scenes) {
        ++number;
        FetchBench bench(server);
        if (const QString wrong = scene(bench); !wrong.isEmpty())
            return QStringLiteral("scene %1: %2").arg(number).arg(wrong);
    }
    return {};
}

inline Scene ends_done(QByteArray rules) {
    return [rules](FetchBench& bench) { return bench.ends_done(rules); };
}
inline Scene ends_refused(QByteArray rules, const char* fault) {
    return [rules, fault](FetchBench& bench) { return bench.ends_refused(rules, fault); };
}
inline Scene ends_resumable(QByteArray rules, const char* fault) {
    return [rules, fault](FetchBench& bench) { return bench.ends_resumable(rules, fault); };
}

}  // namespace sidewinder::tests
