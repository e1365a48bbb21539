"""A text with a key fact is recognised, and one with something similar is not."""

from __future__ import annotations

import pytest

from assistant.errors import UsageError
from assistant.evaluating import KeyFact


@pytest.mark.parametrize(
    ("fact", "text", "found"),
    [
        ("5%", "It was 5% of them.", True),
        ("5%", "It was 15% of them.", False),
        ("5%", "It was 0.5% of them.", False),
        ("0.6", "A risk ratio of 0.64.", False),
        ("10", "It has 10.5 of them.", False),
        ("10", "It has 10.", True),
        ("28|twenty-eight", "The Ear of\ntwenty-eight people.", True),
        ("28 | twenty-eight", "The ear of 28 people.", True),
        ("28|twenty-eight", "The ear of 128 people.", False),
        ("twenty eight people", "Twenty  eight\npeople.", True),
        ("30 to 60", "from 30\nto  60 mg", True),
        ("a.b", "axb", False),
        ("doubl", "It was doubled.", True),
        ("rod", "A grid of parallel rods.", True),
        ("rod", "A rodent, a product.", False),
        ("8 h", "after 8 healthy days", False),
        ("8 h", "after 8 h.", True),
        ("%", "It was 5% of them.", True),
        ("C++", "written in C++ and C", True),
        ("state-of-the-art", "a state‑of‑the‑art method", True),
        ("“so called”", 'the "so called" one', True),
        ("ﬁnal state", "The final state.", True),
        ("模型", "一个大模型的方法", True),
        ("Größe", "die GRÖßE der Probe", True),
    ],
)
def test_a_fact_is_found_however_it_is_spaced_and_capitalized(
    fact: str, text: str, found: bool
) -> None:
    assert KeyFact.parse(fact).is_in(text) is found


@pytest.mark.parametrize("written", ["", " ", "|", "a||b", "a|", "| b"])
def test_an_empty_alternative_would_be_in_every_text(written: str) -> None:
    with pytest.raises(UsageError, match="empty alternative"):
        KeyFact.parse(written)


def test_a_regular_expression_is_searched_without_regard_to_case() -> None:
    fact = KeyFact.of(r"\b4 ?(x|×|-?fold)")
    assert fact.is_in("It is 4\nX faster.")
    assert not fact.is_in("It is 14x faster.")
    assert fact.written == r"\b4 ?(x|×|-?fold)"
