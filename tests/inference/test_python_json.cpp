#include "inference/python_json.h"

#include <QtTest>
#include <limits>

#include "inference/error.h"

using namespace sidewinder::inference;

/// Every expected text is what Python 3.11 prints for json.dumps(json.loads(input), ensure_ascii=False).
class TestPythonJson : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void printsAsPythonDoes_data();
    void printsAsPythonDoes();
    void refusesWhatPythonRefuses_data();
    void refusesWhatPythonRefuses();
    void limitsDepth();
    void manyKeysAreNotQuadratic();
};

void TestPythonJson::printsAsPythonDoes_data() {
    QTest::addColumn<QByteArray>("input");
    QTest::addColumn<QByteArray>("expected");
    const auto row = [](const QByteArray& input, const QByteArray& expected) {
        QTest::newRow(input.left(60).constData()) << input << expected;
    };
    row("1", "1");
    row("-0", "0");
    row("0", "0");
    row("-7", "-7");
    row("18446744073709551616", "18446744073709551616");
    row("-" + QByteArray(300, '9'), "-" + QByteArray(300, '9'));
    row("22.0", "22.0");
    row("22.50", "22.5");
    row("-0.0", "-0.0");
    row("0e5", "0.0");
    row("1e5", "100000.0");
    row("1E+5", "100000.0");
    row("1.5e3", "1500.0");
    row("1e15", "1000000000000000.0");
    row("1e16", "1e+16");
    row("9999999999999998.0", "9999999999999998.0");
    row("12345678901234567.0", "1.2345678901234568e+16");
    row("0.0001", "0.0001");
    row("0.00001", "1e-05");
    row("0.000123456", "0.000123456");
    row("1.25e-7", "1.25e-07");
    row("1e-100", "1e-100");
    row("1e100", "1e+100");
    row("0.1", "0.1");
    row("0.30000000000000004", "0.30000000000000004");
    row("3.141592653589793238462643", "3.141592653589793");
    row("1.7976931348623157e308", "1.7976931348623157e+308");
    row("5e-324", "5e-324");
    row("1e-400", "0.0");
    row("-1e-400", "-0.0");
    row("1e400", "Infinity");
    row("-1e400", "-Infinity");
    row("0.000001e500", "Infinity");
    row("1" + QByteArray(400, '0') + ".5", "Infinity");
    row("1" + QByteArray(400, '0') + "e-800", "0.0");
    row("1e99999999999999999999", "Infinity");
    row("1e-99999999999999999999", "0.0");
    row("0e99999999999999999999", "0.0");
    row("[NaN, Infinity,-Infinity]", "[NaN, Infinity, -Infinity]");
    row(" \t\r\n[ ]\n", "[]");
    row("{}", "{}");
    row("[1,2,[3,{\"a\":null}],true,false]", "[1, 2, [3, {\"a\": null}], true, false]");
    row(R"({"z":1,"a":2,"z":{"b":3}})", R"({"z": {"b": 3}, "a": 2})");
    row(R"({"":""})", R"({"": ""})");
    row(R"({"a":1,"\u0061":2})", R"({"a": 2})");
    row(R"("\"\\\/\b\f\n\r\t\u0000\u001f\u007f\u00e9\u20ac\ud83e\udd99")",
        QByteArray(R"("\"\\/\b\f\n\r\t\u0000\u001f)") + "\x7f" + "é€🦙\"");
    row("\"é日本🦙\xE2\x80\xA8\"", "\"é日本🦙\xE2\x80\xA8\"");
    row(R"("\uD83E\uDD99")", "\"🦙\"");
}

void TestPythonJson::printsAsPythonDoes() {
    QFETCH(QByteArray, input);
    QFETCH(QByteArray, expected);
    std::string problem;
    const auto value = parse_python_json(input.toStdString(), &problem);
    QVERIFY2(value, problem.c_str());
    QCOMPARE(QByteArray::fromStdString(value->dump()), expected);
    // What was printed is read and printed the same again.
    QCOMPARE(QByteArray::fromStdString(parse_python_json(value->dump()).value().dump()), expected);
}

void TestPythonJson::refusesWhatPythonRefuses_data() {
    QTest::addColumn<QByteArray>("input");
    for (const char* input : {"",
                              " ",
                              "nul",
                              "nan",
                              "NaNs",
                              "inf",
                              "+1",
                              "01",
                              "-",
                              "-a",
                              "1.",
                              ".5",
                              "1.e5",
                              "1e",
                              "1e+",
                              "0x10",
                              "1_000",
                              "'a'",
                              "\"a",
                              "\"\\",
                              "\"\\x\"",
                              "\"\\u12\"",
                              "\"\\u12g4\"",
                              "\"\\u 123\"",
                              "\"\\u+123\"",
                              "\"a\nb\"",
                              "\"\t\"",
                              "[",
                              "]",
                              "[1",
                              "[1,",
                              "[1,]",
                              "[,]",
                              "[1 2]",
                              "{",
                              "{\"a\"",
                              "{\"a\":",
                              "{\"a\":1",
                              "{\"a\":1,}",
                              "{a:1}",
                              "{1:2}",
                              "{\"a\" 1}",
                              "{,}",
                              "1 2",
                              "[] []",
                              "\xEF\xBB\xBF[]",
                              "tru",
                              "truee",
                              "-NaN",
                              "--1",
                              "/*x*/1",
                              "[1]//",
                              "\"\\u12"}) {
        QTest::newRow(*input ? input : "empty") << QByteArray(input);
    }
    QTest::newRow("nul byte") << QByteArray("1\0", 2);
    QTest::newRow("bad UTF-8") << QByteArray("\"\xC0\x80\"");
    QTest::newRow("half a pair") << QByteArray(R"("\ud83e")");
    QTest::newRow("half a pair and text") << QByteArray(R"("\ud83ex")");
    QTest::newRow("two first halves") << QByteArray(R"("\ud83e\ud83e")");
    QTest::newRow("second half first") << QByteArray(R"("\udd99\ud83e")");
}

void TestPythonJson::refusesWhatPythonRefuses() {
    QFETCH(QByteArray, input);
    std::string problem;
    QVERIFY(!parse_python_json(input.toStdString(), &problem));
    QVERIFY(!problem.empty());
}

void TestPythonJson::limitsDepth() {
    const auto nested = [](int depth) {
        const auto size = static_cast<std::size_t>(depth);
        return std::string(size, '[') + std::string(size, ']');
    };
    QVERIFY(parse_python_json(nested(kMaxJsonDepth)));
    QCOMPARE(parse_python_json(nested(kMaxJsonDepth))->dump(), nested(kMaxJsonDepth));
    QVERIFY(parse_python_json(nested(kMaxJsonDepth + 1)));
    QVERIFY_EXCEPTION_THROWN(parse_python_json(nested(kMaxJsonDepth + 2)), Error);
    QVERIFY_EXCEPTION_THROWN(parse_python_json(std::string(5'000'000, '[')), Error);
}

// No time is asserted: a search through all keys would run into the time limit of the test.
void TestPythonJson::manyKeysAreNotQuadratic() {
    std::string text = "{";
    for (int i = 0; i < 400'000; ++i) text += (i ? ",\"" : "\"") + std::to_string(i) + "\":0";
    const auto value = parse_python_json(text + "}");
    QVERIFY(value);
    QCOMPARE(value->keys.size(), std::size_t{400'000});
}

QTEST_APPLESS_MAIN(TestPythonJson)
#include "test_python_json.moc"
