#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QtTest>

#include "inference/generator.h"
#include "inference/model_folder.h"
#include "kernels/cpu/cpu_backend.h"
#include "tests/support/demo_model.h"

using namespace sidewinder;
using namespace sidewinder::inference;

namespace {

std::vector<TokenId> ids_of(const QJsonValue& value) {
    std::vector<TokenId> ids;
    for (const QJsonValue& id : value.toArray()) ids.push_back(id.toInt());
    return ids;
}

}  // namespace

/// The model that ships: its greedy answers are those of the independent recurrence that checked it when it
/// was made (resources/demo-model/training/reference.py), in every precision where the margins allow.
class TestDemoModel : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void answersAsTheReferenceDid_data() {
        QTest::addColumn<QString>("weights");
        for (const char* weights : {"bf16", "f32", "int8"}) QTest::newRow(weights) << weights;
    }
    void answersAsTheReferenceDid() {
        QFETCH(QString, weights);
        QFile file(QString::fromStdString((test::demo_model() / "training" / "golden.json").string()));
        QVERIFY(file.open(QIODevice::ReadOnly));
        const QJsonDocument document = QJsonDocument::fromJson(file.readAll());
        const QJsonArray cases =
            document.isArray() ? document.array() : document.object()[QStringLiteral("cases")].toArray();
        QVERIFY(cases.size() >= 3);

        const auto backend = kernels::make_cpu_backend(2);
        const ModelFolder folder = ModelFolder::open(test::demo_model());
        const auto tokenizer = Tokenizer::load(folder.tokenizer);
        Model model(*backend, folder.config,
                    Weights::load(*folder.tensors, folder.config, WeightRecipe::parse(weights.toStdString()),
                                  *backend));
        for (const QJsonValue& golden : cases) {
            const std::vector<TokenId> prompt = ids_of(golden[QStringLiteral("prompt_ids")]);
            const std::vector<TokenId> expected = ids_of(golden[QStringLiteral("greedy_ids")]);
            QVERIFY(!prompt.empty() && !expected.empty());
            Timeline timeline(model, "f", 0, nullptr);
            GenerateOptions options;
            options.sampling.temperature = 0;
            options.max_tokens = static_cast<std::int64_t>(expected.size());
            QVERIFY(generate(timeline, *tokenizer, prompt, options).tokens == expected);
        }
    }
};

QTEST_APPLESS_MAIN(TestDemoModel)
#include "test_demo_model.moc"
