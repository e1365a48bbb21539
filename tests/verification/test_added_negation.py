"""No judge outweighs a negation that a claim adds to its evidence."""

from __future__ import annotations

import pytest
from evidence_support import verified

from assistant.verification.violations import Violation


@pytest.mark.parametrize(
    ("sentence", "claim"),
    [
        (
            "The bounds match the known results respectively, so in all of these cases there is "
            "no speed-up.",
            "The bounds do not match the known results, so there is no speed-up.",
        ),
        ("Bees prefer blue flowers in spring.", "Bees do not prefer blue flowers."),
        ("The drug was effective in children.", "The drug was not effective in children."),
        ("Owls always return to their nests.", "Owls never return to their nests."),
        ("The network converges within an hour.", "The network doesn't converge within an hour."),
    ],
)
def test_it_contradicts(sentence: str, claim: str) -> None:
    found = verified(claim, sentence)
    assert Violation.NEGATED in found.missing
    assert found.contradicts


@pytest.mark.parametrize(
    ("sentence", "claim"),
    [
        ("Neither diet changed the weight of the mice.", "Weight was not changed by the diets."),
        ("Flies emerged from dung, but not from hay.", "Flies did not emerge from hay."),
        ("The trial failed to show that zinc helps.", "The trial did not show that zinc helps."),
        ("Sleep was rarely disturbed at night.", "Sleep was mostly not disturbed."),
        ("Treatment was given at any age.", "Treatment was given to old and not only young."),
        ("The test is unreliable in infants.", "The test is not reliable in infants."),
        ("Few of the patients recovered.", "Most of the patients did not recover."),
        ("Bees prefer blue rather than red flowers.", "Bees do not prefer red flowers."),
    ],
)  # fmt: skip
def test_other_words_for_a_denial_are_left_to_the_judge(sentence: str, claim: str) -> None:
    assert Violation.NEGATED not in verified(claim, sentence).missing
