"""Verdicts on claims with given evidence: rules and judge together, and the reasons."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.answering.evidence_check import MAX_CLAIM, CheckedClaim, EvidenceCheck
from assistant.answering.support import ADAPTER
from assistant.errors import UsageError
from assistant.models import open_language_model
from assistant.models.fake import ScriptedModel
from assistant.models.protocols import LanguageModel
from assistant.progress import NO_PROGRESS, Progress
from assistant.settings import load_settings

EVIDENCE = "Sleep is a riddle. Cats sleep 14 hours a day. Dogs rest less than cats."
QUOTATION = "Cats sleep 14 hours a day."
PARAPHRASE = "A feline spends 14 hours of every day asleep."


def judge(yes: float, seconds: float = 0) -> ScriptedModel:
    return ScriptedModel(
        lambda request: "yes",
        adapters=[ADAPTER],
        choose=lambda request: {"yes": yes, "no": 1 - yes},
        seconds_per_piece=seconds,
    )


def checked(model: LanguageModel, claim: str, evidence: str = EVIDENCE) -> CheckedClaim:
    found = EvidenceCheck(model).check(claim, evidence, "", NO_PROGRESS)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("yes", "claim", "verdict", "reason"),
    [
        (0.99, QUOTATION, "supported", "every part of the claim, and the model agrees"),
        (0.99, PARAPHRASE, "supported", "The model reads it in the evidence (log odds 4.6)"),
        (0.6, PARAPHRASE, "not_found", "not sure enough"),
        (0.01, PARAPHRASE, "not_found", "The model finds no support (log odds -4.6)"),
        (0.01, QUOTATION, "not_found", "The model finds no support"),
        (0.99, "Cats sleep 15 hours a day.", "contradicted", "says 14 hours, the claim 15 hours"),
        (0.99, "A feline spends 15 hours asleep.", "not_found", "has no number 15 hours"),
        (0.99, "The cats of London sleep.", "not_found", "does not mention London"),
        (0.99, "Cats do not sleep 14 hours a day.", "contradicted", "The claim denies"),
    ],
)
def test_verdict_and_reason(yes: float, claim: str, verdict: str, reason: str) -> None:
    found = checked(judge(yes), claim)
    assert (found.verdict, found.supported) == (verdict, verdict == "supported")
    assert reason in found.reason


def test_a_contradiction_needs_a_model_that_finds_the_statement_but_for_the_difference() -> None:
    found = checked(judge(0.1), "Cats sleep 15 hours a day.")
    assert found.verdict == "not_found"


@pytest.mark.parametrize(
    ("claim", "verdict", "reason"),
    [
        (QUOTATION, "supported", "The evidence has every part of the claim"),
        (PARAPHRASE, "not_found", "The evidence does not say “feline”"),
        ("Cats sleep 15 hours a day.", "contradicted", "The evidence says 14 hours"),
    ],
)
def test_rules_decide_without_the_adapter(claim: str, verdict: str, reason: str) -> None:
    found = checked(ScriptedModel([]), claim)
    assert found.verdict == verdict
    assert reason in found.reason


def test_a_capable_model_can_object() -> None:
    model = ScriptedModel(["no"], parameters=8_000_000_000)
    assert checked(model, QUOTATION).verdict == "not_found"


@pytest.mark.parametrize(
    ("claim", "evidence", "reason"),
    [
        (
            "DNA-PKcs is a heterodimeric protein.",
            "Ku, a heterodimeric protein, recruits the catalytic subunit DNA-PKcs.",
            "The evidence says this of something else",
        ),
        (
            "Cats slept longer (p > 0.01).",
            "Cats slept longer (p < 0.01).",
            "The evidence has another p-value, range or unit",
        ),
    ],
)
@pytest.mark.parametrize("model", [ScriptedModel([]), judge(0.01)])
def test_what_no_model_outweighs_is_named(
    model: LanguageModel, claim: str, evidence: str, reason: str
) -> None:
    found = checked(model, claim, evidence)
    assert found.verdict != "supported"
    assert reason in found.reason


def test_every_sentence_of_a_claim_needs_support() -> None:
    both = checked(ScriptedModel([]), f"{QUOTATION} Dogs rest less than cats.")
    assert both.supported
    found = checked(ScriptedModel([]), f"{QUOTATION} Owls fly by night.")
    assert found.verdict == "not_found"
    assert found.reason.startswith("“Owls fly by night.”: ")
    found = checked(ScriptedModel([]), f"Owls fly by night. {QUOTATION.replace('14', '15')}")
    assert found.verdict == "contradicted"


def test_of_long_evidence_the_closest_sentences_are_judged() -> None:
    model = judge(0.99)
    evidence = "Nothing of this matters. " * 500 + EVIDENCE
    assert checked(model, QUOTATION, evidence).supported
    (request,) = model.requests
    assert "Cats sleep 14 hours" in request.messages[-1].content
    assert "Nothing of this" not in request.messages[-1].content


@pytest.mark.parametrize(
    ("claim", "evidence"),
    [
        ("", "A."),
        ("?!", "A."),
        ("A.", " \u200b"),
        ("x" * (MAX_CLAIM + 1), "A."),
        ("A b. " * 99, "A"),
    ],
)
def test_what_cannot_be_checked_is_refused_with_a_reason(claim: str, evidence: str) -> None:
    with pytest.raises(UsageError):
        checked(ScriptedModel([]), claim, evidence)


def test_a_stop_ends_the_check() -> None:
    stopped = Progress()
    stopped.stop()
    assert EvidenceCheck(judge(0.99, 60)).check(QUOTATION, EVIDENCE, "", stopped) is None


@pytest.fixture(scope="module")
def bundled_model(model_cache: Path) -> Iterator[LanguageModel]:
    """The bundled model."""
    model = open_language_model(load_settings(cache=model_cache), lambda note: None)
    yield model
    model.close()


def test_the_bundled_model(bundled_model: LanguageModel) -> None:
    caffeine = "Caffeine increases reaction time in adults."
    for claim, evidence, verdict in (
        (QUOTATION, EVIDENCE, "supported"),
        ("Cats sleep 15 hours a day.", EVIDENCE, "contradicted"),
        ("Caffeine reduces reaction time.", caffeine, "contradicted"),
        ("Caffeine does not increase reaction time.", caffeine, "contradicted"),
        ("Birds sing at dawn.", caffeine, "not_found"),
    ):
        assert checked(bundled_model, claim, evidence).verdict == verdict
