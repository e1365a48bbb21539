"""Pairs of a claim and the sentence it cites, written by hand: what each rule of the check is for.

Beside every kind of wrong claim stand right ones that look like it and must pass.
"""

from __future__ import annotations

import pytest

from assistant.answering.answer import Evidence
from assistant.library import StoredPaper
from assistant.paper import Paper
from assistant.verification.verifier import Verification, verify_claim

LAMDA = (
    "We find that LaMDA generates appropriate responses that are similar to those of children in "
    "experiments involving social understanding.",
    "On the other hand, LaMDA's responses in early object and action understanding, theory of "
    "mind, and especially causal reasoning tasks are very different from those of young children.",
)
ALPHAGO = (
    "Using this search algorithm, our program AlphaGo achieved a 99.8% winning rate against other "
    "Go programs, and defeated the human European Go champion by 5 games to 0.",
    "This is the first time that a computer program has defeated a human professional player.",
)
PERCENT = (
    "Against other Go programs AlphaGo won 99.8 percent of its games, and it defeated the European "
    "champion Fan Hui by 5 games to 0.",
)
DIAGRAMS = (
    "Decision diagrams reduce the number of measurements made by classical shadows by more than "
    "80% and that made by biased shadows by around 57%.",
)
SPEED = ("Alfa is 4.3 times faster than Beta and needs 12 GB of memory.",)
RIVERS = ("RiverNet finds 1,000 dams in 20% of all rivers, while LakeNet finds 300 lakes.",)
DRUG = ("The new drug increases survival and decreases weight loss in 30 old mice.",)
MODEST = ("Our results suggest that deep sleep may improve memory in some patients.",)
LANGUAGE = ("Large language models write code, but they do not plan long trips well.",)
NETWORK = ("The network has 60 million parameters and 650,000 neurons in five layers.",)
ROOFS = ("Red roofs mislead young bees in 42% of flights, while old bees ignore them.",)
RANKED = ("Alfa and Beta reach 71% and 64% accuracy on Lake, respectively.",)


def checked(claim: str, cited: tuple[str, ...], question: str = "") -> Verification:
    paper = Paper(title="Of what is measured", abstract=" ".join(cited))
    stored = StoredPaper(1, paper.id, paper)
    evidence = []
    for sentence in cited:
        start = paper.abstract.index(sentence)
        evidence.append(Evidence(stored, sentence, start, start + len(sentence), score=1.0))
    return verify_claim(claim, evidence, question)


@pytest.mark.parametrize(
    ("claim", "cited"),
    [
        # numbers and units
        ("RiverNet finds 1000 dams.", RIVERS),
        ("RiverNet finds 1,000 dams in 20 percent of all rivers.", RIVERS),
        ("LakeNet finds 300 lakes.", RIVERS),
        ("Alfa is 4.3x faster than Beta.", SPEED),
        ("Alfa needs 12 GB of memory.", SPEED),
        ("Alfa runs 2x as fast on laptops.", ("Alfa runs twice as fast on laptops.",)),
        ("The network has 650,000 neurons in five layers.", NETWORK),
        ("The loss changes by -5% on Lake.", ("The loss changes by -5% on Lake and River.",)),
        ("Three rivers carry sand.", ("3 rivers carry sand.",)),
        # respectively
        ("Alfa and Beta reach 71% and 64% accuracy on Lake, respectively.", RANKED),
        # names, acronyms and their words
        ("LLMs write code.", LANGUAGE),
        ("Large language models write code.", ("LLMs write code and plan.",)),
        ("Graph networks help.", ("Graph networks (GNs) help in chemistry.",)),
        # negation
        ("They do not plan long trips.", LANGUAGE),
        ("Large language models don't plan long trips well.", LANGUAGE),
        ("Alfa works without labels.", ("Alfa works without any labels on small data.",)),
        ("Alfa is not only fast but small.", ("Alfa is not only fast but small.",)),
        # direction
        ("The new drug increases survival in old mice.", DRUG),
        ("The drug decreases weight loss in 30 old mice.", DRUG),
        ("High doses improve sleep.", ("High doses improve sleep, and low doses impair it.",)),
        # comparison
        ("Alfa is faster than Beta.", SPEED),
        ("RiverNet outperforms LakeNet.", ("RiverNet outperforms LakeNet on all maps.",)),
        ("LakeNet is outperformed by RiverNet.", ("RiverNet outperforms LakeNet on all maps.",)),
        ("Compared with LakeNet, RiverNet is smaller.",
         ("RiverNet is smaller compared to LakeNet.",)),
        # reserve
        ("Deep sleep may improve memory in some patients.", MODEST),
        ("Deep sleep might improve memory in some patients.", MODEST),
        ("Alfa saves up to 40% of energy.", ("Alfa saves up to 40% of energy in winter.",)),
        ("Several birds sing.", ("Many birds sing at night.",)),
        # order, voice, number of words
        ("Young bees are misled by red roofs.", ROOFS),
        ("In 42% of flights red roofs mislead young bees.", ROOFS),
        ("Old bees ignore them.", ROOFS),
        ("A red roof misleads young bees.", ROOFS),
        ("Foldy shrinks browsers.", ("We present Foldy, which shrinks browsers.",)),
        ("The authors present Foldy.", ("We present Foldy, which shrinks browsers.",)),
        ("Foldy, tested on laptops, is small.", ("Foldy (2020), tested on laptops, is small.",)),
        ("Foldy is small.", ("Foldy (a tool that was made in 2020) is small.",)),
        # what the examples above get wrong, said rightly
        ("LaMDA's responses in causal reasoning tasks are very different from those of young "
         "children.", LAMDA),
        ("LaMDA's responses are similar to those of children in experiments involving social "
         "understanding.", LAMDA),
        ("AlphaGo achieved a 99.8% winning rate against other Go programs.", ALPHAGO),
        ("AlphaGo defeated the human European Go champion by 5 games to 0.", ALPHAGO),
        ("AlphaGo won 99.8 percent of its games against other Go programs.", PERCENT),
        ("Decision diagrams reduce the number of measurements made by classical shadows by more "
         "than 80%.", DIAGRAMS),
    ],
)  # fmt: skip
def test_a_right_claim_passes(claim: str, cited: tuple[str, ...]) -> None:
    result = checked(claim, cited)
    assert result.supported, result


@pytest.mark.parametrize(
    ("claim", "cited"),
    [
        # numbers and units
        ("RiverNet finds 1,100 dams.", RIVERS),
        ("RiverNet finds 300 dams.", RIVERS),
        ("RiverNet finds 300 lakes.", RIVERS),
        ("LakeNet finds 1,000 lakes.", RIVERS),
        ("Alfa is 4.3% faster than Beta.", SPEED),
        ("Alfa needs 12 MB of memory.", SPEED),
        ("Alfa needs 4.3 GB of memory.", SPEED),
        ("The network has 650,000 parameters.", NETWORK),
        ("The network has 60 billion parameters.", NETWORK),
        ("The loss changes by 5% on Lake.", ("The loss changes by -5% on Lake and River.",)),
        ("Mice were fed for 3 months.", ("Mice were fed for 3 weeks with grain.",)),
        # respectively
        ("Alfa and Beta reach 64% and 71% accuracy on Lake, respectively.", RANKED),
        ("Beta reaches 71% accuracy on Lake.", RANKED),
        ("Beta and Alfa reach 71% and 64% accuracy on Lake, respectively.", RANKED),
        # names and subjects
        ("LakeNet finds dams in rivers.", RIVERS),
        ("GraphNet finds 300 lakes.", RIVERS),
        ("GPT-3 beats GPT-2 on Lake.", ("GPT-2 beats GPT-3 on Lake.",)),
        ("Vitamin D heals and vitamin C harms.", ("Vitamin C heals and vitamin D harms.",)),
        ("A new vaccine increases survival in old mice.", DRUG),
        ("Old bees mislead young bees in 42% of flights.", ROOFS),
        # negation
        ("Large language models plan long trips well.", LANGUAGE),
        ("Large language models do not write code.", LANGUAGE),
        ("Alfa works with labels.", ("Alfa works without labels on small data.",)),
        ("Alfa converges.", ("Alfa fails to converge on small data.",)),
        ("Never mislead red roofs young bees.", ROOFS),
        # direction
        ("The new drug decreases survival in old mice.", DRUG),
        ("The new drug increases weight loss in old mice.", DRUG),
        ("The new drug increases survival in 30 young mice.", DRUG),
        ("Alfa is 4.3 times slower than Beta.", SPEED),
        ("Low doses improve sleep.", ("High doses improve sleep, and low doses impair it.",)),
        ("Alfa is an inefficient parser.", ("Alfa is an efficient parser of German.",)),
        ("RiverNet underperforms LakeNet.", ("RiverNet outperforms LakeNet on all maps.",)),
        # comparison
        ("Beta is faster than Alfa.", SPEED),
        ("LakeNet outperforms RiverNet.", ("RiverNet outperforms LakeNet on all maps.",)),
        ("RiverNet is outperformed by LakeNet.", ("RiverNet outperforms LakeNet on all maps.",)),
        ("LakeNet is smaller compared to RiverNet.",
         ("RiverNet is smaller compared to LakeNet.",)),
        # reserve
        ("Deep sleep improves memory in some patients.", MODEST),
        ("Deep sleep may improve memory in all patients.", MODEST),
        ("Deep sleep may improve memory in patients.", MODEST),
        ("Alfa saves 40% of energy.", ("Alfa saves up to 40% of energy in winter.",)),
        ("All birds sing at night.", ("Many birds sing at night.",)),
        ("Alfa is the fastest parser.", ("Alfa is a fast parser of German.",)),
        ("Sleep causes hunger in mice.", ("Sleep is associated with hunger in mice.",)),
        ("Alfa always finds the best path.", ("Alfa often finds the best path.",)),
        ("Foldy is small.", ("Foldy is small if fonts are left out.",
                             "Foldy is almost small.")[1:]),
        # joints between clauses and sentences
        ("LaMDA is different from children in social understanding.", LAMDA),
        ("LaMDA's responses in social understanding are very different from those of children.",
         LAMDA),
        ("LaMDA's responses in causal reasoning tasks are similar to those of children.", LAMDA),
        ("AlphaGo achieved a 99.8% winning rate against human professionals.", ALPHAGO),
        ("AlphaGo achieved a 99.8% winning rate against a human professional player.", ALPHAGO),
        ("AlphaGo achieved a 99.8% winning rate against the human European Go champion.", ALPHAGO),
        ("Decision diagrams reduce the number of measurements made by classical shadows by around "
         "57%.", DIAGRAMS),
        ("AlphaGo won 99.8 percent of its games against the European champion.", PERCENT),
        ("Critics confirm the theory.", ("Critics doubt the results, and we confirm the theory.",)),
        ("The vaccine developed fever.",
         ("The vaccine was given to 40 adults, and they developed fever.",)),
        ("Red roofs ignore young bees.", ROOFS),
        ("RiverNet finds lakes.", RIVERS),
        # nothing to check, nothing in common
        ("It is 4.3.", SPEED),
        ("Penguins swim in cold water.", SPEED),
        ("Alfa is.", SPEED),
    ],
)  # fmt: skip
def test_a_wrong_claim_is_turned_down(claim: str, cited: tuple[str, ...]) -> None:
    result = checked(claim, cited)
    assert not result.supported, result
    assert result.missing


@pytest.mark.parametrize("sentence", [0, 1])
def test_a_turned_comparison_fails_with_each_sentence_alone(sentence: int) -> None:
    claim = "LaMDA is different from children in social understanding."
    question = "In which areas does LaMDA answer differently from young children?"
    assert not checked(claim, LAMDA[sentence : sentence + 1], question).supported


def test_the_score_is_higher_the_more_stands_there() -> None:
    whole = checked(SPEED[0], SPEED)
    part = checked("Alfa is 4.3 times faster than old Beta.", SPEED)
    assert 1 >= whole.score > part.score > 0


@pytest.mark.parametrize("claim", ["", "...", "( ) , ;", "1", "not", "than than than", "a" * 3000])
def test_odd_claims_are_turned_down(claim: str) -> None:
    assert not checked(claim, LAMDA).supported


CONDITION = ("Frogs and newts survive cold winters if the pond stays deep enough.",)


def test_a_condition_cannot_be_left_out_alone() -> None:
    kept = checked("Frogs and newts survive cold winters if the pond stays deep enough.", CONDITION)
    assert kept.supported
    joined = checked("Frogs and newts survive cold winters the pond stays deep enough.", CONDITION)
    assert not joined.supported
    assert "if" in joined.missing
