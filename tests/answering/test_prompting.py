from __future__ import annotations

from assistant.answering.answer import Evidence
from assistant.answering.generation import answer_request
from assistant.answering.question import Question
from assistant.models.fake import ScriptedModel
from assistant.models.protocols import GenerationRequest, Priority
from assistant.prompt import Prompt

QUESTION = Question.parse("How small is it?")


def request(
    evidence: tuple[Evidence, ...], context_tokens: int, max_tokens: int = 10
) -> GenerationRequest:
    model = ScriptedModel([], context_tokens=context_tokens)
    made = answer_request(QUESTION, evidence, Prompt.load("answer"), model, max_tokens)
    assert model.count_tokens(made.messages) + made.max_tokens <= context_tokens
    return made


def test_evidence_is_numbered_and_the_question_follows(
    evidence: tuple[Evidence, ...],
) -> None:
    made = request(evidence, 500)
    user = made.messages[-1].content
    assert user.index("[1] We present Foldy") < user.index("[4] SandMap") < user.index("How small")
    assert (made.temperature, made.priority) == (0.0, Priority.INTERACTIVE)


def test_the_last_sentences_are_left_out_when_the_context_is_small(
    evidence: tuple[Evidence, ...],
) -> None:
    whole = request(evidence, 500)
    words = sum(len(message.content.split()) for message in whole.messages)
    user = request(evidence, words + 9).messages[-1].content
    assert "[3]" in user and "[4]" not in user


def test_the_only_sentence_left_is_cut(evidence: tuple[Evidence, ...]) -> None:
    without = Prompt.load("answer").messages(evidence="", question=QUESTION.text)
    least = sum(len(message.content.split()) for message in without)
    user = request(evidence, least + 10 + 6).messages[-1].content
    assert "We present" in user and "laptops" not in user


def test_a_context_smaller_than_the_answer_still_has_a_prompt(
    evidence: tuple[Evidence, ...],
) -> None:
    assert request(evidence, 120, max_tokens=160).max_tokens == 60
