#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>
#include <QtTest>

#include "inference/error.h"

using sidewinder::inference::Fault;

namespace {

// What `bench --backend cuda --save` writes, with numbers of our own.
constexpr const char* kReport = R"({
  "device": "NVIDIA H100 80GB HBM3", "model": "7b", "layers": 64, "version": "0.1.0", "commit": "abc123",
  "compute": 90, "driver": "13.0", "driver_version": "580.159",
  "ceilings": {"copy_gb_per_second": 2990.4, "matrix_tflop_per_second": 805.2, "sustained_matrix_tflop_per_second": 690.5, "bus_gb_per_second": 55.0},
  "runs": [
    {"weights": "bf16",
     "decode": {"tokens_per_second": 183.25, "milliseconds": 5.46, "share_of_floor": 0.912},
     "short": [{"tokens": 8, "milliseconds": 6.0, "times_one_token": 1.1}],
     "prefill": [
       {"tokens": 512, "tokens_per_second": 32900, "share_of_floor": 0.61, "share_of_sustained": 0.83, "peak_memory_bytes": 20000000000},
       {"tokens": 4096, "tokens_per_second": 40000, "share_of_floor": 0.751, "share_of_sustained": 0.83, "peak_memory_bytes": 20000000000},
       {"tokens": 262144, "tokens_per_second": 38000, "share_of_floor": 0.7, "share_of_sustained": 0.83, "peak_memory_bytes": 20100000000}],
     "cancel": {"milliseconds": 120.4, "worst_milliseconds": 251.0},
     "checkpoint": {"to_host_gb_per_second": 53, "to_device_gb_per_second": 55, "share_of_bus": 0.96,
                    "identical": true},
     "memory": {"budget_bytes": 20e9, "used_bytes": 20.4e9, "used_to_budget": 1.02}},
    {"weights": "int4-g128",
     "decode": {"tokens_per_second": 520.0, "milliseconds": 1.9, "share_of_floor": 0.749},
     "short": [{"tokens": 4, "milliseconds": 2.0, "times_one_token": 1.05},
               {"tokens": 8, "milliseconds": 2.3, "times_one_token": 1.21}],
     "prefill": [
       {"tokens": 4096, "tokens_per_second": 37600, "share_of_floor": 0.7, "share_of_sustained": 0.83, "peak_memory_bytes": 9000000000}],
     "cancel": {"milliseconds": 251.0, "worst_milliseconds": 260.0},
     "checkpoint": {"to_host_gb_per_second": 53, "to_device_gb_per_second": 55, "share_of_bus": 0.96,
                    "identical": false},
     "memory": {"budget_bytes": 10e9, "used_bytes": 12e9, "used_to_budget": 1.2}}]})";

}  // namespace

/// `sidewinder-cli bench`: the JSON object of a run, and its table.
class TestBenchTable : public QObject {
    Q_OBJECT

    QTemporaryDir folder_;

    struct Ran {
        int code;
        QByteArray out, err;
    };
    static Ran run(const QStringList& arguments) {
        QProcess process;
        process.start(QStringLiteral(SIDEWINDER_BIN_DIR "/sidewinder-cli"),
                      QStringList(QStringLiteral("bench")) + arguments);
        if (!process.waitForFinished(120'000)) return {-1, {}, "timed out"};
        return {process.exitCode(), process.readAllStandardOutput(), process.readAllStandardError()};
    }
    Ran table_of(const QByteArray& json) {
        QFile file(folder_.filePath(QStringLiteral("bench.json")));
        if (!file.open(QIODevice::WriteOnly)) return {-1, {}, "cannot write"};
        file.write(json);
        file.close();
        return run({QStringLiteral("--table"), file.fileName()});
    }

  private Q_SLOTS:
    void aReportBecomesItsTable_data() {
        QTest::addColumn<QByteArray>("line");
        for (const char* line :
             {"NVIDIA H100 80GB HBM3, driver 580.159 (CUDA 13.0); 7b, 64 layers; Sidewinder 0.1.0, commit "
              "abc123.",
              "Limits measured in the same run: copy 2990 GB/s, bf16 matrix product 805 TFLOP/s (690 for a "
              "second, what power and heat leave), bus 55.0 GB/s.",
              "| | measured | share of the floor | goal | met | others |",
              "| decode bf16 | 183.2 tok/s | 91.2 % | ≥ 90 % of the floor | yes | mamba_ssm 145, llama.cpp "
              "141 "
              "(F16), transformers 21 |",
              "| decode int4-g128 | 520.0 tok/s | 74.9 % | ≥ 75 % of the floor | **no** | llama.cpp 237 "
              "(Q4_0), "
              "222 (Q4_K_M) |",
              "| 8 tokens in one call, int4-g128 | 1.21 × one token |  | ≤ 1.3 × | yes |  |",
              "| prefill of 512, bf16 | 32.9 k tok/s | 61.0 %, 83.0 % of sustained | ≥ 33 k tok/s | **no** | "
              "mamba_ssm 30.8 k, "
              "llama.cpp 10.4 k |",
              "| prefill of 4096, bf16 | 40.0 k tok/s | 75.1 %, 83.0 % of sustained | ≥ 75 % of the floor | "
              "yes | mamba_ssm 35.2 "
              "k, "
              "llama.cpp 11.8 k; transformers is out of memory |",
              "| prefill of 262144, bf16 | 38.0 k tok/s | 70.0 %, 83.0 % of sustained | ≥ 75 % of the floor "
              "| **no** | mamba_ssm "
              "crashes |",
              "| prefill of 4096, int4-g128 | 37.6 k tok/s, 94.0 % of bf16 | 70.0 %, 83.0 % of sustained | ≥ "
              "93 % of bf16 | yes | "
              "llama.cpp 7.6 k |",
              "| 262144 tokens against 4096, bf16 | -5.0 % of the speed |  | within 3 % | **no** |  |",
              "| memory over the lengths, bf16 | 20.10 GB, +100.0 MB |  | flat | **no** |  |",
              "| state to the host and back, bf16 | 53.0 and 55.0 GB/s | 96.0 % of the bus | ≥ 70 % of the "
              "bus | "
              "yes |  |",
              "| state to the host and back, int4-g128 | 53.0 and 55.0 GB/s | 96.0 % of the bus | ≥ 70 % of "
              "the "
              "bus | **no** |  |",
              "| stop in a prefill, bf16 | 120 ms, at worst 251 |  | ≤ 250 ms | yes |  |",
              "| stop in a prefill, int4-g128 | 251 ms, at worst 260 |  | ≤ 250 ms | **no** |  |",
              "| memory against the budget, bf16 | 20.40 of 20.00 GB | 102.0 % | within 5 % | yes |  |",
              "| memory against the budget, int4-g128 | 12.00 of 10.00 GB | 120.0 % | within 5 % | **no** |  "
              "|"})
            QTest::newRow(line) << QByteArray(line);
    }
    void aReportBecomesItsTable() {
        QFETCH(QByteArray, line);
        const Ran ran = table_of(kReport);
        QVERIFY2(ran.code == 0, ran.err.constData());
        QVERIFY2(ran.out.split('\n').contains(line), ran.out.constData());
        QCOMPARE(ran.out.count("\n| "), 17);  // with the head and the rule
        QVERIFY(!ran.out.contains("8 tokens in one call, bf16"));
    }

    void whatIsNoSuchReportIsSaid() {
        for (const char* json : {"", "[]", "{}", "{\"runs\": []}", "not JSON", "{\"device\": 3}"}) {
            const Ran ran = table_of(json);
            QCOMPARE(ran.code, static_cast<int>(Fault::BadEntry));
            QVERIFY2(ran.err.contains("bench.json is not what"), ran.err.constData());
            QCOMPARE(ran.out, QByteArray());
        }
        QCOMPARE(run({QStringLiteral("--table"), QStringLiteral("/none.json")}).code,
                 static_cast<int>(Fault::Io));
    }

    void aRunSaysWhatItMeasured() {
        const QString file = folder_.filePath(QStringLiteral("cpu.json"));
        const Ran ran =
            run(QStringLiteral("--backend cpu --shape tiny --weights int8 --prefill 16 --decode 2 "
                               "--json --save %1")
                    .arg(file)
                    .split(QLatin1Char(' ')));
        QVERIFY2(ran.code == 0, ran.err.constData());
        const QJsonObject report = QJsonDocument::fromJson(ran.out).object();
        for (const char* key : {"device", "model", "version", "commit"})
            QVERIFY2(!report[QLatin1String(key)].toString().isEmpty(), key);
        QVERIFY(report[QStringLiteral("runs")].isArray());
        QCOMPARE(run({QStringLiteral("--table"), file}).code,
                 static_cast<int>(Fault::BadEntry));  // not a GPU's
    }
};

QTEST_GUILESS_MAIN(TestBenchTable)
#include "test_bench_table.moc"
