#include <QtTest>
#include <cstring>

#include "inference/error.h"
#include "inference/model_folder.h"
#include "inference/random_weights.h"
#include "inference/safetensors.h"
#include "tests/support/fixtures.h"
#include "tests/support/model_files.h"

using namespace sidewinder;
using namespace sidewinder::inference;

namespace {

struct CheckValue {
    const char* name;
    std::uint16_t first[4];
    std::uint16_t last[2];
};

// fixtures/goldens/README.md, "Check values for the 7B shape".
constexpr CheckValue kCheckValues[] = {
    {"model.backbone.embedding.weight", {0xbbb1, 0x3b80, 0x3ce6, 0xbc70}, {0xbd12, 0xbc7b}},
    {"model.backbone.layers.0.norm.weight", {0x3f6b, 0x3f86, 0x3f82, 0x3f79}, {0x3f85, 0x3f91}},
    {"model.backbone.layers.0.mixer.A_log", {0x401f, 0x400d, 0x4029, 0x3fb8}, {0x3fce, 0x3f9c}},
    {"model.backbone.layers.0.mixer.D", {0x3f86, 0x3f94, 0x3f5f, 0x3f53}, {0x3f90, 0x3f7e}},
    {"model.backbone.layers.0.mixer.dt_bias", {0xc0b7, 0xc0ae, 0xc0dc, 0xc0a4}, {0xc0da, 0xc0b2}},
    {"model.backbone.layers.0.mixer.conv1d.weight", {0x3e45, 0xbef7, 0xbe3a, 0x3eba}, {0x3d9e, 0x3e85}},
    {"model.backbone.layers.0.mixer.conv1d.bias", {0x3e9c, 0x3e79, 0x3ead, 0xbdca}, {0x3dd1, 0x3eab}},
    {"model.backbone.layers.0.mixer.in_proj.weight", {0x3cde, 0x3b9e, 0x3c8d, 0x3be2}, {0xbc4b, 0x3bbf}},
    {"model.backbone.layers.0.mixer.norm.weight", {0x3f5c, 0x3f74, 0x3f87, 0x3f70}, {0x3f6c, 0x3f62}},
    {"model.backbone.layers.0.mixer.out_proj.weight", {0x3a8f, 0xbb3d, 0x39e0, 0xb9c0}, {0xb88c, 0x3b91}},
    {"model.backbone.layers.63.mixer.out_proj.weight", {0xbb9a, 0xba90, 0x3b99, 0x3b46}, {0xba61, 0xbaac}},
    {"model.lm_head.weight", {0x3c12, 0x3d00, 0x3cd4, 0x3bba}, {0x3cc3, 0x3c59}},
};

std::vector<std::byte> whole(const TensorSource& source, const TensorInfo& tensor) {
    std::vector<std::byte> bytes(tensor.bytes);
    source.read(tensor.name, 0, bytes);
    return bytes;
}

}  // namespace

class TestRandomWeights : public QObject {
    Q_OBJECT
  private slots:
    void matchesTheCheckValuesOf7B() {
        const RandomWeights weights(named_config("7b"));
        QCOMPARE(weights.tensors().size(), std::size_t{579});
        for (const CheckValue& check : kCheckValues) {
            const TensorInfo* tensor = weights.find(check.name);
            QVERIFY2(tensor, check.name);
            std::uint16_t first[4], last[2];
            weights.read(check.name, 0, std::as_writable_bytes(std::span(first)));
            weights.read(check.name, tensor->bytes - sizeof last, std::as_writable_bytes(std::span(last)));
            QVERIFY2(std::memcmp(first, check.first, sizeof first) == 0, check.name);
            QVERIFY2(std::memcmp(last, check.last, sizeof last) == 0, check.name);
        }
    }

    void tokensMatchTheCheckValues() {
        const std::vector<TokenId> expected = {3172, 25858, 17401, 18474, 9724, 28624, 15579, 32256};
        QCOMPARE(random_tokens(32768, 8), expected);
    }

    void reproducesTheGoldens_data() {
        QTest::addColumn<QString>("shape");
        for (const char* shape : {"tiny", "g8h2", "g1"}) QTest::newRow(shape) << QString::fromLatin1(shape);
    }

    void reproducesTheGoldens() {
        QFETCH(QString, shape);
        const std::filesystem::path folder = sidewinder::test::fixtures() / "goldens" / shape.toStdString();
        if (!std::filesystem::exists(folder)) QSKIP("the fixtures are not here");
        const SafetensorsFile file = SafetensorsFile::open(folder / "consolidated.safetensors");
        const RandomWeights weights(named_config(shape.toStdString()));
        QCOMPARE(weights.tensors().size(), file.tensors().size());
        for (const TensorInfo& tensor : weights.tensors()) {
            const TensorInfo* stored = file.find(tensor.name);
            QVERIFY2(stored, tensor.name.c_str());
            QCOMPARE(stored->shape, tensor.shape);
            QVERIFY2(whole(file, *stored) == whole(weights, tensor), tensor.name.c_str());
        }
        const SafetensorsFile golden = SafetensorsFile::open(folder / "golden.safetensors");
        std::vector<TokenId> tokens(300);
        golden.read("tokens", 0, std::as_writable_bytes(std::span(tokens)));
        QCOMPARE(random_tokens(512, 300), tokens);
    }

    void readsAnyRange() {
        const RandomWeights weights(named_config("g1"));
        const TensorInfo& tensor = *weights.find("model.backbone.layers.1.mixer.in_proj.weight");
        const std::vector<std::byte> all = whole(weights, tensor);
        for (const std::size_t offset : {0, 1, 2, 8191, 8192, 8193, 65537}) {
            for (const std::size_t size : {0, 1, 2, 3, 8190, 8191, 8192, 20001}) {
                std::vector<std::byte> part(size);
                weights.read(tensor.name, offset, part);
                QVERIFY(size == 0 || std::memcmp(part.data(), all.data() + offset, size) == 0);
            }
        }
        std::vector<std::byte> beyond(2);
        QVERIFY(test::fault_of([&] { weights.read(tensor.name, tensor.bytes - 1, beyond); }).has_value());
    }

    void writesAModelThatOpens() {
        const test::TemporaryFolder folder;
        write_random_model(folder / "model", named_config("tiny"));
        const ModelFolder model = ModelFolder::open(folder / "model");
        QCOMPARE(model.config.n_layers, std::int64_t{4});
        QCOMPARE(model.name, std::string("model"));
        const RandomWeights weights(named_config("tiny"));
        QCOMPARE(model.content_hash, fingerprint(model.config, weights));
        for (const TensorInfo& tensor : weights.tensors())
            QVERIFY(whole(*model.tensors, tensor) == whole(weights, tensor));
        QVERIFY(fingerprint(model.config, RandomWeights(model.config, 2)) != model.content_hash);
    }
};

QTEST_APPLESS_MAIN(TestRandomWeights)
#include "test_random_weights.moc"
