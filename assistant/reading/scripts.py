"""Superscripts and subscripts as plain text, so that no two numbers become another one.

`10<sup>6</sup>` is 10^6 and not 106, `log<sub>10</sub>2` is log_{10}2. Where no number is lost,
scripts are written as people write them: H2O, Ca2+, 13C.
"""

from __future__ import annotations

import re

SUPERSCRIPT, SUBSCRIPT, END = "\x05", "\x06", "\x07"
"""What stands for the tags of scripts in the text that `with_scripts` takes."""

_MARKS = {SUPERSCRIPT: "^", SUBSCRIPT: "_"}
_PIECE = re.compile(f"[{SUPERSCRIPT}{SUBSCRIPT}{END}]")
_SIMPLE = re.compile(r"[+\u2212-]?\d+|[^\W\d_]")
_NUMBER_BEGINS = re.compile(r"[+\u2212\u2013-]?[.,]?\d")
_NUMBER_GOES_ON = re.compile(r"[.,]?\d")
# `1<sup>st</sup>`, `n<sup>o</sup>`, `95<sup>a</sup>` with a footnote.
_ORDINALS = frozenset("st nd rd th er re e ème o a b c d".split())  # noqa: SIM905
_POWER_OF_TEN = re.compile(r"(?<![\d.,])10[ \u00a0]$")
_ELEMENT = re.compile(r"(?<![^\W\d_])[A-Z][a-z]?[A-Z]?[ \u00a0]$")
_DEEPEST = 4
# What is between two numbers where a tag was.
_GAP = "\x08"
_GAPS = re.compile(rf"(?<=\d){_GAP}+(?=\d)")


def script(kind: str, before: str, content: str, after: str) -> str:
    """A script with this `content`, between the text `before` and `after` it.

    `kind` is `SUPERSCRIPT` or `SUBSCRIPT`.
    """
    content = " ".join(content.split())
    last = before[-1:]
    if not content:
        return " " if last.isdecimal() and after[:1].isdecimal() else ""
    is_cut = content[-1].isdecimal() and _NUMBER_GOES_ON.match(after) is not None
    if kind == SUPERSCRIPT:
        is_joined = (
            _NUMBER_BEGINS.match(content) is not None and (last.isdecimal() or last in tuple(".,)"))
        ) or (last.isdecimal() and content[0].isalnum() and content not in _ORDINALS)
    else:
        is_joined = last.isdecimal() and content[0].isdecimal()
        is_joined = is_joined or (last in tuple(".,") and content[0].isdecimal())
    if not is_joined and not is_cut:
        return content
    is_simple = not is_cut and _SIMPLE.fullmatch(content) is not None
    return _MARKS[kind] + (content if is_simple else f"{{{content}}}")


def with_scripts(text: str) -> str:
    """`text` with its scripts as plain text."""
    if _PIECE.search(text) is None:
        return text
    frames: list[tuple[str, list[str]]] = [("", [])]
    ignored = done = 0
    for found in _PIECE.finditer(text):
        parts = frames[-1][1]
        if found.start() > done:
            parts.append(text[done : found.start()])
        done = found.end()
        if found[0] != END and len(frames) <= _DEEPEST:
            frames.append((found[0], []))
        elif found[0] == END and not ignored and len(frames) > 1:
            _close(frames, text[done : done + 2])
        else:
            # Too deep, or the end of a script that did not begin.
            ignored = max(0, ignored + (1 if found[0] != END else -1))
            parts.append(_GAP)
    frames[-1][1].append(text[done:])
    while len(frames) > 1:
        _close(frames, "")
    return _GAPS.sub(" ", "".join(frames[0][1])).replace(_GAP, "")


def _close(frames: list[tuple[str, list[str]]], after: str) -> None:
    kind, parts = frames.pop()
    outer = frames[-1][1]
    content = "".join(parts)
    before = "".join(outer[-3:])[-8:].strip(_GAP)
    # "10 <sup>6</sup>" and "CO <sub>2</sub>", where a layout of lines left a space.
    is_apart = (
        _POWER_OF_TEN.search(before) and not after[:1].isalpha()
        if kind == SUPERSCRIPT
        else _ELEMENT.search(before) and content.strip().isdecimal()
    )
    if is_apart:
        outer[-1] = outer[-1].rstrip()
        before = before.rstrip()
    outer.append(script(kind, before, content, after) if content.strip(f" {_GAP}") else _GAP)
