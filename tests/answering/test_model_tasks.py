"""What an able model is asked beside the answer, and that the rules check it."""

from __future__ import annotations

import pytest

from assistant.answering import Turn
from assistant.answering.generation import ModelTasks
from assistant.errors import ModelError
from assistant.models.fake import ScriptedModel
from assistant.models.protocols import CAPABLE_PARAMETERS, GenerationRequest
from assistant.progress import Progress

HISTORY = [Turn("What is MBPP?", "MBPP is a dataset of programming tasks. [1]")]
QUESTION = "How many tasks does it hold?"
BY_RULE = f"What is MBPP? {QUESTION}"
NEVER = Progress()


def able(*replies: str | Exception, **given: object) -> tuple[ModelTasks, ScriptedModel]:
    model = ScriptedModel(replies, parameters=CAPABLE_PARAMETERS, **given)  # type: ignore[arg-type]
    return ModelTasks(model, None), model


def test_an_able_model_says_what_a_question_leaves_out() -> None:
    tasks, model = able("How many tasks does MBPP hold?")
    assert tasks.rewrite(QUESTION, BY_RULE, HISTORY, NEVER) == "How many tasks does MBPP hold?"
    prompt = model.requests[0].messages[-1].content
    assert "What is MBPP?" in prompt and QUESTION in prompt


@pytest.mark.parametrize(
    "reply", ["", "How many tasks does HumanEval hold?", ModelError("it is gone")]
)
def test_a_rewritten_question_may_bring_in_nothing(reply: str | Exception) -> None:
    tasks, _ = able(reply)
    assert tasks.rewrite(QUESTION, BY_RULE, HISTORY, NEVER) == BY_RULE


def test_a_question_that_stands_for_itself_is_not_rewritten() -> None:
    tasks, model = able()
    question = "How many problems are in the HumanEval benchmark?"
    assert tasks.rewrite(question, question, HISTORY, NEVER) == question
    assert model.requests == []


def test_a_small_model_is_asked_nothing() -> None:
    model = ScriptedModel([], parameters=CAPABLE_PARAMETERS - 1)
    tasks = ModelTasks(model, None)
    assert tasks.rewrite(QUESTION, BY_RULE, HISTORY, NEVER) == BY_RULE
    assert tasks.confirms("MBPP has 974 tasks.", "The dataset has 974 tasks.", NEVER)
    assert model.requests == []


@pytest.mark.parametrize(("reply", "agrees"), [("yes", True), ("No.", False), ("Yes, it", True)])
def test_an_able_model_judges_by_its_reply(reply: str, agrees: bool) -> None:
    tasks, _ = able(reply)
    assert tasks.confirms("It is so.", "It is so, they say.", NEVER) is agrees


@pytest.mark.parametrize(("yes", "agrees"), [(0.9, True), (0.2, False)])
def test_or_by_how_likely_yes_is(yes: float, agrees: bool) -> None:
    def choose(request: GenerationRequest) -> dict[str, float]:
        assert request.choices == ("yes", "no")
        return {"yes": yes, "no": 1 - yes}

    tasks, _ = able("maybe", choose=choose)
    assert tasks.confirms("It is so.", "It is so, they say.", NEVER) is agrees
