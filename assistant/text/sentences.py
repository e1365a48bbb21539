"""Text -> sentences, as spans of it; nothing is changed, only white space is left out between."""

from __future__ import annotations

import re
from dataclasses import dataclass

from assistant.text.word_lists import word_list

# What may end a sentence: a mark, then whatever closes with it. A reference such as `[12]`, or a
# superscript one such as `.12`, that stands behind the full stop belongs to the sentence before it.
_END = re.compile(
    r"""\$(?!\s)[^$\n]{1,300}(?<!\s)\$(?!\d)  # a formula, in which nothing ends
      | (?P<mark>[.!?…]+)
        (?P<closers>["'”’»)\]/]*)
        (?P<references>(?:\s?\[\d+(?:\s*[,;–-]\s*\d+)*\])*
          | (?<=[A-Za-z]{3}\.)\d{1,3}(?:(?:\s|\s?[,–-]\s?)\d{1,3})*(?=\s+[A-Z]))
        (?=\s|$)
      | (?P<full_width>[。！？]+)
      | (?P<paragraph>\n\s*\n)
        # The label of a section, behind a sentence without its mark.
      | (?P<label>(?<=[a-z)])\s(?=(?:BACKGROUND|OBJECTIVES?|AIMS?|METHODS?|DESIGN|RESULTS?|FINDINGS
        |CONCLUSIONS?|INTERPRETATION|DISCUSSION)(?:\s(?:AND|&)\s[A-Z]+)?[:.]?\s["'“‘(]?[A-Z0-9]))""",
    re.VERBOSE,
)
_LAST_WORD = re.compile(r"[^\s(\[{\"“‘']+(?=\s?$)")
_SECTION_NUMBER = re.compile(r"\.\s\d+(?:[-.]\d+)+\s?$")
_NEXT_WORD = re.compile(r"""["'“‘«(\[{]*(?P<word>[^\s"'“”‘’«»()\[\]{},;:]*)""")

# How many characters around a mark are looked at.
_NEAR = 80

# They stand before what they belong to, so a sentence does not end here.
_NEVER_LAST = frozenset(
    """e.g i.e eg ie cf vs viz resp approx fig figs eq eqs eqn sec secs ref refs tab ch chap vol pp
    dr prof mr mrs ms st mt sen rep rev hon et incl esp dept univ v ver""".split()  # noqa: SIM905
)
# They may end a sentence: they do when the next word is one that sentences begin with.
_MAY_BE_LAST = frozenset(
    "etc al inc ltd co corp jr sr u.s u.k e.u a.m p.m ph.d m.sc b.sc d.c no nos gen ca".split()  # noqa: SIM905
)
_STARTERS = frozenset(word_list("sentence_starters"))
# Text is in lower case if at most this share of its letters are capitals, such as a few names.
_MAX_CAPITALS = 0.01
# These stay abbreviations only in front of a number.
_BEFORE_NUMBERS = frozenset({"no", "nos", "pp", "vol", "ch", "v", "ver"})


def sentence_spans(text: str) -> list[tuple[int, int]]:
    """The sentences of `text` as (start, end): `text[start:end]` has no white space around it.

    A sentence ends at `.`, `!`, `?` or an empty line, but not inside a formula in `$`, behind an
    abbreviation or initial, or where the next word goes on in lower case, unless the whole text is
    in lower case.
    """
    style = _Style.of(text)
    spans: list[tuple[int, int]] = []
    start = 0
    for match in _END.finditer(text):
        if match["mark"]:
            if not _ends_sentence(text, start, match, style):
                continue
        elif not (match["full_width"] or match["paragraph"] or match["label"]):
            continue
        end = match.start() if match["paragraph"] or match["label"] else match.end()
        _append_trimmed(spans, text, start, end)
        start = match.end()
    _append_trimmed(spans, text, start, len(text))
    return spans


def sentences(text: str) -> list[str]:
    """The sentences of `text` themselves."""
    return [text[start:end] for start, end in sentence_spans(text)]


def _append_trimmed(spans: list[tuple[int, int]], text: str, start: int, end: int) -> None:
    stretch = text[start:end]
    trimmed = stretch.strip()
    if not trimmed:
        return
    start += len(stretch) - len(stretch.lstrip())
    if spans and not any(character.isalnum() for character in trimmed):
        spans[-1] = (spans[-1][0], start + len(trimmed))  # a lone ` .` or ` )` ends the one before
    else:
        spans.append((start, start + len(trimmed)))


@dataclass(frozen=True)
class _Style:
    """How a text is set.

    Attributes:
        lower_case: its sentences start in lower case, as in some old records.
        spaced: a space stands before its full stops, as in text made of tokens.

    """

    lower_case: bool
    spaced: bool

    @classmethod
    def of(cls, text: str) -> _Style:
        capitals = sum(map(str.isupper, text))
        return cls(
            lower_case=capitals <= _MAX_CAPITALS * sum(map(str.islower, text)),
            spaced=2 * text.count(" . ") > text.count(". "),
        )


def _ends_sentence(text: str, start: int, match: re.Match[str], style: _Style) -> bool:
    following = text[match.end() : match.end() + _NEAR].lstrip()
    if not following:
        return True
    next_word = _NEXT_WORD.match(following)
    word_after = next_word["word"] if next_word else ""
    if word_after[:1].islower() and word_after.islower() and not style.lower_case:
        return False  # a name such as `iLA-SDP` has capitals somewhere
    if match["mark"] != ".":
        # ` ..` and `. . .` stand for a colon or for something left out.
        return not (style.lower_case and match["mark"] == "..")
    if style.spaced and not text[match.start() - 1 : match.start()].isspace():
        return False
    before = text[max(start, match.start() - _NEAR) : match.start()]
    found = _LAST_WORD.search(before)
    word = found[0] if found else ""
    if word.endswith(","):
        return False  # ",." is a misprint for a comma
    if (before.strip() == word and _is_enumerator(word)) or _SECTION_NUMBER.search(before):
        return False  # the `1.` of a list, at the beginning of its item
    if style.lower_case and match["closers"].startswith(")") and _is_enumerator(word):
        return False  # `2.) that`, or a unit in parentheses
    if match["closers"] and word.lower().rstrip(".") not in _NEVER_LAST:
        return True
    return not _is_abbreviation(word, word_after)


def _is_enumerator(word: str) -> bool:
    return word.isdigit() or (len(word) == 1 and word.isalpha())


def _is_abbreviation(word: str, word_after: str) -> bool:
    lower = word.lower()
    initial = len(word) == 1 and word.isupper()
    initials = re.search(r"(?:^|-)(?:[A-Za-z]\.)+[A-Za-z]$", word) is not None
    if lower in _BEFORE_NUMBERS and not word_after[:1].isdigit():
        return False
    if initial or initials or lower in _MAY_BE_LAST:
        return lower in {"e.g", "i.e"} or word_after.lower() not in _STARTERS
    return lower in _NEVER_LAST
