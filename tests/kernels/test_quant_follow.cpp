#include <QtTest>
#include <cmath>

#include "hwy/targets.h"
#include "kernels/error.h"
#include "kernels/quant.h"
#include "tests/support/backend_data.h"

using namespace sidewinder::kernels;
using namespace sidewinder::test;

namespace {

using Matrix = std::vector<double>;

/// Inputs [T, n] whose columns depend on one another, as activations do.
std::vector<float> correlated(std::int64_t T, std::int64_t n, std::uint32_t seed) {
    const auto own = random_floats(T * n, seed, 0.3f), shared = random_floats(T * 4, seed + 1, 1.0f),
               mix = random_floats(4 * n, 99, 1.0f);
    std::vector<float> out(own);
    for (std::int64_t t = 0; t < T; ++t)
        for (std::int64_t c = 0; c < n; ++c)
            for (std::int64_t k = 0; k < 4; ++k)
                out[static_cast<std::size_t>(t * n + c)] +=
                    shared[static_cast<std::size_t>(t * 4 + k)] * mix[static_cast<std::size_t>(k * n + c)];
    return out;
}

Matrix damped_gram(const std::vector<float>& x, std::int64_t T, std::size_t n, double damping) {
    Matrix h(n * n, 0.0);
    for (std::size_t t = 0; t < static_cast<std::size_t>(T); ++t)
        for (std::size_t i = 0; i < n; ++i)
            for (std::size_t j = 0; j < n; ++j)
                h[i * n + j] += static_cast<double>(x[t * n + i]) * x[t * n + j];
    double mean = 0;
    for (std::size_t i = 0; i < n; ++i) mean += h[i * n + i] / static_cast<double>(n);
    for (std::size_t i = 0; i < n; ++i) h[i * n + i] += damping * mean;
    return h;
}

/// Gauss and Jordan; the matrix is positive definite.
Matrix inverse(Matrix a, std::size_t n) {
    Matrix b(n * n, 0.0);
    for (std::size_t i = 0; i < n; ++i) b[i * n + i] = 1;
    for (std::size_t p = 0; p < n; ++p) {
        const double pivot = a[p * n + p];
        for (std::size_t j = 0; j < n; ++j) a[p * n + j] /= pivot, b[p * n + j] /= pivot;
        for (std::size_t i = 0; i < n; ++i) {
            const double factor = a[i * n + p];
            if (i == p) continue;
            for (std::size_t j = 0; j < n; ++j)
                a[i * n + j] -= factor * a[p * n + j], b[i * n + j] -= factor * b[p * n + j];
        }
    }
    return b;
}

/// U upper triangular with A = U^T U, row by row as the textbook has it.
Matrix upper_factor(const Matrix& a, std::size_t n) {
    Matrix u(n * n, 0.0);
    for (std::size_t i = 0; i < n; ++i) {
        for (std::size_t j = i; j < n; ++j) {
            double sum = a[i * n + j];
            for (std::size_t k = 0; k < i; ++k) sum -= u[k * n + i] * u[k * n + j];
            u[i * n + j] = i == j ? std::sqrt(sum) : sum / u[i * n + i];
        }
    }
    return u;
}

struct Quantised {
    WeightLayout layout;
    std::vector<std::byte> data;
    std::vector<float> scales;

    Quantised(const WeightLayout& shape, const std::vector<float>& rows, const float* follow)
        : layout(shape), data(shape.data_bytes()), scales(shape.scale_count()) {
        if (follow)
            quantize_rows_following(layout, rows, follow, data.data(), scales.data());
        else
            quantize_rows(layout, rows, data.data(), scales.data());
    }
    std::vector<float> row(std::int64_t r) const {
        std::vector<float> out(static_cast<std::size_t>(layout.cols));
        dequantize_row(layout, data.data(), scales.data(), r, out);
        return out;
    }
};

/// Sum over rows and tokens of ((row - quantised row) . x)^2
double product_error(const Quantised& q, const std::vector<float>& rows, const std::vector<float>& x) {
    double sum = 0;
    const auto cols = static_cast<std::size_t>(q.layout.cols);
    for (std::size_t r = 0; r < static_cast<std::size_t>(q.layout.rows); ++r) {
        const auto back = q.row(static_cast<std::int64_t>(r));
        for (std::size_t t = 0; t < x.size() / cols; ++t) {
            double dot = 0;
            for (std::size_t c = 0; c < cols; ++c)
                dot += (static_cast<double>(rows[r * cols + c]) - back[c]) * x[t * cols + c];
            sum += dot * dot;
        }
    }
    return sum;
}

std::vector<float> follow_for(const std::vector<float>& x, std::int64_t n) {
    std::vector<float> follow(static_cast<std::size_t>(n * n));
    follow_from_inputs(x.data(), static_cast<std::int64_t>(x.size()) / n, n, 0.05, follow.data());
    return follow;
}

}  // namespace

class TestQuantFollow : public QObject {
    Q_OBJECT
  private slots:
    void followIsTheFactorOfTheInverseHessian() {
        for (const std::size_t n : {std::size_t{64}, std::size_t{128}}) {
            const auto x = correlated(300, static_cast<std::int64_t>(n), 5);
            const Matrix u = upper_factor(inverse(damped_gram(x, 300, n, 0.05), n), n);
            const auto follow = follow_for(x, static_cast<std::int64_t>(n));
            double largest = 0;
            for (std::size_t j = 0; j < n; ++j) {
                for (std::size_t k = 0; k < n; ++k) {
                    const double expected = k > j ? u[j * n + k] / u[j * n + j] : 0.0;
                    largest = std::max(largest, std::abs(expected));
                    QVERIFY2(std::abs(follow[j * n + k] - expected) < 2e-4,
                             qPrintable(QString::number(follow[j * n + k] - expected)));
                }
            }
            QVERIFY(largest > 0.1);
        }
    }

    void productsWithSuchInputsErrLess() {
        for (const std::int64_t n : {64, 128}) {
            const auto rows = random_floats(40 * n, 6, 0.02f);
            const WeightLayout layout{WeightFormat::Int4, 40, n, n};
            const auto follow = follow_for(correlated(600, n, 7), n);
            const auto fresh = correlated(200, n, 8);
            const double plain = product_error(Quantised(layout, rows, nullptr), rows, fresh);
            const double following = product_error(Quantised(layout, rows, follow.data()), rows, fresh);
            QVERIFY2(following < 0.5 * plain, qPrintable(QString::number(following / plain)));
        }
    }

    void columnsFollowAsWritten() {
        constexpr std::size_t n = 64;
        const auto rows = random_floats(8 * n, 9, 1.0f);
        const auto follow = follow_for(correlated(200, n, 10), n);
        const Quantised q({WeightFormat::Int4, 8, n, n}, rows, follow.data());
        int different = 0;
        for (std::size_t r = 0; r < 8; ++r) {
            std::vector<double> w(rows.begin() + static_cast<std::ptrdiff_t>(r * n),
                                  rows.begin() + static_cast<std::ptrdiff_t>((r + 1) * n));
            const auto back = q.row(static_cast<std::int64_t>(r));
            const double scale = q.scales[r];
            for (std::size_t j = 0; j < n; ++j) {
                const double nearest = std::clamp(std::nearbyint(w[j] / scale), -8.0, 7.0) * scale;
                if (std::abs(nearest - back[j]) > 0.5 * std::abs(scale)) ++different;  // a near tie
                for (std::size_t k = j + 1; k < n; ++k) w[k] -= (w[j] - back[j]) * follow[j * n + k];
            }
        }
        QVERIFY2(different <= 2, qPrintable(QString::number(different)));
    }

    void rowsAreIndependent() {
        constexpr std::int64_t n = 128, count = 7;  // a tile of four and what is left
        const auto rows = random_floats(count * n, 11, 1.0f);
        const auto follow = follow_for(correlated(200, n, 12), n);
        const Quantised all({WeightFormat::Int4, count, n, n}, rows, follow.data());
        for (std::int64_t r = 0; r < count; ++r) {
            const Quantised one({WeightFormat::Int4, 1, n, n},
                                {rows.begin() + r * n, rows.begin() + (r + 1) * n}, follow.data());
            QCOMPARE(one.row(0), all.row(r));
        }
    }

    void everyInstructionSetMakesTheSameBytes() {
        const auto rows = random_floats(9 * 256, 13, 1.0f);
        auto follow = follow_for(correlated(200, 128, 14), 128);
        const auto second = follow_for(correlated(200, 128, 15), 128);
        follow.insert(follow.end(), second.begin(), second.end());
        const WeightLayout layout{WeightFormat::Int4, 9, 256, 128};
        const Quantised best(layout, rows, follow.data());
        for (std::int64_t left = hwy::SupportedTargets(); left != 0; left &= left - 1) {
            hwy::SetSupportedTargetsForTest(left & -left);
            hwy::GetChosenTarget().Update(hwy::SupportedTargets());
            const Quantised other(layout, rows, follow.data());
            hwy::SetSupportedTargetsForTest(0);
            hwy::GetChosenTarget().Update(hwy::SupportedTargets());
            QVERIFY(other.data == best.data);
            QVERIFY(other.scales == best.scales);
        }
    }

    void whatIsBeyondWholeGroupsIsRounded() {
        const auto rows = random_floats(5 * 200, 16, 1.0f);
        const auto follow = follow_for(correlated(200, 128, 17), 128);
        const WeightLayout layout{WeightFormat::Int4, 5, 200, 128};
        const Quantised following(layout, rows, follow.data()), plain(layout, rows, nullptr);
        for (std::int64_t r = 0; r < 5; ++r) {
            const auto a = following.row(r), b = plain.row(r);
            QVERIFY(std::equal(a.begin() + 128, a.end(), b.begin() + 128));
            QVERIFY(!std::equal(a.begin(), a.begin() + 128, b.begin()));
        }
    }

    void zerosStayZeros() {
        const auto none = follow_for(std::vector<float>(64 * 20, 0.0f), 64);
        QCOMPARE(none, std::vector<float>(64 * 64, 0.0f));
        const auto follow = follow_for(correlated(100, 64, 18), 64);
        const Quantised q({WeightFormat::Int4, 1, 64, 64}, std::vector<float>(64, 0.0f), follow.data());
        QCOMPARE(q.row(0), std::vector<float>(64, 0.0f));
    }

    void otherFormatsAreRefused() {
        std::vector<std::byte> data(64);
        std::vector<float> row(64), scales(1), follow(64 * 64);
        QVERIFY_EXCEPTION_THROWN(quantize_rows_following({WeightFormat::Int8, 1, 64, 64}, row, follow.data(),
                                                         data.data(), scales.data()),
                                 Error);
    }
};

QTEST_APPLESS_MAIN(TestQuantFollow)
#include "test_quant_follow.moc"
