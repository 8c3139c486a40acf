#include <QtTest>

#include "inference/config.h"
#include "inference/error.h"
#include "inference/random_weights.h"
#include "tests/support/config_text.h"
#include "tests/support/limited_child.h"
#include "tests/support/model_files.h"

using namespace sidewinder;
using namespace sidewinder::inference;
using test::fault_of;
using test::kConfig;
using test::kParams;
using test::replaced;
using test::with;

namespace {

void check_codestral(const Config& config) {
    const kernels::Dims& d = config.dims;
    QCOMPARE(d.d_model, std::int64_t{4096});
    QCOMPARE(d.d_inner, std::int64_t{8192});
    QCOMPARE(d.n_heads, std::int64_t{128});
    QCOMPARE(d.headdim, std::int64_t{64});
    QCOMPARE(d.n_groups, std::int64_t{8});
    QCOMPARE(d.d_state, std::int64_t{128});
    QCOMPARE(d.d_conv, std::int64_t{4});
    QCOMPARE(d.vocab, std::int64_t{32768});
    QCOMPARE(d.norm_eps, 1e-5f);
    QCOMPARE(d.conv_dim(), std::int64_t{10240});
    QCOMPARE(d.in_proj_rows(), std::int64_t{18560});
    QCOMPARE(config.n_layers, std::int64_t{64});
    QCOMPARE(config.tie_embeddings, false);
}

Config parse(bool mistral, const std::string& json) {
    return mistral ? parse_mistral_config(json) : parse_hugging_face_config(json);
}

}  // namespace

class TestConfig : public QObject {
    Q_OBJECT
  private slots:
    void readsBothLayouts() {
        QCOMPARE(kParams.size(), std::size_t{234});
        check_codestral(parse_mistral_config(kParams));
        check_codestral(parse_hugging_face_config(kConfig));
        check_codestral(
            parse_hugging_face_config(with(kConfig, "time_step_limit", R"([0, {"__float__": "Infinity"}])")));
        // transformers leaves out what equals its defaults, which are Codestral's.
        check_codestral(parse_hugging_face_config(R"({"model_type": "mamba2"})"));
    }

    void infinityInATextStaysText() {
        const std::string text = "\"\\\"Infinity\\\" Infinity \\\\\"";  // "\"Infinity\" Infinity \\"
        check_codestral(parse_hugging_face_config(with(kConfig, "time_step_init_scheme", text)));
    }

    void padsTheVocabulary() {
        QCOMPARE(
            parse_mistral_config(with(with(kParams, "pad_vocab_size_multiple", "16"), "vocab_size", "50277"))
                .dims.vocab,
            std::int64_t{50288});
        QCOMPARE(parse_mistral_config(with(kParams, "pad_vocab_size_multiple", "8")).dims.vocab,
                 std::int64_t{32768});
    }

    void takesStateAndHeadSizeFromTheTensors() {
        Config odd = named_config("g1");
        odd.dims.headdim = 32;
        odd.dims.n_heads = 16;
        odd.dims.d_state = 64;
        const Config found = parse_mistral_config(params_json(256, 3, 512, 1), RandomWeights(odd));
        QCOMPARE(found.dims.headdim, std::int64_t{32});
        QCOMPARE(found.dims.n_heads, std::int64_t{16});
        QCOMPARE(found.dims.d_state, std::int64_t{64});
        QCOMPARE(found.dims.d_inner, std::int64_t{512});
        std::string message;
        const auto fault = fault_of(
            [&] { parse_mistral_config(params_json(256, 3, 512, 7), RandomWeights(odd)); }, &message);
        QVERIFY(fault == Fault::WrongShape);
        QVERIFY2(message.find("640") != std::string::npos && message.find("512") != std::string::npos,
                 message.c_str());
    }

    void refusesImpossibleNumbers_data() {
        QTest::addColumn<bool>("mistral");
        QTest::addColumn<QByteArray>("json");
        QTest::addColumn<int>("fault");
        QTest::addColumn<QByteArray>("text");
        const auto row = [](bool mistral, const std::string& key, const std::string& value,
                            Fault fault = Fault::BadConfig) {
            const std::string json = with(mistral ? kParams : kConfig, key, value);
            QTest::newRow((key + " " + value).substr(0, 60).c_str())
                << mistral << QByteArray::fromStdString(json) << static_cast<int>(fault)
                << QByteArray::fromStdString(key);
        };
        for (const bool mistral : {true, false}) {
            const char* layers = mistral ? "n_layers" : "num_hidden_layers";
            const char* dim = mistral ? "dim" : "hidden_size";
            for (const char* value : {"0", "-1", "257", "2147483648", "18446744073709551615", "64.0", "6.4e1",
                                      "\"64\"", "null", "true", "[64]", "{}"})
                row(mistral, layers, value);
            for (const char* value : {"0", "-4096", "65537", "4611686018427387904"}) row(mistral, dim, value);
            for (const char* value : {"0", "1000001", "-32768", "\"a\""}) row(mistral, "vocab_size", value);
            for (const char* value : {"0", "100000", "2.0"}) row(mistral, "n_groups", value);
            row(mistral, "rms_norm", "false");
            row(mistral, "rms_norm", "1");
            row(mistral, mistral ? "tie_embeddings" : "tie_word_embeddings", "\"no\"");
            row(mistral, "model_type", mistral ? "\"transformer\"" : "\"mamba\"", Fault::UnknownModel);
            row(mistral, "model_type", "\"llama\"", Fault::UnknownModel);
            row(mistral, "model_type", "7");
        }
        row(true, "pad_vocab_size_multiple", "0");
        row(true, "fused_add_norm", "null");
        for (const char* value : {"0", "63", "65536", "-64", "null"})
            row(false, "state_size", value == std::string("63") ? "4097" : value);
        row(false, "conv_kernel", "3");
        row(false, "conv_kernel", "0");
        row(false, "hidden_act", "\"gelu\"");
        row(false, "use_bias", "true");
        row(false, "use_conv_bias", "false");
        row(false, "expand", "\"two\"");
        row(false, "intermediate_size", "8191");
        row(false, "layer_norm_epsilon", "0");
        row(false, "layer_norm_epsilon", "-1e-5");
        row(false, "layer_norm_epsilon", "1");
        row(false, "layer_norm_epsilon", "\"1e-5\"");
        row(false, "time_step_limit", "[0.0, 1.0]");
        row(false, "time_step_limit", "[0.001, Infinity]");
        row(false, "time_step_limit", "[0.0]");
        row(false, "time_step_limit", "[0.0, {\"__float__\": \"-Infinity\"}]");
        row(false, "time_step_limit", "[0.0, {\"__float__\": \"Infinity\", \"x\": 1}]");
    }

    void refusesImpossibleNumbers() {
        QFETCH(bool, mistral);
        QFETCH(QByteArray, json);
        QFETCH(int, fault);
        QFETCH(QByteArray, text);
        std::string message;
        const auto thrown = fault_of([&] { parse(mistral, json.toStdString()); }, &message);
        QVERIFY(thrown.has_value());
        QVERIFY2(static_cast<int>(*thrown) == fault, message.c_str());
        if (*thrown == Fault::BadConfig)
            QVERIFY2(message.find(text.toStdString()) != std::string::npos, message.c_str());
        QVERIFY2(message.find(mistral ? "params.json" : "config.json") != std::string::npos, message.c_str());
    }

    void refusesNumbersThatDoNotFitTogether() {
        const auto hugging_face = [](const std::string& key, const std::string& value) {
            return fault_of([&] { parse_hugging_face_config(with(kConfig, key, value)); });
        };
        QCOMPARE(hugging_face("num_heads", "127"), std::optional(Fault::BadConfig));
        QCOMPARE(hugging_face("head_dim", "65"), std::optional(Fault::BadConfig));
        QCOMPARE(hugging_face("n_groups", "7"), std::optional(Fault::BadConfig));
        QCOMPARE(hugging_face("expand", "4"), std::optional(Fault::BadConfig));
        QCOMPARE(hugging_face("expand", "1e300"), std::optional(Fault::BadConfig));
        const auto mistral = [](std::int64_t dim, std::int64_t groups) {
            return fault_of([&] { parse_mistral_config(params_json(dim, 1, 512, groups)); });
        };
        QCOMPARE(mistral(4096, 7), std::optional(Fault::BadConfig));
        QCOMPARE(mistral(4100, 8), std::optional(Fault::BadConfig));
        QCOMPARE(mistral(16, 1), std::optional(Fault::BadConfig));
        QVERIFY(!mistral(4096, 16));
    }

    void refusesMissingFields() {
        for (const char* key : {"dim", "n_layers", "vocab_size", "n_groups", "rms_norm", "residual_in_fp32",
                                "fused_add_norm", "pad_vocab_size_multiple", "tie_embeddings"}) {
            std::string message;
            const auto fault = fault_of(
                [&] {
                    parse_mistral_config(
                        replaced(kParams, "\"" + std::string(key) + "\"", "\"x_" + std::string(key) + "\""));
                },
                &message);
            QVERIFY2(fault == Fault::BadConfig &&
                         message.find(std::string(key) + " is missing") != std::string::npos,
                     message.c_str());
        }
        // mistral-inference takes a missing model_type for a transformer.
        QCOMPARE(fault_of([] { parse_mistral_config(replaced(kParams, "\"model_type\"", "\"x\"")); }),
                 std::optional(Fault::UnknownModel));
        QCOMPARE(fault_of([] { parse_hugging_face_config("{}"); }), std::optional(Fault::UnknownModel));
    }

    void refusesBrokenText_data() {
        QTest::addColumn<QByteArray>("json");
        QTest::addColumn<int>("fault");
        const auto row = [](const char* name, QByteArray json, Fault fault) {
            QTest::newRow(name) << json << static_cast<int>(fault);
        };
        row("empty", "", Fault::NotJson);
        row("spaces", "  \n ", Fault::NotJson);
        row("a list", "[]", Fault::NotJson);
        row("cut", QByteArray::fromStdString(kParams.substr(0, 100)), Fault::NotJson);
        row("two objects", QByteArray::fromStdString(kParams + kParams), Fault::NotJson);
        row("duplicate key", QByteArray::fromStdString(replaced(kParams, "{", "{\"dim\": 4096,")),
            Fault::Duplicate);
        row("duplicate key by an escape",
            QByteArray::fromStdString(replaced(kParams, "{", "{\"\\u0064im\": 1,")), Fault::Duplicate);
        row("duplicate key deeper", R"({"a":{"b":1,"b":2}})", Fault::Duplicate);
        row("depth 17", QByteArray("{\"a\":") + QByteArray(17, '['), Fault::TooDeep);
        row("depth 1e6", QByteArray("{\"a\":") + QByteArray(1'000'000, '['), Fault::TooDeep);
        row("more than 1 MiB", QByteArray("{}") + QByteArray(1 << 20, ' '), Fault::BadConfig);
        row("20,000 values", QByteArray("{\"a\":[0") + QByteArray(",0").repeated(20'000) + "]}",
            Fault::BadEntry);
        row("not UTF-8", "{\"a\":\"\xFF\"}", Fault::NotUtf8);
        row("UTF-16", QByteArray("\xFF\xFE{\0", 4), Fault::NotUtf8);
        row("NUL", QByteArray("{}\0", 3), Fault::NotJson);
        row("Git LFS pointer", "version https://git-lfs.github.com/spec/v1\n", Fault::WrongKind);
        row("HTML page", "<!doctype html>", Fault::WrongKind);
        row("zip", QByteArray("PK\3\4\0\0", 6), Fault::WrongKind);
        row("NaN", R"({"dim": NaN})", Fault::NotJson);
        row("-Infinity", R"({"dim": -Infinity})", Fault::NotJson);
        row("number out of range", R"({"dim": 1e999})", Fault::BadNumber);
        row("leading zero", R"({"dim": 04096})", Fault::BadNumber);
        row("half a surrogate pair", R"({"dim": "\ud800"})", Fault::NotUtf8);
    }

    void refusesBrokenText() {
        QFETCH(QByteArray, json);
        QFETCH(int, fault);
        for (const bool mistral : {true, false}) {
            const test::ChildResult child =
                test::run_limited({}, [&] { parse(mistral, json.toStdString()); });
            QCOMPARE(child.signal, 0);
            QVERIFY(child.fault.has_value());
            QCOMPARE(static_cast<int>(*child.fault), fault);
        }
    }

    void everyFlippedByteIsRefusedOrPossible() {
        for (const bool mistral : {true, false}) {
            const std::string& good = mistral ? kParams : kConfig;
            for (std::size_t at = 0; at < good.size(); ++at) {
                for (int bit = 0; bit < 8; ++bit) {
                    std::string bad = good;
                    bad[at] = static_cast<char>(bad[at] ^ (1 << bit));
                    fault_of([&] {
                        const Config c = parse(mistral, bad);
                        if (c.n_layers < 1 || c.n_layers > 256 || c.dims.vocab > 1'000'000 ||
                            c.dims.n_heads * c.dims.headdim != c.dims.d_inner ||
                            c.dims.n_heads % c.dims.n_groups != 0)
                            throw std::logic_error("an impossible configuration was accepted");
                    });
                }
            }
            for (std::size_t size = 0; size + 2 < good.size(); ++size)
                QVERIFY(fault_of([&] { parse(mistral, good.substr(0, size)); }));
        }
    }
};

QTEST_APPLESS_MAIN(TestConfig)
#include "test_config.moc"
