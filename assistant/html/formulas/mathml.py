"""One LaTeX formula -> MathML, which all current browsers display.

It is safe by construction: only this package writes elements and attributes, and the contents of a
formula can only become escaped text of a leaf. There are no definitions, repetitions or lookups, so
time and size are linear in the length of the formula. A formula with anything unknown in it is not
converted.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import NamedTuple

from markupsafe import Markup, escape

from assistant.html.formulas import symbols as known
from assistant.html.formulas.atoms import (
    UNSLANTED,
    UNSPACED,
    UNSTRETCHED,
    Atom,
    element,
    operator,
    row,
    space,
    symbol,
)

MAX_CHARACTERS = 600
MAX_DEPTH = 24  # nested groups
# As in print, a line may break after a relation or operator, if the piece has this many symbols.
_MIN_PIECE = 8

_TOKEN = re.compile(
    r"(?P<space>\s*)(?P<text>\\[A-Za-z]+|\\.|\d+(?:,\d{3}(?!\d))*(?:\.\d+)?|\.{3}|'+|.)", re.DOTALL
)


class _Unknown(Exception):
    """The formula contains something that is not converted."""


class _Token(NamedTuple):
    text: str
    spaced: bool  # after white space
    at: int  # start in the formula


def mathml(source: str, display: bool = False) -> Markup | None:
    """`source`, without its dollar signs, as `math` elements between which a line may break.

    None if it is longer than `MAX_CHARACTERS`, deeper than `MAX_DEPTH`, empty or not convertible.
    """
    if len(source) > MAX_CHARACTERS:
        return None
    try:
        return _Formula(source).pieces(display)
    except _Unknown:
        return None


class _Formula:
    """A recursive-descent parser that writes MathML while it reads."""

    def __init__(self, source: str) -> None:
        self._source = source.strip()
        self._tokens = [
            _Token(found["text"], bool(found["space"]), found.start("text"))
            for found in _TOKEN.finditer(self._source)
        ]
        self._at = 0
        self._depth = 0
        self._alphabet = ""

    def pieces(self, display: bool) -> Markup:
        style = ' displaystyle="true"' if display else ""
        written: list[Markup] = []
        atoms: list[Atom] = []
        begin = fences = 0
        for atom in self._atoms(""):
            atoms.append(atom)
            fences += {"opening": 1, "closing": -1}.get(atom.kind, 0)
            is_end = self._at == len(self._tokens)
            breaks = atom.kind in ("relation", "binary") or (
                atom.kind == "punctuation" and fences <= 0
            )
            if is_end or (breaks and sum(one.width for one in atoms) >= _MIN_PIECE):
                end = len(self._source) if is_end else self._tokens[self._at].at
                spoken = escape(self._source[begin:end])
                written.append(element("math", row(atoms), f'{style} alttext="{spoken}"'))
                atoms, begin = [], end
        if not written:
            raise _Unknown
        return Markup("").join(written)

    def _peek(self) -> str:
        return self._tokens[self._at].text if self._at < len(self._tokens) else ""

    def _take(self) -> str:
        text = self._peek()
        if not text:
            raise _Unknown
        self._at += 1
        return text

    def _atoms(self, end: str) -> Iterator[Atom]:
        """The atoms up to the token `end`, which is consumed ("": the end of the formula)."""
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise _Unknown
        alphabet, before = self._alphabet, "opening"
        while (text := self._peek()) != end:
            if text[1:] in known.SWITCHES and text[0] == "\\":
                self._alphabet = known.ALPHABETS[self._take()[1:]]
                continue
            if text[1:] in known.IGNORED and text[0] == "\\":
                self._take()
                continue
            atom = self._scripted(before)
            before = atom.kind
            yield atom
        self._at += bool(end)
        self._alphabet = alphabet
        self._depth -= 1

    def _scripted(self, before: str) -> Atom:
        """The next atom with its subscript and superscript."""
        base = (
            Atom(Markup("<mrow></mrow>"), width=0)
            if self._peek() in ("_", "^")
            else self._atom(before)
        )
        below: Markup | None = None
        above: Markup | None = None
        primes = ""
        while (text := self._peek()) in ("_", "^") or text.startswith("'"):
            self._take()
            if text.startswith("'"):
                if above:
                    raise _Unknown
                primes += "′" * len(text)
            elif text == "_" and below is None:
                below = self._argument()
            elif text == "^" and above is None:
                above = self._argument()
            else:
                raise _Unknown
        if primes:
            prime = element("mo", primes, UNSPACED)
            above = element("mrow", prime + above) if above else prime
        if below is None and above is None:
            return base
        scripts = [script for script in (below, above) if script is not None]
        names = ("munder", "mover", "munderover") if base.limits else ("msub", "msup", "msubsup")
        name = names[2 if len(scripts) == 2 else 1 if below is None else 0]
        whole = element(name, Markup("").join([base.markup, *scripts]))
        return base._replace(markup=whole, width=base.width + 1)

    def _argument(self) -> Markup:
        """The argument of a command or script: a group, or one token."""
        text = self._peek()
        if text == "{":
            self._take()
            return row(list(self._atoms("}")))
        if text[:1].isdigit() and len(text) > 1:
            if not text.isdigit():
                raise _Unknown
            token = self._tokens[self._at]
            self._tokens[self._at] = _Token(text[1:], spaced=False, at=token.at + 1)
            return element("mn", text[0])
        if text in ("}", "_", "^", "&", "~") or text.startswith("'"):
            raise _Unknown
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise _Unknown
        markup = self._atom("opening", alone=True).markup
        self._depth -= 1
        return markup

    def _atom(self, before: str, alone: bool = False) -> Atom:
        text = self._take()
        if text[0] == "\\" and len(text) > 1:
            return self._command(text[1:], before)
        if text == "{":
            atoms = list(self._atoms("}"))
            return Atom(row(atoms), width=sum(atom.width for atom in atoms))
        if text[0].isdigit():
            return self._number(text)
        if text[0].isalpha():
            return self._letters(text, alone)
        if text == "~":
            return space(known.SPACES[" "])
        if text == "...":
            return operator("…", "punctuation", before)
        if text in known.CHARACTERS:
            return operator(text, known.CHARACTERS[text], before)
        if len(text) > 1:  # primes without anything before them
            raise _Unknown
        if text in '|/!.?@"`°′″%‖' or unicodedata.category(text) in ("Sm", "So", "Pd"):
            return Atom(element("mo", text, UNSTRETCHED + UNSPACED))
        raise _Unknown

    def _number(self, text: str) -> Atom:
        return Atom(element("mn", known.in_alphabet(text, self._alphabet)), width=len(text))

    def _letters(self, text: str, alone: bool) -> Atom:
        """A variable, or a name: three letters or more in a row, or two upright ones."""
        end = self._at
        while not alone and end < len(self._tokens):
            token = self._tokens[end]
            if token.spaced or not (token.text.isalpha() and token.text.isascii()):
                break
            end += 1
        run = text + "".join(token.text for token in self._tokens[self._at : end])
        if len(run) >= 3 or (self._alphabet == "upright" and len(run) == 2):
            self._at = end
            text = run
        shown = known.in_alphabet(text, self._alphabet)
        upright = UNSLANTED if self._alphabet and len(text) == 1 else ""
        return Atom(element("mi", shown, upright), width=len(text))

    def _command(self, name: str, before: str) -> Atom:
        atom = symbol(name, before)
        if atom:
            return atom
        if name in known.ALPHABETS:
            return self._in_alphabet(known.ALPHABETS[name])
        if name in known.TEXTS:
            return self._text()
        if name in known.ACCENTS:
            return self._accented(known.ACCENTS[name], stretched=len(name) > 5)
        height = known.HEIGHTS.get(name.rstrip("lrm") if name.startswith(("b", "B")) else "")
        if height:
            sized = f' stretchy="true" minsize="{height / 100}em" maxsize="{height / 100}em"'
            return Atom(element("mo", self._delimiter(), sized + UNSPACED))
        return self._construct(name, before)

    def _construct(self, name: str, before: str) -> Atom:
        if name in ("frac", "dfrac", "tfrac", "cfrac"):
            return Atom(element("mfrac", self._argument() + self._argument()), width=2)
        if name in ("binom", "dbinom", "tbinom"):
            inner = element("mfrac", self._argument() + self._argument(), ' linethickness="0"')
            fences = element("mo", "("), element("mo", ")")
            return Atom(element("mrow", fences[0] + inner + fences[1]), width=3)
        if name == "sqrt":
            return self._root()
        if name == "left":
            return self._fenced()
        if name in ("stackrel", "overset", "underset"):
            script, base = self._argument(), self._argument()
            return Atom(element("munder" if name == "underset" else "mover", base + script))
        if name == "underline":
            return Atom(element("munder", self._argument() + element("mo", "_")))
        if name == "pmod":
            inside = element("mi", "mod") + element("mspace", "", ' width="0.3em"')
            fences = element("mo", "("), element("mo", ")")
            return Atom(element("mrow", fences[0] + inside + self._argument() + fences[1]))
        if name in ("bmod", "mod"):
            return Atom(element("mo", "mod", ' lspace="0.22em" rspace="0.22em"'), "binary")
        if name == "not":
            text = self._take()
            character, kind = known.OPERATORS.get(text[1:]) or (text, known.CHARACTERS.get(text))
            if kind != "relation":
                raise _Unknown
            negated = unicodedata.normalize("NFC", character + "\u0338")
            return operator(negated, "relation", before)
        raise _Unknown

    def _in_alphabet(self, alphabet: str) -> Atom:
        before, self._alphabet = self._alphabet, alphabet
        if self._peek() == "*":  # \operatorname*
            self._take()
        markup = self._argument()
        self._alphabet = before
        return Atom(markup)

    def _text(self) -> Atom:
        """The argument of `\\text` and similar commands: words with their spaces."""
        if self._take() != "{":
            raise _Unknown
        said = ""
        while (token := self._peek()) != "}":
            if token == "" or token[0] in "\\{$":
                raise _Unknown
            # Browsers remove an ordinary space at the edge.
            said += ("\xa0" if self._tokens[self._at].spaced else "") + self._take()
        if self._tokens[self._at].spaced:
            said += "\xa0"
        self._take()
        return Atom(element("mtext", said), width=len(said))

    def _accented(self, accent: str, stretched: bool) -> Atom:
        over = element("mo", accent, "" if stretched else UNSTRETCHED)
        return Atom(element("mover", self._argument() + over, ' accent="true"'))

    def _root(self) -> Atom:
        if self._peek() != "[":
            return Atom(element("msqrt", self._argument()), width=2)
        self._take()
        index = row(list(self._atoms("]")))
        return Atom(element("mroot", self._argument() + index), width=2)

    def _fenced(self) -> Atom:
        opening = self._delimiter()
        inner = list(self._atoms("\\right"))
        closing = self._delimiter()
        fences = [element("mo", one) if one else Markup("") for one in (opening, closing)]
        content = fences[0] + element("mrow", row(inner)) + fences[1]
        width = sum(atom.width for atom in inner) + 2
        return Atom(element("mrow", content), width=width)

    def _delimiter(self) -> str:
        """A bracket, or "" for the dot that means none."""
        text = self._take()
        if text == ".":
            return ""
        if text in ("(", ")", "[", "]", "|", "/", "<", ">"):
            return {"<": "⟨", ">": "⟩"}.get(text, text)
        for table in (known.OPENING, known.CLOSING, known.BARS):
            if text[0] == "\\" and text[1:] in table:
                return table[text[1:]]
        raise _Unknown
