#include <QtTest>

#include "inference/chat_template.h"
#include "inference/error.h"
#include "tests/support/tokenizer_files.h"

using namespace sidewinder;
using namespace sidewinder::inference;

Q_DECLARE_METATYPE(ChatEnd)

namespace {

const Tokenizer& small() {
    static const std::unique_ptr<Tokenizer> tokenizer =
        Tokenizer::from_bytes(test::small_tokenizer().bytes());
    return *tokenizer;
}

std::string refusal(const std::string& json, ChatEnd end = ChatEnd::Question) {
    try {
        encode_request(small(), json, end);
    } catch (const Error& error) {
        return error.fault() == Fault::BadRequest ? error.what() : "wrong fault";
    }
    return {};
}

std::string nested(std::size_t depth) {
    return std::string(depth, '[') + std::string(depth, ']');
}

}  // namespace

/// Requests that the template cannot express, and hostile ones.
class TestChatRequest : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void refusesBadRequests_data();
    void refusesBadRequests();
    void survivesDepthBombs();
    void survivesEveryTruncation();
};

void TestChatRequest::refusesBadRequests_data() {
    QTest::addColumn<QByteArray>("json");
    QTest::addColumn<ChatEnd>("end");
    QTest::addColumn<QString>("says");
    const auto row = [](const char* name, QByteArray json, const char* says,
                        ChatEnd end = ChatEnd::Question) {
        QTest::newRow(name) << json << end << QString::fromLatin1(says);
    };
    const auto messages = [](const char* list) { return QByteArray("{\"messages\": [") + list + "]}"; };
    row("empty", "", "not JSON: the text ends");
    row("no JSON", "hello", "not JSON: there is no JSON value at byte 0");
    row("cut off", R"({"messages": [{"role": "user", "content": "a)", "a string does not end");
    row("more after the end", R"({"messages": []} x)", "more after the value");
    row("not UTF-8", "{\"messages\": \"\xFF\"}", "not UTF-8");
    row("half a surrogate pair", messages(R"({"role": "user", "content": "\ud800"})"), "half a surrogate");
    row("a list", "[]", "the request is a list; it must be an object");
    row("no messages", "{}", "messages is missing");
    row("messages are text", R"({"messages": "hi"})", "messages is text; it must be a list");
    row("messages are empty", R"({"messages": []})", "messages is empty");
    row("17 MiB", QByteArray(17 << 20, ' '), "the limit is 16777216");
    row("message is text", messages("\"hi\""), "messages[0] is text; it must be an object");
    row("no role", messages(R"({"content": "a"})"), "messages[0].role is missing");
    row("role is a number", messages(R"({"role": 1})"), "messages[0].role is a number");
    row("unknown role", messages(R"({"role": "user", "content": "a"}, {"role": "bot", "content": "a"})"),
        "messages[1].role is 'bot'");
    row("user without content", messages(R"({"role": "user"})"), "messages[0].content is missing");
    row("user content null", messages(R"({"role": "user", "content": null})"),
        "messages[0].content is missing");
    row("system without content", messages(R"({"role": "system"})"), "messages[0].content is missing");
    row("content is an object", messages(R"({"role": "user", "content": {}})"),
        "messages[0].content is an object");
    row("content is a number", messages(R"({"role": "user", "content": 5})"),
        "messages[0].content is a number");
    row("chunk is text", messages(R"({"role": "user", "content": ["a"]})"), "messages[0].content[0] is text");
    row("chunk without type", messages(R"({"role": "user", "content": [{"text": "a"}]})"),
        "messages[0].content[0].type is missing");
    row("chunk is an image",
        messages(
            R"({"role": "user", "content": [{"type": "text", "text": "a"}, {"type": "image_url", "image_url": "x"}]})"),
        "messages[0].content[1].type is 'image_url'");
    row("chunk without text", messages(R"({"role": "user", "content": [{"type": "text"}]})"),
        "messages[0].content[0].text is missing");
    row("tool first", messages(R"({"role": "tool", "content": "a", "tool_call_id": "123456789"})"),
        "a single message");
    row("assistant alone", messages(R"({"role": "assistant", "content": "a"})"), "a single message");
    row("ends with an answer",
        messages(R"({"role": "user", "content": "a"}, {"role": "assistant", "content": "b"})"),
        "messages[1].role is 'assistant', so that there is nothing to answer");
    row("ends with a question", messages(R"({"role": "user", "content": "a"})"), "must be a whole answer",
        ChatEnd::Answer);
    row("ends with a prefix",
        messages(
            R"({"role": "user", "content": "a"}, {"role": "assistant", "content": "b", "prefix": true})"),
        "must be a whole answer", ChatEnd::Answer);
    row("system after assistant",
        messages(R"({"role": "user", "content": "a"}, {"role": "assistant", "content": "b"},
                                              {"role": "system", "content": "c"})"),
        "messages[2].role is 'system', which may not follow 'assistant'");
    row("tool after user", messages(R"({"role": "user", "content": "a"},
                                       {"role": "tool", "content": "b", "tool_call_id": "123456789"})"),
        "messages[1].role is 'tool', which may not follow 'user'");
    row("user after tool", messages(R"({"role": "user", "content": "a"},
            {"role": "assistant", "tool_calls": [{"id": "123456789", "function": {"name": "f", "arguments": "{}"}}]},
            {"role": "tool", "content": "b", "tool_call_id": "123456789"}, {"role": "user", "content": "a"})"),
        "messages[3].role is 'user', which may not follow 'tool'");
    row("prefix too early", messages(R"({"role": "user", "content": "a"},
            {"role": "assistant", "content": "b", "prefix": true}, {"role": "user", "content": "c"})"),
        "messages[1].prefix is true");
    row("prefix is text", messages(R"({"role": "assistant", "content": "b", "prefix": "yes"})"),
        "messages[0].prefix is text; it must be a boolean");
    row("continue a question",
        R"({"continue_final_message": true, "messages": [{"role": "user", "content": "a"}]})",
        "continue_final_message needs an assistant message");
    row("continue and prefix",
        R"({"continue_final_message": true, "messages": [{"role": "user", "content": "a"},
                                   {"role": "assistant", "content": "b", "prefix": true}]})",
        "prefix is true");
    row("assistant with neither", messages(R"({"role": "user", "content": "a"}, {"role": "assistant"})"),
        "messages[1] must have either content or tool_calls; it has neither");
    row("assistant with both",
        messages(R"({"role": "user", "content": "a"}, {"role": "assistant", "content": "b",
                     "tool_calls": [{"id": "123456789", "function": {"name": "f", "arguments": "{}"}}]})"),
        "not both");
    row("neighbours with both",
        messages(R"({"role": "user", "content": "a"}, {"role": "assistant", "content": "b"},
                    {"role": "assistant", "tool_calls": [{"id": "123456789", "function": {"name": "f"}}]},
                    {"role": "tool", "tool_call_id": "123456789", "content": "x"})"),
        "messages[2] joins the assistant message before it");
    const auto call = [&messages](const char* text) {
        return messages((R"({"role": "user", "content": "a"}, {"role": "assistant", "tool_calls": [)" +
                         QByteArray(text) + "]}")
                            .constData());
    };
    row("calls are text", messages(R"({"role": "assistant", "tool_calls": "f"})"),
        "messages[0].tool_calls is text");
    row("call is text", call("\"f\""), "messages[1].tool_calls[0] is text");
    row("call without function", call("{}"), "messages[1].tool_calls[0].function is missing");
    row("call of a type", call(R"({"type": "x"})"), "messages[1].tool_calls[0].type is 'x'");
    row("call without name", call(R"({"function": {}})"),
        "messages[1].tool_calls[0].function.name is missing");
    row("call with a bad name", call(R"({"function": {"name": "a b"}})"), "function.name must be 1 to 64");
    row("call with a long name",
        call(("{\"function\": {\"name\": \"" + QByteArray(65, 'a') + "\"}}").constData()),
        "function.name must be 1 to 64");
    row("call with a short id", call(R"({"id": "1", "function": {"name": "f"}})"),
        "tool_calls[0].id must be 9");
    row("call with an empty id", call(R"({"id": "", "function": {"name": "f"}})"),
        "tool_calls[0].id must be 9");
    row("call with odd arguments", call(R"({"function": {"name": "f", "arguments": 5}})"),
        "arguments is a number");
    row("result without id", messages(R"({"role": "tool", "content": "a"})"),
        "messages[0].tool_call_id is missing");
    row("result with a bad id", messages(R"({"role": "tool", "content": "a", "tool_call_id": "12345678-"})"),
        "messages[0].tool_call_id must be 9");
    row("result with a bad name",
        messages(R"({"role": "tool", "content": "a", "tool_call_id": "123456789", "name": "a.b"})"),
        "messages[0].name must be 1 to 64");
    row("too few results", messages(R"({"role": "user", "content": "a"}, {"role": "assistant", "tool_calls": [
            {"id": "123456789", "function": {"name": "f"}}, {"id": "123456780", "function": {"name": "f"}}]},
            {"role": "tool", "tool_call_id": "123456789"}, {"role": "assistant", "content": "b"},
            {"role": "user", "content": "c"})"),
        "messages[3] comes after 2 tool calls and 1 tool results");
    row("tools are text", R"({"messages": [{"role": "user", "content": "a"}], "tools": "x"})",
        "tools is text");
    row("tool is a number", R"({"messages": [{"role": "user", "content": "a"}], "tools": [1]})",
        "tools[0] is a number");
    row("tool without function", R"({"messages": [{"role": "user", "content": "a"}], "tools": [{}]})",
        "tools[0].function is missing");
    row("tool with a bad name",
        R"({"messages": [{"role": "user", "content": "a"}], "tools": [{"function": {"name": ""}}]})",
        "tools[0].function.name must be 1 to 64");
    row("tool with odd parameters",
        R"({"messages": [{"role": "user", "content": "a"}], "tools": [{"function": {"name": "f", "parameters": []}}]})",
        "tools[0].function.parameters is a list");
    row("tool of a type",
        R"({"messages": [{"role": "user", "content": "a"}], "tools": [{"type": "retrieval"}]})",
        "tools[0].type is 'retrieval'");
}

void TestChatRequest::refusesBadRequests() {
    QFETCH(QByteArray, json);
    QFETCH(ChatEnd, end);
    QFETCH(QString, says);
    const QString message = QString::fromStdString(refusal(json.toStdString(), end));
    QVERIFY2(message.contains(says), qPrintable("it said: " + message));
    QVERIFY2(message.startsWith("The chat request cannot be used: ") && message.endsWith("."),
             qPrintable(message));
}

void TestChatRequest::survivesDepthBombs() {
    const std::string deep = nested(1'000'000);
    const auto too_deep = [](const std::string& json) {
        return refusal(json).find("nested deeper") != std::string::npos;
    };
    QVERIFY(too_deep(deep));
    QVERIFY(too_deep(std::string(1'000'000, '[')));
    std::string objects;
    for (int i = 0; i < 1'000'000; ++i) objects += "{\"a\":";
    QVERIFY(too_deep(objects));
    QVERIFY(too_deep(R"({"messages": [{"role": "user", "content": "a"}], "x": )" + deep + "}"));
    const auto result = [](const std::string& content) {
        return R"({"messages": [{"role": "user", "content": "a"}, {"role": "assistant", "tool_calls":
            [{"id": "123456789", "function": {"name": "f"}}]}, {"role": "tool", "tool_call_id": "123456789",
            "content": ")" +
               content + "\"}]}";
    };
    QVERIFY(too_deep(result(deep)));
    QCOMPARE(refusal(result(nested(100))), std::string());
}

void TestChatRequest::survivesEveryTruncation() {
    const std::string good =
        R"({"messages": [{"role": "user", "content": [{"type": "text", "text": "\u00e9\ud83e\udd99"}]},
            {"role": "assistant", "tool_calls": [{"id": "123456789", "function": {"name": "f", "arguments": "{}"}}]},
            {"role": "tool", "tool_call_id": "123456789", "content": "-1.5e3"}], "tools": [{"function": {"name": "f",
            "parameters": {"x": [1, -2.5e-3, true, null, NaN]}}}]})";
    QCOMPARE(refusal(good), std::string());
    for (std::size_t length = 0; length < good.size(); ++length) {
        QVERIFY2(refusal(good.substr(0, length)).starts_with("The chat request"),
                 std::to_string(length).c_str());
    }
    for (std::size_t at = 0; at < good.size(); ++at) {
        std::string flipped = good;
        flipped[at] = static_cast<char>(flipped[at] ^ (1 << at % 8));
        QVERIFY(refusal(flipped) != "wrong fault");
    }
}

QTEST_APPLESS_MAIN(TestChatRequest)
#include "test_chat_request.moc"
