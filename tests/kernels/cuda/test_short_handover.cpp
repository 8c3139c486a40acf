#include "kernels/cuda/short_handover.h"

#include <QtTest>
#include <memory>
#include <vector>

/// Which operations of a program wait for signs and which for all blocks.

using namespace sidewinder::kernels;
using namespace sidewinder::kernels::cuda::small;

namespace {

constexpr int kModel = 64, kInner = 128, kHeads = 2, kGroups = 1;
constexpr int kWidth = 2 * kInner + 2 * kGroups * kState + kHeads;
constexpr int kMostTokens = 16;

/// What a layer works on. Nothing reads or writes it here: addresses are all that counts.
struct Buffers {
    std::vector<float> x = std::vector<float>(kMostTokens * kModel);
    std::vector<float> zxbcdt = std::vector<float>(kMostTokens * kWidth);
    std::vector<float> y = std::vector<float>(kMostTokens * kInner);
    std::vector<float> squares = std::vector<float>(kMostTokens * kHeads);
    std::vector<float> logits = std::vector<float>(kMostTokens * 256);
};

class Plan {
  public:
    Phase& linear(const float* x, int columns, float* out, int rows, int T = 1) {
        LinearPhase p{};
        p.x = x;
        p.x_stride = p.x_columns = p.columns = columns;
        p.out = out;
        p.out_stride = p.rows = rows;
        p.T = T;
        return add(p);
    }
    Phase& in_proj(Buffers& b, int T = 1) { return linear(b.x.data(), kModel, b.zxbcdt.data(), kWidth, T); }
    Phase& mixer(Buffers& b, int T = 1) {
        Phase& phase = program_->phases[program_->count++];
        phase.kind = Phase::Kind::Mixer;
        phase.mixer = {{},     {},     b.zxbcdt.data(), b.y.data(),       b.squares.data(), nullptr, T,
                       kInner, kHeads, kGroups,         kHeads / kGroups, kWidth,           kNoSign, 0};
        return phase;
    }
    Phase& out_proj(Buffers& b, int T = 1) {
        Phase& phase = linear(b.y.data(), kInner, b.x.data(), kModel, T);
        phase.linear.head_squares = b.squares.data();
        phase.linear.n_heads = kHeads;
        phase.linear.n_groups = kGroups;
        phase.linear.add = true;
        return phase;
    }
    /// The last one again, as the rest of its columns.
    Phase& rest() {
        LinearPhase p = program_->phases[program_->count - 1].linear;
        p.first_column = p.columns / 2;
        p.add = true;
        return add(p);
    }
    void make() { plan_handovers(*program_); }
    /// The next program, in the same place.
    void clear() { program_->count = 0; }
    const Program& program() const { return *program_; }

  private:
    Phase& add(const LinearPhase& p) {
        Phase& phase = program_->phases[program_->count++];
        phase.kind = Phase::Kind::Linear;
        phase.linear = p;
        return phase;
    }
    std::unique_ptr<Program> program_ = std::make_unique<Program>();
};

class TestShortHandover : public QObject {
    Q_OBJECT

  private slots:
    void a_token_of_the_7b_is_one_program() { QVERIFY(kMostPhases >= 64 * 3 + 1); }

    void layers_go_by_signs() {
        Buffers b;
        Plan plan;
        for (int layer = 0; layer < 3; ++layer) {
            plan.in_proj(b);
            plan.mixer(b);
            plan.out_proj(b);
        }
        plan.linear(b.x.data(), kModel, b.logits.data(), 256);
        plan.make();
        const Program& p = plan.program();
        QCOMPARE(p.signed_count, 4);  // x, zxbcdt, y and squares; nobody reads the logits
        int hints = 0;
        for (int i = 0; i < p.count; ++i) {
            QVERIFY(!p.phases[i].meets);
            const unsigned now = i / 3 % 2 == 0, before = 1 - now;  // of this layer and of the one before
            if (i % 3 == 1) {
                QCOMPARE(p.phases[i].mixer.in_sign, now);
                QCOMPARE(p.phases[i].mixer.out_sign, now);
                QCOMPARE(p.phases[i].hint, 0);
                continue;
            }
            const bool is_in = i % 3 == 0;
            QCOMPARE(p.phases[i].linear.x_sign, i == 0 ? kNoSign : is_in ? before : now);
            QCOMPARE(p.phases[i].linear.out_sign, i + 1 == p.count ? 0u : now);
            QCOMPARE(p.phases[i].hint, i == 0 ? 0 : ++hints);
        }
    }

    void a_program_before_leaves_nothing() {
        Buffers b;
        Plan plan;
        for (int i = 0; i < 4; ++i) plan.linear(b.x.data(), kModel, b.x.data(), kModel);
        plan.make();
        const auto waits = [&](int i) {
            return plan.program().phases[i].meets || plan.program().phases[i].hint > 0;
        };
        QVERIFY(waits(1) && waits(3));
        plan.clear();
        plan.linear(b.x.data(), kModel, b.zxbcdt.data(), kWidth);
        for (int i = 1; i < 4; ++i) plan.rest();
        plan.make();
        for (int i = 0; i < 4; ++i) QVERIFY(!waits(i));

        plan.clear();
        for (int i = 0; i < 2; ++i) {
            plan.in_proj(b);
            plan.mixer(b);
            plan.out_proj(b);
        }
        plan.make();
        QVERIFY(waits(2) && waits(3));
        plan.clear();
        plan.in_proj(b);
        plan.mixer(b);
        plan.out_proj(b);
        plan.rest();
        plan.make();
        QVERIFY(!waits(3));
    }

    void what_others_may_still_read_is_not_written() {
        Buffers b;
        Plan plan;
        plan.in_proj(b);
        Phase& again = plan.in_proj(b);
        Phase& mixer = plan.mixer(b);
        Phase& overwrites = plan.linear(b.y.data(), kInner, b.zxbcdt.data(), kWidth);
        plan.make();
        QVERIFY(again.meets);
        QVERIFY(!mixer.meets);
        QCOMPARE(mixer.mixer.in_sign, 0u);  // the second writing
        QVERIFY(!overwrites.meets);         // it begins when all of y is there, and so all of zxbcdt was read
        QCOMPARE(overwrites.linear.x_sign, 1u);
    }

    /// A head of the mixer begins with a part of its input: what that was made of may still be read.
    void a_mixer_knows_less() {
        Buffers b;
        Plan plan;
        plan.linear(b.y.data(), kInner, b.zxbcdt.data(), kWidth);
        Phase& mixer = plan.mixer(b);
        plan.make();
        QVERIFY(mixer.meets);
        QCOMPARE(mixer.mixer.in_sign, kNoSign);
    }

    void a_sum_in_parts_is_exact_until_its_end() {
        Buffers b;
        Plan plan;
        plan.in_proj(b);
        plan.mixer(b);
        Phase& first = plan.out_proj(b);
        Phase& rest = plan.rest();
        Phase& next = plan.in_proj(b);
        plan.make();
        QCOMPARE(first.linear.x_sign, 1u);
        QCOMPARE(rest.linear.x_sign, 1u);
        QCOMPARE(first.linear.out_sign, kNoSign);
        QVERIFY(rest.linear.out_sign != kNoSign);
        QVERIFY(!rest.meets);
        QVERIFY(next.meets);  // a part may have any sign
        QCOMPARE(next.linear.x_sign, kNoSign);
    }
    void sums_that_a_block_keeps_are_seen_by_nobody() {
        Buffers b;
        Plan plan;
        plan.in_proj(b);
        plan.mixer(b);
        plan.out_proj(b).linear.keeps_sums = true;
        plan.rest().linear.adds_kept = true;
        Phase& next = plan.in_proj(b);
        plan.make();
        QVERIFY(!next.meets);
        QCOMPARE(next.linear.x_sign, 1u);
    }

    void halves_of_the_tokens_meet() {
        Buffers b;
        Plan plan;
        plan.linear(b.x.data(), kModel, b.zxbcdt.data(), kWidth, 8);
        Phase& second = plan.linear(b.x.data() + 8 * kModel, kModel, b.zxbcdt.data() + 8 * kWidth, kWidth, 8);
        Phase& mixer = plan.mixer(b, 16);
        plan.make();
        QVERIFY(!second.meets);
        QVERIFY(mixer.meets);
    }

    void a_prepared_operand_is_not_overwritten() {
        Buffers b;
        Plan plan;
        plan.linear(b.x.data(), kModel, b.zxbcdt.data(), kWidth, 8).linear.prepared = true;
        Phase& second = plan.linear(b.x.data() + 8 * kModel, kModel, b.zxbcdt.data() + 8 * kWidth, kWidth, 8);
        second.linear.prepared = true;
        plan.make();
        QVERIFY(second.meets);
    }

    void rows_apart_have_no_signs() {
        Buffers b;
        Plan plan;
        plan.linear(b.x.data(), kModel, b.logits.data(), 100, 2).linear.out_stride = 128;
        Phase& reader = plan.linear(b.logits.data(), 100, b.x.data(), kModel, 2);
        reader.linear.x_stride = 128;
        plan.make();
        QVERIFY(reader.meets);
        QCOMPARE(plan.program().signed_count, 0);
    }
};

}  // namespace

QTEST_APPLESS_MAIN(TestShortHandover)
#include "test_short_handover.moc"
