#include <QtTest>
#include <cmath>
#include <limits>
#include <random>

#include "inference/model.h"
#include "inference/random_weights.h"
#include "kernels/cuda/cuda_backend.h"
#include "kernels/sampling.h"

using namespace sidewinder;
using namespace sidewinder::kernels;

namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();
using Logits = std::vector<float>;

Dims dims_of(std::int64_t vocab) {
    return {
        .d_model = 8, .d_inner = 16, .n_heads = 2, .headdim = 8, .n_groups = 1, .d_state = 8, .vocab = vocab};
}

/// The device's sampler and the host's, step by step on the same logits.
class Both {
  public:
    explicit Both(std::size_t vocab)
        : dims_(dims_of(static_cast<std::int64_t>(vocab))),
          backend_(cuda::make_backend(dims_, WeightFormat::F32)),
          logits_(backend_->allocate(vocab * sizeof(float))),
          token_(backend_->allocate(sizeof(std::int32_t))) {
        backend_->reserve(dims_, 1);
    }
    void begin(const SamplingOptions& options, const std::vector<std::int32_t>& history = {}) {
        options_ = options;
        history_ = history;
        backend_->begin_sampling(dims_, options, history);
    }
    /// Equal outcomes? Recorded as a graph where `replayed`.
    bool step(const Logits& logits, bool replayed = false) {
        backend_->upload(logits_.data(), logits.data(), logits.size() * sizeof(float));
        const auto draw = [&] { backend_->sample(dims_, logits_.as<float>(), token_.as<std::int32_t>()); };
        replayed ? backend_->replay(1, draw) : draw();
        const Drawn drawn = backend_->drawn();
        last = draw_token(logits, history_, options_, history_.size());
        if (drawn.fault != last.fault || drawn.bad != last.bad || drawn.token != last.token) {
            qWarning("token %d, fault %d, bad %d where the host has %d, %d, %d", drawn.token,
                     static_cast<int>(drawn.fault), drawn.bad, last.token, static_cast<int>(last.fault),
                     last.bad);
            return false;
        }
        if (last.fault != Drawn::Fault::None) return true;
        history_.push_back(last.token);
        std::int32_t written = -1;
        backend_->download(&written, token_.data(), sizeof written);
        return written == last.token;
    }

    Drawn last;

  private:
    Dims dims_;
    std::unique_ptr<Backend> backend_;
    Buffer logits_, token_;
    SamplingOptions options_;
    std::vector<std::int32_t> history_;
};

enum class Kind { Normal, Peaked, Flat, Equal, Steps, Holes, Tiny };
constexpr Kind kKinds[] = {Kind::Normal, Kind::Peaked, Kind::Flat, Kind::Equal,
                           Kind::Steps,  Kind::Holes,  Kind::Tiny};

Logits make_logits(Kind kind, std::size_t vocab, unsigned seed) {
    std::mt19937 random(seed);
    Logits logits(vocab);
    for (float& logit : logits) {
        const float x = static_cast<float>(random() % 100'000) / 10'000.0f - 5.0f;
        const float y = static_cast<float>(random() % 100'000) / 10'000.0f - 5.0f;
        switch (kind) {
            case Kind::Normal:
                logit = x + y;
                break;
            case Kind::Peaked:
                logit = x * x * y;
                break;
            case Kind::Flat:
                logit = x * 1e-3f;
                break;
            case Kind::Equal:
                logit = -0.0f;
                break;
            case Kind::Steps:
                logit = std::floor(x);
                break;
            case Kind::Holes:
                logit = random() % 3 ? -kInfinity : x;
                break;
            case Kind::Tiny:
                logit = x * 1e-40f;
                break;
        }
    }
    if (kind == Kind::Holes) logits[vocab / 2] = 1.0f;
    return logits;
}

SamplingOptions plain(std::int32_t top_k, float top_p = 1.0f, float min_p = 0.0f, float temperature = 1.0f) {
    SamplingOptions options;
    options.temperature = temperature;
    options.top_k = top_k;
    options.top_p = top_p;
    options.min_p = min_p;
    options.seed = 42;
    return options;
}

SamplingOptions random_options(std::mt19937& random) {
    const auto one_of = [&](std::initializer_list<float> values) {
        return values.begin()[random() % values.size()];
    };
    SamplingOptions options = plain(static_cast<std::int32_t>(one_of({0, 2, 5, 40, 300, 1000, 1024, 5000})),
                                    one_of({0, 0.3f, 0.5f, 0.95f, 0.999f, 1}), one_of({0, 0, 0.05f, 0.5f, 1}),
                                    one_of({0, 1e-30f, 0.2f, 0.7f, 1, 3, 1e30f}));
    options.repetition_penalty = one_of({1, 1.1f, 2, 0.5f, 1e30f});
    options.repetition_window = static_cast<std::int32_t>(one_of({0, 1, 3, 256}));
    options.seed = random();
    return options;
}

}  // namespace

/// The device draws exactly what kernels::draw_token draws.
class TestSample : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void cutsAgreeWithTheHost_data();
    void cutsAgreeWithTheHost();
    void randomOptionsAgree_data();
    void randomOptionsAgree();
    void greedyTakesTheLowestId();
    void badLogitsAreNamed();
    void windowsMoveOn_data();
    void windowsMoveOn();
    void aWindowLongerThanTheRingIsRenewed();
    void recordedStepsFollowNewOptions();
    void largeVocabularies();
    void wholeStepsDrawTheSame();
};

void TestSample::cutsAgreeWithTheHost_data() {
    QTest::addColumn<int>("top_k");
    QTest::addColumn<float>("top_p");
    QTest::addColumn<float>("min_p");
    for (const int top_k : {0, 1, 2, 40, 200, 1000, 3000}) {
        QTest::addRow("k=%d", top_k) << top_k << 1.0f << 0.0f;
        QTest::addRow("k=%d p=0.9", top_k) << top_k << 0.9f << 0.0f;
        QTest::addRow("k=%d m=0.02", top_k) << top_k << 1.0f << 0.02f;
        QTest::addRow("k=%d p=0.7 m=0.1", top_k) << top_k << 0.7f << 0.1f;
    }
}

void TestSample::cutsAgreeWithTheHost() {
    QFETCH(int, top_k);
    QFETCH(float, top_p);
    QFETCH(float, min_p);
    for (const std::size_t vocab : {7U, 512U, 1501U}) {
        Both both(vocab);
        both.begin(plain(top_k, top_p, min_p));
        for (const Kind kind : kKinds) {
            const Logits logits = make_logits(kind, vocab, 7);
            for (int i = 0; i < 3; ++i) QVERIFY(both.step(logits));
        }
    }
}

void TestSample::randomOptionsAgree_data() {
    QTest::addColumn<int>("vocab");
    QTest::addColumn<int>("count");
    QTest::newRow("7") << 7 << 150;
    QTest::newRow("512") << 512 << 150;
    QTest::newRow("2000") << 2000 << 100;
    QTest::newRow("32768") << 32768 << 16;
}

void TestSample::randomOptionsAgree() {
    QFETCH(int, vocab);
    QFETCH(int, count);
    std::mt19937 random(static_cast<unsigned>(vocab));
    Both both(static_cast<std::size_t>(vocab));
    for (int i = 0; i < count; ++i) {
        std::vector<std::int32_t> history(random() % 20);
        for (auto& id : history) id = static_cast<std::int32_t>(random() % static_cast<unsigned>(vocab));
        both.begin(random_options(random), history);
        const Kind kind = kKinds[random() % std::size(kKinds)];
        for (unsigned step = 0; step < 2; ++step) {
            QVERIFY(both.step(make_logits(kind, static_cast<std::size_t>(vocab), random())));
        }
    }
}

void TestSample::greedyTakesTheLowestId() {
    const std::vector<std::pair<Logits, int>> cases{
        {{1, 3, 2, 0, 0}, 1},
        {{1, 3, 3, 3, 0}, 1},
        {{-0.0f, 0.0f, -1, -1, -1}, 0},
        {{-1, 0.0f, -0.0f, -1, -1}, 1},
        {{-kInfinity, -kInfinity, -3.4028235e38f, -kInfinity, -3.4028235e38f}, 2},
        {{0, 0, 0, 0, 3.4028235e38f}, 4}};
    Both both(5);
    for (const auto& [logits, token] : cases) {
        for (const SamplingOptions& options : {plain(0, 1, 0, 0), plain(1)}) {
            both.begin(options);
            QVERIFY(both.step(logits));
            QCOMPARE(both.last.token, token);
        }
    }
}

void TestSample::badLogitsAreNamed() {
    Both both(3000);
    both.begin(plain(40));
    for (const float bad : {kNaN, -kNaN, kInfinity}) {
        Logits logits = make_logits(Kind::Normal, 3000, 3);
        logits[2777] = logits[1500] = bad;
        QVERIFY(both.step(logits));
        QCOMPARE(both.last.bad, 1500);
    }
    QVERIFY(both.step(Logits(3000, -kInfinity)));
    QCOMPARE(both.last.fault, Drawn::Fault::NothingFinite);
    QVERIFY(both.step(make_logits(Kind::Normal, 3000, 4)));  // and goes on
    QCOMPARE(both.last.fault, Drawn::Fault::None);
}

void TestSample::windowsMoveOn_data() {
    QTest::addColumn<int>("window");
    for (const int window : {0, 1, 2, 5, 256, 5000}) QTest::addRow("%d", window) << window;
}

void TestSample::windowsMoveOn() {
    QFETCH(int, window);
    const std::size_t vocab = 64;
    Both both(vocab);
    SamplingOptions options = plain(0, 1, 0, 0);  // greedy, so that each penalty shows
    options.repetition_penalty = 1.5f;
    options.repetition_window = window;
    std::vector<std::int32_t> history{3, -1, 70, 3, 5};  // ids that the model does not have count for nothing
    for (int i = 0; i < 5100; ++i) history.push_back(i * 7 % 50);
    for (int i = 0; i < 14; ++i)
        history[static_cast<std::size_t>(105 + i)] = 50 + i;  // the first to leave 5000
    for (const std::size_t length : {0U, 3U, 300U, 5105U}) {
        both.begin(options, {history.begin(), history.begin() + static_cast<std::ptrdiff_t>(length)});
        const Logits logits = make_logits(Kind::Normal, vocab, static_cast<unsigned>(length));
        for (int i = 0; i < 40; ++i) QVERIFY(both.step(logits));
    }
}

/// Tokens leave the window that were drawn before the ring was made anew.
void TestSample::aWindowLongerThanTheRingIsRenewed() {
    const std::size_t vocab = 2000;
    Both both(vocab);
    SamplingOptions options = plain(0, 1, 0, 0);
    options.repetition_penalty = 1e30f;  // each token once in the window: the best that is not in it
    options.repetition_window = 1500;
    Logits logits = make_logits(Kind::Normal, vocab, 5);
    for (float& logit : logits) logit += 20;
    logits[3] = logits[4] = 50;
    both.begin(options, {3, 4});
    for (int i = 0; i < 1560; ++i) QVERIFY(both.step(logits));
}

void TestSample::recordedStepsFollowNewOptions() {
    Both both(512);
    std::mt19937 random(11);
    for (int i = 0; i < 20; ++i) {
        both.begin(random_options(random), {1, 2, 3});
        for (unsigned step = 0; step < 3; ++step) {
            QVERIFY(both.step(make_logits(Kind::Normal, 512, random()), true));
        }
    }
}

void TestSample::largeVocabularies() {
    for (const std::size_t vocab : {32769U, 70'001U, 1U << 20}) {
        Both both(vocab);
        for (const Kind kind : {Kind::Normal, Kind::Peaked}) {
            const Logits logits = make_logits(kind, vocab, 9);
            for (const SamplingOptions& options : {plain(1), plain(40, 0.95f)}) {
                both.begin(options);
                QVERIFY(both.step(logits));
            }
            if (vocab > 100'000) continue;
            both.begin(plain(0, 0.9f, 0.0f, 0.5f));
            QVERIFY(both.step(logits));
        }
    }
}

/// A token fed and the next drawn in one recorded step, against logits that came back to the host.
void TestSample::wholeStepsDrawTheSame() {
    const auto config = inference::make_config(128, 1, 64, 1);
    const auto backend = cuda::make_backend(config.dims, WeightFormat::BF16);
    inference::Model model(*backend, config,
                           inference::Weights::load(inference::RandomWeights(config), config, {}, *backend),
                           16);
    SamplingOptions options = plain(20, 0.9f);
    options.repetition_penalty = 1.3f;
    options.repetition_window = 4;
    std::vector<inference::TokenId> log{5, 6, 7}, straight = log;
    inference::State state(*backend, config), other(*backend, config);
    model.forward(std::span(log).first(2), state, {});
    model.begin_sampling(options, log);
    for (int i = 0; i < 12; ++i) log.push_back(model.next(log.back(), state).token);

    std::vector<float> logits(static_cast<std::size_t>(config.dims.vocab));
    model.forward(std::span(straight).first(2), other, {});
    for (int i = 0; i < 12; ++i) {
        model.forward(std::span(straight).last(1), other, {.last_logits = logits, .all_logits = {}});
        straight.push_back(draw_token(logits, straight, options, straight.size()).token);
    }
    QCOMPARE(log, straight);
}

QTEST_APPLESS_MAIN(TestSample)
#include "test_sample.moc"
