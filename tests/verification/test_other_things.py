"""Claims about another thing than the evidence: modifiers, versions, groups, quantities."""

from __future__ import annotations

import pytest

from assistant.answering.answer import Evidence
from assistant.library import StoredPaper
from assistant.paper import Paper
from assistant.text.numbers import Number, numbers
from assistant.verification.verifier import Verification, verify_claim
from assistant.verification.violations import Violation


def verified(claim: str, sentence: str, title: str = "A study of things") -> Verification:
    """The result for `claim`, which cites the one sentence of a paper."""
    stored = StoredPaper(1, "x", Paper(title=title, abstract=sentence, source="x"))
    return verify_claim(claim, [Evidence(stored, sentence, 0, len(sentence), 1.0)])


_STABLE = (
    "At the time of release, Stable Code is the state-of-the-art open model under 3B parameters, "
    "and the variant Stable Code Instruct is good at dialogue"
)
_RASP = (
    "We leverage RASP (Weiss et al., 2021) -- a programming language designed for the "
    "computational model of a Transformer -- and introduce the RASP-Generalization Conjecture"
)


@pytest.mark.parametrize(
    ("sentence", "true", "false"),
    [
        ("Smokers had a higher risk of cancer.", "Smokers", "Non-smokers"),
        ("Nets reached the target group within a year.", "target group", "non-target group"),
        ("Risk rose in non-smokers after exposure.", "non-smokers", "smokers"),
        ("A gluten diet changed weight within weeks.", "gluten diet", "gluten-free diet"),
        ("Treatment with amlodipine lowered pressure.", "amlodipine", "amlodipine maleate"),
        ("BRCA1 mutations raise the risk of cancer.", "BRCA1", "BRCA2"),
        ("GPT-4 solves most of the exam questions.", "GPT-4", "GPT-4-mini"),
        ("Falcon-7B solves most of the exam questions.", "Falcon-7B", "Falcon-13B"),
        ("Mortality fell in the treatment group after surgery.", "treatment", "control"),
        ("Pain was higher in the control group than in the treatment group after surgery.",
         "in the control group than in the treatment", "in the treatment"),
        ("Exercise improved sleep quality among men with asthma.", "men", "women"),
        ("Blood loss was larger in the high-dose group.", "high-dose", "low-dose"),
        ("The median titre was 10^6 copies in 5 of the samples.", "10^6", "10^5"),
        ("Fever lasted 3-5 days in 7 of the patients.", "3-5 days", "3-7 days"),
        ("Patients received 50 mg of the drug and 3 g of salt.", "50 mg", "50 g"),
        ("Patients received 5 mg/kg of the drug.", "5 mg/kg", "5 mg/day"),
        ("The culture contained 10 µM of the inhibitor.", "10 µM", "10 mM"),
        ("The surgery took 45 min with one suture.", "45 min", "45 h"),
        ("Weight fell (p<0.05) and height rose (p=0.3).", "p<0.05", "p<0.01"),
        ("Weight fell with the new diet (P<.05).", "P<.05", "P<.01"),
        ("Weight fell with the new diet (p<0.01).", "p<0.01", "p>0.01"),
    ],
)  # fmt: skip
def test_another_thing_is_contradicted(sentence: str, true: str, false: str) -> None:
    assert true in sentence
    assert verified(sentence, sentence).supported
    found = verified(sentence.replace(true, false), sentence)
    assert found.contradicts
    assert not found.supported


@pytest.mark.parametrize(
    ("claim", "sentence"),
    [
        ("BRCA1 protein repairs broken DNA in cells.", "BRCA1 repairs broken DNA in cells."),
        ("The alcohol-free group slept longer.", "The group without alcohol slept longer."),
        ("Non-smokers had a lower risk.", "People who were not smokers had a lower risk."),
        ("Participants were 12 to 49 years old.", "Participants were 12-19 or 20-49 years old."),
        ("It took 1,000,000 steps.", "It took 10^6 steps."),
        ("General Relativity is seen anew.", "The General Theory of Relativity is seen anew."),
        ("Patients received 5 mg of it.", "Patients received 5 mg/kg of it."),
        ("They received 5 micrograms of it.", "They received 5 µg of it."),
        ("The healthy group kept its score.",
         "Patients had lower scores compared to before, while the healthy group kept its score."),
        ("Pain fell in the control group.", "Pain fell in the placebo group."),
    ],
)  # fmt: skip
def test_other_words_for_the_same_thing_do_not_contradict(claim: str, sentence: str) -> None:
    assert not verified(claim, sentence).contradicts


def test_a_modifier_in_the_title_is_known() -> None:
    sentence = "Treatment with amlodipine lowered pressure."
    claim = "Treatment with amlodipine maleate lowered pressure."
    assert not verified(claim, sentence, "Effects of amlodipine maleate").contradicts


@pytest.mark.parametrize(
    ("subject", "sentence", "description"),
    [
        ("RASP", _RASP, "a programming language designed for the computational model"),
        ("Stable Code", _STABLE, "the state-of-the-art open model under 3B parameters"),
        ("FGF19", "They lack fibroblast growth factor 19 (FGF19), an endocrine hormone in bile.",
         "an endocrine hormone in bile"),
        ("The Salmonella-containing vacuole",
         "It resides in a membrane-bound compartment called the Salmonella-containing vacuole.",
         "a membrane-bound compartment"),
    ],
)  # fmt: skip
def test_definitions_keep_their_subject(subject: str, sentence: str, description: str) -> None:
    found = verified(f"{subject} is {description}.", sentence)
    assert Violation.DESCRIBED not in found.missing
    assert not found.contradicts


@pytest.mark.parametrize(
    ("subject", "sentence", "description"),
    [
        ("The RASP-Generalization Conjecture", _RASP,
         "a programming language designed for the computational model of a Transformer"),
        ("The RASP-Generalization Conjecture",
         f"{_RASP}: Transformers tend to length generalize on a task if a short program solves it.",
         "a programming language designed for the computational model of a Transformer"),
        ("Stable Code Instruct", _STABLE, "a state-of-the-art open model under 3B"),
        ("Stable Code Instruct", _STABLE, "the state-of-the-art open model under 3B parameters"),
        ("DNA-PKcs", "Ku, a heterodimeric protein, recruits the catalytic subunit DNA-PKcs.",
         "a heterodimeric protein"),
    ],
)  # fmt: skip
def test_a_definition_of_something_else_is_not_supported(
    subject: str, sentence: str, description: str
) -> None:
    found = verified(f"{subject} is {description}.", sentence)
    assert not found.supported
    assert found.contradicts
    assert Violation.DESCRIBED in found.missing


def test_powers_of_ten_and_decimals_without_zero_are_numbers() -> None:
    assert numbers("10^6 cells, 10(-7), P<.05") == [
        Number("1000000"), Number("0.0000001"), Number("0.05"),
    ]  # fmt: skip
    # No number of this text is so large that writing it out takes long.
    assert len(numbers("10^999999999")[0].value) < 100
