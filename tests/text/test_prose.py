"""Statements of drafts: what is prose, and what of it states something."""

from __future__ import annotations

import pytest

from assistant.text.citations import without_attribution, without_citations
from assistant.text.prose import statements

CATS = "Cats sleep 14 hours a day."
OWLS = "Owls hunt at night."


@pytest.mark.parametrize(
    "between",
    [
        "# How long the cats sleep",
        "How long the cats sleep\n=======================",
        "How long the cats sleep\n---",
        "Sleep of the cats",
        "2.1 Sleep of the cats",
        "2. Sleep of the cats",
        "Sleep Within Large Houses",
        "```python\nCats sleep in the code. They do.\n```",
        "~~~\nCats sleep in the code.\n```\nThey still do so.\n~~~",
        "    sleep(cats) for all cats\n    in all of the houses",
        "| animal | hours of sleep |\n|---|---|\n| cats in the house | 14 hours a day |",
        "animal | hours\n--- | ---\ncats in the house | 14 hours a day",
        "+-----+-----+\n| all cats | do sleep |\n+-----+-----+",
        "$$\na = b \\text{ is what the cats say}\n$$",
        "\\begin{align}\na \\text{ is what the cats say}\n\\end{align}",
        "<!-- Cats sleep in a\n\ncomment of the author. -->",
        "[12] J. Smith and B. Lee, Cats sleep for very\nlong, 2020.\n[13] Smith, J. Cats do sleep.",
        "[site]: https://example.org/cats-sleep-long \"Cats sleep long\"",
        "![A cat that sleeps in its house](cat.png)",
        "---",
        "* * *",
        "Why do cats sleep so long?",
        "Cats sleep long.",
        "In this section we describe the sleep of cats.",
        "In the next sections, the sleep of cats is described.",
        "The rest of this paper is about the sleep of cats.",
        "This paper is organized as follows.",
        "Section 3 describes the sleep of cats.",
        "Table 2 shows the sleep of cats.",
        "We thank the cats for their patience.",
        "The contributions of this work are:",
    ],
)  # fmt: skip
def test_what_states_nothing_is_left_out(between: str) -> None:
    assert statements(f"{CATS}\n\n{between}\n\n{OWLS}\n") == [CATS, OWLS]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Cats sleep 14 hours a day", ["Cats sleep 14 hours a day"]),
        ("Introduction\nCats sleep 14 hours\na day. Owls hunt at night.", [CATS, OWLS]),
        (f"- {CATS}\n- Owls hunt\n  at night.\n3. Do dogs bark at people?", [CATS, OWLS]),
        ("1. Dogs bark at people\n2. Owls hunt", ["Dogs bark at people"]),
        (f"> {CATS}\n> Owls hunt at night.", [CATS, OWLS]),
        (f"---\ntitle: All about the cats\n---\n{CATS}", [CATS]),
        (f"    {CATS}\n    Owls hunt at night.", [CATS, OWLS]),
        ("**Cats** _sleep_ `14` [hours](https://a.b/c) ~~a~~ <b>day</b>.", [CATS]),
        ("Cats use snake_case and a_b * c > d.", ["Cats use snake_case and a_b * c > d."]),
        (f"[^1]: {CATS}", [CATS]),
        ("In this paper we show that cats sleep.", ["In this paper we show that cats sleep."]),
        ("In the following years cats slept less.", ["In the following years cats slept less."]),
        ("Table tennis players sleep eight hours.", ["Table tennis players sleep eight hours."]),
        ("$$\nCats sleep 14 hours a day.", [CATS]),
        ("猫は一日に十四時間眠ります。", ["猫は一日に十四時間眠ります。"]),
        ("", []),
        ("\x00\u202e \n\n", []),
    ],
)  # fmt: skip
def test_what_states_something(text: str, expected: list[str]) -> None:
    assert statements(text) == expected


def test_reference_lists_end_at_the_next_section() -> None:
    entries = "Smith, J. (2020). Cats sleep in their houses.\n\nLee, A. Owls do not sleep. 2019."
    for heading, following in (
        ("## References", "# Cats"),
        ("References", "Appendix A"),
        ("**Bibliography**", "Acknowledgements"),
        ("5. Works cited", "# Cats"),
        ("References\n----------", "Cats\n===="),
    ):
        text = f"{CATS}\n\n{heading}\n\n{entries}\n\n{following}\n\n{OWLS}"
        assert statements(text) == [CATS, OWLS], heading
    assert statements(f"{CATS}\n\n# References\n\n{entries}\n\n## Books\n\n{entries}") == [CATS]


@pytest.mark.parametrize(
    "cited",
    [
        "Cats sleep [12].",
        "Cats sleep [3, 4–7].",
        "Cats sleep [1][2], [3].",
        "Cats sleep.[12]",
        "Cats sleep [12, p. 5].",
        "Cats sleep [@smith2020].",
        "Cats sleep [see @smith2020, pp. 3-5; -@lee].",
        "Cats sleep (Smith, 2020).",
        "Cats sleep (Smith et al., 2020; de la Cruz & O’Brien, 2021a, p. 5).",
        "Cats sleep (see e.g. Smith and Lee 2020, 2021).",
        "Cats sleep [Smith et al., 2020].",
        "Cats sleep~\\citep[p. 3]{smith2020,lee}.",
        "Cats sleep as shown in [12].",
        "Cats sleep[^note].",
        "Cats sleep.¹²",
        "Cats sleep<sup>1,2</sup>.",
        "Cats sleep^12^.",
        "According to [3], cats sleep.",
        "[3] found that cats sleep.",
    ],
)
def test_citations_are_removed(cited: str) -> None:
    assert without_citations(cited) == "Cats sleep."


@pytest.mark.parametrize(
    "text",
    [
        "Hours of sleep were 14 (95% CI [12, 16]).",
        "Values are in [0, 1] and x[i].",
        "Cats slept less (May 2020) than dogs (in 2019).",
        "An area of 10 m² has 10² cats (all of them).",
    ],
)
def test_what_only_looks_like_a_citation_stays(text: str) -> None:
    assert without_citations(text) == text


@pytest.mark.parametrize(
    ("sentence", "claim"),
    [
        ("Lee et al. (2020) show that cats sleep.", "Cats sleep."),
        ("Lee and de Vries (2020a) have shown that cats sleep.", "Cats sleep."),
        ("According to Smith (2020), cats sleep.", "Cats sleep."),
        ("Smith et al. found that cats sleep.", "Cats sleep."),
        ("@lee2020 report that cats sleep.", "Cats sleep."),
        ("Cats show that they sleep.", "Cats show that they sleep."),
    ],
)
def test_attributions_are_removed(sentence: str, claim: str) -> None:
    assert without_attribution(sentence) == claim
