#include <QtTest>

#include "kernels/cuda/ops.h"
#include "kernels/error.h"
#include "tests/support/cuda_mixer.h"

#ifdef SIDEWINDER_CUDA_EMULATED
#include "tests/support/cuda_emulator/emulator.h"
#endif

using namespace sidewinder::kernels;
using namespace sidewinder::test;

namespace {

constexpr double kTolerance = 3e-6;  // float32 against float64: sums of 128 products, a few dozen roundings

/// One layer that reads tokens in runs; what the calls gave, one behind the other.
struct Reader {
    const CudaMixer& mixer;
    const CudaContext& cuda;
    CudaState state;
    DeviceArray<std::int32_t> arrivals;
    std::vector<float> y, head_squares;

    Reader(const CudaMixer& weights, const CudaContext& device)
        : mixer(weights),
          cuda(device),
          state(mixer.dims),
          arrivals(std::vector<std::int32_t>(static_cast<std::size_t>(mixer.dims.n_groups))) {}

    void read(const std::vector<float>& zxbcdt) {
        const Dims& dims = mixer.dims;
        const auto T = static_cast<std::int64_t>(zxbcdt.size()) / dims.in_proj_rows();
        const DeviceArray<float> in(zxbcdt);
        const DeviceArray<float> out(poison(T * dims.d_inner));
        const DeviceArray<float> squares(poison(T * dims.n_heads));
        cuda::mixer_step(cuda.context, dims, mixer.device, state.view(), in.get(), T, out.get(),
                         squares.get(), arrivals.get());
        append(y, out.host());
        append(head_squares, squares.host());
    }
    void read_runs(const std::vector<float>& zxbcdt, const std::vector<std::int64_t>& runs) {
        std::int64_t at = 0;
        for (const std::int64_t T : runs) {
            read(tokens_of(zxbcdt, mixer.dims.in_proj_rows(), at, T));
            at += T;
        }
    }
};

/// The same in float64: y = u * norm_weight and the heads' sums of u^2, u = (scan + D x) * silu(z).
struct Expected {
    reference::State state;
    reference::Row y, head_squares;

    Expected(const CudaMixer& mixer, const std::vector<float>& zxbcdt) : state(mixer.dims) {
        const Dims& dims = mixer.dims;
        for (std::size_t at = 0; at < zxbcdt.size(); at += static_cast<std::size_t>(dims.in_proj_rows())) {
            const reference::Row in(zxbcdt.begin() + static_cast<std::ptrdiff_t>(at),
                                    zxbcdt.begin() + static_cast<std::ptrdiff_t>(at) + dims.in_proj_rows());
            const auto xbc = reference::conv_step(dims, mixer.host, state, in.data() + dims.d_inner);
            const auto scan =
                reference::scan_step(dims, mixer.host, state, xbc, in.data() + dims.zxbc_rows());
            for (std::int64_t c = 0; c < dims.d_inner; ++c) {
                const auto i = static_cast<std::size_t>(c);
                if (c % dims.headdim == 0) head_squares.push_back(0.0);
                const double u = scan[i] * reference::silu(in[i]);
                head_squares.back() += u * u;
                y.push_back(u * static_cast<double>(mixer.norm[i]));
            }
        }
    }
};

void compare(const Reader& reader, const Expected& expected) {
    QVERIFY2(relative_error(reader.y, expected.y) < kTolerance,
             qPrintable(QString::number(relative_error(reader.y, expected.y))));
    QVERIFY(relative_error(reader.head_squares, expected.head_squares) < 2 * kTolerance);  // squares
    QVERIFY(relative_error(reader.state.ssm.host(), expected.state.ssm) < kTolerance);
    // Only moved; of what an operation reads the lowest bit is no part of the value.
    QVERIFY(relative_error(reader.state.conv.host(), expected.state.conv) < 1.2e-7);
    for (const std::int32_t count : reader.arrivals.host()) QCOMPARE(count, 0);
}

std::vector<float> random_tokens(const Dims& dims, std::int64_t T, std::uint32_t seed,
                                 float deviation = 1.5f) {
    return random_floats(T * dims.in_proj_rows(), seed, deviation);
}

}  // namespace

class TestMixerStep : public QObject {
    Q_OBJECT

  private slots:
    void matches_reference_data();
    void matches_reference();
    void runs_carry_the_state();
    void runs_have_the_bits_of_single_tokens();
    void order_of_blocks_does_not_change_bits();
    void large_gates_and_steps_stay_finite();
    void other_shapes_are_refused();
    void knows_the_fast_shapes();

  private:
    CudaContext cuda_;
};

void TestMixerStep::matches_reference_data() {
    QTest::addColumn<int>("heads");
    QTest::addColumn<int>("groups");
    QTest::addColumn<int>("tokens");
    const int shapes[][2] = {{2, 1}, {4, 2}, {8, 8}, {18, 1}, {16, 8}, {6, 2}};
    for (const auto& s : shapes) {
        for (const int T : {1, 2, 5, 16}) {
            QTest::addRow("H=%d G=%d T=%d", s[0], s[1], T) << s[0] << s[1] << T;
        }
    }
}

void TestMixerStep::matches_reference() {
    QFETCH(int, heads);
    QFETCH(int, groups);
    QFETCH(int, tokens);
    const CudaMixer mixer(mixer_dims(64, heads, groups, 128));
    const auto input = random_tokens(mixer.dims, 2 * tokens, 31);
    Reader reader(mixer, cuda_);
    reader.read_runs(input, {tokens, tokens});  // the second from a state that is not zero
    compare(reader, Expected(mixer, input));
}

void TestMixerStep::runs_carry_the_state() {
    const CudaMixer mixer(mixer_dims(64, 4, 2, 128));
    const auto input = random_tokens(mixer.dims, 48, 32);
    Reader reader(mixer, cuda_);
    reader.read_runs(input, {1, 2, 1, 3, 16, 4, 1, 9, 11});
    compare(reader, Expected(mixer, input));
}

void TestMixerStep::runs_have_the_bits_of_single_tokens() {
    const CudaMixer mixer(mixer_dims(64, 4, 2, 128));
    const auto input = random_tokens(mixer.dims, 16, 33);
    Reader single(mixer, cuda_);
    single.read_runs(input, std::vector<std::int64_t>(16, 1));
    for (const auto& runs : std::vector<std::vector<std::int64_t>>{{16}, {5, 11}, {2, 8, 6}, {9, 7}}) {
        Reader together(mixer, cuda_);
        together.read_runs(input, runs);
        QCOMPARE(together.y, single.y);
        QCOMPARE(together.head_squares, single.head_squares);
        QCOMPARE(together.state.ssm.host(), single.state.ssm.host());
        QCOMPARE(together.state.conv.host(), single.state.conv.host());
    }
}

/// Whichever head of a group comes last, no head may read columns of B and C that another has moved on.
void TestMixerStep::order_of_blocks_does_not_change_bits() {
#ifdef SIDEWINDER_CUDA_EMULATED
    const CudaMixer mixer(mixer_dims(64, 6, 2, 128));
    const auto input = random_tokens(mixer.dims, 9, 34);
    Reader forward(mixer, cuda_);
    sidewinder::emulator::set_order(sidewinder::emulator::Order::Forward);
    forward.read_runs(input, {1, 2, 6});
    Reader reversed(mixer, cuda_);
    sidewinder::emulator::set_order(sidewinder::emulator::Order::Reversed);
    reversed.read_runs(input, {1, 2, 6});
    sidewinder::emulator::set_order(sidewinder::emulator::Order::Forward);
    QCOMPARE(reversed.y, forward.y);
    QCOMPARE(reversed.head_squares, forward.head_squares);
    QCOMPARE(reversed.state.ssm.host(), forward.state.ssm.host());
    QCOMPARE(reversed.state.conv.host(), forward.state.conv.host());
#else
    QSKIP("A device chooses the order of the blocks by itself.");
#endif
}

void TestMixerStep::large_gates_and_steps_stay_finite() {
    const CudaMixer mixer(mixer_dims(64, 2, 1, 128));
    for (const float scale : {0.0f, 1e-30f, 100.0f, 1e4f}) {
        Reader reader(mixer, cuda_);
        reader.read(random_tokens(mixer.dims, 9, 35, scale));
        for (const float v : reader.y) QVERIFY(std::isfinite(v));
        for (const float v : reader.head_squares) QVERIFY(!std::isnan(v));
        for (const float v : reader.state.ssm.host()) QVERIFY(std::isfinite(v));
    }
}

void TestMixerStep::other_shapes_are_refused() {
    const CudaMixer mixer(mixer_dims(64, 2, 1, 128));
    Reader reader(mixer, cuda_);
    QVERIFY_THROWS_EXCEPTION(Error, reader.read(random_tokens(mixer.dims, 17, 36)));
    const CudaMixer narrow(mixer_dims(32, 4, 1, 128));
    Reader other(narrow, cuda_);
    QVERIFY_THROWS_EXCEPTION(Error, other.read(random_tokens(narrow.dims, 1, 37)));
}

void TestMixerStep::knows_the_fast_shapes() {
    Dims codestral = mixer_dims(64, 128, 8, 128);
    codestral.d_model = 4096;
    QVERIFY(cuda::has_fast_kernels(codestral));
    QVERIFY(cuda::has_fast_kernels(mixer_dims(64, 2, 2, 128)));
    const auto without = [](auto&& change) {
        Dims dims = mixer_dims(64, 4, 2, 128);
        change(dims);
        return cuda::has_fast_kernels(dims);
    };
    QVERIFY(!without([](Dims& d) { d.headdim = 32; }));
    QVERIFY(!without([](Dims& d) { d.d_state = 64; }));
    QVERIFY(!without([](Dims& d) { d.d_conv = 3; }));
    QVERIFY(!without([](Dims& d) { d.d_model = 192; }));
    QVERIFY(!without([](Dims& d) { d.n_groups = 3; }));
    QVERIFY(!without([](Dims& d) { d.d_inner = 512; }));
    QVERIFY(!cuda::has_fast_kernels(mixer_dims(64, 3, 1, 128)));  // d_inner 192
}

QTEST_APPLESS_MAIN(TestMixerStep)
#include "test_mixer_step.moc"
