#include <QtTest>

#include "app/core/conversation_log.h"
#include "inference/chat_template.h"
#include "tests/support/demo_model.h"

using namespace sidewinder;
using app::build_log;
using app::LogPart;
using inference::TokenId;

class TestConversationLog : public QObject {
    Q_OBJECT

    std::unique_ptr<inference::Tokenizer> tokenizer_;

  private Q_SLOTS:
    void initTestCase() {
        tokenizer_ = inference::Tokenizer::load(test::demo_model() / "tokenizer.model.v3");
    }

    void theSystemPromptStandsInTheFirstMessageAndNeverMoves() {
        const auto first = build_log(*tokenizer_, "Be brief.", {{1, true, "a", {}}});
        QCOMPARE(first.encoded.size(), std::size_t{1});
        const auto grown = build_log(
            *tokenizer_, "Be brief.",
            {{1, true, "a", {}}, {2, false, "b", {500, inference::token::kEos}}, {3, true, "c", {}}});
        QVERIFY(std::equal(first.tokens.begin(), first.tokens.end(), grown.tokens.begin()));
        QVERIFY(first.tokens == inference::encode_first_turn(*tokenizer_, "Be brief.", "a"));
    }

    void storedIdsAreNeverMadeAnew() {
        const std::vector<TokenId> odd{1, 3, 777, 778, 4};  // not what encoding "hello" gives
        const auto log = build_log(*tokenizer_, "", {{1, true, "hello", odd}});
        QVERIFY(log.tokens == odd);
        QVERIFY(log.encoded.empty());
    }

    void whatAnotherTokenizerWasFedIsEncodedAnew() {
        const auto log = build_log(*tokenizer_, "",
                                   {{1, true, "a", {}}, {2, false, "some answer", {}}, {3, true, "c", {}}});
        const auto answer = tokenizer_->encode("some answer");
        const auto first = inference::encode_first_turn(*tokenizer_, "", "a");
        QVERIFY(!answer.empty());
        QVERIFY(std::equal(answer.begin(), answer.end(), log.tokens.begin() + std::ssize(first)));
        QCOMPARE(log.encoded.size(),
                 std::size_t{2});  // the user's; an answer's ids stay those that were sampled
    }

    void anAnswerThatWasCutOffIsClosed() {
        const auto log =
            build_log(*tokenizer_, "",
                      {{1, true, "x", {1, 3, 700, 4}}, {2, false, "y", {701}}, {3, true, "z", {3, 702, 4}}});
        QVERIFY((log.tokens == std::vector<TokenId>{1, 3, 700, 4, 701, 2, 3, 702, 4}));
    }
};

QTEST_APPLESS_MAIN(TestConversationLog)
#include "test_conversation_log.moc"
