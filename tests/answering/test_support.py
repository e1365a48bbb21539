"""The judge of claims, with a scripted model."""

from __future__ import annotations

import math

import pytest

from assistant.answering.support import ADAPTER, SupportJudge
from assistant.errors import ModelError
from assistant.models import GenerationRequest
from assistant.models.fake import ScriptedModel
from assistant.progress import NO_PROGRESS, Progress


def choose_by(right: str, seconds: float = 0) -> ScriptedModel:
    """A model for which only claims with `right` are supported."""

    def choose(request: GenerationRequest) -> dict[str, float]:
        claim = request.messages[-1].content.partition("Claim:")[2]
        yes = 0.99 if right in claim else 0.01
        return {"yes": yes, "no": 1 - yes}

    return ScriptedModel(
        lambda request: "yes", adapters=[ADAPTER], choose=choose, seconds_per_piece=seconds
    )


def test_a_model_without_the_adapter_does_not_judge() -> None:
    assert not SupportJudge(ScriptedModel([], parameters=8_000_000_000)).available
    assert SupportJudge(choose_by("x")).available


def test_log_odds_are_those_of_the_choices() -> None:
    odds = SupportJudge(choose_by("73")).log_odds(
        "T", "It is 73.", ["It is 73.", "It is 37."], NO_PROGRESS
    )
    assert odds == pytest.approx([math.log(99), -math.log(99)])


def test_the_prompts_of_one_evidence_start_the_same_and_are_bounded() -> None:
    model = choose_by("x")
    SupportJudge(model).log_odds("T " * 99, "S. " * 999, ["A.", "C. " * 999], NO_PROGRESS)
    first, second = (request.messages[-1].content for request in model.requests)
    shared = first.index("Claim:")
    assert first[:shared] == second[:shared]
    assert len(second) < 1500
    assert all(request.max_tokens == 1 for request in model.requests)


def test_no_claims_need_no_model() -> None:
    model = choose_by("x")
    assert SupportJudge(model).log_odds("T", "E.", [], NO_PROGRESS) == []
    assert not model.requests


def test_a_failing_model_is_an_error() -> None:
    failing = ScriptedModel([ModelError("No memory.")], adapters=[ADAPTER])
    with pytest.raises(ModelError):
        SupportJudge(failing).log_odds("T", "E.", ["C."], NO_PROGRESS)


def test_a_stop_ends_the_judging() -> None:
    stopped = Progress()
    stopped.stop()
    assert SupportJudge(choose_by("x", 60)).log_odds("T", "E.", ["C."] * 3, stopped) == []
