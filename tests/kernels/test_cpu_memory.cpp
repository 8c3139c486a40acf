#include <QtTest>

#include <cstring>

#include "kernels/cpu/cpu_backend.h"
#include "kernels/error.h"

using namespace sidewinder::kernels;

class TestCpuMemory : public QObject {
    Q_OBJECT

  private slots:
    void buffers_are_aligned_and_move();
    void copies_and_zeroes();
    void too_much_is_refused_with_a_sentence();
    void large_buffers_cost_nothing_until_touched();
    void replay_runs_the_step_each_time();
    void describes_itself();

  private:
    std::unique_ptr<Backend> backend_ = make_cpu_backend(1);
};

void TestCpuMemory::buffers_are_aligned_and_move() {
    for (const std::size_t bytes :
         {std::size_t{1}, std::size_t{1000}, std::size_t{1} << 20, std::size_t{5000001}}) {
        Buffer a = backend_->allocate(bytes);
        QCOMPARE(reinterpret_cast<std::uintptr_t>(a.data()) % 64, std::uintptr_t{0});
        std::memset(a.data(), 1, bytes);
        void* data = a.data();
        const Buffer b = std::move(a);
        QCOMPARE(b.data(), data);
        QCOMPARE(b.bytes(), bytes);
        QVERIFY(!a.data());
    }
    QVERIFY(!backend_->allocate(0).data());
}

void TestCpuMemory::copies_and_zeroes() {
    const Buffer a = backend_->allocate(16), b = backend_->allocate(16);
    const std::uint64_t in[2] = {1, 2};
    std::uint64_t out[2] = {};
    backend_->upload(a.data(), in, 16);
    backend_->copy(b.data(), a.data(), 16);
    backend_->zero(b.data(), 8);
    backend_->synchronize();
    backend_->download(out, b.data(), 16);
    QCOMPARE(out[0], std::uint64_t{0});
    QCOMPARE(out[1], std::uint64_t{2});
}

void TestCpuMemory::too_much_is_refused_with_a_sentence() {
    for (const std::size_t bytes : {backend_->available_memory() * 4, std::size_t{1} << 62}) {
        try {
            const Buffer buffer = backend_->allocate(bytes);
            QFAIL("memory that does not exist was handed out");
        } catch (const Error& error) {
            QVERIFY(error.kind() == Error::Kind::OutOfMemory);
            QVERIFY(std::strstr(error.what(), std::to_string((bytes + (1u << 20) - 1) >> 20).c_str()));
        }
    }
    QVERIFY(backend_->allocate(1 << 20).data());  // and goes on
}

void TestCpuMemory::large_buffers_cost_nothing_until_touched() {
    const std::size_t before = backend_->available_memory();
    QVERIFY(before > 0);
    const std::size_t bytes = before / 2;
    const Buffer buffer = backend_->allocate(bytes);
    QVERIFY(backend_->available_memory() > before - bytes / 2);
}

void TestCpuMemory::replay_runs_the_step_each_time() {
    int runs = 0;
    for (int i = 0; i < 3; ++i) backend_->replay(7, [&] { ++runs; });
    QCOMPARE(runs, 3);
}

void TestCpuMemory::describes_itself() {
    QVERIFY(QString::fromStdString(make_cpu_backend(1)->device_name())
                .startsWith(QStringLiteral("CPU, 1 thread, ")));
    QVERIFY(QString::fromStdString(make_cpu_backend(2)->device_name())
                .startsWith(QStringLiteral("CPU, 2 threads, ")));
}

QTEST_APPLESS_MAIN(TestCpuMemory)
#include "test_cpu_memory.moc"
