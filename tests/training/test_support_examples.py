"""Training examples for support: what is changed in a claim, and what is left alone."""

from __future__ import annotations

import random
from itertools import islice

import pytest

from training.questions import Abstract
from training.reading.perturbations import Change
from training.reading.perturbations.directions import reversed_directions
from training.reading.perturbations.exchanged import exchanged_names, swapped
from training.reading.perturbations.negation import flipped, negated
from training.reading.perturbations.numbers import changed_numbers, changed_units
from training.reading.perturbations.source import Source
from training.reading.perturbations.strength import strengthened
from training.reading.support_examples import evidence_of, groups, other_sentence


def changed(change: Change, claim: str, evidence: str = "", abstract: str = "") -> list[str]:
    """What `change` makes of a claim; the evidence says the same unless given."""
    source = Source(evidence or claim, "A title", abstract or evidence or claim)
    return change(claim, source, random.Random(0))


@pytest.mark.parametrize(
    ("change", "claim", "expected"),
    [
        (reversed_directions, "A was higher than B.", "A was lower than B."),
        (reversed_directions, "It was a reduction.", "It was an increase."),
        (reversed_directions, "There were more patients.", "There were fewer patients."),
        (negated, "A was higher than B.", "A was not higher than B."),
        (negated, "X reduces the risk.", "X does not reduce the risk."),
        (negated, "The groups did not differ.", "The groups differed."),
        (negated, "There was no difference.", "There was a clear difference."),
        (flipped, "Yes, X is Y.", "No, X is Y."),
        (swapped, "It was higher in men than in women.", "It was higher in women than in men."),
        (swapped, "A outperforms B.", "B outperforms A."),
        (swapped, "It rose from 3% to 5%.", "It rose from 5% to 3%."),
        (swapped, "It was 7% in group A and 9% in B.", "It was 9% in group A and 7% in B."),
        (strengthened, "X may be the cause.", "X will "),
        (strengthened, "X is associated with Y.", "X is "),
        (changed_units, "It took 3 days.", "It took 3 "),
        (changed_numbers, "There were 55 patients.", "There were "),
    ],
)  # fmt: skip
def test_one_thing_is_changed(change: Change, claim: str, expected: str) -> None:
    (made,) = changed(change, claim)
    assert made.startswith(expected)
    assert made != claim


@pytest.mark.parametrize(
    ("change", "claim"),
    [
        (reversed_directions, "It was not higher than B."),  # lower would be no better supported
        (reversed_directions, "Pain was felt before and after the test."),
        (reversed_directions, "It concerns the lower limb."),
        (negated, "Half of them do not respond."),
        (negated, "Some of them are old."),
        (negated, "It may help."),
        (swapped, "It was similar in men compared with women."),
        (swapped, "It was between 3% and 5%."),
        (changed_units, "It took at least 3 years."),  # at least 3 weeks, too
        (changed_numbers, "The p-value was p < 0.05."),
        (changed_numbers, "Levels of 25(OH)D fell."),
        (strengthened, "It is proven."),
    ],
)
def test_what_may_stay_true_is_left_alone(change: Change, claim: str) -> None:
    assert changed(change, claim) == []


def test_a_number_changes_only_if_the_evidence_states_it() -> None:
    assert changed(changed_numbers, "There were 55 patients.", "There were many.") == []
    (made,) = changed(changed_numbers, "There were 55 patients.", abstract="55 and 44 of 99.")
    assert "55" not in made


def test_a_name_is_replaced_by_one_that_the_evidence_lacks() -> None:
    abstract = "We study BRCA1. It needs TP53 and BRCA1."
    assert changed(exchanged_names, "It needs BRCA1.", "It needs BRCA1.", abstract) == [
        "It needs TP53."
    ]
    assert changed(exchanged_names, "It needs BRCA1.", abstract, abstract) == []


ABSTRACT = Abstract(
    "x:1",
    "A trial of a drug",
    (
        "We gave the drug to 99 patients with severe headache for many weeks.",
        "Mortality was 7% in the treated group after half a year of observation.",
        "The treated group also slept longer and reported better mood each morning.",
    ),
)


def test_the_second_sentence_is_evidence_only_if_the_answer_needs_it() -> None:
    assert evidence_of(ABSTRACT, "Mortality was 7% in the treated group.", [1, 0]) == (1,)
    assert evidence_of(ABSTRACT, "Mortality was 7% of 99 patients.", [1, 0]) == (0, 1)
    assert evidence_of(ABSTRACT, "Mortality was 7% of 98 patients.", [1, 0]) == ()


def test_the_other_sentence_is_like_the_answer_but_lacks_what_it_says() -> None:
    assert other_sentence(ABSTRACT, "Mortality was 7% in the treated group.", [1]) == 2
    assert other_sentence(ABSTRACT, "A drug was given.", [0]) is None


def test_the_examples_are_the_same_each_time_and_no_claim_is_both_true_and_false() -> None:
    made = list(islice(groups(random.Random(0)), 300))
    assert made == list(islice(groups(random.Random(0)), 300))
    for group in made:
        true = {claim.text for claim in group.claims if claim.supported}
        assert true.isdisjoint(claim.text for claim in group.claims if not claim.supported)
