#include <cuda_fp16.h>

#include <QTest>
#include <cmath>
#include <cstring>
#include <string>
#include <vector>

#include "kernels/cpu/reference.h"
#include "kernels/cuda/device.h"
#include "kernels/cuda/ops.h"
#include "tests/support/backend_data.h"
#include "tests/support/cuda_arrays.h"

/// small_linear against float64, and a token's bits against its company.

using namespace sidewinder;
using namespace sidewinder::kernels;
using namespace sidewinder::kernels::cuda;
using test::DeviceArray;
using test::DeviceWeight;
using test::HostWeight;
using test::random_floats;

namespace {

enum class Norm { None, Rms, Grouped };

struct Case {
    WeightFormat format = WeightFormat::BF16;
    std::int64_t group = 0;
    std::int64_t rows = 0;
    std::int64_t cols = 0;
    Norm norm = Norm::None;
    bool add = false;
    std::int64_t side_rows = 0;
    int multiprocessors = 132;
    std::size_t shared_per_block = 227 * 1024;
    float size = 1.0f;  ///< of x
};

constexpr std::int64_t kTokens = 16;
constexpr float kEps = 1e-5f;
constexpr std::int64_t kGuard = 5;  ///< columns of `out` behind the last row, which nobody may touch
constexpr float kPoison = -12345.0f;

/// Weights and activations of one case, for 16 tokens.
class Problem {
  public:
    explicit Problem(const Case& c)
        : c_(c),
          stride_(c.cols + 8),
          out_stride_(c.rows + c.side_rows + kGuard),
          weight_(c.format, c.rows, c.cols, c.group, random_floats(c.rows * c.cols, 1, 0.05f)),
          side_(WeightFormat::BF16, c.side_rows, c.cols, 0, random_floats(c.side_rows * c.cols, 2, 0.05f)),
          x_(random_floats(kTokens * stride_, 3, c.size, 0.1f * c.size)),
          norm_weight_(random_floats(c.cols, 4, 0.2f, 1.0f)),
          old_(random_floats(kTokens * out_stride_, 5, 1.0f)) {
        heads_ = c.cols / 16;
        groups_ = c.cols % 1024 == 0 ? 8 : 2;
        if (c.norm == Norm::Grouped) square_heads();
    }

    /// Tokens [first, first + T) through the device: [T, out_stride].
    std::vector<float> run(std::int64_t first, std::int64_t T) const {
        DeviceTraits device = open_device();
        device.multiprocessors = c_.multiprocessors;
        device.shared_per_block = std::min(device.shared_per_block, c_.shared_per_block);
        KernelAttributes attributes;
        const Context context{nullptr, &device, &attributes};
        const DeviceWeight weight(weight_), side(side_);
        const DeviceArray<float> x(part(x_, first, T, stride_)), norm(norm_weight_);
        const DeviceArray<float> squares(part(squares_, first, T, heads_));
        std::vector<float> initial = part(old_, first, T, out_stride_);
        for (std::int64_t t = 0; t < T; ++t) {
            const std::int64_t from = c_.add ? out_stride_ - kGuard : 0;
            std::fill(initial.begin() + t * out_stride_ + from, initial.begin() + (t + 1) * out_stride_,
                      kPoison);
        }
        const DeviceArray<float> out(initial);
        SmallLinearInput input{x.get(), stride_, nullptr, nullptr, 0, 0, kEps};
        if (c_.norm == Norm::Rms) input.norm_weight = norm.get();
        if (c_.norm == Norm::Grouped) {
            input.head_squares = squares.get();
            input.n_heads = heads_;
            input.n_groups = groups_;
        }
        small_linear(context, weight.view, c_.side_rows > 0 ? side.view : WeightView{}, Dims{}, input, T,
                     {out.get(), out_stride_, c_.add});
        check(cudaDeviceSynchronize(), "small_linear");
        return out.host();
    }

    /// In float64; `rounded`: with the operand of the matrix units rounded as the kernel rounds it.
    std::vector<double> expected(std::int64_t token, bool rounded) const {
        const std::vector<float> x = normed(token);
        const auto matrix_operand = [&](float v) {
            if (!rounded) return static_cast<double>(v);
            if (c_.format == WeightFormat::BF16) {
                return static_cast<double>(float_from_bf16(bf16_from_float(v)));
            }
            return static_cast<double>(__half2float(__float2half_rn(std::clamp(v, -65504.0f, 65504.0f))));
        };
        reference::Row operand(x.size());
        std::transform(x.begin(), x.end(), operand.begin(), matrix_operand);
        std::vector<double> out = reference::linear(weight_.view(), operand);
        const reference::Row side = reference::linear(side_.view(), operand);
        out.insert(out.end(), side.begin(), side.end());
        for (std::size_t r = 0; c_.add && r < out.size(); ++r) {
            out[r] += static_cast<double>(old_[static_cast<std::size_t>(token * out_stride_) + r]);
        }
        return out;
    }

    std::int64_t out_stride() const { return out_stride_; }
    std::int64_t written() const { return c_.rows + c_.side_rows; }

  private:
    static std::vector<float> part(const std::vector<float>& all, std::int64_t first, std::int64_t T,
                                   std::int64_t stride) {
        if (all.empty()) return {};
        return {all.begin() + first * stride, all.begin() + (first + T) * stride};
    }

    void square_heads() {
        squares_.resize(static_cast<std::size_t>(kTokens * heads_));
        const std::int64_t width = c_.cols / heads_;
        for (std::int64_t t = 0; t < kTokens; ++t) {
            for (std::int64_t c = 0; c < c_.cols; ++c) {
                const float v = x_[static_cast<std::size_t>(t * stride_ + c)];
                squares_[static_cast<std::size_t>(t * heads_ + c / width)] += v * v;
            }
        }
    }

    std::vector<float> normed(std::int64_t token) const {
        const float* x = x_.data() + token * stride_;
        std::vector<float> out(x, x + c_.cols);
        if (c_.norm == Norm::None) return out;
        const std::int64_t width = c_.norm == Norm::Rms ? c_.cols : c_.cols / groups_;
        for (std::int64_t first = 0; first < c_.cols; first += width) {
            double sum = 0.0;
            for (std::int64_t c = first; c < first + width; ++c) sum += double(x[c]) * double(x[c]);
            const double inverse = 1.0 / std::sqrt(sum / double(width) + double(kEps));
            for (std::int64_t c = first; c < first + width; ++c) {
                const auto i = static_cast<std::size_t>(c);
                out[i] =
                    float(double(x[c]) * inverse * (c_.norm == Norm::Rms ? double(norm_weight_[i]) : 1.0));
            }
        }
        return out;
    }

    Case c_;
    std::int64_t stride_, out_stride_, heads_ = 0, groups_ = 0;
    HostWeight weight_, side_;
    std::vector<float> x_, norm_weight_, old_, squares_;
};

/// "" or what is wrong with the tokens [first, first + T).
std::string compare(const Problem& problem, const Case& c, std::int64_t first, std::int64_t T) {
    const std::vector<float> out = problem.run(first, T);
    // float32 sums, which the matrix units cut off instead of rounding. The device's rsqrt may tip a value
    // over a rounding edge: a step of 2^-10 (bf16: 2^-7) in one of 128 columns, which may be thrice as large
    // as the others.
    const double edge = c.format == WeightFormat::BF16 ? 2e-3 : 3e-4;
    const double tight = c.norm == Norm::None ? 1e-5 : edge;
    const double loose = c.format == WeightFormat::BF16 ? 6e-3 : 2e-3;
    for (std::int64_t t = 0; t < T; ++t) {
        const std::string where =
            "token " + std::to_string(first + t) + " of T = " + std::to_string(T) + ": ";
        const float* row = out.data() + t * problem.out_stride();
        const std::span<const float> got(row, static_cast<std::size_t>(problem.written()));
        const double rounded = test::relative_error(got, problem.expected(first + t, true));
        if (!(rounded < tight))
            return where + "error " + std::to_string(rounded * 1e6) + "e-6 to the rounded";
        const double plain = test::relative_error(got, problem.expected(first + t, false));
        if (!(plain < loose)) return where + "error " + std::to_string(plain);
        for (std::int64_t i = 0; i < kGuard; ++i) {
            if (row[problem.written() + i] != kPoison) return where + "wrote behind the last row";
        }
    }
    return "";
}

/// Are all tokens' bits those of `all` ([16, out_stride]) when they come T at a time?
bool same_bits(const Problem& problem, const std::vector<float>& all, std::int64_t first, std::int64_t T) {
    const std::vector<float> out = problem.run(first, T);
    return std::memcmp(out.data(), all.data() + first * problem.out_stride(), out.size() * sizeof(float)) ==
           0;
}

struct Format {
    const char* name;
    WeightFormat format;
    std::int64_t group;
};
constexpr Format kFormats[] = {{"bf16", WeightFormat::BF16, 0},
                               {"int8-g64", WeightFormat::Int8, 64},
                               {"int8-g128", WeightFormat::Int8, 128},
                               {"int4-g64", WeightFormat::Int4, 64},
                               {"int4-g128", WeightFormat::Int4, 128}};

void add_format_rows() {
    QTest::addColumn<int>("format");
    for (int i = 0; i < 5; ++i) QTest::newRow(kFormats[i].name) << i;
}
Case case_of(int format) {
    Case c;
    c.format = kFormats[format].format;
    c.group = kFormats[format].group;
    return c;
}

#define COMPARE(problem, c, first, T)                            \
    do {                                                         \
        const std::string wrong = compare(problem, c, first, T); \
        QVERIFY2(wrong.empty(), wrong.c_str());                  \
    } while (false)

class TestSmallLinear : public QObject {
    Q_OBJECT
  private slots:
    void shapes_data() { add_format_rows(); }
    void shapes() {
        QFETCH(int, format);
        const std::int64_t rows[] = {16, 24, 100, 257}, cols[] = {128, 256, 512, 1024, 384};
        const std::int64_t T[] = {1, 2, 3, 7, 8, 9, 16};
        int n = 0;
        for (const std::int64_t r : rows) {
            for (const std::int64_t k : cols) {
                Case c = case_of(format);
                c.rows = r;
                c.cols = k;
                c.norm = static_cast<Norm>(n % 3);
                c.add = n % 2 == 1;
                c.side_rows = n % 4 == 0 ? 0 : n % 4 == 1 ? 1 : 7;
                c.multiprocessors = n % 5 == 0 ? 132 : 1 + n % 5;
                const Problem problem(c);
                COMPARE(problem, c, 0, T[n % 7]);
                ++n;
            }
        }
    }

    void wide_data() { add_format_rows(); }
    void wide() {
        QFETCH(int, format);
        Case c = case_of(format);
        c.rows = 24;
        c.cols = 8192;
        c.norm = Norm::Rms;
        c.side_rows = 3;
        c.multiprocessors = 2;
        const Problem problem(c);
        COMPARE(problem, c, 0, 1);
        COMPARE(problem, c, 4, 5);
    }

    void bits_do_not_depend_on_T_data() { add_format_rows(); }
    void bits_do_not_depend_on_T() {
        QFETCH(int, format);
        Case c = case_of(format);
        c.rows = 40;
        c.cols = 640;
        c.side_rows = 2;
        c.multiprocessors = 2;
        for (const Norm norm : {Norm::None, Norm::Rms, Norm::Grouped}) {
            c.norm = norm;
            c.add = norm != Norm::None;
            const Problem problem(c);
            const std::vector<float> all = problem.run(0, kTokens);
            for (const std::int64_t T : {1, 2, 3, 7, 8, 9}) QVERIFY(same_bits(problem, all, kTokens - T, T));
        }
    }

    void little_shared_memory_data() { add_format_rows(); }
    void little_shared_memory() {
        QFETCH(int, format);
        Case c = case_of(format);
        c.rows = 20;
        c.cols = 8192;
        c.norm = Norm::Grouped;
        c.add = true;
        c.side_rows = 2;
        for (const std::size_t kib : {99, 163, 227}) {
            c.shared_per_block = kib * 1024;
            const Problem problem(c);
            COMPARE(problem, c, 3, 9);
            const std::vector<float> all = problem.run(0, kTokens);
            for (const std::int64_t T : {1, 4, 8}) QVERIFY(same_bits(problem, all, kTokens - T, T));
        }
    }

    void huge_values_stay_finite_data() { add_format_rows(); }
    void huge_values_stay_finite() {
        QFETCH(int, format);
        Case c = case_of(format);
        c.rows = 16;
        c.cols = 128;
        c.size = 1e6f;
        const Problem problem(c);
        const std::vector<float> out = problem.run(0, 2);
        for (const float v : out) QVERIFY(std::isfinite(v));
        if (c.format == WeightFormat::BF16) return;
        const std::span<const float> got(out.data(), 16);
        QVERIFY(test::relative_error(got, problem.expected(0, true)) < 1e-5);
    }

    void refuses_what_it_cannot_do() {
        Case c = case_of(0);
        c.rows = 16;
        c.cols = 128;
        QVERIFY_EXCEPTION_THROWN(Problem(c).run(0, 0), Error);
        c.cols = 192;
        QVERIFY_EXCEPTION_THROWN(Problem(c).run(0, 1), Error);
        c.cols = 128;
        c.format = WeightFormat::F32;
        QVERIFY_EXCEPTION_THROWN(Problem(c).run(0, 1), Error);
        c.format = WeightFormat::BF16;
        c.shared_per_block = 32 * 1024;
        QVERIFY_EXCEPTION_THROWN(Problem(c).run(0, 1), Error);
    }
};

}  // namespace

QTEST_APPLESS_MAIN(TestSmallLinear)
#include "test_small_linear.moc"
