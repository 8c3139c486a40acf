#include "kernels/sampling.h"

#include <QtTest>
#include <cmath>
#include <limits>
#include <random>
#include <vector>

using namespace sidewinder::kernels;

namespace {

std::vector<float> random_logits(unsigned seed) {
    std::mt19937 random(seed);
    std::vector<float> logits(50);
    for (float& logit : logits) logit = static_cast<float>(random() % 1000) / 200.0f;
    return logits;
}

}  // namespace

/// The rules of a draw are tests/inference/test_sampler.cpp's; here: what a backend keeps between its draws.
class TestSampling : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    // With the window alone it draws as with the whole history, also where it lets go of old tokens.
    void keepsWhatTheWindowNeeds_data() {
        QTest::addColumn<int>("window");
        for (const int window : {0, 1, 2, 7, 1000, std::numeric_limits<int>::max()}) {
            QTest::addRow("%d", window) << window;
        }
    }
    void keepsWhatTheWindowNeeds() {
        QFETCH(int, window);
        SamplingOptions options;
        options.temperature = 1;
        options.repetition_penalty = 3;
        options.repetition_window = window;
        std::vector<std::int32_t> history{1, 2, 3, 4, 5, 6, 7, 8, 9};
        HostSampler sampler;
        sampler.begin(options, history);
        for (unsigned i = 0; i < 200; ++i) {
            const auto logits = random_logits(i);
            const Drawn expected = draw_token(logits, history, options, history.size());
            QCOMPARE(sampler.draw(logits).token, expected.token);
            history.push_back(expected.token);
        }
    }

    void afterAFaultItGoesOn() {
        SamplingOptions options;
        options.temperature = 1;
        HostSampler sampler;
        sampler.begin(options, {});
        auto bad = random_logits(1);
        bad[30] = bad[20] = std::nanf("");
        const Drawn drawn = sampler.draw(bad);
        QCOMPARE(drawn.fault, Drawn::Fault::NotFinite);
        QCOMPARE(drawn.bad, 20);
        const std::vector<float> nothing(5, -std::numeric_limits<float>::infinity());
        QCOMPARE(sampler.draw(nothing).fault, Drawn::Fault::NothingFinite);
        const auto good = random_logits(2);
        QCOMPARE(sampler.draw(good).token, draw_token(good, {}, options, 0).token);
    }
};

QTEST_APPLESS_MAIN(TestSampling)
#include "test_sampling.moc"
