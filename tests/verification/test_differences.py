"""Contradictions that rules can prove, and what only looks like one."""

from __future__ import annotations

import pytest

from assistant.answering import Evidence
from assistant.library import StoredPaper
from assistant.paper import Paper
from assistant.verification.differences import Difference, find_difference


def difference(claim: str, sentence: str) -> Difference | None:
    stored = StoredPaper(1, "text:1", Paper(title="A study", abstract=sentence))
    return find_difference(claim, [Evidence(stored, sentence, 0, len(sentence), 1.0)])


@pytest.mark.parametrize(
    ("claim", "sentence", "kind", "claimed", "stated"),
    [
        ("Cats sleep 15 hours a day.", "Cats sleep 14 hours a day.", "number", "15", "14"),
        ("Cats sleep 14 minutes a day.", "Cats sleep 14 hours a day.", "unit", "minutes", "hours"),
        (
            "A total of 2211 persons were enrolled.",
            "A total of 2911 persons were enrolled in this study.",
            "number",
            "2211",
            "2911",
        ),
        (
            "Caffeine reduces reaction time.",
            "Caffeine increases reaction time in adults.",
            "direction",
            "reduces",
            "increases",
        ),
        (
            "Ghrelin levels were higher after lipid beverages.",
            "Ghrelin levels were lower after lipid beverages.",
            "direction",
            "higher",
            "lower",
        ),
        (
            "Coffee is associated with lower risk of stroke.",
            "Coffee is associated with higher risk of stroke.",
            "direction",
            "lower",
            "higher",
        ),
        (
            "Caffeine does not increase reaction time.",
            "Caffeine increases reaction time in adults.",
            "negation",
            "",
            "claim",
        ),
        (
            "Caffeine increases reaction time.",
            "Caffeine does not increase reaction time.",
            "negation",
            "",
            "evidence",
        ),
        (
            "GraphNet outperforms the baseline on images.",
            "The baseline outperforms GraphNet on images.",
            "comparison",
            "",
            "",
        ),
    ],
)
def test_the_same_statement_but_for_one_difference(
    claim: str, sentence: str, kind: str, claimed: str, stated: str
) -> None:
    found = difference(claim, sentence)
    assert found is not None
    assert found.kind == kind
    assert claimed in found.claimed
    assert stated in found.stated


@pytest.mark.parametrize(
    ("claim", "sentence"),
    [
        # The same.
        ("Cats sleep 14 hours a day.", "Cats sleep 14 hours a day."),
        ("Cats sleep 120 minutes a day.", "Cats sleep 2 hours a day."),
        # Rounded, a bound, an estimate, a range, a label.
        ("The error of the model fell by 42%.", "The error of the model fell by 41.7%."),
        ("More than 30 owls were counted here.", "More than 42 owls were counted here."),
        ("About 30 owls were counted here.", "In all, 42 owls were counted here."),
        ("The owls sleep 9 hours a day.", "The owls sleep 8 to 10 hours a day."),
        ("The owls sleep 9 hours a day.", "The owls and bats sleep 8 and 10 hours a day."),
        ("Table 3 lists the sleeping owls.", "Table 4 lists the sleeping owls."),
        ("The three agents are a user and a robot.", "The agents are (1) a user and a robot."),
        # Something else.
        ("Cats sleep 15 hours a day.", "Dogs sleep 14 hours a day."),
        ("Large models need labels for training.", "Small models need labels for training."),
        ("Increased sleep causes obesity in mice.", "Decreased sleep causes obesity in mice."),
        ("The training error of the net was high.", "The test error of the net was low."),
        # Both can be true.
        ("Some cats do not sleep by day.", "Some cats sleep by day."),
        ("Sleep may not improve memory in mice.", "Sleep may improve memory in mice."),
        ("Sleep improves memory in mice.", "Sleep does not significantly improve memory in mice."),
        ("Sleep improves memory in mice.", "Sleep does not only improve memory in mice."),
        ("Not all cats sleep by day.", "Cats sleep by day."),
        # Too little to tell.
        ("It fell.", "It did not fall."),
        ("Cats sleep " * 100 + "15 hours.", "Cats sleep 14 hours."),
    ],
)
def test_what_is_no_proof(claim: str, sentence: str) -> None:
    assert difference(claim, sentence) is None


def test_a_claim_that_one_sentence_supports_is_not_contradicted_by_another() -> None:
    abstract = "Cats sleep 14 hours a day. Cats sleep 15 hours a day."
    stored = StoredPaper(1, "text:1", Paper(title="A study", abstract=abstract))
    cited = [Evidence(stored, abstract[a:b], a, b, 1.0) for a, b in ((0, 26), (27, 53))]
    assert find_difference("Cats sleep 15 hours a day.", cited) is None
    assert find_difference("Cats sleep 16 hours a day.", cited) is not None
