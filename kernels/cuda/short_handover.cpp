#include "kernels/cuda/short_handover.h"

#include <algorithm>
#include <array>
#include <span>
#include <vector>

namespace sidewinder::kernels::cuda::small {
namespace {

/// Rows of floats that an operation reads or writes.
struct Matrix {
    const float* begin = nullptr;
    std::int64_t rows = 0, stride = 0, columns = 0;

    bool operator==(const Matrix&) const = default;
    std::int64_t count() const { return begin ? (rows - 1) * stride + columns : 0; }
    bool overlaps(const Matrix& other) const {
        return begin < other.begin + other.count() && other.begin < begin + count();
    }
};

/// One or, where a row is cut, several phases.
struct Operation {
    int first = 0, last = 0;
    bool is_mixer = false;
    bool is_written_once = true;  ///< no sums of some of the columns lie where others look
    bool is_prepared = false;     ///< writes Program::operand and reads it
    std::array<Matrix, 2> reads, writes;
    int input = -1;         ///< the operation whose values it takes by their signs
    bool ends_all = false;  ///< when it is over, so is all before it since the blocks met
};

Operation operation_of(const Phase& phase, int index) {
    Operation o;
    o.first = o.last = index;
    o.is_mixer = phase.kind == Phase::Kind::Mixer;
    if (o.is_mixer) {
        const MixerPhase& p = phase.mixer;
        o.reads[0] = {p.zxbcdt, p.T, p.width, p.width};
        o.writes = {Matrix{p.y, p.T, p.d_inner, p.d_inner},
                    Matrix{p.head_squares, p.T, p.n_heads, p.n_heads}};
    } else {
        const LinearPhase& p = phase.linear;
        o.is_prepared = p.prepared;
        o.reads[0] = {p.x, p.T, p.x_stride, p.x_columns};
        if (p.head_squares) o.reads[1] = {p.head_squares, p.T, p.n_heads, p.n_heads};
        o.writes[0] = {p.out, p.T, p.out_stride, p.rows + p.side_rows};
    }
    return o;
}

class Planner {
  public:
    explicit Planner(Program& program) : program_(program) {}

    void run() {
        collect();
        const bool signs = find_buffers();
        for (int i = 0; i < count(); ++i) order(i, signs);
        give_signs();
        count_staged();
    }

  private:
    /// What is handed over by signs; all writings of it carry them.
    struct Buffer {
        Matrix matrix;
        bool is_signed = false;
        unsigned writings = 0;
    };

    int count() const { return static_cast<int>(operations_.size()); }

    void collect() {
        for (int i = 0; i < program_.count; ++i) {
            Phase& phase = program_.phases[i];
            phase.meets = false;  // as the program before may have left it
            phase.hint = 0;
            if (phase.kind == Phase::Kind::Linear && phase.linear.first_column > 0) {
                operations_.back().last = i;
                operations_.back().is_written_once = phase.linear.adds_kept;
            } else {
                operations_.push_back(operation_of(phase, i));
            }
        }
    }

    /// False: some overlap in part, or have others' floats between their rows.
    bool find_buffers() {
        for (const Operation& o : operations_) {
            for (const Matrix& m : o.writes) {
                if (m.count() == 0 || buffer(m)) continue;
                const bool new_one = std::none_of(buffers_.begin(), buffers_.end(),
                                                  [&](const Buffer& b) { return b.matrix.overlaps(m); });
                if (!new_one || (m.rows > 1 && m.stride != m.columns) || buffers_.size() == kMostSigned)
                    return false;
                buffers_.push_back({m});
            }
        }
        return true;
    }
    Buffer* buffer(const Matrix& m) {
        const auto found =
            std::find_if(buffers_.begin(), buffers_.end(), [&](const Buffer& b) { return b.matrix == m; });
        return found == buffers_.end() ? nullptr : &*found;
    }

    /// Lets the blocks meet before operation i, or finds the one whose signs it waits for.
    void order(int i, bool signs) {
        Operation& o = operations_[static_cast<std::size_t>(i)];
        int writer = -1;
        bool by_signs = signs;
        for (const Matrix& m : o.reads) {
            const int last = last_writer(m, i);
            if (last < 0) continue;
            const Operation& other = operations_[static_cast<std::size_t>(last)];
            by_signs = by_signs && (writer < 0 || writer == last) && buffer(m) && other.is_written_once;
            writer = last;
        }
        if (by_signs) o.input = writer;
        Phase& phase = program_.phases[o.first];
        phase.meets = i > 0 && ((writer >= 0 && !by_signs) || !may_write(i));
        // A mixer's head reads little, and of few blocks: it looks at once.
        phase.hint = !phase.meets && o.input >= 0 && !o.is_mixer ? ++hints_ : std::int16_t{0};
        if (phase.meets) {
            o.input = -1;
            met_ = i;
        }
        o.ends_all = i == met_ || (o.input == i - 1 && operation(i - 1).ends_all);
    }
    /// Since all blocks met last.
    int last_writer(const Matrix& m, int before) const {
        for (int j = before - 1; j >= met_; --j) {
            for (const Matrix& w : operations_[static_cast<std::size_t>(j)].writes) {
                if (w.overlaps(m)) return j;
            }
        }
        return -1;
    }
    /// Is all over by then that touched what operation i writes? Goes back along the chain of inputs, and
    /// ends where that leaves nothing out.
    bool may_write(int i) const {
        const Operation& o = operation(i);
        int over = o.input;
        if (o.is_mixer && over >= 0) over = operation(over).input;
        for (int j = i - 1; j >= met_; --j) {
            const Operation& other = operation(j);
            if (j == over) {
                if (other.ends_all) return true;
                over = other.input;
                continue;
            }
            if ((o.is_prepared && other.is_prepared) || touches(o, other.reads) || touches(o, other.writes)) {
                return false;
            }
        }
        return true;
    }
    const Operation& operation(int i) const { return operations_[static_cast<std::size_t>(i)]; }
    static bool touches(const Operation& o, std::span<const Matrix> others) {
        return std::any_of(o.writes.begin(), o.writes.end(), [&](const Matrix& mine) {
            return std::any_of(others.begin(), others.end(),
                               [&](const Matrix& m) { return mine.overlaps(m); });
        });
    }

    void give_signs() {
        for (const Operation& o : operations_) {
            if (o.input < 0) continue;
            for (const Matrix& m : operations_[static_cast<std::size_t>(o.input)].writes) {
                if (m.count() > 0) buffer(m)->is_signed = true;
            }
        }
        program_.signed_count = 0;
        for (const Buffer& b : buffers_) {
            if (!b.is_signed) continue;
            program_.signed_floats[program_.signed_count++] = {const_cast<float*>(b.matrix.begin),
                                                               b.matrix.count()};
        }
        for (const Operation& o : operations_) set_signs(o);
    }
    void set_signs(const Operation& o) {
        unsigned read = kNoSign, write = 0;
        if (o.input >= 0) read = buffer(o.reads[0])->writings % 2;
        for (const Matrix& m : o.writes) {
            Buffer* b = m.count() > 0 ? buffer(m) : nullptr;
            if (!b || !b->is_signed) continue;
            write = ++b->writings % 2;
        }
        for (int i = o.first; i <= o.last; ++i) {
            Phase& phase = program_.phases[i];
            if (phase.kind == Phase::Kind::Mixer) {
                phase.mixer.in_sign = read;
                phase.mixer.out_sign = write;
            } else {
                phase.linear.x_sign = read;
                phase.linear.out_sign = i == o.last ? write : kNoSign;  // a part of a sum stays exact
            }
        }
    }

    void count_staged() {
        unsigned staged = 0;
        for (int i = 0; i < program_.count; ++i) {
            Phase& phase = program_.phases[i];
            if (phase.kind != Phase::Kind::Linear) continue;
            if (phase.linear.prepares)
                staged += static_cast<unsigned>(phase.linear.T) << phase.linear.part_bits;
            phase.linear.staged = staged;
        }
    }

    Program& program_;
    std::vector<Operation> operations_;
    std::vector<Buffer> buffers_;
    int met_ = 0;  ///< before this operation
    std::int16_t hints_ = 0;
};

}  // namespace

void plan_handovers(Program& program) {
    Planner(program).run();
}

}  // namespace sidewinder::kernels::cuda::small
