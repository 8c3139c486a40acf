#include <QtTest>
#include <cmath>
#include <limits>

#include "inference/error.h"
#include "inference/logit_quality.h"
#include "tests/support/backend_data.h"
#include "tests/support/model_files.h"

using namespace sidewinder;
using namespace sidewinder::inference;

namespace {

/// Probabilities the plain way, in float64.
std::vector<double> softmax(const std::vector<float>& logits) {
    std::vector<double> p;
    double sum = 0;
    for (const float v : logits) sum += p.emplace_back(std::exp(static_cast<double>(v)));
    for (double& v : p) v /= sum;
    return p;
}

bool close(double got, double expected, double tolerance = 1e-12) {
    return std::abs(got - expected) <= tolerance * std::max(1.0, std::abs(expected));
}

PositionQuality position(double divergence, bool same_top = true) {
    PositionQuality p;
    p.divergence = divergence;
    p.same_top = same_top;
    p.squared_reference = 1;
    return p;
}

}  // namespace

class TestLogitQuality : public QObject {
    Q_OBJECT
  private slots:
    void equalLogitsDoNotDiverge() {
        const auto logits = test::random_floats(1000, 1, 5.0f);
        const PositionQuality q = compare_logits(logits, logits, 7);
        QCOMPARE(q.divergence, 0.0);
        QCOMPARE(q.squared_error, 0.0);
        QVERIFY(q.same_top);
        QCOMPARE(q.loss, q.reference_loss);
    }

    void handMadeLogits() {
        // p = (1/2, 1/4, 1/4), q = (1/4, 1/2, 1/4): KL = 1/2 ln 2 - 1/4 ln 2.
        const std::vector<float> p{std::log(2.0f), 0, 0}, q{0, std::log(2.0f), 0};
        const PositionQuality result = compare_logits(p, q, 1);
        QVERIFY(close(result.divergence, std::log(2.0) / 4, 1e-7));
        QVERIFY(close(result.reference_loss, std::log(4.0), 1e-7));
        QVERIFY(close(result.loss, std::log(2.0), 1e-7));
        QVERIFY(close(result.squared_error, 2 * std::log(2.0) * std::log(2.0), 1e-7));
        QVERIFY(!result.same_top);
        QVERIFY(compare_logits(p, {{1.0f, 1.0f, 1.0f}}, 0).same_top);  // of equal ones the first
    }

    void randomLogitsAgainstFloat64() {
        const auto a = test::random_floats(4096, 2, 3.0f), b = test::random_floats(4096, 3, 3.0f);
        const auto p = softmax(a), q = softmax(b);
        double divergence = 0, error = 0;
        for (std::size_t i = 0; i < p.size(); ++i) {
            divergence += p[i] * std::log(p[i] / q[i]);
            error += std::pow(static_cast<double>(b[i]) - a[i], 2);
        }
        const PositionQuality result = compare_logits(a, b, 4095);
        QVERIFY(close(result.divergence, divergence));
        QVERIFY(close(result.squared_error, error));
        QVERIFY(close(result.loss, -std::log(q[4095])));
        QVERIFY(divergence > 1);
    }

    void largeLogitsStayFinite() {
        const PositionQuality result = compare_logits({{3000.0f, 0.0f}}, {{0.0f, 3000.0f}}, 0);
        QVERIFY(close(result.divergence, 3000));
        QVERIFY(close(result.loss, 3000));
    }

    void whatIsNoNumberIsRefused() {
        const std::vector<float> good{1, 2};
        for (const float bad : {std::numeric_limits<float>::quiet_NaN(), INFINITY}) {
            std::string sentence;
            QVERIFY(test::fault_of(
                        [&] {
                            compare_logits(good, {{bad, 1.0f}}, 0);
                        },
                        &sentence) == Fault::Numerical);
            QVERIFY(sentence.find("quantised model") != std::string::npos);
            QVERIFY(test::fault_of([&] { compare_logits({{1.0f, bad}}, good, 0); }) == Fault::Numerical);
        }
        QVERIFY(test::fault_of([&] { compare_logits(good, good, 2); }) == Fault::BadRequest);
        QVERIFY(test::fault_of([&] { compare_logits(good, good, -1); }) == Fault::BadRequest);
        QVERIFY(test::fault_of([&] { compare_logits(good, {{1.0f}}, 0); }) == Fault::BadRequest);
    }

    void aTextIsTheMeanOfItsPositions() {
        std::vector<PositionQuality> positions;
        for (int i = 1; i <= 200; ++i) positions.push_back(position(i, i % 4 != 0));
        positions[0].squared_error = 8;
        positions[1].loss = 200 * std::log(3.0);
        const TextQuality text = summarize(positions);
        QCOMPARE(text.count, std::size_t{200});
        QVERIFY(close(text.divergence, 100.5));
        QCOMPARE(text.divergence_p99, 198.0);
        QVERIFY(close(text.top1_agreement, 0.75));
        QVERIFY(close(text.logits_error, std::sqrt(8.0 / 200)));
        QVERIFY(close(text.perplexity, 3));
        QVERIFY(close(text.reference_perplexity, 1));
        QCOMPARE(summarize(std::span(positions).first(1)).divergence_p99, 1.0);
    }

    void depthsCoverTheTextOnce() {
        std::vector<PositionQuality> positions;
        for (int i = 0; i < 10; ++i) positions.push_back(position(i));
        const auto depths = summarize_by_depth(positions, 4);
        QCOMPARE(depths.size(), std::size_t{4});
        std::size_t next = 0;
        double sum = 0;
        for (const TextQuality& depth : depths) {
            QCOMPARE(depth.first, next);
            next += depth.count;
            sum += depth.divergence * static_cast<double>(depth.count);
        }
        QCOMPARE(next, positions.size());
        QVERIFY(close(sum, 45));
        QCOMPARE(summarize_by_depth(std::span(positions).first(2), 4).size(), std::size_t{2});
    }
};

QTEST_APPLESS_MAIN(TestLogitQuality)
#include "test_logit_quality.moc"
