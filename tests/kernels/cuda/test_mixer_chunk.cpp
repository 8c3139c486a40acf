#include <QTest>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include "kernels/cpu/reference.h"
#include "kernels/cuda/ops.h"
#include "tests/support/backend_data.h"
#include "tests/support/cuda_arrays.h"

/// The chunked mixer against the block's equations in float64, on inputs that bfloat16 holds exactly.

using namespace sidewinder;
using namespace sidewinder::kernels;
using sidewinder::test::DeviceArray;
using sidewinder::test::random_floats;
using sidewinder::test::relative_error;

namespace {

/// y is rounded to bfloat16 twice (u, then the norm), each 1.1e-3 rms of a value; the operands' float16 adds
/// 3e-4.
constexpr double kTolerance = 4e-3;
/// The state sees only float16 operands (B, x, and x times its weight, 1.4e-4 rms each) and float32 sums.
constexpr double kStateTolerance = 1e-3;

constexpr std::int64_t kExtraRows = 3;  // of y, which no kernel may touch
constexpr std::uint16_t kPoison = 0xFFFF;

struct Scales {
    float x = 1.0f;         ///< deviation of z, x, B and C before conv1d
    float dt_mean = -2.0f;  ///< of dt before softplus
    float dt_deviation = 1.5f;
    float A = -1.0f;  ///< the first head's; the others' lie between it and twice it
    float state = 0.5f;
};

struct Problem {
    Dims dims;
    std::int64_t T = 0;
    std::vector<float> conv_weight, conv_bias, dt_bias, A, D, norm_weight;
    std::vector<std::uint16_t> zxbc;  ///< [T, zxbc_rows]
    std::vector<float> dt;            ///< [T, n_heads]
    std::vector<float> conv_state, ssm_state;

    Problem(std::int64_t heads, std::int64_t groups, std::int64_t tokens, const Scales& scales = {})
        : T(tokens) {
        dims.d_model = 128;
        dims.n_heads = heads;
        dims.n_groups = groups;
        dims.headdim = 64;
        dims.d_inner = heads * 64;
        dims.d_state = 128;
        conv_weight = random_floats(dims.conv_dim() * 4, 1, 0.5f);
        conv_bias = random_floats(dims.conv_dim(), 2, 0.3f);
        dt_bias = random_floats(heads, 3, 0.5f);
        D = random_floats(heads, 4, 0.5f, 1.0f);
        norm_weight = random_floats(dims.d_inner, 5, 0.3f, 1.0f);
        for (std::int64_t h = 0; h < heads; ++h) {
            A.push_back(scales.A * (1.0f + static_cast<float>(h) / static_cast<float>(heads)));
        }
        for (const float v : random_floats(T * dims.zxbc_rows(), 6, scales.x))
            zxbc.push_back(bf16_from_float(v));
        dt = random_floats(T * heads, 7, scales.dt_deviation, scales.dt_mean);
        conv_state = random_floats(dims.conv_state_size(), 8, scales.x);
        ssm_state = random_floats(dims.ssm_state_size(), 9, scales.state);
    }
    MixerWeights weights() const {
        return {conv_weight.data(), conv_bias.data(), dt_bias.data(), A.data(), D.data(), norm_weight.data()};
    }
};

struct Expected {
    std::vector<double> y, ssm, conv, head_squares;
};

Expected reference_of(const Problem& p) {
    reference::State state(p.dims);
    state.conv.assign(p.conv_state.begin(), p.conv_state.end());
    state.ssm.assign(p.ssm_state.begin(), p.ssm_state.end());
    Expected expected;
    const auto width = static_cast<std::size_t>(p.dims.zxbc_rows());
    for (std::size_t t = 0; t < static_cast<std::size_t>(p.T); ++t) {
        std::vector<double> row(width);
        for (std::size_t c = 0; c < width; ++c) {
            row[c] = static_cast<double>(float_from_bf16(p.zxbc[t * width + c]));
        }
        const auto heads = static_cast<std::size_t>(p.dims.n_heads);
        row.insert(row.end(), p.dt.begin() + static_cast<std::ptrdiff_t>(t * heads),
                   p.dt.begin() + static_cast<std::ptrdiff_t>((t + 1) * heads));
        const reference::Row xbc =
            reference::conv_step(p.dims, p.weights(), state, row.data() + p.dims.d_inner);
        reference::Row y = reference::scan_step(p.dims, p.weights(), state, xbc, row.data() + width);
        for (std::size_t h = 0; h < heads; ++h) {
            double sum = 0.0;
            for (std::size_t c = h * 64; c < (h + 1) * 64; ++c)
                sum += std::pow(y[c] * reference::silu(row[c]), 2);
            expected.head_squares.push_back(sum);
        }
        reference::gated_norm(p.dims, p.weights(), row.data(), y);
        expected.y.insert(expected.y.end(), y.begin(), y.end());
    }
    expected.ssm = state.ssm;
    expected.conv = state.conv;
    return expected;
}

struct Result {
    std::vector<std::uint16_t> y_bits;  ///< with the extra rows
    std::vector<float> y, ssm, conv, head_squares;
};

/// One call for each of `calls`, numbers of tokens that add up to T.
Result run(const Problem& p, const std::vector<std::int64_t>& calls, const cuda::DeviceTraits& device) {
    const Dims& dims = p.dims;
    const DeviceArray<float> conv_weight(p.conv_weight), conv_bias(p.conv_bias), dt_bias(p.dt_bias), A(p.A),
        D(p.D), norm_weight(p.norm_weight), dt(p.dt), conv(p.conv_state), ssm(p.ssm_state);
    const DeviceArray<std::uint16_t> zxbc(p.zxbc);
    const DeviceArray<std::uint16_t> y(
        std::vector<std::uint16_t>(static_cast<std::size_t>((p.T + kExtraRows) * dims.d_inner), kPoison));
    const DeviceArray<unsigned char> tiles(
        std::vector<unsigned char>(static_cast<std::size_t>(cuda::mixer_chunk_bytes(dims, p.T)), 0xFF));
    const DeviceArray<float> squares(std::vector<float>(static_cast<std::size_t>(p.T * dims.n_heads), NAN));
    const MixerWeights weights{conv_weight.get(), conv_bias.get(), dt_bias.get(),
                               A.get(),           D.get(),         norm_weight.get()};
    cuda::KernelAttributes attributes;
    const cuda::Context context{nullptr, &device, &attributes};
    std::int64_t at = 0;
    for (const std::int64_t tokens : calls) {
        const cuda::MixerChunkWork work{tiles.get(), squares.get() + at * dims.n_heads};
        cuda::mixer_chunk(context, dims, weights, {conv.get(), ssm.get()},
                          reinterpret_cast<const __nv_bfloat16*>(zxbc.get()) + at * dims.zxbc_rows(),
                          dt.get() + at * dims.n_heads, tokens, work,
                          reinterpret_cast<__nv_bfloat16*>(y.get()) + at * dims.d_inner);
        at += tokens;
    }
    cuda::check(cudaDeviceSynchronize(), "cudaDeviceSynchronize");
    Result result{y.host(), {}, ssm.host(), conv.host(), squares.host()};
    for (std::int64_t i = 0; i < p.T * dims.d_inner; ++i) {
        result.y.push_back(float_from_bf16(result.y_bits[static_cast<std::size_t>(i)]));
    }
    return result;
}

std::vector<double> widened(const std::vector<float>& values) {
    return {values.begin(), values.end()};
}

}  // namespace

class TestMixerChunk : public QObject {
    Q_OBJECT

  private:
    cuda::DeviceTraits device_;        ///< as it is: 64 tokens a chunk where they fit
    cuda::DeviceTraits small_shared_;  ///< with the 99 KiB of compute capability 8.6: 32 tokens a chunk

    void compare(const Problem& p, const Result& got, const Expected& expected) {
        const double y = relative_error(got.y, expected.y);
        const double ssm = relative_error(got.ssm, expected.ssm);
        const double squares = relative_error(got.head_squares, expected.head_squares);
        QVERIFY2(y < kTolerance, qPrintable(QStringLiteral("y: %1").arg(y)));
        QVERIFY2(ssm < kStateTolerance, qPrintable(QStringLiteral("state: %1").arg(ssm)));
        QVERIFY2(squares < kTolerance, qPrintable(QStringLiteral("squares: %1").arg(squares)));
        QCOMPARE(widened(got.conv), expected.conv);
        for (std::size_t i = static_cast<std::size_t>(p.T * p.dims.d_inner); i < got.y_bits.size(); ++i) {
            QCOMPARE(got.y_bits[i], kPoison);
        }
    }

    static void sameBits(const Result& a, const Result& b) {
        QCOMPARE(a.y_bits, b.y_bits);
        QCOMPARE(std::memcmp(a.ssm.data(), b.ssm.data(), a.ssm.size() * sizeof(float)), 0);
        QCOMPARE(a.conv, b.conv);
        QCOMPARE(a.head_squares, b.head_squares);
    }

  private slots:
    void initTestCase() {
        device_ = cuda::open_device();
        small_shared_ = device_;
        small_shared_.shared_per_block = 99 * 1024;
    }

    void matchesReference_data() {
        QTest::addColumn<int>("tokens");
        QTest::addColumn<int>("heads");
        QTest::addColumn<int>("groups");
        QTest::addColumn<bool>("small");
        const int shapes[][3] = {{1, 1, 1},  {3, 2, 2},  {4, 1, 1},  {5, 2, 1},   {17, 4, 2},  {33, 2, 1},
                                 {63, 1, 1}, {64, 2, 2}, {65, 4, 4}, {128, 2, 1}, {129, 1, 1}, {200, 4, 2},
                                 {1, 4, 1},  {64, 4, 1}, {65, 4, 1}, {130, 4, 1}, {450, 4, 1}, {200, 8, 2}};
        for (const auto& shape : shapes) {
            for (const bool small : {false, true}) {
                const std::string name = std::to_string(shape[0]) + " tokens, " + std::to_string(shape[1]) +
                                         " heads, " + std::to_string(shape[2]) + " groups" +
                                         (small ? ", little shared memory" : "");
                QTest::newRow(name.c_str()) << shape[0] << shape[1] << shape[2] << small;
            }
        }
    }
    void matchesReference() {
        QFETCH(int, tokens);
        QFETCH(int, heads);
        QFETCH(int, groups);
        QFETCH(bool, small);
        const Problem p(heads, groups, tokens);
        compare(p, run(p, {tokens}, small ? small_shared_ : device_), reference_of(p));
    }

    /// dt A down to -50 a token and below: decays underflow to 0, nothing becomes NaN.
    void strongDecay() {
        Scales scales;
        scales.A = -16.0f;
        scales.dt_mean = 1.0f;
        scales.dt_deviation = 2.0f;
        const Problem p(2, 1, 150, scales);
        const Expected expected = reference_of(p);
        compare(p, run(p, {150}, device_), expected);
        compare(p, run(p, {150}, small_shared_), expected);
    }

    /// Some tokens forget everything, those between forget nothing.
    void resetsWithinAChunk() {
        Scales scales;
        scales.A = -1e4f;
        Problem p(1, 1, 140, scales);
        for (std::size_t t = 0; t < p.dt.size(); ++t) p.dt[t] = t % 29 == 7 ? 40.0f : -11.0f;
        compare(p, run(p, {140}, device_), reference_of(p));
    }

    /// A state that begins at 0 and grows by 1e-6 a token keeps its digits: float16 alone would not.
    void smallSteps() {
        Scales scales;
        scales.dt_mean = -14.0f;
        scales.dt_deviation = 1.0f;
        scales.x = 0.1f;
        scales.state = 0.0f;
        const Problem p(2, 1, 130, scales);
        const Expected expected = reference_of(p);
        compare(p, run(p, {130}, device_), expected);
        compare(p, run(p, {130}, small_shared_), expected);
    }

    /// softplus underflows: dt = 0, the state stays as it is.
    void noSteps() {
        Scales scales;
        scales.dt_mean = -500.0f;
        const Problem p(1, 1, 70, scales);
        const Result got = run(p, {70}, device_);
        QCOMPARE(got.ssm, p.ssm_state);
        compare(p, got, reference_of(p));
    }

    /// What float16 cannot hold is held at its end: wrong, but never infinite.
    void hugeInputsStayFinite() {
        Scales scales;
        scales.x = 1e6f;
        const Problem p(1, 1, 70, scales);
        const Result got = run(p, {70}, device_);
        for (const float v : got.y) QVERIFY(std::isfinite(v));
        for (const float v : got.ssm) QVERIFY(std::isfinite(v));
    }

    void unevenCalls() {
        const Problem p(2, 2, 200);
        const Expected expected = reference_of(p);
        compare(p, run(p, {1, 2, 60, 3, 70, 64}, device_), expected);
        compare(p, run(p, {1, 2, 60, 3, 70, 64}, small_shared_), expected);
        const Problem four(4, 1, 200);
        compare(four, run(four, {1, 2, 60, 3, 70, 64}, device_), reference_of(four));
    }

    /// A cut where a chunk ends anyway changes no bit: a restored checkpoint goes on as if nothing had
    /// happened.
    void cutsBetweenChunksChangeNoBit() {
        for (const int heads : {2, 4}) {  // of four the scan does the norm as well
            const Problem p(heads, 1, 200);
            sameBits(run(p, {64, 128, 8}, device_), run(p, {200}, device_));
            sameBits(run(p, {64, 96, 40}, small_shared_), run(p, {200}, small_shared_));
        }
    }

    /// The group norm as part of the scan, and by a kernel of its own where not all heads find a
    /// multiprocessor.
    void normsAlikeWithinTheScanAndApart() {
        cuda::DeviceTraits crowded = device_;
        crowded.multiprocessors = 1;
        for (const std::int64_t tokens : {17, 64, 300}) {
            const Problem p(4, 1, tokens);
            sameBits(run(p, {tokens}, device_), run(p, {tokens}, crowded));
        }
    }

    void refusesOtherShapes() {
        Problem p(2, 1, 1);
        p.dims.headdim = 128;
        QVERIFY_EXCEPTION_THROWN(run(p, {1}, device_), Error);
        QVERIFY_EXCEPTION_THROWN(run(Problem(1, 1, 1), {0}, device_), Error);
    }
};

QTEST_APPLESS_MAIN(TestMixerChunk)
#include "test_mixer_chunk.moc"
