#include <QtTest>

#include "kernels/cpu/cpu_backend.h"
#include "kernels/cpu/reference.h"
#include "kernels/error.h"
#include "tests/support/backend_data.h"

using namespace sidewinder::kernels;
using namespace sidewinder::test;

namespace {

constexpr double kTolerance = 3e-6;  // float32 against float64, for y and for both states

/// Random mixer weights of realistic size in a backend's memory, with a host copy of each.
struct Mixer {
    Dims dims;
    std::vector<float> conv_weight, conv_bias, dt_bias, A, D, norm;
    std::vector<Buffer> there;
    MixerWeights host, device;

    Mixer(Backend& backend, const Dims& shape) : dims(shape) {
        const std::int64_t conv = dims.conv_dim(), heads = dims.n_heads;
        conv_weight = random_floats(conv * 4, 21, 0.4f);
        conv_bias = random_floats(conv, 22, 0.3f);
        dt_bias = random_floats(heads, 23, 1.5f, -3.0f);
        A = random_floats(heads, 24, 3.0f);
        for (float& a : A) a = -std::abs(a) - 0.5f;
        D = random_floats(heads, 25, 0.2f, 1.0f);
        norm = random_floats(dims.d_inner, 26, 0.1f, 1.0f);
        host = {conv_weight.data(), conv_bias.data(), dt_bias.data(), A.data(), D.data(), norm.data()};
        for (const auto* part : {&conv_weight, &conv_bias, &dt_bias, &A, &D, &norm}) {
            there.push_back(to_backend(backend, *part));
        }
        device = {there[0].as<float>(), there[1].as<float>(), there[2].as<float>(),
                  there[3].as<float>(), there[4].as<float>(), there[5].as<float>()};
    }
};

struct DeviceState {
    Buffer conv, ssm;
    DeviceState(Backend& backend, const Dims& dims)
        : conv(to_backend(backend, std::vector<float>(static_cast<std::size_t>(dims.conv_state_size())))),
          ssm(to_backend(backend, std::vector<float>(static_cast<std::size_t>(dims.ssm_state_size())))) {}
    LayerState view() const { return {conv.as<float>(), ssm.as<float>()}; }
};

Dims make_dims(std::int64_t headdim, std::int64_t heads, std::int64_t groups, std::int64_t d_state) {
    Dims dims;
    dims.d_model = heads * headdim / 2;
    dims.d_inner = heads * headdim;
    dims.n_heads = heads;
    dims.headdim = headdim;
    dims.n_groups = groups;
    dims.d_state = d_state;
    return dims;
}

std::vector<float> run(Backend& backend, const Mixer& mixer, const DeviceState& state,
                       const std::vector<float>& input, std::int64_t first, std::int64_t T) {
    const std::int64_t width = mixer.dims.in_proj_rows();
    const std::vector<float> part(input.begin() + first * width, input.begin() + (first + T) * width);
    const Buffer zxbcdt = to_backend(backend, part);
    const Buffer y =
        to_backend(backend, std::vector<float>(static_cast<std::size_t>(T * mixer.dims.d_inner)));
    backend.mixer(mixer.dims, mixer.device, state.view(), zxbcdt.data(), T, y.data());
    return from_backend<float>(backend, y.data(), T * mixer.dims.d_inner);
}

}  // namespace

class TestCpuMixer : public QObject {
    Q_OBJECT

  private slots:
    void matches_reference_data();
    void matches_reference();
    void chunks_carry_the_state();
    void short_calls_have_the_bits_of_single_tokens();
    void threads_do_not_change_bits();
    void gated_norm_is_grouped();
    void large_gates_and_steps_stay_finite();
    void other_widths_are_refused();

  private:
    std::unique_ptr<Backend> backend_ = make_cpu_backend(2);
};

void TestCpuMixer::matches_reference_data() {
    QTest::addColumn<int>("headdim");
    QTest::addColumn<int>("heads");
    QTest::addColumn<int>("groups");
    QTest::addColumn<int>("d_state");
    QTest::addColumn<int>("tokens");
    const int shapes[][4] = {
        {32, 3, 1, 16}, {64, 8, 8, 128}, {64, 4, 2, 64}, {96, 2, 1, 128}, {24, 8, 8, 20}};
    for (const auto& s : shapes) {
        for (const int T : {1, 2, 3, 7, 16, 17, 64, 129, 300}) {
            QTest::addRow("P=%d H=%d G=%d N=%d T=%d", s[0], s[1], s[2], s[3], T)
                << s[0] << s[1] << s[2] << s[3] << T;
        }
    }
}

void TestCpuMixer::matches_reference() {
    QFETCH(int, headdim);
    QFETCH(int, heads);
    QFETCH(int, groups);
    QFETCH(int, d_state);
    QFETCH(int, tokens);
    const Mixer mixer(*backend_, make_dims(headdim, heads, groups, d_state));
    const Dims& dims = mixer.dims;
    const std::int64_t width = dims.in_proj_rows();
    const auto input = random_floats(2 * tokens * width, 31, 1.5f);
    reference::State expected_state(dims);
    const DeviceState state(*backend_, dims);
    for (std::int64_t call = 0; call < 2; ++call) {  // the second starts from a state that is not zero
        reference::Row expected;
        for (std::int64_t t = call * tokens; t < (call + 1) * tokens; ++t) {
            const reference::Row in(input.begin() + t * width, input.begin() + (t + 1) * width);
            const auto row = reference::mixer_step(dims, mixer.host, expected_state, in.data());
            expected.insert(expected.end(), row.begin(), row.end());
        }
        const auto y = run(*backend_, mixer, state, input, call * tokens, tokens);
        QVERIFY2(relative_error(y, expected) < kTolerance,
                 qPrintable(QString::number(relative_error(y, expected))));
        const auto ssm = from_backend<float>(*backend_, state.ssm.data(), dims.ssm_state_size());
        QVERIFY(relative_error(ssm, expected_state.ssm) < kTolerance);
        const auto conv = from_backend<float>(*backend_, state.conv.data(), dims.conv_state_size());
        QVERIFY(relative_error(conv, expected_state.conv) == 0.0);
    }
}

void TestCpuMixer::chunks_carry_the_state() {
    const Mixer mixer(*backend_, make_dims(64, 4, 2, 128));
    const auto input = random_floats(150 * mixer.dims.in_proj_rows(), 32, 1.5f);
    const DeviceState whole(*backend_, mixer.dims);
    const DeviceState pieces(*backend_, mixer.dims);
    const auto expected = run(*backend_, mixer, whole, input, 0, 150);
    std::vector<float> got;
    std::int64_t at = 0;
    for (const std::int64_t T : {1, 2, 1, 64, 3, 16, 63}) {
        const auto y = run(*backend_, mixer, pieces, input, at, T);
        got.insert(got.end(), y.begin(), y.end());
        at += T;
    }
    QCOMPARE(at, 150);
    QVERIFY(relative_error(got, reference::Row(expected.begin(), expected.end())) < kTolerance);
    QCOMPARE(from_backend<float>(*backend_, pieces.conv.data(), mixer.dims.conv_state_size()),
             from_backend<float>(*backend_, whole.conv.data(), mixer.dims.conv_state_size()));
}

void TestCpuMixer::short_calls_have_the_bits_of_single_tokens() {
    const Mixer mixer(*backend_, make_dims(64, 4, 2, 128));
    const auto input = random_floats(8 * mixer.dims.in_proj_rows(), 33, 1.5f);
    const DeviceState together(*backend_, mixer.dims);
    const DeviceState single(*backend_, mixer.dims);
    const auto expected = run(*backend_, mixer, together, input, 0, 8);
    std::vector<float> got;
    for (std::int64_t t = 0; t < 8; ++t) {
        const auto y = run(*backend_, mixer, single, input, t, 1);
        got.insert(got.end(), y.begin(), y.end());
    }
    QCOMPARE(got, expected);
    QCOMPARE(from_backend<float>(*backend_, single.ssm.data(), mixer.dims.ssm_state_size()),
             from_backend<float>(*backend_, together.ssm.data(), mixer.dims.ssm_state_size()));
}

void TestCpuMixer::threads_do_not_change_bits() {
    const auto single = make_cpu_backend(1);
    const auto triple = make_cpu_backend(3);
    const Dims dims = make_dims(64, 8, 2, 128);
    for (const std::int64_t T : {1, 70}) {
        const auto input = random_floats(T * dims.in_proj_rows(), 34, 1.5f);
        const Mixer a(*single, dims);
        const Mixer b(*triple, dims);
        QCOMPARE(run(*triple, b, DeviceState(*triple, dims), input, 0, T),
                 run(*single, a, DeviceState(*single, dims), input, 0, T));
    }
}

/// Only group 0 has an open gate: normalised over all of d_inner it would come out sqrt(n_groups) larger.
void TestCpuMixer::gated_norm_is_grouped() {
    const Dims dims = make_dims(64, 8, 8, 16);
    Mixer mixer(*backend_, dims);
    std::vector<float> input(static_cast<std::size_t>(dims.in_proj_rows()), 0.5f);
    for (std::int64_t j = 0; j < dims.d_inner; ++j)
        input[static_cast<std::size_t>(j)] = j < 64 ? 12.0f : -12.0f;
    const DeviceState state(*backend_, dims);
    const auto y = run(*backend_, mixer, state, input, 0, 1);
    double square = 0.0;
    for (std::size_t j = 0; j < 64; ++j)
        square += static_cast<double>(y[j] / mixer.norm[j]) * (y[j] / mixer.norm[j]);
    QVERIFY(std::abs(std::sqrt(square / 64.0) - 1.0) < 1e-3);
}

void TestCpuMixer::large_gates_and_steps_stay_finite() {
    const Mixer mixer(*backend_, make_dims(32, 4, 2, 16));
    for (const float scale : {0.0f, 1e-30f, 100.0f, 1e4f}) {
        const DeviceState state(*backend_, mixer.dims);
        const auto y =
            run(*backend_, mixer, state, random_floats(9 * mixer.dims.in_proj_rows(), 35, scale), 0, 9);
        for (const float v : y) QVERIFY(std::isfinite(v));
    }
}

void TestCpuMixer::other_widths_are_refused() {
    const Mixer mixer(*backend_, make_dims(32, 4, 2, 16));
    Dims dims = mixer.dims;
    dims.d_conv = 3;
    std::vector<float> in(2000), y(2000);
    const DeviceState state(*backend_, mixer.dims);
    QVERIFY_EXCEPTION_THROWN(backend_->mixer(dims, mixer.device, state.view(), in.data(), 1, y.data()),
                             Error);
}

QTEST_APPLESS_MAIN(TestCpuMixer)
#include "test_cpu_mixer.moc"
