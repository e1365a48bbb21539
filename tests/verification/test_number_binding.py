from __future__ import annotations

import pytest

from assistant.verification.alignment import align
from assistant.verification.number_binding import numbers_are_bound
from assistant.verification.tokens import tokenize

SCORES = "Our changes improve Tilo to 86% on the Lake benchmark, with 96% on the hard River task."
SPEEDS = "Small Alfa and Beta are 4.3 times and 4.1 times faster, respectively."


@pytest.mark.parametrize(
    ("claim", "sentence", "bound"),
    [
        ("Tilo reaches 86% on the Lake benchmark.", SCORES, True),
        ("Tilo reaches 96% on the River task.", SCORES, True),
        ("It gets 96% on the Lake benchmark.", SCORES, False),
        ("It gets 86% on the River task and 96% on the Lake benchmark.", SCORES, False),
        ("It gets 50% on the River task.", SCORES, False),
        ("Alfa and Beta are 4.3 and 4.1 times faster, respectively.", SPEEDS, True),
        (
            "LakeNet has 60 million parameters and 650,000 neurons in five wide layers.",
            "The network has 60 million parameters and 650,000 neurons in five wide layers.",
            True,
        ),
        (
            "LakeNet has 650,000 parameters.",
            "The network has 60 million parameters and 650,000 neurons in five wide layers.",
            False,
        ),
        ("Tilo is good.", SCORES, True),
    ],
)
def test_numbers_keep_their_company(claim: str, sentence: str, bound: bool) -> None:
    aligned = align(tokenize(claim), tokenize(sentence))
    assert numbers_are_bound(claim, [sentence], aligned) is bound
