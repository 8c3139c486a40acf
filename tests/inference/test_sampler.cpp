#include "inference/sampler.h"

#include <QtTest>
#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <random>
#include <vector>

#include "inference/error.h"

using namespace sidewinder::inference;
using Logits = std::vector<float>;

namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();

SamplingOptions plain(float temperature = 1) {
    SamplingOptions options;
    options.temperature = temperature;
    options.top_k = 0;
    options.top_p = 1;
    options.min_p = 0;
    options.repetition_penalty = 1;
    options.seed = 42;
    return options;
}

std::map<TokenId, int> draws(const Logits& logits, const SamplingOptions& options, int count) {
    std::map<TokenId, int> counts;
    for (int position = 0; position < count; ++position) {
        ++counts[sample(logits, {}, options, static_cast<std::uint64_t>(position))];
    }
    return counts;
}

std::vector<TokenId> drawn(const Logits& logits, const SamplingOptions& options, int count = 4000) {
    std::vector<TokenId> ids;
    for (const auto& [id, times] : draws(logits, options, count)) ids.push_back(id);
    return ids;
}

/// Pearson's statistic of the counts against the probabilities.
double chi_square(const std::map<TokenId, int>& counts, const std::vector<double>& probabilities, int count) {
    double sum = 0;
    for (std::size_t id = 0; id < probabilities.size(); ++id) {
        const double expected = probabilities[id] * count;
        const auto found = counts.find(static_cast<TokenId>(id));
        const double difference = (found == counts.end() ? 0 : found->second) - expected;
        sum += difference * difference / expected;
    }
    return sum;
}

std::vector<double> softmax(const Logits& logits, double temperature) {
    std::vector<double> probabilities;
    double sum = 0;
    for (const float logit : logits) sum += probabilities.emplace_back(std::exp(logit / temperature));
    for (double& probability : probabilities) probability /= sum;
    return probabilities;
}

Logits random_logits(std::size_t size, unsigned seed) {
    std::mt19937 random(seed);
    Logits logits(size);
    // Sums of uniform numbers: the standard distributions differ between libraries.
    for (float& logit : logits) {
        logit = 0;
        for (int i = 0; i < 6; ++i) logit += static_cast<float>(random() % 10'000) / 2500.0f - 2.0f;
    }
    return logits;
}

int fault_of(const Logits& logits, const SamplingOptions& options) {
    try {
        sample(logits, {}, options, 0);
    } catch (const Error& error) {
        return static_cast<int>(error.fault());
    }
    return 0;
}

/// The definition, spelled out: a full sort, then one cut after the other.
std::vector<TokenId> allowed(const Logits& logits, const SamplingOptions& options) {
    std::vector<TokenId> ids;
    for (std::size_t id = 0; id < logits.size(); ++id) ids.push_back(static_cast<TokenId>(id));
    const auto logit = [&](TokenId id) { return logits[static_cast<std::size_t>(id)]; };
    std::stable_sort(ids.begin(), ids.end(), [&](TokenId a, TokenId b) { return logit(a) > logit(b); });
    if (options.top_k > 0) ids.resize(std::min(ids.size(), static_cast<std::size_t>(options.top_k)));
    std::vector<double> weights;
    double sum = 0;
    for (const TokenId id : ids) {
        weights.push_back(std::exp((static_cast<double>(logit(id)) - logit(ids[0])) / options.temperature));
        sum += weights.back();
    }
    std::size_t keep = 0;
    for (double reached = 0; keep < ids.size() && (keep == 0 || reached < options.top_p * sum); ++keep) {
        reached += weights[keep];
    }
    if (options.top_p < 1) ids.resize(keep);
    while (weights[ids.size() - 1] < options.min_p) ids.pop_back();
    std::sort(ids.begin(), ids.end());
    return ids;
}

}  // namespace

class TestSampler : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void greedyTakesTheBestAndTheLowestId();
    void greedyIgnoresSeedPositionAndCuts();
    void followsTheDistribution_data();
    void followsTheDistribution();
    void isPure();
    void seedAndPositionMatter();
    void pinnedDraws();
    void topKKeepsTheLikeliest();
    void topPKeepsTheSmallestSet();
    void minPKeepsTheNearlyLikeliest();
    void cutsAgreeWithTheDefinition_data();
    void cutsAgreeWithTheDefinition();
    void penaltyDividesAndMultiplies();
    void penaltyLooksAtTheWindowOnly();
    void neverDrawsMinusInfinity();
    void extremeTemperatures();
    void refusesBadLogits();
    void refusesBadOptions();
    void largeVocabulary();
};

void TestSampler::greedyTakesTheBestAndTheLowestId() {
    QCOMPARE(sample(Logits{1, 3, 2}, {}, plain(0), 0), 1);
    QCOMPARE(sample(Logits{1, 3, 3, 3}, {}, plain(0), 0), 1);
    QCOMPARE(sample(Logits{-5}, {}, plain(0), 0), 0);
    QCOMPARE(sample(Logits{-0.0f, 0.0f}, {}, plain(0), 0), 0);
    QCOMPARE(sample(Logits{-kInfinity, -3e38f, -kInfinity}, {}, plain(0), 0), 1);
}

void TestSampler::greedyIgnoresSeedPositionAndCuts() {
    const Logits logits = random_logits(500, 1);
    const auto best = static_cast<TokenId>(std::max_element(logits.begin(), logits.end()) - logits.begin());
    for (std::uint64_t position = 0; position < 200; ++position) {
        SamplingOptions options = plain(0);
        options.seed = position * 77;
        options.top_k = static_cast<std::int32_t>(position % 5);
        options.top_p = 0.5f;
        options.min_p = 0.9f;
        QCOMPARE(sample(logits, {}, options, position), best);
    }
}

void TestSampler::followsTheDistribution_data() {
    QTest::addColumn<float>("temperature");
    for (const double temperature : {0.2, 0.7, 1.0, 1.5, 10.0}) {
        QTest::addRow("temperature %g", temperature) << static_cast<float>(temperature);
    }
}

void TestSampler::followsTheDistribution() {
    QFETCH(float, temperature);
    const Logits logits = {0.5f, -0.25f, 0.25f, 0.0f, 0.5f, 0.75f, -0.5f, 0.1f};
    const std::vector<double> probabilities = softmax(logits, temperature);
    constexpr int kCount = 50'000;
    // 7 degrees of freedom: 24.3 is passed once in a thousand seeds; these seeds are fixed.
    QVERIFY(chi_square(draws(logits, plain(temperature), kCount), probabilities, kCount) < 24.3);
    SamplingOptions sorted = plain(temperature);
    sorted.top_p = 0.999999f;
    QVERIFY(chi_square(draws(logits, sorted, kCount), probabilities, kCount) < 24.3);
    SamplingOptions other = plain(temperature);
    other.seed = 0;
    QVERIFY(chi_square(draws(logits, other, kCount), probabilities, kCount) < 24.3);
    // The statistic does tell distributions apart.
    QVERIFY(chi_square(draws(logits, plain(temperature * 1.2f), kCount), probabilities, kCount) >
            (temperature > 5 ? 5.0 : 24.3));
}

void TestSampler::isPure() {
    const Logits logits = random_logits(1000, 2);
    const Logits copy = logits;
    const std::vector<TokenId> history = {1, 2, 3};
    SamplingOptions options;
    options.temperature = 1;
    options.repetition_penalty = 1.3f;
    std::vector<TokenId> first, second;
    for (std::uint64_t position = 0; position < 300; ++position) {
        first.push_back(sample(logits, history, options, position));
    }
    for (std::uint64_t position = 300; position-- > 0;) {
        second.insert(second.begin(), sample(logits, history, options, position));
    }
    QCOMPARE(first, second);
    QCOMPARE(logits, copy);
}

void TestSampler::seedAndPositionMatter() {
    const Logits flat(64, 0.0f);
    int same_as_next_position = 0, same_as_next_seed = 0;
    for (std::uint64_t i = 0; i < 1000; ++i) {
        SamplingOptions options = plain();
        options.seed = i;
        SamplingOptions next = options;
        next.seed = i + 1;
        same_as_next_position += sample(flat, {}, options, 5) == sample(flat, {}, options, 6);
        same_as_next_seed += sample(flat, {}, options, 5) == sample(flat, {}, next, 5);
    }
    // 1000 / 64 = 15.6 expected.
    QVERIFY(same_as_next_position > 4 && same_as_next_position < 32);
    QVERIFY(same_as_next_seed > 4 && same_as_next_seed < 32);
    // A seed one higher is not the same stream one position later.
    int shifted = 0;
    for (std::uint64_t i = 0; i < 1000; ++i) {
        SamplingOptions options = plain(), next = plain();
        options.seed = 7;
        next.seed = 8;
        shifted += sample(flat, {}, options, i + 1) == sample(flat, {}, next, i);
    }
    QVERIFY(shifted < 32);
}

// A conversation stored with its seed must regenerate the same text with the next version of Sidewinder.
void TestSampler::pinnedDraws() {
    const Logits logits = random_logits(100, 3);
    std::vector<TokenId> ids;
    for (std::uint64_t position = 0; position < 12; ++position) {
        ids.push_back(sample(logits, {}, SamplingOptions{.temperature = 1.5f, .seed = 2024}, position));
    }
    const std::vector<TokenId> pinned = {89, 88, 88, 33, 46, 78, 88, 8, 78, 88, 54, 54};
    QCOMPARE(ids, pinned);
}

void TestSampler::topKKeepsTheLikeliest() {
    const Logits logits = {0, 1, 2, 1, 2, 0};
    SamplingOptions options = plain(5);
    const std::vector<std::vector<TokenId>> expected = {
        {0, 1, 2, 3, 4, 5}, {2}, {2, 4}, {1, 2, 4}, {1, 2, 3, 4}, {0, 1, 2, 3, 4}, {0, 1, 2, 3, 4, 5}};
    for (std::size_t k = 0; k < expected.size(); ++k) {
        options.top_k = static_cast<std::int32_t>(k);
        QCOMPARE(drawn(logits, options), expected[k]);
    }
    SamplingOptions all = plain(5);
    for (const std::int32_t k : {6, 7, 1000, std::numeric_limits<std::int32_t>::max()}) {
        options.top_k = k;
        QCOMPARE(draws(logits, options, 500), draws(logits, all, 500));
    }
}

void TestSampler::topPKeepsTheSmallestSet() {
    const Logits logits = {std::log(0.1f), std::log(0.4f), std::log(0.2f), std::log(0.3f)};
    SamplingOptions options = plain();
    const std::vector<std::pair<float, std::vector<TokenId>>> expected = {
        {0.0f, {1}},        {1e-30f, {1}},      {0.39f, {1}},          {0.41f, {1, 3}},     {0.69f, {1, 3}},
        {0.71f, {1, 2, 3}}, {0.89f, {1, 2, 3}}, {0.91f, {0, 1, 2, 3}}, {1.0f, {0, 1, 2, 3}}};
    for (const auto& [top_p, ids] : expected) {
        options.top_p = top_p;
        QCOMPARE(drawn(logits, options), ids);
    }
    // Ties at the edge: the lower ids stay.
    options.top_p = 0.5f;
    QCOMPARE(drawn(Logits(4, 1.0f), options), (std::vector<TokenId>{0, 1}));
    // What is left is drawn in its own proportions.
    options.top_p = 0.69f;
    const auto counts = draws(logits, options, 20'000);
    QVERIFY(std::abs(counts.at(1) / 20'000.0 - 4.0 / 7.0) < 0.015);
}

void TestSampler::minPKeepsTheNearlyLikeliest() {
    const Logits logits = {std::log(0.1f), std::log(0.4f), std::log(0.2f), std::log(0.3f)};
    SamplingOptions options = plain();
    const std::vector<std::pair<float, std::vector<TokenId>>> expected = {
        {0.0f, {0, 1, 2, 3}}, {0.24f, {0, 1, 2, 3}}, {0.26f, {1, 2, 3}},
        {0.51f, {1, 3}},      {0.76f, {1}},          {1.0f, {1}}};
    for (const auto& [min_p, ids] : expected) {
        options.min_p = min_p;
        QCOMPARE(drawn(logits, options), ids);
    }
}

void TestSampler::cutsAgreeWithTheDefinition_data() {
    QTest::addColumn<int>("top_k");
    QTest::addColumn<float>("top_p");
    QTest::addColumn<float>("min_p");
    for (const int top_k : {0, 1, 3, 17, 40, 300, 1000}) {
        for (const float top_p : {0.1f, 0.5f, 0.9f, 0.99f, 1.0f}) {
            for (const float min_p : {0.0f, 0.05f, 0.4f}) {
                QTest::addRow("%d %g %g", top_k, static_cast<double>(top_p), static_cast<double>(min_p))
                    << top_k << top_p << min_p;
            }
        }
    }
}

void TestSampler::cutsAgreeWithTheDefinition() {
    QFETCH(int, top_k);
    QFETCH(float, top_p);
    QFETCH(float, min_p);
    Logits logits = random_logits(400, 4);
    logits[17] = logits[18] = logits[300] = *std::max_element(logits.begin(), logits.end());
    SamplingOptions options = plain(3);
    options.top_k = top_k;
    options.top_p = top_p;
    options.min_p = min_p;
    const std::vector<TokenId> possible = allowed(logits, options);
    const std::vector<TokenId> seen = drawn(logits, options, 3000);
    QVERIFY(std::includes(possible.begin(), possible.end(), seen.begin(), seen.end()));
    if (possible.size() <= 20) QCOMPARE(seen, possible);
}

void TestSampler::penaltyDividesAndMultiplies() {
    SamplingOptions options = plain(0);
    options.repetition_penalty = 2;
    // 3 / 2 < 2: token 1 falls behind token 2; -1 * 2 < -1.5.
    QCOMPARE(sample(Logits{0, 3, 2}, std::vector<TokenId>{1}, options, 0), 2);
    QCOMPARE(sample(Logits{-1, -1.5f}, std::vector<TokenId>{0}, options, 0), 1);
    // Once, however often it was said: 3 / 2 > 1, 3 / 4 < 1.
    QCOMPARE(sample(Logits{0, 3, 1}, std::vector<TokenId>{1, 1, 1, 1}, options, 0), 1);
    // Ids outside the vocabulary, -infinity and the largest float are survived.
    QCOMPARE(sample(Logits{0, 3}, std::vector<TokenId>{-1, 2, 1 << 30}, options, 0), 1);
    const float lowest = std::numeric_limits<float>::lowest();
    QCOMPARE(sample(Logits{-kInfinity, lowest}, std::vector<TokenId>{0, 1}, options, 0), 1);
    options = plain(1);
    options.repetition_penalty = 1.5f;
    QCOMPARE(sample(Logits{-kInfinity, lowest}, std::vector<TokenId>{0, 1}, options, 0), 1);
    // Below 1 it invites repetition.
    options = plain(0);
    options.repetition_penalty = 0.5f;
    QCOMPARE(sample(Logits{2, 3}, std::vector<TokenId>{0}, options, 0), 0);
}

void TestSampler::penaltyLooksAtTheWindowOnly() {
    SamplingOptions options = plain(0);
    options.repetition_penalty = 2;
    options.repetition_window = 2;
    QCOMPARE(sample(Logits{0, 3, 2}, std::vector<TokenId>{0, 1, 0}, options, 0), 2);
    QCOMPARE(sample(Logits{0, 3, 2}, std::vector<TokenId>{1, 0, 0}, options, 0), 1);
    options.repetition_window = 0;
    QCOMPARE(sample(Logits{0, 3, 2}, std::vector<TokenId>{1, 1, 1}, options, 0), 1);
}

void TestSampler::neverDrawsMinusInfinity() {
    Logits logits(50, -kInfinity);
    logits[31] = -1e30f;
    for (const int top_k : {0, 1, 5, 100}) {
        SamplingOptions options = plain(2);
        options.top_k = top_k;
        QCOMPARE(drawn(logits, options, 100), std::vector<TokenId>{31});
        options.top_p = 0.9f;
        options.min_p = 0.1f;
        QCOMPARE(drawn(logits, options, 100), std::vector<TokenId>{31});
    }
    logits[7] = -1e30f;
    QCOMPARE(drawn(logits, plain(2), 200), (std::vector<TokenId>{7, 31}));
}

void TestSampler::extremeTemperatures() {
    const Logits logits = {1, 2, 3, 3, -3e38f};
    QCOMPARE(drawn(logits, plain(1e-30f)), (std::vector<TokenId>{2, 3}));
    QCOMPARE(drawn(logits, plain(std::numeric_limits<float>::denorm_min())), (std::vector<TokenId>{2, 3}));
    QCOMPARE(drawn(logits, plain(std::numeric_limits<float>::max())), (std::vector<TokenId>{0, 1, 2, 3, 4}));
}

void TestSampler::refusesBadLogits() {
    for (const float temperature : {0.0f, 1.0f}) {
        const int numerical = static_cast<int>(Fault::Numerical);
        QCOMPARE(fault_of({}, plain(temperature)), numerical);
        QCOMPARE(fault_of({1, kNaN, 2}, plain(temperature)), numerical);
        QCOMPARE(fault_of({kNaN}, plain(temperature)), numerical);
        QCOMPARE(fault_of({1, kInfinity}, plain(temperature)), numerical);
        QCOMPARE(fault_of({-kInfinity, -kInfinity}, plain(temperature)), numerical);
        QCOMPARE(fault_of({-kInfinity, 0}, plain(temperature)), 0);
    }
}

void TestSampler::refusesBadOptions() {
    const auto fault_with = [](auto change) {
        SamplingOptions options = plain();
        change(options);
        return fault_of({1, 2}, options);
    };
    const int bad = static_cast<int>(Fault::BadRequest);
    for (const float x : {-1.0f, kNaN, kInfinity}) {
        QCOMPARE(fault_with([x](auto& o) { o.temperature = x; }), bad);
        QCOMPARE(fault_with([x](auto& o) { o.top_p = x; }), bad);
        QCOMPARE(fault_with([x](auto& o) { o.min_p = x; }), bad);
        QCOMPARE(fault_with([x](auto& o) { o.repetition_penalty = x; }), bad);
    }
    QCOMPARE(fault_with([](auto& o) { o.top_p = 1.01f; }), bad);
    QCOMPARE(fault_with([](auto& o) { o.repetition_penalty = 0; }), bad);
    QCOMPARE(fault_with([](auto& o) { o.top_k = -1; }), bad);
    QCOMPARE(fault_with([](auto& o) { o.repetition_window = -1; }), bad);
    QCOMPARE(fault_with([](auto&) {}), 0);
}

// The times are for the reader; none is asserted.
void TestSampler::largeVocabulary() {
    const std::vector<std::pair<const char*, SamplingOptions>> cases = {
        {"greedy", plain(0)},
        {"defaults", SamplingOptions{}},
        {"temperature only", plain(1)},
        {"top-p 0.95",
         [] {
             auto o = plain(1);
             o.top_p = 0.95f;
             return o;
         }()},
        {"min-p 0.05",
         [] {
             auto o = plain(1);
             o.min_p = 0.05f;
             return o;
         }()},
        {"penalty, top-k 40", SamplingOptions{.temperature = 1, .repetition_penalty = 1.1f}},
        {"top-k above vocabulary", SamplingOptions{.temperature = 1, .top_k = 100'000}}};
    const Logits peaked = [] {
        Logits logits = random_logits(32'768, 5);
        for (float& logit : logits) logit *= 3;
        return logits;
    }();
    const std::vector<std::pair<const char*, Logits>> vocabularies = {
        {"peaked", peaked}, {"flat", random_logits(32'768, 6)}, {"all equal", Logits(32'768, 1.0f)}};
    std::vector<TokenId> history;
    for (TokenId id = 0; id < 5000; ++id) history.push_back(id * 7 % 32'768);
    for (const auto& [shape, logits] : vocabularies) {
        for (const auto& [name, options] : cases) {
            QElapsedTimer timer;
            timer.start();
            constexpr int kRounds = 50;
            for (std::uint64_t position = 0; position < kRounds; ++position) {
                const TokenId id = sample(logits, history, options, position);
                QVERIFY(id >= 0 && id < 32'768);
            }
            qInfo("%s, %s: %.0f us", shape, name, static_cast<double>(timer.nsecsElapsed()) / 1e3 / kRounds);
        }
    }
}

QTEST_APPLESS_MAIN(TestSampler)
#include "test_sampler.moc"
