from __future__ import annotations

import pytest

from assistant.answering.answer import Evidence
from assistant.answering.draft import rank_by_support, split_markers


@pytest.mark.parametrize(
    ("text", "plain", "cited"),
    [
        ("It is smaller [1].", "It is smaller.", (1,)),
        ("It is [2] smaller. [1][3]", "It is smaller.", (2, 1, 3)),
        ("[1, 2] Both agree [2 and 4].", "Both agree.", (1, 2, 4)),
        ("All agree [1-3] , yes.", "All agree, yes.", (1, 2, 3)),
        ("An array a[i] and [text] stay.", "An array a[i] and [text] stay.", ()),
        ("A range [1-999999999].", "A range.", tuple(range(1, 22))),
        ("The answer to the question is: It is 3. [1]", "It is 3.", (1,)),
        ("Answer: bees.", "bees.", ()),
        ("The answer is hidden.", "The answer is hidden.", ()),
    ],
)
def test_markers_are_taken_out(text: str, plain: str, cited: tuple[int, ...]) -> None:
    assert split_markers(text) == (plain, cited)


@pytest.mark.parametrize(
    ("claim", "ranked"),
    [
        ("Foldy makes browsers 160 times smaller.", [1, 2]),
        ("Young bees are misled by red roofs.", [3]),
        ("Penguins swim.", []),
    ],
)
def test_evidence_is_ranked_by_what_it_has_of_a_claim(
    claim: str, ranked: list[int], evidence: tuple[Evidence, ...]
) -> None:
    assert rank_by_support(claim, evidence) == ranked
