#include <QtTest>

#include "kernels/cpu/cpu_backend.h"
#include "kernels/cpu/reference.h"
#include "kernels/error.h"
#include "tests/support/backend_data.h"

using namespace sidewinder::kernels;
using namespace sidewinder::test;

namespace {

// Relative error of a whole result against float64 over the same stored weights.
//   f32, bf16: float32 sums of up to 8192 products.  int8, int4: also activations of 16 bits a group (about
//   3e-5, more for one lone sum).
double tolerance(WeightFormat format) {
    return format == WeightFormat::F32 || format == WeightFormat::BF16 ? 2e-6 : 1e-4;
}

struct Case {
    WeightFormat format;
    std::int64_t group, rows, cols, T;
};

reference::Row to_double(const float* x, std::int64_t n) {
    return {x, x + n};
}

}  // namespace

class TestCpuLinear : public QObject {
    Q_OBJECT

  private slots:
    void linear_add_data();
    void linear_add();
    void norm_linear_data();
    void norm_linear();
    void logits_normalise_first();
    void short_calls_have_the_bits_of_single_tokens_data();
    void short_calls_have_the_bits_of_single_tokens();
    void integer_weights_give_the_bits_of_single_tokens_always();
    void threads_do_not_change_bits();
    void zero_and_extreme_activations_stay_defined();
    void embed_copies_rows();
    void wrong_shapes_are_refused();

  private:
    std::unique_ptr<Backend> backend_ = make_cpu_backend(2);
};

void add_formats_and_shapes() {
    QTest::addColumn<int>("format");
    QTest::addColumn<int>("group");
    QTest::addColumn<int>("rows");
    QTest::addColumn<int>("cols");
    QTest::addColumn<int>("tokens");
    const std::pair<WeightFormat, int> formats[] = {{WeightFormat::F32, 0},   {WeightFormat::BF16, 0},
                                                    {WeightFormat::Int8, 64}, {WeightFormat::Int8, 128},
                                                    {WeightFormat::Int4, 64}, {WeightFormat::Int4, 128}};
    const std::pair<int, int> shapes[] = {{48, 96}, {97, 48}, {1, 50}, {193, 520}, {64, 1023}, {7, 4096}};
    for (const auto& [format, group] : formats) {
        for (const auto& [rows, cols] : shapes) {
            for (const int T : {1, 2, 3, 5, 7, 8, 9, 16, 17, 64, 129, 300}) {
                QTest::addRow("%s-g%d %dx%d T=%d", name_of(format).data(), group, rows, cols, T)
                    << static_cast<int>(format) << group << rows << cols << T;
            }
        }
    }
}

Case fetch_case() {
    QFETCH(int, format);
    QFETCH(int, group);
    QFETCH(int, rows);
    QFETCH(int, cols);
    QFETCH(int, tokens);
    return {static_cast<WeightFormat>(format), group, rows, cols, tokens};
}

void TestCpuLinear::linear_add_data() {
    add_formats_and_shapes();
}

void TestCpuLinear::linear_add() {
    const Case c = fetch_case();
    const HostWeight host(c.format, c.rows, c.cols, c.group, random_floats(c.rows * c.cols, 1, 0.02f));
    const BackendWeight weight(*backend_, host);
    const auto x = random_floats(c.T * c.cols, 2, 1.0f, 0.3f);
    const auto before = random_floats(c.T * c.rows, 3, 0.2f);
    reference::Row expected;
    for (std::int64_t t = 0; t < c.T; ++t) {
        const auto row = reference::linear(host.view(), to_double(x.data() + t * c.cols, c.cols));
        for (std::size_t r = 0; r < row.size(); ++r) {
            expected.push_back(row[r] +
                               static_cast<double>(before[static_cast<std::size_t>(t * c.rows) + r]));
        }
    }
    Dims dims;
    dims.d_model = c.rows;
    dims.d_inner = c.cols;
    const Buffer y = to_backend(*backend_, x);
    const Buffer residual = to_backend(*backend_, before);
    backend_->linear_add(dims, weight.view, y.data(), c.T, residual.as<float>());
    const auto got = from_backend<float>(*backend_, residual.data(), c.T * c.rows);
    const double error = relative_error(got, expected);
    QVERIFY2(error < tolerance(c.format), qPrintable(QString::number(error)));
}

void TestCpuLinear::norm_linear_data() {
    QTest::addColumn<int>("format");
    QTest::addColumn<int>("tokens");
    for (int format = 0; format < 4; ++format) {
        for (const int T : {1, 2, 7, 17, 64, 257}) {
            QTest::addRow("%s T=%d", name_of(static_cast<WeightFormat>(format)).data(), T) << format << T;
        }
    }
}

void TestCpuLinear::norm_linear() {
    QFETCH(int, format);
    QFETCH(int, tokens);
    const auto kind = static_cast<WeightFormat>(format);
    Dims dims;
    dims.d_model = 48;
    dims.d_inner = 96;
    dims.n_heads = 3;
    dims.headdim = 32;
    dims.n_groups = 1;
    dims.d_state = 16;
    const std::int64_t group = kind == WeightFormat::F32 || kind == WeightFormat::BF16 ? 0 : 64;
    const HostWeight main(kind, dims.zxbc_rows(), 48, group, random_floats(dims.zxbc_rows() * 48, 1, 0.1f));
    const HostWeight dt(WeightFormat::F32, 3, 48, 0, random_floats(3 * 48, 2, 0.1f));
    const auto norm = random_floats(48, 3, 0.1f, 1.0f);
    const auto x = random_floats(tokens * 48, 4, 3.0f);
    reference::Row expected;
    for (int t = 0; t < tokens; ++t) {
        const auto normed = reference::rms_norm(to_double(x.data() + t * 48, 48), norm, 1e-5f);
        for (const WeightView& part : {main.view(), dt.view()}) {
            const auto rows = reference::linear(part, normed);
            expected.insert(expected.end(), rows.begin(), rows.end());
        }
    }
    const BackendWeight main_there(*backend_, main);
    const BackendWeight dt_there(*backend_, dt);
    const Buffer norm_there = to_backend(*backend_, norm);
    const Buffer residual = to_backend(*backend_, x);
    LayerWeights layer;
    layer.norm_weight = norm_there.as<float>();
    layer.in_proj = main_there.view;
    layer.in_proj_dt = dt_there.view;
    const Buffer out = to_backend(*backend_, std::vector<float>(expected.size()));
    backend_->norm_linear(dims, layer, residual.as<float>(), tokens, out.data());
    const auto got = from_backend<float>(*backend_, out.data(), static_cast<std::int64_t>(expected.size()));
    QVERIFY(relative_error(got, expected) < tolerance(kind));
}

void TestCpuLinear::logits_normalise_first() {
    Dims dims;
    dims.d_model = 80;
    dims.vocab = 131;
    const HostWeight head(WeightFormat::BF16, 131, 80, 0, random_floats(131 * 80, 5, 0.1f));
    const auto norm = random_floats(80, 6, 0.1f, 1.0f);
    for (const std::int64_t T : {1, 20}) {
        const auto x = random_floats(T * 80, 7, 40.0f);
        reference::Row expected;
        for (std::int64_t t = 0; t < T; ++t) {
            const auto row = reference::linear(
                head.view(), reference::rms_norm(to_double(x.data() + t * 80, 80), norm, 1e-5f));
            expected.insert(expected.end(), row.begin(), row.end());
        }
        const BackendWeight head_there(*backend_, head);
        const Buffer norm_there = to_backend(*backend_, norm);
        const Buffer residual = to_backend(*backend_, x);
        const Buffer logits = backend_->allocate(expected.size() * sizeof(float));
        backend_->logits(dims, norm_there.as<float>(), head_there.view, residual.as<float>(), T,
                         logits.as<float>());
        const auto got =
            from_backend<float>(*backend_, logits.data(), static_cast<std::int64_t>(expected.size()));
        QVERIFY(relative_error(got, expected) < 2e-6);
    }
}

std::vector<float> run_linear(Backend& backend, const HostWeight& host, const std::vector<float>& x,
                              std::int64_t T) {
    const BackendWeight weight(backend, host);
    Dims dims;
    dims.d_model = host.layout.rows;
    dims.d_inner = host.layout.cols;
    const Buffer y = to_backend(backend, x);
    const Buffer residual =
        to_backend(backend, std::vector<float>(static_cast<std::size_t>(T * dims.d_model)));
    backend.linear_add(dims, weight.view, y.data(), T, residual.as<float>());
    return from_backend<float>(backend, residual.data(), T * dims.d_model);
}

void TestCpuLinear::short_calls_have_the_bits_of_single_tokens_data() {
    QTest::addColumn<int>("format");
    for (int format = 0; format < 4; ++format) {
        QTest::addRow("%s", name_of(static_cast<WeightFormat>(format)).data()) << format;
    }
}

void TestCpuLinear::short_calls_have_the_bits_of_single_tokens() {
    QFETCH(int, format);
    const auto kind = static_cast<WeightFormat>(format);
    const HostWeight host(kind, 101, 520, format < 2 ? 0 : 128, random_floats(101 * 520, 8, 0.1f));
    const auto x = random_floats(8 * 520, 9, 1.0f);
    for (const std::int64_t T : {2, 3, 4, 5, 8}) {
        const auto together = run_linear(*backend_, host, x, T);
        for (std::int64_t t = 0; t < T; ++t) {
            const std::vector<float> one(x.begin() + t * 520, x.begin() + (t + 1) * 520);
            const auto alone = run_linear(*backend_, host, one, 1);
            QVERIFY(std::equal(alone.begin(), alone.end(), together.begin() + t * 101));
        }
    }
}

void TestCpuLinear::integer_weights_give_the_bits_of_single_tokens_always() {
    for (const WeightFormat format : {WeightFormat::Int8, WeightFormat::Int4}) {
        for (const std::int64_t group : {64, 128}) {
            const HostWeight host(format, 101, 520, group, random_floats(101 * 520, 16, 0.1f));
            const std::int64_t T = 70;
            const auto x = random_floats(T * 520, 17, 1.0f);
            const auto together = run_linear(*backend_, host, x, T);
            for (std::int64_t t = 0; t < T; ++t) {
                const std::vector<float> one(x.begin() + t * 520, x.begin() + (t + 1) * 520);
                const auto alone = run_linear(*backend_, host, one, 1);
                QVERIFY(std::equal(alone.begin(), alone.end(), together.begin() + t * 101));
            }
        }
    }
}

void TestCpuLinear::threads_do_not_change_bits() {
    const auto single = make_cpu_backend(1);
    const auto triple = make_cpu_backend(3);
    for (int format = 0; format < 4; ++format) {
        const auto kind = static_cast<WeightFormat>(format);
        const HostWeight host(kind, 1001, 300, format < 2 ? 0 : 64, random_floats(1001 * 300, 10, 0.1f));
        for (const std::int64_t T : {1, 5, 33}) {
            const auto x = random_floats(T * 300, 11, 1.0f);
            const auto expected = run_linear(*single, host, x, T);
            QCOMPARE(run_linear(*backend_, host, x, T), expected);
            QCOMPARE(run_linear(*triple, host, x, T), expected);
        }
    }
}

void TestCpuLinear::zero_and_extreme_activations_stay_defined() {
    for (int format = 0; format < 4; ++format) {
        const auto kind = static_cast<WeightFormat>(format);
        const HostWeight host(kind, 9, 192, format < 2 ? 0 : 64, random_floats(9 * 192, 12, 0.1f));
        for (const std::int64_t T : {1, 12}) {
            const auto zeros =
                run_linear(*backend_, host, std::vector<float>(static_cast<std::size_t>(T * 192)), T);
            for (const float v : zeros) QCOMPARE(v, 0.0f);
            for (const float scale : {1e-38f, 1e-42f, 1e30f}) {
                const auto got = run_linear(*backend_, host, random_floats(T * 192, 13, scale), T);
                for (const float v : got) QVERIFY(std::isfinite(v));
            }
        }
    }
}

void TestCpuLinear::embed_copies_rows() {
    const auto values = random_floats(10 * 50, 14, 1.0f);
    const std::vector<std::int32_t> ids = {3, 0, 9};
    for (const WeightFormat format : {WeightFormat::F32, WeightFormat::BF16}) {
        const HostWeight host(format, 10, 50, 0, values);
        const BackendWeight table(*backend_, host);
        const Buffer ids_there = to_backend(*backend_, ids);
        const Buffer residual = backend_->allocate(3 * 50 * sizeof(float));
        backend_->embed(table.view, ids_there.as<std::int32_t>(), 3, residual.as<float>());
        const auto got = from_backend<float>(*backend_, residual.data(), 150);
        for (std::size_t t = 0; t < 3; ++t) {
            std::vector<float> row(50);
            dequantize_row(host.layout, host.data.data(), nullptr, ids[t], row);
            QVERIFY(std::equal(row.begin(), row.end(), got.begin() + static_cast<std::ptrdiff_t>(t * 50)));
        }
    }
}

void TestCpuLinear::wrong_shapes_are_refused() {
    const HostWeight host(WeightFormat::F32, 8, 16, 0, random_floats(128, 15, 1.0f));
    const BackendWeight weight(*backend_, host);
    Dims dims;
    dims.d_model = 9;
    dims.d_inner = 16;
    std::vector<float> y(16), residual(16);
    QVERIFY_EXCEPTION_THROWN(backend_->linear_add(dims, weight.view, y.data(), 1, residual.data()), Error);
    const std::int32_t id = 8;
    QVERIFY_EXCEPTION_THROWN(backend_->embed(weight.view, &id, 1, residual.data()), Error);
}

QTEST_APPLESS_MAIN(TestCpuLinear)
#include "test_cpu_linear.moc"
