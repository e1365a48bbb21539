"""What of a text can be seen."""

from __future__ import annotations

import sys
import unicodedata

import pytest

from assistant.text.sanitizing import sanitized, sanitized_lines

# Signs that stand around the digits of a number in Arabic, Syriac and Kaithi: format characters by
# their class, but they can be seen.
NUMBER_SIGNS = set(
    "\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd"
)


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("plain", "plain"),
        ("a\0b\x1b[31mc\x7f", "ab[31mc"),
        ("\u202egnp.exe\u2066\u200f", "gnp.exe"),
        ("zero\u200bwidth\ufeff, soft\u00adhyphen, tag\U000e0041", "zerowidth, softhyphen, tag"),
        ("lone\ud800 surrogate, fill\u3164er", "lone surrogate, filler"),
        (
            "two\nlines\tand\u2028a third\r\nand\x85a fourth",
            "two\nlines\tand\na third\nand\na fourth",
        ),
        ("fields\x1fof\x1ca table", "fields of a table"),
        ("\u0645\u06cc\u200c\u062e\u0648\u0627\u0628\u062f",) * 2,
        ("\u0915\u094d\u200d\u0937 pay\u200dpal\u200c \u200d", "\u0915\u094d\u200d\u0937 paypal "),
        ("Größe ∑ 研究 é Việt",) * 2,
        ("Z" + "\u0301\u0302" * 40 + "algo", "Z\u0301\u0302\u0301\u0302algo"),
    ],
)
def test_what_cannot_be_seen_is_dropped(text: str, cleaned: str) -> None:
    assert sanitized_lines(text) == cleaned
    assert sanitized_lines(cleaned) == cleaned
    assert sanitized(text) == " ".join(cleaned.split())


def test_no_control_format_or_private_character_is_left() -> None:
    every = "".join(chr(code) for code in range(sys.maxunicode + 1) if chr(code) not in "\n\t")
    left = {
        character
        for character in sanitized_lines(every)
        if unicodedata.category(character) in ("Cc", "Cf", "Cs", "Co")
    }
    assert left == NUMBER_SIGNS | {"\n"}


def test_letters_and_signs_stay() -> None:
    every = [chr(code) for code in range(sys.maxunicode + 1)]
    shown = "".join(c for c in every if unicodedata.category(c)[0] in "LNPS" and c.isprintable())
    blank = "\u115f\u1160\u2800\u3164\uffa0"
    assert sanitized_lines(shown) == "".join(c for c in shown if c not in blank)
