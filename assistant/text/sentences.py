"""Text -> sentences, as spans of it; nothing is changed, only white space is left out between."""

from __future__ import annotations

import re
import string
from dataclasses import dataclass

from assistant.text.abbreviations import (
    AFTER_QUOTATIONS,
    THAI_STARTERS,
    Abbreviations,
    abbreviations_in,
    language_of,
)

# Where a sentence may end: at a mark, with whatever closes with it. A reference such as `[12]`, or
# a superscript one such as `.12`, behind the full stop belongs to the sentence before it.
# Nothing ends inside a formula, a quotation or brackets, unless they are long.
# The first character is matched first and then looked back at: that makes the search fast. The
# outermost group of an alternative is the kind of place that was found.
_CLOSERS = r"""(?P<closers>(?:["'”’“»«›‹)\]/」』》）】]|\s[»›](?!\w))*+)"""
_OWN_CLOSERS = r"""(?P<own_closers>(?:["'”’»›)\]」』》）】]|\s[»›](?!\w))*+)"""
_REFERENCES = r"(?:\s?\[\d+(?:\s*[,;–-]\s*\d+)*\])*"
_OWN_MARKS = "。！？｡।॥։።፧፨။។۔"
_END = re.compile(
    rf"""[.(\["$\nABCDFIMOR!?;…؟\u037e（“„«»「『．፡{_OWN_MARKS}](?:
        (?P<mark>(?<=[.!?…؟;\u037e])(?<![.!?…؟;\u037e]{{2}})[.!?…؟;\u037e]*+
          {_CLOSERS}
          (?:{_REFERENCES}|[⁰¹²³⁴-⁹]+(?:[,–-][⁰¹²³⁴-⁹]+)*
            | (?<=[A-Za-z]{{3}}\.)\d{{1,3}}(?:(?:\s|\s?[,–-]\s?)\d{{1,3}})*(?=\s+[A-Z]))
          (?=\s|$|(?:(?<=[!?])|(?<=[\u3040-\u9fff%)]\.))[\u3040-\u9fff]))
      | (?P<enclosed>
          (?P<bracket>(?<=[(（])(?:[^()（）\n]++|\n(?!\s*\n)|[(（][^()（）]*+[)）]){{1,19}}+[)）]
            | (?<=\[)[^\[\]\n]++\])
          | (?<=“)[^“”\n]++” | (?<=„)[^„“”\n]++[“”] | (?<=«)[^«»\n]++»
          | (?<!\S»)(?<=»)(?=\w)[^«»\n]++« | (?<=「)[^「」\n]++」 | (?<=『)[^『』\n]++』
          | (?<=")(?<![^\s(\[（「]")(?=\S)(?:[^"\n]++|(?<=\w)"(?=\w))++"(?!\w))
        # The label of a section, behind a sentence without its mark.
      | (?<=[a-z)]\s[ABCDFIMOR])(?P<label>(?<=B)ACKGROUND|(?<=O)BJECTIVES?|(?<=A)IMS?|(?<=M)ETHODS?
          |(?<=D)ESIGN|(?<=R)ESULTS?|(?<=F)INDINGS|(?<=C)ONCLUSIONS?|(?<=I)NTERPRETATION
          |(?<=D)ISCUSSION)(?=(?:\s(?:AND|&)\s[A-Z]+)?[:.]?\s["'“‘(]?[A-Z0-9])
      | (?<=\$)(?!\s)[^$\n]{{1,300}}(?<!\s)\$(?!\d)  # a formula
      | (?<=\n)(?P<paragraph>\s*\n)
      | (?P<own_mark>(?:(?<=[{_OWN_MARKS}])[{_OWN_MARKS}]*|(?<=፡)፡|(?<=[\u3040-\u9fff]．))
          {_OWN_CLOSERS}{_REFERENCES})
    )""",
    re.VERBOSE,
)
# Brackets and quotations with more characters may contain sentences.
_MAX_ENCLOSED = 200
_MARKS_AND_CLOSERS = " \u00a0.!?…؟;\u037e。！？｡।॥։።፧፨။។۔\"'”’“»«›‹)]/」』》）】"
_MARK = re.compile(r"[.!?…؟;\u037e。！？｡।॥։።፧፨။។۔]")

_BEFORE_LAST_WORD = re.compile(r".*[\s(\[{\"“„«‘']", re.DOTALL)
_SECTION_NUMBER = re.compile(r"\.\s\d+(?:[-.]\d+)+\s?$")
_NEXT_WORD = re.compile(r"""["'“‘«„»(\[{]*(?P<word>[^\s"'“”‘’«»()\[\]{},;:]*)""")
_DASH = re.compile(r"[—–-]\s")
_PUNCTUATION_INSIDE = re.compile(r"[,;:،؛、，；：—–]")
# Japanese particles behind a quotation, which words that begin sentences do not begin with.
_PARTICLE = re.compile(
    r"と(?!く|こ|も)|は(?!じ|た)|が(?!ん)|を|に(?!も)|の(?!ち)|で(?!は|も|す)|も(?!し|ち|っ)|や(?!は)|など|的"
)
# Letters of alphabets with a full stop of their own.
_OWN_LETTER = re.compile(
    r"[\u0530-\u058f\u0600-\u06ff\u0900-\u0dff\u1000-\u109f\u1200-\u139f\u1780-\u17ff\u3040-\u9fff]"
)
_OWN_FULL_STOP = re.compile(r"[。｡।॥։።။។۔]|፡፡|[\u3040-\u9fff]．")
_GREEK_WORDS = re.compile(r"[\u0370-\u03ff\u1f00-\u1fff]{3}\s[\u0370-\u03ff\u1f00-\u1fff]")
_THAI = re.compile(r"[\u0e00-\u0e7f]{8}")
_THAI_GAP = re.compile(rf"(?<=หรือไม่)\s+|(?<=[^\s,])\s+(?={'|'.join(sorted(THAI_STARTERS))})")

# How many characters around a mark are looked at.
_NEAR = 80

# Text is in lower case if at most this share of its letters are capitals, such as a few names.
_MAX_CAPITALS = 0.01
_ASCII_CAPITALS = string.ascii_uppercase.encode()
_ASCII_SMALL = string.ascii_lowercase.encode()


def sentence_spans(text: str) -> list[tuple[int, int]]:
    """The sentences of `text` as (start, end): `text[start:end]` has no white space around it.

    A sentence ends at `.`, `!`, `?`, the full stop of another alphabet, or an empty line. It does
    not end inside a formula in `$`, a quotation or brackets, behind an abbreviation or initial, or
    where the next word goes on in lower case, unless the whole text is in lower case.
    """
    style = _Style.of(text)
    spans: list[tuple[int, int]] = []
    start = position = bracket_end = question_end = 0
    while match := _END.search(text, position):
        position = match.end()
        kind = match.lastgroup
        if kind == "enclosed":
            position = _last_mark_inside(text, match)
            begins = _begins_sentence(text, start, match.start())
            if match["bracket"] and not begins:
                bracket_end = match.end()
            elif begins and not match["bracket"]:
                question_end = match.end()
            continue
        if kind is None:
            continue
        if match.start() < question_end and _is_quoted_question(text, match):
            continue
        if kind == "mark" and not _ends_sentence(
            text, start, match, style, match.start() < bracket_end
        ):
            continue
        if kind == "own_mark" and (
            match.start() < bracket_end or _goes_on_behind_own_mark(text, match)
        ):
            continue
        end = match.start() if kind in {"label", "paragraph"} else match.end()
        _append_trimmed(spans, text, start, end)
        start = match.start() if kind == "label" else match.end()
    _append_trimmed(spans, text, start, len(text))
    return _split_thai(text, spans) if style.thai else spans


def sentences(text: str) -> list[str]:
    """The sentences of `text` themselves."""
    return [text[start:end] for start, end in sentence_spans(text)]


def _last_mark_inside(text: str, match: re.Match[str]) -> int:
    """Where to look for the end of a sentence next: at the mark before the closing character.

    Behind the opening character if the quotation or bracket is long.
    """
    if match.end() - match.start() > _MAX_ENCLOSED:
        return match.start() + 1
    at = match.start() + max(1, len(match[0].rstrip(_MARKS_AND_CLOSERS)))
    mark = _MARK.search(text, at, match.end())
    return mark.start() if mark else match.end()


def _begins_sentence(text: str, start: int, at: int) -> bool:
    return at - start < _NEAR and not text[start:at].strip()


def _is_quoted_question(text: str, match: re.Match[str]) -> bool:
    """Whether a sentence goes on that begins with a question or exclamation in quotation marks.

    In alphabets without capitals, what follows is most likely who said it; with them, the next
    letter decides.
    """
    following = text[match.end() : match.end() + 2].strip()[:1]
    caseless = following.isalpha() and following.lower() == following.upper()
    return caseless and text[match.start()] in "!?！？؟"


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


def _split_thai(text: str, spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """`spans`, split at white space in front of words that sentences begin with in Thai."""
    found = []
    for start, end in spans:
        for gap in _THAI_GAP.finditer(text, start, end):
            found.append((start, gap.start()))
            start = gap.end()
        found.append((start, end))
    return found


@dataclass(frozen=True)
class _Style:
    """How a text is set.

    Attributes:
        lower_case: its sentences start in lower case, as in some old records.
        spaced: a space stands before its full stops, as in text made of tokens.
        own_full_stop: it has the full stop of another alphabet, so `.` ends nothing there.
        greek: `;` is a question mark.
        thai: some of it is in Thai, which has no full stop.
        abbreviations: those of its language.

    """

    lower_case: bool
    spaced: bool
    own_full_stop: bool
    greek: bool
    thai: bool
    abbreviations: Abbreviations

    @classmethod
    def of(cls, text: str) -> _Style:
        capitals, small = _letters(text)
        ascii_only = text.isascii()
        return cls(
            lower_case=capitals <= _MAX_CAPITALS * small,
            spaced=2 * text.count(" . ") > text.count(". "),
            own_full_stop=not ascii_only and _OWN_FULL_STOP.search(text) is not None,
            greek=not ascii_only and _GREEK_WORDS.search(text) is not None,
            thai=not ascii_only and _THAI.search(text) is not None,
            abbreviations=abbreviations_in(language_of(text)),
        )


def _letters(text: str) -> tuple[int, int]:
    """The numbers of capital and small letters."""
    if text.isascii():  # a quarter of the time
        encoded = text.encode()
        return (
            len(encoded) - len(encoded.translate(None, _ASCII_CAPITALS)),
            len(encoded) - len(encoded.translate(None, _ASCII_SMALL)),
        )
    return sum(map(str.isupper, text)), sum(map(str.islower, text))


def _goes_on_behind_own_mark(text: str, match: re.Match[str]) -> bool:
    following = text[match.end() : match.end() + _NEAR].lstrip()
    return bool(match["own_closers"] and _goes_on_behind_quotation(following))


def _goes_on_behind_quotation(following: str) -> bool:
    if _PUNCTUATION_INSIDE.match(following) or _PARTICLE.match(following):
        return True
    word = _NEXT_WORD.match(following)
    return word is not None and word["word"] in AFTER_QUOTATIONS


def _ends_sentence(
    text: str, start: int, match: re.Match[str], style: _Style, in_brackets: bool
) -> bool:
    mark, closers = text[match.start() : match.start("closers")], match["closers"]
    if ";" in mark or "\u037e" in mark:
        if not style.greek:
            return False
        mark = "?"
    following = text[match.end() : match.end() + _NEAR].lstrip()
    if not following:
        return True
    if closers and _goes_on_behind_quotation(following):
        return False
    next_word = _NEXT_WORD.match(following, 2 if _DASH.match(following) else 0)
    word_after = next_word["word"] if next_word else ""
    if word_after[:1].islower() and word_after.islower() and not style.lower_case:
        return False  # a name such as `iLA-SDP` has capitals somewhere
    if in_brackets and word_after[:1].isalpha() and not word_after[:1].isupper():
        return False
    if mark != ".":
        # ` ..` and `. . .` stand for a colon or for something left out.
        return not (style.lower_case and mark == "..")
    if style.spaced and not text[match.start() - 1 : match.start()].isspace():
        return False
    before = text[max(start, match.start() - _NEAR) : match.start()]
    if style.own_full_stop and _is_in_other_alphabet(before, following):
        return False
    ahead = _BEFORE_LAST_WORD.match(before[:-1])
    word = before[ahead.end() if ahead else 0 :].rstrip()
    if word.endswith(","):
        return False  # ",." is a misprint for a comma
    if (before.strip() == word and _is_enumerator(word)) or _SECTION_NUMBER.search(before):
        return False  # the `1.` of a list, at the beginning of its item
    if style.lower_case and closers.startswith(")") and _is_enumerator(word):
        return False  # `2.) that`, or a unit in parentheses
    if closers and word.lower().rstrip(".") not in style.abbreviations.before:
        return True
    return not style.abbreviations.goes_on(before, word, following, word_after)


def _is_enumerator(word: str) -> bool:
    return word.isdigit() or (len(word) == 1 and word.isalpha())


def _is_in_other_alphabet(before: str, following: str) -> bool:
    """Whether a `.` stands in a sentence of an alphabet with a full stop of its own."""
    if _OWN_LETTER.search(before):
        return True
    return len(before) < 40 and _OWN_LETTER.search(following, 0, 30) is not None
