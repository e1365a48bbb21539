from __future__ import annotations

import pytest

from assistant.text.numbers import Number, numbers


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("160times, 160 times, 160x, 160×, 160-fold", [("160", "times")] * 5),
        ("1,000 and 1000 and 1000.0", [("1000", "")] * 3),
        ("85%, 85 percent, 85\\%", [("85", "%")] * 3),
        ("three layers, 3 layers", [("3", "")] * 2),
        ("1.3 billion, 137B, 500k", [("1300000000", ""), ("137000000000", ""), ("500000", "")]),
        ("eight times; twenty-five times; twice", [(n, "times") for n in ("8", "25", "2")]),
        ("5-qubit; 8-bit; 3 MB; 40nm", [("5", ""), ("8", "bit"), ("3", "MB"), ("40", "nm")]),
        ("between 80 and 90%", [("80", "%"), ("90", "%")]),
        ("4 to 8 times on 3 sets", [("4", "times"), ("8", "times"), ("3", "")]),
        ("3 weeks, 2 months; 5 mg", [("3", "week"), ("2", "month"), ("5", "mg")]),
        ("falls by -5%, not 5-7%, x-5 (-3)", [("-5", "%"), ("5", "%"), ("7", "%"), ("-3", "")]),
        ("30 x 30 mazes", [("30", ""), ("30", "")]),
        ("GPT-2, CIFAR-10, S4, float32, H2-2", []),
        ("someone weighs it often", []),
    ],
)  # fmt: skip
def test_reads_numbers_with_their_units(text: str, expected: list[tuple[str, str]]) -> None:
    assert numbers(text) == [Number(value, unit) for value, unit in expected]


@pytest.mark.parametrize(
    ("one", "other", "stated"),
    [
        ("160 times", "160x", True),
        ("3", "3 MB", True),
        ("3 MB", "3", False),
        ("3 MB", "3 GB", False),
        ("77%", "77", False),
        ("77", "77%", False),
        ("77%", "78%", False),
        ("-5%", "5%", False),
        ("3 weeks", "3 months", False),
    ],
)
def test_a_number_states_another_by_value_and_unit(one: str, other: str, stated: bool) -> None:
    assert numbers(one)[0].stated_by(numbers(other)[0]) is stated
