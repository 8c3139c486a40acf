#include <QtTest>

#include "kernels/cuda/ops.h"
#include "kernels/error.h"
#include "tests/support/cuda_mixer.h"

using namespace sidewinder::kernels;
using namespace sidewinder::test;

namespace {

constexpr double kTolerance = 3e-6;  // float32 against float64: sums of a few hundred products

/// One call of mixer_exact.
std::vector<float> run(const CudaContext& cuda, const CudaMixer& mixer, const CudaState& state,
                       const std::vector<float>& zxbcdt) {
    const Dims& dims = mixer.dims;
    const auto T = static_cast<std::int64_t>(zxbcdt.size()) / dims.in_proj_rows();
    const DeviceArray<float> in(zxbcdt);
    const DeviceArray<float> xbc(poison(T * dims.conv_dim()));
    const DeviceArray<float> y(poison(T * dims.d_inner));
    cuda::mixer_exact(cuda.context, dims, mixer.device, state.view(), in.get(), T, xbc.get(), y.get());
    return y.host();
}

reference::Row expected_of(const CudaMixer& mixer, reference::State& state,
                           const std::vector<float>& zxbcdt) {
    const std::int64_t width = mixer.dims.in_proj_rows();
    reference::Row expected;
    for (std::size_t at = 0; at < zxbcdt.size(); at += static_cast<std::size_t>(width)) {
        const auto begin = zxbcdt.begin() + static_cast<std::ptrdiff_t>(at);
        const reference::Row in(begin, begin + width);
        append(expected, reference::mixer_step(mixer.dims, mixer.host, state, in.data()));
    }
    return expected;
}

}  // namespace

class TestExact : public QObject {
    Q_OBJECT

  private slots:
    void products_match_reference_data();
    void products_match_reference();
    void products_of_many_tokens();
    void tokens_have_the_same_bits_in_any_number();
    void mixer_matches_reference_data();
    void mixer_matches_reference();
    void other_conv_widths();
    void chunks_have_the_bits_of_one_run();
    void a_state_beyond_shared_memory();
    void agrees_with_the_step();
    void large_gates_and_steps_stay_finite();
    void broken_shapes_are_refused();

  private:
    CudaContext cuda_;
};

void TestExact::products_match_reference_data() {
    QTest::addColumn<int>("format");
    QTest::addColumn<int>("rows");
    QTest::addColumn<int>("cols");
    QTest::addColumn<int>("group");
    QTest::addColumn<int>("tokens");
    const int shapes[][2] = {{1, 1}, {9, 33}, {20, 200}, {37, 512}};
    for (const WeightFormat format :
         {WeightFormat::F32, WeightFormat::BF16, WeightFormat::Int8, WeightFormat::Int4}) {
        const bool groups = format == WeightFormat::Int8 || format == WeightFormat::Int4;
        for (const auto& s : shapes) {
            for (const int T : {1, 2, 5, 16}) {
                for (const int group : groups ? std::vector<int>{64, 128} : std::vector<int>{0}) {
                    QTest::addRow("%s %dx%d group %d T=%d", name_of(format).data(), s[0], s[1], group, T)
                        << static_cast<int>(format) << s[0] << s[1] << group << T;
                }
            }
        }
    }
}

void TestExact::products_match_reference() {
    QFETCH(int, format);
    QFETCH(int, rows);
    QFETCH(int, cols);
    QFETCH(int, group);
    QFETCH(int, tokens);
    const HostWeight weight(static_cast<WeightFormat>(format), rows, cols, group,
                            random_floats(std::int64_t{rows} * cols, 51, 0.05f));
    const DeviceWeight device(weight);
    const std::int64_t x_stride = cols + 3, out_stride = rows + 2;
    const auto x = random_floats(tokens * x_stride, 52, 1.3f);
    const auto before = random_floats(tokens * out_stride, 53, 1.0f);
    const DeviceArray<float> device_x(x);
    const DeviceArray<float> set(poison(tokens * out_stride));
    const DeviceArray<float> added(before);
    cuda::linear_exact(cuda_.context, device.view, device_x.get(), x_stride, tokens, set.get(), out_stride,
                       false);
    cuda::linear_exact(cuda_.context, device.view, device_x.get(), x_stride, tokens, added.get(), out_stride,
                       true);
    const auto got = set.host();
    const auto got_added = added.host();
    for (std::int64_t t = 0; t < tokens; ++t) {
        const reference::Row in(x.begin() + t * x_stride, x.begin() + t * x_stride + cols);
        auto expected = reference::linear(weight.view(), in);
        QVERIFY(relative_error(tokens_of(got, out_stride, t, 1), expected) < kTolerance);
        const auto sums = tokens_of(got_added, out_stride, t, 1);
        const auto old = tokens_of(before, out_stride, t, 1);
        for (std::size_t r = 0; r < expected.size(); ++r) expected[r] += static_cast<double>(old[r]);
        QVERIFY(relative_error(sums, expected) < kTolerance);
        for (std::size_t r = expected.size(); r < sums.size(); ++r) {  // between the rows nothing is touched
            QCOMPARE(sums[r], old[r]);
            QVERIFY(std::isnan(got[static_cast<std::size_t>(t * out_stride) + r]));
        }
    }
}

/// More tokens than the grid has slices of them.
void TestExact::products_of_many_tokens() {
    const std::int64_t rows = 700 * 8, cols = 4, T = 20;
    const HostWeight weight(WeightFormat::F32, rows, cols, 0, random_floats(rows * cols, 54, 0.5f));
    const DeviceWeight device(weight);
    const auto x = random_floats(T * cols, 55, 1.0f);
    const DeviceArray<float> device_x(x);
    const DeviceArray<float> out(poison(T * rows));
    cuda::linear_exact(cuda_.context, device.view, device_x.get(), cols, T, out.get(), rows, false);
    const auto got = out.host();
    for (std::int64_t t = 0; t < T; ++t) {
        const reference::Row in(x.begin() + t * cols, x.begin() + (t + 1) * cols);
        QVERIFY(relative_error(tokens_of(got, rows, t, 1), reference::linear(weight.view(), in)) <
                kTolerance);
    }
}

void TestExact::tokens_have_the_same_bits_in_any_number() {
    const std::int64_t rows = 19, cols = 333, T = 21;
    const HostWeight weight(WeightFormat::Int4, rows, cols, 64, random_floats(rows * cols, 56, 0.1f));
    const DeviceWeight device(weight);
    const DeviceArray<float> x(random_floats(T * cols, 57, 1.0f));
    const DeviceArray<float> together(poison(T * rows));
    const DeviceArray<float> single(poison(T * rows));
    cuda::linear_exact(cuda_.context, device.view, x.get(), cols, T, together.get(), rows, false);
    for (std::int64_t t = 0; t < T; ++t) {
        cuda::linear_exact(cuda_.context, device.view, x.get() + t * cols, cols, 1, single.get() + t * rows,
                           rows, false);
    }
    QCOMPARE(together.host(), single.host());
}

void TestExact::mixer_matches_reference_data() {
    QTest::addColumn<int>("headdim");
    QTest::addColumn<int>("heads");
    QTest::addColumn<int>("groups");
    QTest::addColumn<int>("d_state");
    QTest::addColumn<int>("tokens");
    const int shapes[][4] = {
        {32, 3, 1, 16}, {64, 8, 8, 128}, {64, 4, 2, 64}, {96, 2, 1, 128}, {24, 8, 8, 20}};
    for (const auto& s : shapes) {
        for (const int T : {1, 2, 5, 16, 33}) {
            QTest::addRow("P=%d H=%d G=%d N=%d T=%d", s[0], s[1], s[2], s[3], T)
                << s[0] << s[1] << s[2] << s[3] << T;
        }
    }
}

void TestExact::mixer_matches_reference() {
    QFETCH(int, headdim);
    QFETCH(int, heads);
    QFETCH(int, groups);
    QFETCH(int, d_state);
    QFETCH(int, tokens);
    const CudaMixer mixer(mixer_dims(headdim, heads, groups, d_state));
    const CudaState state(mixer.dims);
    reference::State expected_state(mixer.dims);
    for (const std::uint32_t seed : {58u, 59u}) {  // the second call from a state that is not zero
        const auto input = random_floats(tokens * mixer.dims.in_proj_rows(), seed, 1.5f);
        const auto expected = expected_of(mixer, expected_state, input);
        QVERIFY(relative_error(run(cuda_, mixer, state, input), expected) < kTolerance);
        QVERIFY(relative_error(state.ssm.host(), expected_state.ssm) < kTolerance);
        QCOMPARE(relative_error(state.conv.host(), expected_state.conv), 0.0);
    }
}

void TestExact::other_conv_widths() {
    for (const std::int64_t d_conv : {2, 3, 5}) {
        Dims dims = mixer_dims(16, 2, 1, 8);
        dims.d_conv = d_conv;
        const CudaMixer mixer(dims);
        const CudaState state(dims);
        reference::State expected_state(dims);
        for (const std::int64_t T : {1, 2, 7, 1}) {
            const auto input =
                random_floats(T * dims.in_proj_rows(), static_cast<std::uint32_t>(60 + T), 1.5f);
            const auto expected = expected_of(mixer, expected_state, input);
            QVERIFY(relative_error(run(cuda_, mixer, state, input), expected) < kTolerance);
            QCOMPARE(relative_error(state.conv.host(), expected_state.conv), 0.0);
        }
    }
}

void TestExact::chunks_have_the_bits_of_one_run() {
    const CudaMixer mixer(mixer_dims(40, 4, 2, 48));
    const auto input = random_floats(30 * mixer.dims.in_proj_rows(), 61, 1.5f);
    const CudaState whole(mixer.dims);
    const CudaState pieces(mixer.dims);
    const auto expected = run(cuda_, mixer, whole, input);
    std::vector<float> got;
    std::int64_t at = 0;
    for (const std::int64_t T : {1, 2, 16, 1, 10}) {
        append(got, run(cuda_, mixer, pieces, tokens_of(input, mixer.dims.in_proj_rows(), at, T)));
        at += T;
    }
    QCOMPARE(at, 30);
    QCOMPARE(got, expected);
    QCOMPARE(pieces.ssm.host(), whole.ssm.host());
    QCOMPARE(pieces.conv.host(), whole.conv.host());
}

void TestExact::a_state_beyond_shared_memory() {
    const CudaMixer mixer(mixer_dims(128, 1, 1, 512));  // 256 KiB a head
    const CudaState state(mixer.dims);
    reference::State expected_state(mixer.dims);
    const auto input = random_floats(3 * mixer.dims.in_proj_rows(), 62, 1.5f);
    const auto expected = expected_of(mixer, expected_state, input);
    QVERIFY(relative_error(run(cuda_, mixer, state, input), expected) < kTolerance);
    QVERIFY(relative_error(state.ssm.host(), expected_state.ssm) < kTolerance);
}

/// The oracle of the long tests and the decode step are two programs for one equation.
void TestExact::agrees_with_the_step() {
    const CudaMixer mixer(mixer_dims(64, 4, 2, 128));
    const Dims& dims = mixer.dims;
    const CudaState exact(dims);
    const CudaState step(dims);
    const DeviceArray<std::int32_t> arrivals(std::vector<std::int32_t>(2));
    const auto input = random_floats(16 * dims.in_proj_rows(), 63, 1.5f);
    const DeviceArray<float> in(input);
    const DeviceArray<float> y(poison(16 * dims.d_inner));
    const DeviceArray<float> squares(poison(16 * dims.n_heads));
    cuda::mixer_step(cuda_.context, dims, mixer.device, step.view(), in.get(), 16, y.get(), squares.get(),
                     arrivals.get());
    auto normed = y.host();
    const auto heads = squares.host();
    for (std::int64_t i = 0; i < 16 * dims.d_inner; ++i) {  // each group has two heads
        const std::int64_t first = i / (2 * dims.headdim) * 2;
        const float sum = heads[static_cast<std::size_t>(first)] + heads[static_cast<std::size_t>(first + 1)];
        normed[static_cast<std::size_t>(i)] /=
            std::sqrt(sum / static_cast<float>(2 * dims.headdim) + dims.norm_eps);
    }
    const auto expected = run(cuda_, mixer, exact, input);
    QVERIFY(relative_error(normed, reference::Row(expected.begin(), expected.end())) < 2 * kTolerance);
    const auto state = exact.ssm.host();
    QVERIFY(relative_error(step.ssm.host(), reference::Row(state.begin(), state.end())) < 2 * kTolerance);
    const auto columns =
        exact.conv.host();  // of what a short step reads the lowest bit is no part of the value
    QVERIFY(relative_error(step.conv.host(), reference::Row(columns.begin(), columns.end())) < 1.2e-7);
}

void TestExact::large_gates_and_steps_stay_finite() {
    const CudaMixer mixer(mixer_dims(32, 4, 2, 16));
    for (const float scale : {0.0f, 1e-30f, 100.0f, 1e4f}) {
        const CudaState state(mixer.dims);
        const auto y = run(cuda_, mixer, state, random_floats(9 * mixer.dims.in_proj_rows(), 64, scale));
        for (const float v : y) QVERIFY(std::isfinite(v));
        for (const float v : state.ssm.host()) QVERIFY(std::isfinite(v));
    }
}

void TestExact::broken_shapes_are_refused() {
    Dims dims = mixer_dims(32, 4, 2, 16);
    const CudaMixer mixer(dims);
    const CudaState state(dims);
    const DeviceArray<float> work(poison(4096));
    dims.n_groups = 3;
    QVERIFY_THROWS_EXCEPTION(Error, cuda::mixer_exact(cuda_.context, dims, mixer.device, state.view(),
                                                      work.get(), 1, work.get(), work.get()));
}

QTEST_APPLESS_MAIN(TestExact)
#include "test_exact.moc"
