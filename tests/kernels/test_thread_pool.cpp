#include <QtTest>

#include <sys/resource.h>

#include <atomic>
#include <chrono>
#include <numeric>
#include <thread>

#include "kernels/cpu/thread_pool.h"

using sidewinder::kernels::cpu::ThreadPool;

class TestThreadPool : public QObject {
    Q_OBJECT

  private slots:
    void every_task_runs_once();
    void jobs_follow_one_another_without_loss();
    void a_pool_of_one_uses_the_caller();
    void idle_workers_sleep();
    void pools_come_and_go();
    void cores_are_counted();
};

void TestThreadPool::every_task_runs_once() {
    for (const int threads : {1, 2, 3, 8}) {
        ThreadPool pool(threads);
        QCOMPARE(pool.threads(), threads);
        for (const int tasks : {0, 1, 2, 7, 1000}) {
            std::vector<std::atomic<int>> runs(static_cast<std::size_t>(tasks));
            std::atomic<bool> worker_ok = true;
            pool.run(tasks, [&](std::int64_t task, int worker) {
                ++runs[static_cast<std::size_t>(task)];
                if (worker < 0 || worker >= threads) worker_ok = false;
            });
            for (const auto& count : runs) QCOMPARE(count.load(), 1);
            QVERIFY(worker_ok);
        }
    }
}

/// Plain memory written by one job is read by the next: what `run` returns from must be finished and visible.
void TestThreadPool::jobs_follow_one_another_without_loss() {
    ThreadPool pool(4);
    std::vector<std::int64_t> values(64, 0);
    constexpr std::int64_t kJobs = 200000;  // more than the job number can count
    for (std::int64_t job = 0; job < kJobs; ++job) {
        pool.run(2 + job % 3, [&](std::int64_t task, int) { ++values[static_cast<std::size_t>(task)]; });
        if (job % 20000 == 0)
            std::this_thread::sleep_for(std::chrono::milliseconds(2));  // let workers fall asleep
    }
    std::int64_t expected = 0;
    for (std::int64_t job = 0; job < kJobs; ++job) expected += 2 + job % 3;
    QCOMPARE(std::accumulate(values.begin(), values.end(), std::int64_t{0}), expected);
}

void TestThreadPool::a_pool_of_one_uses_the_caller() {
    ThreadPool pool(1);
    const auto caller = std::this_thread::get_id();
    pool.run(10, [&](std::int64_t, int worker) {
        QCOMPARE(worker, 0);
        QVERIFY(std::this_thread::get_id() == caller);
    });
}

void TestThreadPool::idle_workers_sleep() {
    ThreadPool pool(4);
    pool.run(100, [](std::int64_t, int) {});
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    const auto used = [] {
        rusage usage{};
        getrusage(RUSAGE_SELF, &usage);
        return usage.ru_utime.tv_sec * 1000000 + usage.ru_utime.tv_usec + usage.ru_stime.tv_sec * 1000000 +
               usage.ru_stime.tv_usec;
    };
    const auto before = used();
    std::this_thread::sleep_for(std::chrono::milliseconds(400));
    QVERIFY(used() - before < 100000);  // three spinning workers would burn ten times as much
}

void TestThreadPool::pools_come_and_go() {
    for (int i = 0; i < 200; ++i) {
        ThreadPool pool(3);
        std::atomic<int> sum = 0;
        if (i % 2) pool.run(5, [&](std::int64_t task, int) { sum += static_cast<int>(task); });
        QCOMPARE(sum.load(), i % 2 ? 10 : 0);
    }
}

void TestThreadPool::cores_are_counted() {
    const int cores = ThreadPool::physical_cores();
    QVERIFY(cores >= 1);
    QVERIFY(cores <= static_cast<int>(std::thread::hardware_concurrency()));
}

QTEST_APPLESS_MAIN(TestThreadPool)
#include "test_thread_pool.moc"
