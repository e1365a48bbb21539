"""Rules and judge together: what each can accept, and what the judge is asked."""

from __future__ import annotations

import pytest

from assistant.answering.answer import Evidence
from assistant.answering.claim_check import ClaimCheck
from assistant.answering.generation import ModelTasks
from assistant.answering.judge import Judge
from assistant.answering.question import Question
from assistant.answering.replies import is_reply
from assistant.answering.support import ADAPTER, Thresholds
from assistant.library import StoredPaper
from assistant.models import GenerationRequest
from assistant.models.fake import ScriptedModel
from assistant.paper import Paper
from assistant.progress import NO_PROGRESS

ABSTRACT = "Cats sleep 14 hours a day. Dogs rest less."
PARAPHRASE = "A feline spends 14 hours of every day asleep."
QUOTATION = "Cats sleep 14 hours a day."
QUESTION = Question.parse("Do cats sleep a lot?")


def evidence(number: int = 1) -> Evidence:
    stored = StoredPaper(number, f"text:{number}", Paper(title="Sleep", abstract=ABSTRACT))
    return Evidence(stored, ABSTRACT[:26], 0, 26, 1.0)


def judge(yes: float) -> ScriptedModel:
    return ScriptedModel(
        lambda request: "yes",
        adapters=[ADAPTER],
        choose=lambda request: {"yes": yes, "no": 1 - yes},
    )


def accepted(model: ScriptedModel, claim: str, count: int = 1) -> bool:
    check = ClaimCheck(model, ModelTasks(model, None), Judge(model), None)
    sources = [evidence(n + 1) for n in range(count)]
    return check.checked(claim, sources, QUESTION, NO_PROGRESS) is not None


@pytest.mark.parametrize(
    ("yes", "claim", "result"),
    [
        (0.9999, PARAPHRASE, True),
        (0.75, PARAPHRASE, False),
        (0.75, QUOTATION, True),
        (0.0001, QUOTATION, False),
    ],
)
def test_the_judge_accepts_paraphrases_and_objects_to_what_the_rules_accept(
    yes: float, claim: str, result: bool
) -> None:
    assert accepted(judge(yes), claim) is result


def test_another_number_is_rejected_without_asking() -> None:
    model = judge(0.9999)
    assert not accepted(model, "A feline spends 15 hours of every day asleep.")
    assert not model.requests


def test_a_reply_is_judged_together_with_its_question() -> None:
    model = judge(0.9999)
    assert accepted(model, f"Yes, {PARAPHRASE[0].lower()}{PARAPHRASE[1:]}")
    first, other = (request.messages[-1].content for request in model.requests)
    assert "Claim: Do cats sleep a lot? Yes, a feline" in first
    assert "Claim: Do cats sleep a lot? No, a feline" in other


def test_a_claim_without_a_reply_gets_the_one_that_is_clear() -> None:
    check = replying({"? Yes.": 0.999, "? No.": 0.01})
    assert check.checked(PARAPHRASE, [evidence()], QUESTION, NO_PROGRESS) == f"Yes. {PARAPHRASE}"
    check = replying({"? Yes.": 0.9, "? No.": 0.8})
    assert check.checked(PARAPHRASE, [evidence()], QUESTION, NO_PROGRESS) == PARAPHRASE
    how = Question.parse("How long do cats sleep?")
    assert check.checked(PARAPHRASE, [evidence()], how, NO_PROGRESS) == PARAPHRASE


@pytest.mark.parametrize(
    ("question", "odds", "reply"),
    [
        ("Do cats sleep a lot?", {"? Yes.": 0.999, "? No.": 0.01}, "Yes."),
        ("cat study: do they sleep a lot", {"a lot Yes.": 0.01, "a lot No.": 0.999}, "No."),
        ("Do cats sleep a lot?", {"? Yes.": 0.95, "? No.": 0.9}, None),
        ("Do cats sleep a lot?", {"? Yes.": 0.6, "? No.": 0.01}, None),
        ("How much do cats sleep?", {"? Yes.": 0.999, "? No.": 0.01}, None),
        ("Do cats sleep more or less than dogs?", {"? Yes.": 0.999, "? No.": 0.01}, None),
    ],
)
def test_a_quotation_gets_a_reply_only_if_it_is_clear(
    question: str, odds: dict[str, float], reply: str | None
) -> None:
    parsed = Question.parse(question)
    assert replying(odds).reply([evidence()], parsed, NO_PROGRESS) == reply


def replying(odds: dict[str, float]) -> ClaimCheck:
    """A check whose judge finds claims with these words in their prompts this likely."""

    def choose(request: GenerationRequest) -> dict[str, float]:
        prompt = request.messages[-1].content
        yes = next((value for words, value in odds.items() if words in prompt), 0.99)
        return {"yes": yes, "no": 1 - yes}

    model = ScriptedModel(lambda request: "yes", adapters=[ADAPTER], choose=choose)
    return ClaimCheck(model, ModelTasks(model, None), Judge(model), None)


@pytest.mark.parametrize("written", ["Yes", "No"])
def test_the_reply_that_the_evidence_supports_is_shown(written: str) -> None:
    def choose(request: GenerationRequest) -> dict[str, float]:
        yes = 0.999 if "? Yes," in request.messages[-1].content else 0.2
        return {"yes": yes, "no": 1 - yes}

    model = ScriptedModel(lambda request: "yes", adapters=[ADAPTER], choose=choose)
    check = ClaimCheck(model, ModelTasks(model, None), Judge(model), None)
    shown = check.checked(
        f"{written}, cats sleep 14 hours a day.", [evidence()], QUESTION, NO_PROGRESS
    )
    assert shown == "Yes, cats sleep 14 hours a day."


@pytest.mark.parametrize(
    ("claim", "replies"),
    [
        ("Yes, it fell.", True),
        ("no. It rose.", True),
        ("No: it rose.", True),
        ("No. 3 was best.", False),
        ("No change was seen.", False),
        ("Nor did it fall.", False),
    ],
)
def test_replies(claim: str, replies: bool) -> None:
    assert is_reply(claim) is replies


def test_a_claim_that_leaves_out_what_was_asked_is_rejected() -> None:
    def choose(request: GenerationRequest) -> dict[str, float]:
        text = request.messages[-1].content
        yes = 0.999 if request.adapter == ADAPTER or "14 hours a day." in text else 0.1
        return {"yes": yes, "no": 1 - yes}

    model = ScriptedModel(lambda request: "yes", adapters=[ADAPTER, "relevance"], choose=choose)
    assert accepted(model, "Cats sleep 14 hours a day.")
    assert not accepted(model, "Cats sleep.")


def test_rules_decide_without_the_adapter_and_about_several_papers() -> None:
    assert accepted(ScriptedModel([]), QUOTATION)
    assert not accepted(ScriptedModel([]), PARAPHRASE)
    model = judge(0.9999)
    assert not accepted(model, PARAPHRASE, count=2)
    assert not model.requests


def test_thresholds() -> None:
    thresholds = Thresholds(sure=2.0, objection=-1.0)
    assert thresholds.accepts(2.0, rules=False, contradicts=False)
    assert not thresholds.accepts(1.9, rules=False, contradicts=False)
    assert thresholds.accepts(-1.0, rules=True, contradicts=False)
    assert not thresholds.accepts(-1.1, rules=True, contradicts=False)
    assert not thresholds.accepts(9.0, rules=True, contradicts=True)


LONG_SENTENCE = (
    "In this paper, we show that cats of every kind are asleep for most of the day and for all of "
    "the night, which makes them the ideal subjects of our study of the town."
)
SHORTER = "Cats of every kind are asleep for most of the day and for all of the night."


@pytest.mark.parametrize(
    ("relevance", "support", "shown"),
    [
        (0.9, 0.99, SHORTER),
        # It answers worse than the whole sentence, or the judge does not find it in there.
        (0.5, 0.99, None),
        (0.9, 0.3, None),
    ],
)
def test_a_quotation_is_shortened_if_it_answers_as_well(
    relevance: float, support: float, shown: str | None
) -> None:
    def choose(request: GenerationRequest) -> dict[str, float]:
        text = request.messages[-1].content
        whole = "ideal subjects" in text.split("Sentence:")[-1]
        yes = support if request.adapter == ADAPTER else 0.9 if whole else relevance
        return {"yes": yes, "no": 1 - yes}

    stored = StoredPaper(1, "text:1", Paper(title="Sleep", abstract=LONG_SENTENCE))
    source = Evidence(stored, LONG_SENTENCE, 0, len(LONG_SENTENCE), 1.0)
    question = Question.parse("When are cats asleep?")
    model = ScriptedModel(lambda request: "yes", adapters=[ADAPTER, "relevance"], choose=choose)
    check = ClaimCheck(model, ModelTasks(model, None), Judge(model), None)
    found = check.shortened(source, question, NO_PROGRESS)
    assert (found == shown) if shown else (found is None or "ideal" in found)


def test_without_a_judge_of_relevance_nothing_is_shortened() -> None:
    model = judge(0.99)
    check = ClaimCheck(model, ModelTasks(model, None), Judge(model), None)
    stored = StoredPaper(1, "text:1", Paper(title="Sleep", abstract=LONG_SENTENCE))
    source = Evidence(stored, LONG_SENTENCE, 0, len(LONG_SENTENCE), 1.0)
    assert check.shortened(source, Question.parse("When are cats asleep?"), NO_PROGRESS) is None
    assert not model.requests
