"""Records out of XML, one after the other: of a file of any size only one is held in memory.

An XML file can make its reader expand "entities" to endless memory, or fetch other files. Nothing
that holds papers needs them, so a file that defines any is refused, and nothing is ever fetched.
"""

from __future__ import annotations

import html.entities
import re
from collections import deque
from collections.abc import Callable, Iterator
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

from assistant.errors import FileUnreadable
from assistant.paper import Paper
from assistant.reading.format import Format, Skip
from assistant.reading.record import LARGEST_RECORD, PART_COST, TOO_LARGE, papers_of
from assistant.reading.source import NOT_TEXT, UNREADABLE, Source

# A tag or comment is handed out only when it is complete. Expat begins it again with every piece
# of the file, so without a bound a file that is one comment would cost time by its square.
_LARGEST_TOKEN = 4_194_304
_DEEPEST_RECORD = 100
_DEEPEST_FILE = 1_000
_ANOTHER_DOCUMENT = frozenset(
    {
        expat.errors.codes[expat.errors.XML_ERROR_JUNK_AFTER_DOC_ELEMENT],
        expat.errors.codes[expat.errors.XML_ERROR_MISPLACED_XML_PI],
    }
)
_OPENING = re.compile(r"\s*(?:<\?.*?\?>|<!--.*?-->|<!DOCTYPE\s[^>\[]*(?:\[.*?\]\s*)?>)", re.DOTALL)
_ELEMENT = re.compile(r"\s*<(?:[\w.-]+:)?([A-Za-z_][\w.-]*)(?=[\s/>])")
# XML has no place for these, but programs write them into it; the others are line ends to some.
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_RARE_LINE_END = re.compile("[\x85\u2028\u2029]")
# In front of each of several documents that were joined.
_MARK = "\ufeff"


def xml_format(
    name: str,
    expected: str,
    matches: Callable[[str], bool],
    records_named: frozenset[str],
    paper: Callable[[Element, str], Paper],
) -> Format:
    """The format whose records are the elements `records_named`.

    `paper` makes a Paper of an element and the name of its file.
    """

    def read(source: Source, skip: Skip) -> Iterator[Paper]:
        return papers_of(records(source, records_named, skip), paper, source.name, skip)

    return Format(name, expected, matches, read)


def root(head: str) -> str:
    """Local name of the first element of a text, "" if the text is no XML."""
    start = 0
    while found := _OPENING.match(head, start):
        start = found.end()
    element = _ELEMENT.match(head, start)
    return element[1] if element else ""


def records(source: Source, names: frozenset[str], skip: Skip) -> Iterator[tuple[int, Element]]:
    """Yield `(line, element)` of every element of `source` that has one of `names`.

    Names are local ones everywhere: of elements and attributes the namespace's prefix is taken
    away. Elements within a yielded one are not yielded again.

    A record that is not text in the file's encoding, or larger or deeper than any record of a
    paper, goes to `skip`; so does, once, all that follows the place where the XML is damaged
    or the file is cut.

    Raises:
        FileUnreadable: it defines entities.
    """
    reader = _Reader(source, names, skip)
    try:
        for text in source.chunks():
            reader.feed(text)
            while reader.ready:
                yield reader.ready.popleft()
        reader.close()
    except expat.ExpatError as error:
        yield from reader.ready
        skip(reader.line, reader.why(error))


def text(element: Element) -> str:
    """The text of `element` and all in it; `markup.plain` reads the tags of scripts and formulas.

    A carriage return, with which EndNote ends lines, becomes a line feed.
    """
    parts: list[str] = []
    _gather(element, parts)
    return "".join(parts).replace("\r\n", "\n").replace("\r", "\n").strip()


def texts(element: Element, *paths: str) -> list[str]:
    """The text of each element below `element` at one of `paths`, without empty ones."""
    found = (text(it) for path in paths for it in element.iterfind(path))
    return [text for text in found if text]


def first_text(element: Element, *paths: str) -> str:
    """The first of these texts, or ""."""
    return next(iter(texts(element, *paths)), "")


class _Reader:
    """Expat's events -> complete records, in `ready`."""

    def __init__(self, source: Source, names: frozenset[str], skip: Skip) -> None:
        self.ready: deque[tuple[int, Element]] = deque()
        self._source = source
        self._names = names
        self._skip = skip
        self._builder: TreeBuilder | None = None
        self._depth = 0  # of the open elements of a record; 0 is between records
        self._size = 0
        self._line = 0
        self._problem = ""
        self._closing = False
        self._lines_above = 0
        self._open_document()

    def _open_document(self) -> None:
        self._fed = self._open = 0
        self._kept = b""  # fed, but of a token that is not complete
        self._parser = parser = expat.ParserCreate("utf-8")
        parser.buffer_text = True
        parser.EntityDeclHandler = self._entity
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text
        # With a document type that is described elsewhere, `&nbsp;` may be defined there and is no
        # error. Expat asks the handler for that description, and is given an empty one.
        parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_ALWAYS)
        parser.UseForeignDTD(True)
        parser.ExternalEntityRefHandler = self._description
        parser.SkippedEntityHandler = self._unknown_entity

    @property
    def line(self) -> int:
        """Number of the line that is being read."""
        return self._lines_above + self._parser.CurrentLineNumber

    def feed(self, text: str) -> None:
        text = _CONTROL.sub(" ", text).replace(_MARK, "")
        data = memoryview(self._kept + _RARE_LINE_END.sub("\n", text).encode())
        fresh = data[len(self._kept) :]
        while True:
            try:
                self._parser.Parse(fresh, False)
                break
            except expat.ExpatError as error:
                # Programs that fetch in portions put one document after the other.
                if error.code not in _ANOTHER_DOCUMENT or self._depth:
                    raise
                data = data[self._parser.ErrorByteIndex - self._fed + len(self._kept) :]
                if bytes(data[:1]) != b"<":
                    raise
                self._lines_above += error.lineno - 1
                self._open_document()
                fresh = data
        self._fed += len(fresh)
        unfinished = self._fed - self._parser.CurrentByteIndex
        if unfinished > _LARGEST_TOKEN:
            raise _damage("a tag or comment does not end")
        self._kept = bytes(data[len(data) - unfinished :])

    def close(self) -> None:
        self._closing = True
        self._parser.Parse(b"", True)

    def why(self, error: expat.ExpatError) -> str:
        begun = f" in a record that begins in line {self._line}" if self._depth else ""
        if self._closing:
            return f"the file ends here{begun}: it was cut; download it again"
        reason = expat.ErrorString(error.code) if error.code else str(error)
        return f"the XML is damaged here{begun} ({reason}): what follows was not read"

    def _entity(self, name: str, *_: object) -> None:
        raise FileUnreadable(
            f"{self._source.label} defines the XML entity “{name}” in line {self.line}: such "
            "definitions can use up memory or read other files; remove them, or export it again"
        )

    def _description(self, context: str | None, *_: object) -> int:
        self._parser.ExternalEntityParserCreate(context).Parse(b"", True)
        return 1

    def _unknown_entity(self, name: str, is_parameter: bool) -> None:
        if not is_parameter:
            self._text(html.entities.html5.get(f"{name};", f"&{name};"))

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._open += 1
        if self._open > _DEEPEST_FILE:
            raise _damage("nested too deep")
        local = _local(name)
        if self._depth == 0:
            if local not in self._names:
                return
            self._builder, self._size, self._problem = TreeBuilder(), 0, ""
            self._line = self.line
        self._depth += 1
        self._size += PART_COST * (1 + len(attributes)) + sum(map(len, attributes.values()))
        if self._size > LARGEST_RECORD:
            self._give_up(TOO_LARGE)
        elif self._depth > _DEEPEST_RECORD:
            self._give_up("it is nested too deep for a paper's record")
        if self._builder:
            self._builder.start(local, {_local(key): attributes[key] for key in attributes})

    def _end(self, name: str) -> None:
        self._open -= 1
        if self._depth == 0:
            return
        self._depth -= 1
        if self._builder:
            self._builder.end(_local(name))
        if self._depth == 0:
            if self._builder and not self._problem:
                self.ready.append((self._line, self._builder.close()))
            else:
                self._skip(self._line, self._problem)
            self._builder = None

    def _text(self, data: str) -> None:
        if self._builder is None:
            return
        self._size += len(data)
        if self._size > LARGEST_RECORD:
            self._give_up(TOO_LARGE)
        elif UNREADABLE in data:
            self._give_up(NOT_TEXT)
        else:
            self._builder.data(data)

    def _give_up(self, problem: str) -> None:
        self._builder, self._problem = None, self._problem or problem


def _damage(what: str) -> expat.ExpatError:
    error = expat.ExpatError(what)
    error.code = 0  # none of Expat's own
    return error


_SCRIPTS = {"sup": "sup", "sub": "sub", "inf": "sub", "sc": "sc"}


def _gather(element: Element, parts: list[str]) -> None:
    if element.tag == "math":
        parts.append("<math>")
        _gather_tags(element, parts)
        parts.append("</math>")
        return
    face = element.get("face", "") if element.tag == "style" else ""
    name = _SCRIPTS.get(element.tag) or next(
        (short for short, long in (("sup", "superscript"), ("sub", "subscript")) if long in face),
        "",
    )
    if name:
        parts.append(f"<{name}>")
    parts.append(element.text or "")
    for child in element:
        _gather(child, parts)
        parts.append(child.tail or "")
    if name:
        parts.append(f"</{name}>")


def _gather_tags(element: Element, parts: list[str]) -> None:
    """What is in a formula, with its tags."""
    parts.append(element.text or "")
    for child in element:
        parts.append(f"<{child.tag}>")
        _gather_tags(child, parts)
        parts.append(f"</{child.tag}>")
        parts.append(child.tail or "")


def _local(name: str) -> str:
    return name.rpartition(":")[2]
