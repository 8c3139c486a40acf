#include <QtTest>

#include "kernels/cpu/cpu_backend.h"
#include "tests/support/goldens.h"

using namespace sidewinder;
using namespace sidewinder::test;

/// The engine against a float64 sequential reference (fixtures/goldens), however the tokens are fed.
class TestGoldens : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void matchTheReference_data() {
        QTest::addColumn<QString>("model");
        QTest::addColumn<QString>("weights");
        QTest::addColumn<double>("tolerance");
        // Activations are float32 on the CPU, so bf16 weights, which the goldens are, cost nothing over f32
        // ones.
        for (const char* model : {"tiny", "g8h2", "g1"}) {
            QTest::addRow("%s f32", model) << model << "f32" << 1e-4;
            QTest::addRow("%s bf16", model) << model << "bf16" << 1e-4;
        }
    }
    void matchTheReference() {
        QFETCH(QString, model);
        QFETCH(QString, weights);
        QFETCH(double, tolerance);
        const fs::path folder = golden_folder(model.toStdString());
        if (!fs::exists(folder)) QSKIP("the golden tensors are not here (../shared/fixtures)");
        const Golden golden(folder);
        const auto backend = kernels::make_cpu_backend(2);
        const inference::Config& config = golden.folder.config;
        inference::Model engine(
            *backend, config,
            inference::Weights::load(*golden.folder.tensors, config,
                                     inference::WeightRecipe::parse(weights.toStdString()), *backend));

        const std::vector<std::vector<std::size_t>> feedings{{1}, {256}, {1, 3, 64, 129}, {2, 16, 7}};
        for (const auto& steps : feedings) {
            const Fed fed = feed(engine, golden.tokens, steps);
            const double logits = distance(fed.logits, golden.logits);
            const double ssm = distance(fed.ssm, golden.ssm);
            const double conv = distance(fed.conv, golden.conv);
            qInfo("steps of %zu…: logits %.2e, ssm_state %.2e, conv_state %.2e", steps[0], logits, ssm, conv);
            QVERIFY(logits < tolerance && ssm < tolerance && conv < tolerance);
            if (model != QLatin1String("g1")) {  // with one group the two norms are the same
                QVERIFY(distance(fed.logits, golden.logits_ungrouped) > 0.1);
            }
        }
    }
};

QTEST_APPLESS_MAIN(TestGoldens)
#include "test_goldens.moc"
