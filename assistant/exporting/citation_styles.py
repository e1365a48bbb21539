"""Formatted references in the styles of CSL, by the citation processor citeproc-py.

Four styles of the CSL project are part of the package (`styles/`, CC BY-SA 3.0); any other style is
read from the user's file. Nothing is downloaded.
"""

from __future__ import annotations

import html
import re
import warnings
from collections.abc import Mapping, Sequence
from io import BytesIO
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from assistant.errors import UsageError
from assistant.exporting.csl import csl_item
from assistant.exporting.escaping import escaped
from assistant.exporting.record import ExportRecord
from assistant.reference import display_name, is_east_asian
from assistant.text.sanitizing import sanitized

if TYPE_CHECKING:
    from lxml.etree import _Element

STYLES: Mapping[str, str] = MappingProxyType(
    {
        "apa": "APA, 7th edition",
        "chicago": "Chicago, author-date",
        "ieee": "IEEE",
        "vancouver": "Vancouver (NLM)",
    }
)
"""The styles of the package: their names, and what people call them."""

_FOLDER = Path(__file__).parent / "styles"
# The largest style of the CSL project has 300 KB.
_LARGEST_STYLE = 2_000_000
_CSL = "{http://purl.org/net/xbiblio/csl}"
# Fields of an item that the processor does not know, or that no style prints.
_NOT_PRINTED = frozenset(
    {
        "abstract",
        "annote",
        "categories",
        "citation-key",
        "custom",
        "id",
        "keyword",
        "note",
        "status",
    }
)
# Names that stand where the authors do.
_NAMES = frozenset({"author", "editor", "translator", "collection-editor", "container-author"})
_LABEL = re.compile(r"\A(\[\d+\]|\d+\.)(?=\S)")
_NUMBER = re.compile(r"\A(?:\[\d+\]|\d+\.)\s*")


def formatted_references(records: Sequence[ExportRecord], style: str | Path) -> list[str]:
    """The list of references of `records` as plain text, one line each, in the order of the style.

    `style` is a name in `STYLES` or a CSL file. A style that numbers references numbers them in the
    order of `records`.

    Raises:
        UsageError: there is no such style, or the file is not a style that can be used.
    """
    # It takes a fifth of a second to import.
    from citeproc import (
        Citation,
        CitationItem,
        CitationStylesBibliography,
        CitationStylesStyle,
        formatter,
    )
    from citeproc.source.json import CiteProcJSON

    is_american, source = _read(str(style))
    items = [_item(record, str(number)) for number, record in enumerate(records)]
    with warnings.catch_warnings():
        # It warns of fields that it does not print.
        warnings.simplefilter("ignore")
        try:
            parsed = CitationStylesStyle(BytesIO(source), validate=False)
            made = CitationStylesBibliography(parsed, CiteProcJSON(items), formatter.plain)
            for item in items:
                made.register(Citation([CitationItem(item["id"])]))
            if len(items) > 1:
                made.sort()
            lines = [str(line) for line in made.bibliography()]
        except Exception as error:
            # Whatever a style of the user makes it raise.
            raise UsageError(
                f"The citation style {style} cannot be used: {type(error).__name__} in the "
                "citation processor. Use another style."
            ) from error
    if len(lines) != len(items):
        raise UsageError(f"{style} has no list of references. Use another style.")
    # Lists are sorted, so a line is of any of the papers.
    nameless = [
        html.unescape(item["title"])
        for item in items
        if not _NAMES & item.keys() and item["title"] != item.get("container-title")
    ]
    return [_without_second_title(_polished(line, is_american), nameless) for line in lines]


def formatted_reference(record: ExportRecord, style: str | Path) -> str:
    """The reference of one paper as plain text, without a number; raises as the list does."""
    return _NUMBER.sub("", formatted_references([record], style)[0])


def _polished(line: str, is_american: bool) -> str:
    """Spaces as a reader expects them, and American quotation marks behind the full stop.

    Without invisible characters: CSL items have joiners in them, and so may a style.
    """
    line = sanitized(_LABEL.sub(r"\1 ", html.unescape(line))).replace("..", ".")
    if is_american:
        line = line.replace("”.", ".”").replace("”,", ",”").replace("..”", ".”")
    return line


def _without_second_title(line: str, titles: Sequence[str]) -> str:
    """`line` with one of `titles`, of papers without authors, once.

    Styles put the title in the place of the authors. The processor then prints it again.
    """
    for title in titles:
        words = r"\s+".join(map(re.escape, sanitized(title).rstrip(" .").split()))
        if not words:
            continue
        whole = rf"(?:(?<=\s)|^)[“\"]?{words}(?!\w)[.,]?[”\"]?[.,]?(?:\s+|$)"
        label = _NUMBER.match(line)
        start = label.end() if label else 0
        found = list(re.finditer(whole, line, re.IGNORECASE))
        # Only of the paper itself: its title is in the place of the authors.
        if len(found) > 1 and found[0].start() == start:
            second = found[1]
            return f"{line[: second.start()]}{line[second.end() :]}".rstrip()
    return line


def _item(record: ExportRecord, key: str) -> dict[str, Any]:
    """A CSL item as the processor takes it."""
    item = {
        name: value for name, value in csl_item(record, key).items() if name not in _NOT_PRINTED
    }
    if item["type"] != "article" and item.get("archive") == "arXiv":
        # The number is an article number to some styles, and the journal is where it is.
        del item["archive"]
        item.pop("number", None)
    for name, value in item.items():
        if isinstance(value, list) and value and isinstance(value[0], Mapping):
            # It would put a full stop behind a given name in Chinese characters.
            item[name] = [
                {"literal": display_name(person)}
                if is_east_asian(person.get("family", ""))
                else person
                for person in value
            ]
    item["title"] = escaped(record.shown_title)
    if not record.doi and record.link:
        item.setdefault("URL", record.link)
    return item | {"id": key}


def _read(name: str) -> tuple[bool, bytes]:
    """Whether a style has American quotation marks, and its XML as the processor needs it."""
    from lxml import etree

    is_ours = name.lower() in STYLES
    path = _FOLDER / f"{name.lower()}.csl" if is_ours else Path(name).expanduser()
    if not is_ours and path.suffix.lower() != ".csl":
        raise UsageError(
            f"There is no citation style {name!r}. Use one of {', '.join(STYLES)}, or a CSL file."
        )
    try:
        with path.open("rb") as file:
            data = file.read(_LARGEST_STYLE + 1)
    except OSError as error:
        why = error.strerror or "it cannot be read"
        raise UsageError(f"The citation style {name} cannot be read: {why}.") from error
    if len(data) > _LARGEST_STYLE:
        raise UsageError(f"{name} is too large for a citation style.")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, remove_comments=True)
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        raise UsageError(f"{name} is not a citation style: its XML is not valid.") from error
    if root.tag != f"{_CSL}style":
        raise UsageError(f"{name} is not a citation style: its first element is not that of CSL.")
    parent = root.find(f"{_CSL}info/{_CSL}link[@rel='independent-parent']")
    if parent is not None:
        address = parent.get("href", "").rsplit("/", 1)[-1]
        raise UsageError(
            f"{name} only names another style. Give the file of that style: {address}.csl."
        )
    if root.find(f"{_CSL}bibliography") is None:
        raise UsageError(f"{name} has no list of references. Use another style.")
    _adapt(root)
    return root.get("default-locale", "en-US") == "en-US", etree.tostring(root)


def _adapt(root: _Element) -> None:
    """Write what the processor does not know in terms that it knows.

    Given names that are not to be made initials have no mark of initials, and do not inherit that
    of the whole style. Delimiters of a date in a style's own locale become prefixes of its parts.
    """
    names = list(root.iter(f"{_CSL}name"))
    whole = [name for name in names if name.get("initialize") == "false"]
    mark = root.attrib.pop("initialize-with", None) if whole else None
    for name in names:
        if name in whole:
            name.attrib.pop("initialize-with", None)
        elif mark is not None and "initialize-with" not in name.attrib:
            name.set("initialize-with", mark)
    for element in root.iter(f"{_CSL}date"):
        delimiter = element.attrib.pop("delimiter", None)
        if delimiter:
            for part in element.findall(f"{_CSL}date-part")[1:]:
                part.set("prefix", delimiter + part.get("prefix", ""))
