"""Shorter forms of quotations: what is removed, and what has to stay."""

from __future__ import annotations

import itertools
import re

import pytest

from assistant.answering.question import Question
from assistant.answering.quotation_forms import LONG, shorter_forms

CATS = (
    "cats of every known kind sleep for most of the day in the houses of the old town and for "
    "all of the night in the gardens around it"
)
LEFT = f"C{CATS[1:]}"


def forms(sentence: str, question: str) -> list[str]:
    assert len(sentence.split()) > LONG
    found = shorter_forms(sentence, Question.parse(question))
    for form in found:
        assert_in_order(form, sentence)
    return found


def assert_in_order(form: str, sentence: str) -> None:
    words = iter(re.findall(r"\w+", sentence.lower()))
    assert all(word in words for word in re.findall(r"\w+", form.lower())), form


@pytest.mark.parametrize(
    ("sentence", "question"),
    [
        (f"In this paper, we show that {CATS}.", "Where do cats sleep?"),
        (f"Our results clearly demonstrate that {CATS}.", "Where do cats sleep?"),
        (f"It has been shown that {CATS}.", "Where do cats sleep?"),
        (f"We show that {CATS} and propose a model of it.", "Where do cats sleep?"),
        (f"{LEFT}, which makes them ideal subjects of this study.", "Is it true that cats sleep?"),
        (f"{LEFT}, leading to a wealth of stories in the press.", "Is it true that cats sleep?"),
        (f"{LEFT}, and we describe the stories of the press.", "Is it true that cats sleep?"),
        (f"We describe the stories of the press; {CATS}.", "Is it true that cats sleep?"),
    ],
)
def test_what_was_not_asked_is_removed(sentence: str, question: str) -> None:
    # "sleep" is a verb that the rules do not know, so the statement needs another one.
    sentence, left = (text.replace("sleep", "are asleep") for text in (sentence, LEFT))
    assert forms(sentence, question)[0] == f"{left}."


ASLEEP = CATS.replace("sleep", "are asleep")
KEPT = f"C{ASLEEP[1:]}"


@pytest.mark.parametrize(
    ("sentence", "question"),
    [
        # A doubt.
        (f"Our results suggest that {ASLEEP}.", "Where are cats asleep?"),
        # Without "we show", a second "that" would be left alone.
        (f"We show that {ASLEEP} and that owls are awake.", "Where are cats asleep?"),
        # Conditions, exceptions, negations, contrasts.
        (f"{KEPT}, which holds only if nobody feeds them.", "Are cats asleep?"),
        (f"{KEPT}, whereas owls are awake in the barns.", "Are cats asleep?"),
        (f"{KEPT}, but none of them is asleep in the rain.", "Are cats asleep?"),
        (f"{KEPT}, which was not significant in the trial.", "Are cats asleep?"),
        (f"{KEPT}; however, the owls of the barns are awake.", "Are cats asleep?"),
        # A comparison.
        (f"{KEPT}, making it longer than that of the owls.", "Are cats asleep?"),
        # What is asked.
        (f"{KEPT}, which makes them ideal subjects of studies.", "What are ideal subjects?"),
        (f"{KEPT}, leading to a wealth of stories in the press.", "Why are there cats?"),
        (f"{KEPT}, which was the case for 31 of the 40 cats.", "How many cats are asleep?"),
        (f"{KEPT} (31 of 40 animals in all of the town).", "share of cats that are asleep"),
        (f"{KEPT}, such as the Siamese and the Persian.", "Which kinds are asleep?"),
        # A list.
        (f"We study mice, {ASLEEP}, owls, and the bats.", "What is studied?"),
        # Formulas and quotations.
        (f"In this paper, we show that {ASLEEP} for $n$ days.", "Where are cats asleep?"),
        (f"In this paper, we show that {ASLEEP} “for days”.", "Where are cats asleep?"),
    ],
)
def test_what_the_rest_depends_on_stays(sentence: str, question: str) -> None:
    assert not [form for form in forms(sentence, question) if len(form) < len(ASLEEP) + 3]


def test_a_condition_before_the_announcement_stays() -> None:
    (form,) = forms(
        f"For houses that are heated, it is shown that {ASLEEP}.", "Where are cats asleep?"
    )
    assert form == f"For houses that are heated, {ASLEEP}."


def test_statistics_are_removed_unless_they_are_asked() -> None:
    sentence = (
        "Sleep was longer in cats that were fed in the evening (P = 0.01), in cats that were old "
        "(95% CI 1.2 to 2.4) and in cats that lived in the houses of the old town (P < 0.001)."
    )
    assert "P" not in forms(sentence, "In which cats was sleep longer?")[0]
    assert not forms(sentence, "Was the p-value for old cats significant?")


@pytest.mark.parametrize(
    ("bracket", "removed"),
    [
        ("P = 0.01", True),
        ("P < 0.05", True),
        ("P = 0.08", False),
        ("OR 1.94, 95% CI 1.15-3.26", True),
        ("OR 1.22, 95% CI 0.73-1.76", False),
        ("difference 2 h, 95% CI -1 to 15", False),
        ("NS", False),
    ],
)
def test_what_may_be_chance_stays(bracket: str, removed: bool) -> None:
    sentence = (
        f"In this study, we found that sleep was longer ({bracket}) in cats that were fed in the "
        "evening of the day than in all of the other cats of the old town that we saw."
    )
    (form, *_) = forms(sentence, "Was sleep longer in cats that were fed?")
    assert (bracket not in form) is removed


def test_a_clause_that_says_what_something_is_stays() -> None:
    sentence = (
        "We explored whether the liver cells of cats could be changed after expression of the gene "
        "called Pdx1, which is a key regulator of all the organs around it."
    )
    assert not forms(sentence, "What is Pdx1?")
    both = (
        "We propose a new estimator of sleep which has a better performance than the older ones do "
        "in houses and can be applied to cats of every known kind."
    )
    assert not forms(both, "What is the estimator of sleep better at?")


def test_brackets_stay_together() -> None:
    sentence = (
        "Sleep was longer in cats that were fed (most of them in the evening of the day), in cats "
        "that were old (none of the others were), and in cats that lived in houses."
    )
    assert not forms(sentence, "In which cats was sleep longer?")


def test_brackets_within_brackets_are_removed_as_a_whole() -> None:
    sentence = (
        "Sleep was longer (12.5 h (95% CI 11.2 to 13.8)) in cats that were fed in the evening of "
        "the day than it was (8.2 h) in all of the other cats that we saw."
    )
    (form,) = forms(sentence, "Was sleep longer in cats that were fed?")
    assert form.startswith(
        "Sleep was longer in cats that were fed in the evening of the day than it"
    )
    assert not forms(f"{sentence[:-1]}, respectively.", "Was sleep longer in cats that were fed?")


def test_abbreviations_that_are_used_stay() -> None:
    long = f"In this paper, we show that the scale of sleep (SOS) is used where {ASLEEP}"
    assert "(SOS)" not in forms(f"{long}.", "Where are cats asleep?")[0]
    assert "(SOS)" in forms(f"{long} by the SOS.", "Where are cats asleep?")[0]
    assert "(SOS)" in forms(f"{long}.", "What is SOS?")[0]


def test_short_sentences_and_citations() -> None:
    assert not shorter_forms("In this paper, we show that cats sleep.", Question.parse("Do they?"))
    sentence = f"{KEPT} [3, 4], as was shown earlier (Smith et al., 2019; Lee, 2020)."
    assert "2019" not in forms(sentence, "Where are cats asleep?")[0]


def test_forms_are_few_and_the_shortest_is_first() -> None:
    tails = (f", which makes {word} stories" for word in ("old", "new", "good", "bad", "sad"))
    found = forms(KEPT + "".join(itertools.islice(tails, 5)) + ".", "Are cats asleep?")
    assert len(found) == 4
    assert found == sorted(found, key=len)
