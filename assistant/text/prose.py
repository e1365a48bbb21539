"""A draft in Markdown or plain text -> the statements in it: sentences that can be true or false.

Headings, code, tables, formulas on their own lines and reference lists are left out, and so are
marks of formatting and citations within the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from assistant.text.citations import without_citations
from assistant.text.sanitizing import sanitized, sanitized_lines
from assistant.text.sentences import sentences

# Sentences with fewer words state nothing that can be looked up.
_MIN_WORDS = 4
# A line without a full stop that has more words is no heading.
_MAX_HEADING_WORDS = 10
# Lines of a formula.
_MAX_FORMULA_LINES = 200

_FENCE = re.compile(r"[ \t>]{0,8}(`{3,}|~{3,})")
_HEADING = re.compile(r" {0,3}(#{1,6})(?=\s|$)")
_UNDERLINE = re.compile(r" {0,3}(?:=+|-{2,})$")
_RULE = re.compile(r" {0,3}(?:(?:\*[ \t]*){3,}|(?:_[ \t]*){3,}|(?:-[ \t]*){3,})$")
_ITEM = re.compile(r"^[ \t]*(?:[-*+•‣]|\(?\d{1,3}[.)]|\(?[a-z]\))[ \t]+(?=\S)")
_QUOTE = re.compile(r"^ {0,3}(?:>[ \t]?)+")
_TABLE = re.compile(r"[ \t]*(?:\||\+[-=+]{3,})|[^|]* \|[^|]* \||[^\t]*\S\t+\S[^\t]*\t")
_TABLE_RULE = re.compile(r"[ \t]*:?-{2,}:?[ \t]*\|[-:| \t]*$")
_INDENTED = re.compile(r"(?: {4}|\t)[ \t]*\S")
_MATH = re.compile(r"[ \t]*(?:\$\$|\\\[|\\begin\{([A-Za-z]{1,30}\*?)\})")
_LINK_TARGET = re.compile(r" {0,3}\[[^\]\n]{1,200}\]:\s*<?(?:https?:|www\.|#|/|mailto:)")
_FOOTNOTE = re.compile(r"^ {0,3}\[\^[^\]\n]{1,100}\]:\s*")
# An entry of a reference list without a heading: `[12] J. Smith, Cats, 2020.`
_ENTRY = re.compile(
    r" {0,3}\[\d{1,4}\]\s+(?:[A-Z]\.|[A-Z][\w'’-]{1,40}(?:,|\s[A-Z]{1,3}[,.]|\sand\s|\s&|\set\sal))"
)
_NUMBERING = re.compile(r"^(?:\d{1,2}(?:\.\d{1,2})*\.?|[IVX]{1,5}\.|[A-Z]\.)\s+")
_REFERENCES = re.compile(
    r"(?:references?(?: list)?|list of references|bibliography|works cited|cited works|literature"
    r"(?: cited)?)[:.]?",
    re.IGNORECASE,
)
_SECTION = re.compile(
    r"(?:abstract|summary|keywords|introduction|background|motivation|related works?"
    r"|literature review|aims?|objectives?|(?:materials? and )?methods?|methodology|experiments?"
    r"|experimental setup|evaluation|(?:the )?results?(?: and discussion)?|findings|discussion"
    r"|limitations?|(?:discussion and )?conclusions?(?: and future work)?|future work|outlook"
    r"|acknowledge?ments?|funding|appendix(?: [a-z0-9])?|appendices"
    r"|supplement(?:ary materials?)?)[:.]?",
    re.IGNORECASE,
)
_ENDS = re.compile(r"[.!?…:;。！？।॥።။۔؟][\"'”’»)\]]{0,4}$")

_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_IMAGE = re.compile(r"!\[[^\[\]\n]{0,500}\](?:\([^()\n]{0,1000}\)|\[[^\]\n]{0,200}\])")
_LINK = re.compile(
    r"\[([^\[\]\n]{1,500})\](?:\([^()\s]{0,1000}(?:\s[^()\n]{0,300})?\)|\[[A-Za-z][^\[\]\n]{0,200}\])"
)
_TAG = re.compile(r"</?[A-Za-z][^<>\n]{0,300}>")
_STRONG = re.compile(r"(\*{1,3}|~~|`{1,3})(?=\S)([^*`~\n]{1,300}?)(?<=\S)\1(?!\w)")
_EMPHASIS = re.compile(r"(?<!\w)(_{1,3})(?=\S)([^_\n]{1,300}?)(?<=\S)\1(?!\w)")
_ESCAPE = re.compile(r"\\([\\`*_{}\[\]()#+.!|<>~$%&-])")
_EMPTY_BRACKETS = re.compile(r"\s?(?:\(\s?\)|\[\s?\])")
_SPACE_BEFORE_MARK = re.compile(r"(?<=[\w)\]”’\"'%])\s(?=[,.;:!?](?:\s|$))")
_WORD = re.compile(r"[^\W_]+(?:[-'’.,][^\W_]+)*")
# Scripts without spaces between words.
_UNSPACED = re.compile("[\u0e00-\u0e7f\u3040-\u9fff]")

# Sentences about the text itself.
_TEXT = r"(?:paper|article|work|thesis|report|manuscript|review|essay|document|chapter|section)"
_SIGNPOST = re.compile(
    rf"""(?:(?:first|then|next|finally|here|also|now),?\s)?(?:
        in\s(?:this|the\s(?:next|following|previous|last|present|remaining))\s
          (?:sub)?(?:section|chapter|paragraph)s?\b
      | in\sthe\s(?:following(?:,|\s(?:we|i)\b)|(?:remainder|rest)\sof\s(?:this|the|our)\s{_TEXT}\b)
      | (?:in\s)?(?:section|chapter|appendix|figure|fig\.|table|algorithm|listing|equation)s?\s?
          (?:\d[\d.]{{0,6}}[a-z]?|[a-z]),?\s
      | (?:this|the\s(?:next|following|remaining|previous|last))\s(?:sub)?(?:section|chapter)s?\s
      | (?:this|the|our)\s{_TEXT}\sis\s(?:organi[sz]ed|structured|laid\sout|arranged|divided)\b
      | the\s(?:rest|remainder|structure|outline|organi[sz]ation)\sof\s(?:this|the|our)\s{_TEXT}\b
      | (?:we|i|the\sauthors?)\s(?:would\slike\sto\s)?(?:thank|acknowledge|are\sgrateful)\b
      | (?:we|i)\s(?:will\s|now\s|first\s|then\s|next\s|finally\s){{0,2}}
          (?:turn\sto|begin\s(?:by|with)|start\s(?:by|with)|return\sto|conclude\swith)\b
      | todo\b | fixme\b | key\s?words\s?:
    )""",
    re.VERBOSE | re.IGNORECASE,
)


@dataclass(frozen=True)
class _Block:
    """A paragraph, a list item, or with a `level` from 1 a heading, on one line."""

    text: str
    level: int = 0
    item: bool = False


def statements(text: str) -> list[str]:
    """The sentences of `text` that state something, each on one line, in their order.

    Citations and formatting are removed. Left out are questions, sentences with fewer than four
    words, sentences about the text itself, and everything that is not prose.
    """
    clean = _COMMENT.sub(" ", sanitized_lines(text))
    return [
        sentence
        for paragraph in _paragraphs(clean)
        for found in sentences(_plain(paragraph))
        if _states_something(sentence := sanitized(found))
    ]


def _states_something(sentence: str) -> bool:
    bare = sentence.rstrip("\"'”’»)]")
    if bare.endswith(("?", "？", "؟", ":")) or _SIGNPOST.match(sentence):
        return False
    words = sum(1 for _ in _WORD.finditer(sentence))
    return words >= _MIN_WORDS or len(_UNSPACED.findall(sentence)) >= 2 * _MIN_WORDS


def _plain(paragraph: str) -> str:
    """`paragraph` without citations and marks of formatting."""
    plain = _LINK.sub(r"\1", _IMAGE.sub("", sanitized(paragraph)))
    plain = _TAG.sub("", without_citations(plain))
    for mark in (_STRONG, _EMPHASIS, _STRONG):  # `_**both**_`
        plain = mark.sub(r"\2", plain)
    plain = _EMPTY_BRACKETS.sub("", _ESCAPE.sub(r"\1", plain))
    return _SPACE_BEFORE_MARK.sub("", sanitized(plain))


def _paragraphs(text: str) -> Iterator[str]:
    """The paragraphs and list items of `text`, without headings and reference lists."""
    possible = ""  # a heading, if a text follows
    reference_level = 0
    for block in _BlockReader(text.split("\n")).read():
        if level := _reference_level(block):
            reference_level = level
        elif reference_level and _ends_references(block, reference_level):
            reference_level = 0
        left_out = bool(block.level or reference_level) or _is_heading(block)
        if possible and (left_out or block.item or not _ENDS.search(block.text)):
            yield possible
        possible = ""
        if left_out:
            continue
        if _may_be_heading(block):
            possible = block.text
        else:
            yield block.text
    if possible:
        yield possible


def _bare_title(text: str) -> str:
    return _NUMBERING.sub("", text.strip("*_ ")).strip("*_ ")


def _reference_level(block: _Block) -> int:
    """The level, from 1, of a heading above a list of references; 0 for anything else."""
    return (block.level or 1) if _REFERENCES.fullmatch(_bare_title(block.text)) else 0


def _ends_references(block: _Block, level: int) -> bool:
    if block.level:
        return block.level <= level
    return _SECTION.fullmatch(_bare_title(block.text)) is not None


def _is_heading(block: _Block) -> bool:
    """Whether a paragraph is surely a heading: numbered, or With Capitals, or of a known name."""
    title = block.text.strip("*_ ")
    bare = _bare_title(title)
    if _SECTION.fullmatch(bare):
        return True
    if block.item or _ENDS.search(bare) or len(bare.split()) > _MAX_HEADING_WORDS:
        return False
    letters = [word for word in _WORD.findall(bare) if len(word) > 3 and word.isalpha()]
    numbered = title.endswith(bare) and bare != title
    return numbered or (len(letters) > 1 and all(word[0].isupper() for word in letters))


def _may_be_heading(block: _Block) -> bool:
    """Whether a paragraph is a heading if a text follows: short and without a full stop."""
    text = block.text
    short = len(text.split()) <= _MAX_HEADING_WORDS
    return short and not block.item and not _ENDS.search(text) and text[:1].isupper()


class _BlockReader:
    """Reads the headings, paragraphs and list items; what is not prose only separates them."""

    def __init__(self, lines: list[str]) -> None:
        self._lines = lines
        self._index = _after_front_matter(lines)
        self._parts: list[str] = []  # the lines of the paragraph or list item so far
        self._item = False
        self._blank = False  # whether a blank line was the last
        self._skipping = False  # the rest of a table or of an entry of a reference list

    def read(self) -> Iterator[_Block]:
        """Read all lines."""
        while self._index < len(self._lines):
            line = self._lines[self._index].rstrip()
            self._index += 1
            if fence := _FENCE.match(line):
                yield from self._ended()
                self._item = False
                self._index = _after_fence(self._lines, self._index, fence[1])
                continue
            if math := _MATH.match(line):
                yield from self._ended()
                self._index = _after_math(self._lines, self._index, line[math.end() :], math)
                continue
            line = _QUOTE.sub("", line)
            if self._skipping and line.strip() and not _HEADING.match(line):
                continue
            self._skipping = False
            if line.strip():
                after_blank, self._blank = self._blank or not self._parts, False
                yield from self._line(line, after_blank=after_blank)
            else:
                yield from self._ended()
                self._blank = True
        yield from self._ended()

    def _line(self, line: str, *, after_blank: bool) -> Iterator[_Block]:
        """Read a line that is not blank, and not within code or a formula."""
        if heading := _HEADING.match(line):
            yield from self._ended()
            self._item = False
            yield _Block(line[heading.end() :].rstrip("# ").strip(), len(heading[1]))
        elif self._parts and not self._item and _UNDERLINE.match(line):
            yield _Block(" ".join(self._parts), 1 if "=" in line else 2)
            self._parts.clear()
        elif _TABLE_RULE.match(line) or _TABLE.match(line):
            self._skipping = _TABLE_RULE.match(line) is not None
            if self._skipping and self._parts:
                self._parts.pop()  # the names of the columns
            yield from self._ended()
        elif _RULE.match(line) or _LINK_TARGET.match(line) or _ENTRY.match(line):
            yield from self._ended()
            self._skipping = _ENTRY.match(line) is not None
        elif after_blank and not self._item and _INDENTED.match(line) and not _ITEM.match(line):
            self._indented(line)
        elif _ITEM.match(line) and not _is_numbered_heading(
            line, after_blank, self._lines, self._index
        ):
            yield from self._ended()
            self._item = True
            self._parts.append(_ITEM.sub("", line))
        else:
            if after_blank and not line[:1].isspace():
                self._item = False
            yield from self._text(_FOOTNOTE.sub("", line).strip())

    def _indented(self, line: str) -> None:
        """Read the first line of an indented paragraph, or skip indented code."""
        end = self._index
        while end < len(self._lines) and _INDENTED.match(self._lines[end]):
            end += 1
        written = " ".join(" ".join(self._lines[self._index - 1 : end]).split())
        if written[:1].isupper() and _ENDS.search(written) and written[-1] not in ";:":
            self._parts.append(line.strip())
        else:
            self._index = end

    def _text(self, text: str) -> Iterator[_Block]:
        """Read a line of a paragraph, which may be the title of a section."""
        title = _bare_title(text)
        if not self._parts and (_SECTION.fullmatch(title) or _REFERENCES.fullmatch(title)):
            yield _Block(text)
        else:
            self._parts.append(text)

    def _ended(self) -> Iterator[_Block]:
        if self._parts:
            yield _Block(" ".join(self._parts), item=self._item)
            self._parts.clear()


def _is_numbered_heading(line: str, was_blank: bool, lines: list[str], index: int) -> bool:
    """Whether `1. Data of cats` stands alone, above a paragraph that is no list item."""
    if not was_blank or not line[:1].isdigit() or _ENDS.search(line):
        return False
    following = lines[index : index + 2]
    return (
        len(following) == 2
        and not following[0].strip()
        and bool(following[1].strip())
        and not _ITEM.match(following[1])
        and not following[1][:1].isspace()
    )


def _after_front_matter(lines: list[str]) -> int:
    """The index of the first line behind the YAML header; 0 without one."""
    if lines[0].rstrip() == "---":
        for index, line in enumerate(lines[1:], start=1):
            if line.rstrip() in {"---", "..."}:
                return index + 1
            if not line.strip():
                break
    return 0


def _after_fence(lines: list[str], index: int, fence: str) -> int:
    while index < len(lines):
        closing = lines[index].strip(" \t>")
        index += 1
        if closing.startswith(fence) and not closing.strip(fence[0]):
            break
    return index


def _after_math(lines: list[str], index: int, rest: str, opened: re.Match[str]) -> int:
    """The index of the first line behind a formula; `rest` is what follows its opening mark."""
    brackets = "$$" if "$$" in opened[0] else "\\]"
    closing = f"\\end{{{opened[1]}}}" if opened[1] else brackets
    start, last = index, min(len(lines), index + _MAX_FORMULA_LINES)
    while closing not in rest:
        if index == last:
            return start  # never closed: only the line with the mark is left out
        rest = lines[index]
        index += 1
    return index
