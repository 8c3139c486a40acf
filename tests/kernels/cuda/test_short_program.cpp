#include "kernels/cuda/short_program.h"

#include <QtTest>
#include <algorithm>
#include <bit>
#include <deque>
#include <optional>

#include "kernels/cuda/cuda_backend.h"
#include "kernels/error.h"
#include "tests/support/cuda_mixer.h"

/// Layers as one program, in which blocks meet, against the same operations as a kernel each: the same bits.

using namespace sidewinder::kernels;
using namespace sidewinder::test;
using cuda::ShortProgram;

namespace {

struct Layer {
    CudaMixer mixer;
    DeviceWeight in_proj, in_proj_dt, out_proj;
    DeviceArray<float> norm;
    CudaState state;

    Layer(const Dims& dims, WeightFormat format, std::int64_t group, unsigned seed)
        : mixer(dims),
          in_proj(host(format, dims.zxbc_rows(), dims.d_model, group, seed)),
          in_proj_dt(host(WeightFormat::BF16, dims.n_heads, dims.d_model, 0, seed + 1)),
          out_proj(host(format, dims.d_model, dims.d_inner, group, seed + 2)),
          norm(random_floats(dims.d_model, seed + 3, 0.1f, 1.0f)),
          state(dims) {}

    static HostWeight host(WeightFormat format, std::int64_t rows, std::int64_t cols, std::int64_t group,
                           unsigned seed) {
        return HostWeight(format, rows, cols, group, random_floats(rows * cols, seed, 0.05f));
    }
};

/// A model's layers, and what a run leaves.
class Stack {
  public:
    Stack(const Dims& dims, WeightFormat format, std::int64_t group, int layers) : dims_(dims) {
        for (int i = 0; i < layers; ++i) layers_.emplace_back(dims, format, group, 100u + 7u * unsigned(i));
    }

    /// `repeats` times through all layers; the residual after each token run.
    std::vector<float> run(const CudaContext& cuda, ShortProgram& program, std::int64_t T, int repeats) {
        DeviceArray<float> residual(random_floats(T * dims_.d_model, 9, 1.0f));
        DeviceArray<float> zxbcdt(poison(T * dims_.in_proj_rows())), y(poison(T * dims_.d_inner));
        DeviceArray<float> squares(poison(T * dims_.n_heads));
        DeviceArray<std::int32_t> arrivals(std::vector<std::int32_t>(std::size_t(dims_.n_groups)));
        for (int i = 0; i < repeats; ++i) {
            for (const Layer& l : layers_) {
                program.linear(
                    l.in_proj.view, l.in_proj_dt.view,
                    {.x = residual.get(), .stride = dims_.d_model, .norm_weight = l.norm.get(), .eps = 1e-5f},
                    T, {.out = zxbcdt.get(), .stride = dims_.in_proj_rows()});
                program.mixer(dims_, l.mixer.device, l.state.view(), zxbcdt.get(), T, y.get(), squares.get(),
                              arrivals.get());
                program.linear(l.out_proj.view, {},
                               {.x = y.get(),
                                .stride = dims_.d_inner,
                                .head_squares = squares.get(),
                                .n_heads = dims_.n_heads,
                                .n_groups = dims_.n_groups,
                                .eps = 1e-5f},
                               T, {.out = residual.get(), .stride = dims_.d_model, .add = true});
            }
        }
        program.run();
        cuda::check(cudaStreamSynchronize(cuda.context.stream), "short program");
        auto values = residual.host();  // without their signs
        for (float& v : values) v = std::bit_cast<float>(std::bit_cast<unsigned>(v) & ~1u);
        return values;
    }
    std::vector<float> states() const {
        std::vector<float> all;
        for (const Layer& l : layers_) {
            append(all, l.state.ssm.host());
            append(all, l.state.conv.host());
        }
        return all;
    }

  private:
    Dims dims_;
    std::deque<Layer> layers_;
};

/// What a program of several phases works with.
struct Counters {
    static constexpr std::int64_t kColumns = 4096;
    DeviceArray<unsigned> memory{std::vector<unsigned>(4)};
    DeviceArray<float> operand{poison(std::int64_t(ShortProgram::operand_bytes(kColumns) / sizeof(float)))};

    ShortProgram::Memory all() const {
        return {memory.get(), reinterpret_cast<char*>(operand.get()), kColumns};
    }
};

Dims small_dims(std::int64_t d_model, std::int64_t heads, std::int64_t groups) {
    Dims dims = mixer_dims(64, heads, groups, 128);
    dims.d_model = d_model;
    return dims;
}

class TestShortProgram : public QObject {
    Q_OBJECT

  private slots:
    void one_kernel_has_the_bits_of_many_data() {
        QTest::addColumn<int>("format");
        QTest::addColumn<int>("group");
        QTest::addColumn<int>("tokens");
        for (const int T : {1, 3, 8, 11, 16}) {
            QTest::addRow("bf16 T=%d", T) << int(WeightFormat::BF16) << 0 << T;
            QTest::addRow("int8 T=%d", T) << int(WeightFormat::Int8) << 128 << T;
            QTest::addRow("int4 T=%d", T) << int(WeightFormat::Int4) << 64 << T;
        }
    }
    void one_kernel_has_the_bits_of_many() {
        QFETCH(int, format);
        QFETCH(int, group);
        QFETCH(int, tokens);
        const Dims dims = small_dims(384, 8, 2);
        Stack apart(dims, WeightFormat(format), group, 3), joined(dims, WeightFormat(format), group, 3);
        ShortProgram separate(cuda_.context);
        const Counters counters;
        ShortProgram program(cuda_.context, counters.all());
        for (int round = 0; round < 2;
             ++round) {  // the second launch finds the counters as the first left them
            const auto expected = apart.run(cuda_, separate, tokens, 1);
            for (const float v : expected) QVERIFY(std::isfinite(v));
            QCOMPARE(joined.run(cuda_, program, tokens, 1), expected);
            QCOMPARE(joined.states(), apart.states());
            QCOMPARE(counters.memory.host(), std::vector<unsigned>(4));
        }
    }

    /// As on devices of 8.6, 8.9 and 12.0, and of 8.0: shallower rings, rows in pieces, tokens in halves.
    void little_shared_memory_data() {
        QTest::addColumn<int>("format");
        QTest::addColumn<int>("group");
        QTest::addColumn<int>("kib");
        for (const int kib : {99, 163}) {
            QTest::addRow("bf16 %d", kib) << int(WeightFormat::BF16) << 0 << kib;
            QTest::addRow("int8 %d", kib) << int(WeightFormat::Int8) << 64 << kib;
            QTest::addRow("int4 %d", kib) << int(WeightFormat::Int4) << 64 << kib;
        }
    }
    void little_shared_memory() {
        QFETCH(int, format);
        QFETCH(int, group);
        QFETCH(int, kib);
        CudaContext cuda;
        cuda.device.shared_per_block = std::min(cuda.device.shared_per_block, std::size_t(kib) * 1024);
        const Dims dims = small_dims(2176, 4, 1);
        Stack apart(dims, WeightFormat(format), group, 1), joined(dims, WeightFormat(format), group, 1);
        ShortProgram separate(cuda.context);
        const Counters counters;
        ShortProgram program(cuda.context, counters.all());
        for (const std::int64_t T : {1, 8, 16}) {
            const auto expected = apart.run(cuda, separate, T, 1);
            for (const float v : expected) QVERIFY(std::isfinite(v));
            QCOMPARE(joined.run(cuda, program, T, 1), expected);
        }
    }

    /// out_proj's rows in pieces between two layers: their sums stay with the block.
    void rows_in_pieces_go_on_by_signs() {
        CudaContext cuda;
        cuda.device.shared_per_block = std::size_t{99} * 1024;
        const Dims dims = small_dims(128, 34, 2);
        for (const auto format : {WeightFormat::BF16, WeightFormat::Int4}) {
            const std::int64_t group = format == WeightFormat::Int4 ? 128 : 0;
            Stack apart(dims, format, group, 2), joined(dims, format, group, 2),
                whole(dims, format, group, 2);
            ShortProgram separate(cuda.context), in_one_piece(cuda_.context);
            const Counters counters;
            ShortProgram program(cuda.context, counters.all());
            for (const std::int64_t T : {8, 2}) {
                const auto expected = apart.run(cuda, separate, T, 1);
                const auto also = whole.run(cuda_, in_one_piece, T, 1);
                QVERIFY(relative_error(expected, reference::Row(also.begin(), also.end())) < 1e-4);
                QCOMPARE(joined.run(cuda, program, T, 1), expected);
                QCOMPARE(joined.states(), apart.states());
            }
        }
    }

    /// More phases than one kernel's parameters hold.
    void a_long_program_is_several_kernels() { compare_many(70, 1); }
    /// A state that was written before in the same program.
    void a_state_may_come_again() { compare_many(1, 3); }

    /// Weights of another format in between: what there is runs first.
    void formats_may_change() {
        const Dims dims = small_dims(256, 4, 1);
        Stack a8(dims, WeightFormat::Int8, 64, 1), b8(dims, WeightFormat::Int8, 64, 1);
        Stack a4(dims, WeightFormat::Int4, 128, 1), b4(dims, WeightFormat::Int4, 128, 1);
        ShortProgram separate(cuda_.context);
        const Counters counters;
        ShortProgram program(cuda_.context, counters.all());
        for (int i = 0; i < 2; ++i) {
            QCOMPARE(b8.run(cuda_, program, 5, 1), a8.run(cuda_, separate, 5, 1));
            QCOMPARE(b4.run(cuda_, program, 5, 1), a4.run(cuda_, separate, 5, 1));
        }
    }

    void what_is_cleared_does_not_run() {
        const Dims dims = small_dims(128, 2, 1);
        const Layer layer(dims, WeightFormat::BF16, 0, 5);
        const DeviceArray<float> zxbcdt(random_floats(dims.in_proj_rows(), 3, 1.0f));
        const DeviceArray<float> y(std::vector<float>(std::size_t(dims.d_inner))), squares(poison(2));
        const DeviceArray<std::int32_t> arrivals(std::vector<std::int32_t>(1));
        const Counters counters;
        ShortProgram program(cuda_.context, counters.all());
        const auto mixer = [&](std::int64_t T) {
            program.mixer(dims, layer.mixer.device, layer.state.view(), zxbcdt.get(), T, y.get(),
                          squares.get(), arrivals.get());
        };
        mixer(1);
        program.clear();
        program.run();
        QCOMPARE(y.host(), std::vector<float>(std::size_t(dims.d_inner)));
        QVERIFY_THROWS_EXCEPTION(Error, mixer(17));
        mixer(1);
        program.run();
        QVERIFY(y.host() != std::vector<float>(std::size_t(dims.d_inner)));
    }

    /// The backend collects operations; those run although some other memory is let go of before.
    void memory_let_go_of_loses_no_operation() {
        const Dims dims = small_dims(128, 2, 1);
        const Layer layer(dims, WeightFormat::BF16, 0, 5);
        const auto backend = cuda::make_backend(dims, WeightFormat::BF16);
        backend->reserve(dims, 32);
        const Buffer residual = to_backend(*backend, random_floats(2 * dims.d_model, 9, 1.0f));
        const Buffer zxbcdt = to_backend(*backend, poison(2 * dims.in_proj_rows()));
        std::optional<Buffer> other = backend->allocate(64);
        backend->norm_linear(dims,
                             {layer.norm.get(), layer.in_proj.view, layer.in_proj_dt.view, layer.mixer.device,
                              layer.out_proj.view},
                             residual.as<float>(), 2, zxbcdt.data());
        other.reset();
        for (const float v : from_backend<float>(*backend, zxbcdt.data(), 2 * dims.in_proj_rows())) {
            QVERIFY(std::isfinite(v));
        }
    }

  private:
    void compare_many(int layers, int repeats) {
        const Dims dims = small_dims(128, 2, 1);
        Stack apart(dims, WeightFormat::BF16, 0, layers), joined(dims, WeightFormat::BF16, 0, layers);
        ShortProgram separate(cuda_.context);
        const Counters counters;
        ShortProgram program(cuda_.context, counters.all());
        QCOMPARE(joined.run(cuda_, program, 1, repeats), apart.run(cuda_, separate, 1, repeats));
        QCOMPARE(joined.states(), apart.states());
    }

    CudaContext cuda_;
};

}  // namespace

QTEST_APPLESS_MAIN(TestShortProgram)
#include "test_short_program.moc"
