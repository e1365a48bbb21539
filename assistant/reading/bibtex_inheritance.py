"""What an entry of BibTeX has from others: from the volume it is in, and from its `xdata`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from assistant.reading.bibtex_entry import Entry

_DEPTH = 8
_MOST_PARENTS = 100

# What `crossref` gives. All other fields, such as identifiers and notes, are those of the volume.
_OF_VOLUME = frozenset(
    """author authors editor editortype editora editoratype editorb editorbtype editorc editorctype
    translator annotator commentator introduction foreword afterword year date month day booktitle
    booksubtitle booktitleaddon maintitle mainsubtitle maintitleaddon series volume volumes number
    part edition publisher location address organization institution school isbn issn language
    langid origdate origlanguage eventtitle eventtitleaddon eventdate venue journal journaltitle
    journalsubtitle shortjournal issue issuetitle issuesubtitle archiveprefix eprinttype
    primaryclass howpublished pubstate""".split()  # noqa: SIM905
)
_SAME = (
    ("date", "year", "month", "day"),
    ("journal", "journaltitle", "journalsubtitle"),
    ("booktitle", "booksubtitle", "booktitleaddon"),
    ("address", "location"),
    ("institution", "school"),
    ("author", "authors"),
    ("eprinttype", "archiveprefix", "primaryclass"),
    ("maintitle", "mainsubtitle", "maintitleaddon"),
)
# Fields of which an entry takes all or none.
_GROUPS = {name: group for group in _SAME for name in group}
_TITLES = ("title", "subtitle", "titleaddon")
_BOOK_TITLES = ("booktitle", "booksubtitle", "booktitleaddon")
_JOURNAL_TITLES = ("journaltitle", "journalsubtitle", "journaltitleaddon")
_MAIN_TITLES = ("maintitle", "mainsubtitle", "maintitleaddon")
_IN_BOOKS = frozenset(
    """inbook incollection inproceedings conference inreference bookinbook suppbook
    suppcollection""".split()  # noqa: SIM905
)
_IN_JOURNALS = frozenset({"article", "suppperiodical", "review"})


class Inheritance:
    """Fills in what entries refer to; `entries` gives those of the whole file, each time anew."""

    def __init__(self, entries: Callable[[], Iterable[Entry]]) -> None:
        wanted = {name for entry in entries() for name in _references(entry)}
        self._parents: dict[str, Entry] = {}
        if wanted:
            for entry in entries():
                for name in (entry.key, *entry.values.get("ids", "").split(",")):
                    if (lower := name.strip().lower()) in wanted:
                        self._parents.setdefault(lower, entry)

    def filled(self, entry: Entry) -> Entry:
        """The entry with what it lacks from those it refers to; circles end where they close."""
        values = {name: value for name, value in entry.values.items() if value}
        seen = {entry.key.lower()}
        level = [entry]
        for _ in range(_DEPTH):
            above: list[Entry] = []
            for lower in dict.fromkeys(name for child in level for name in _references(child)):
                parent = self._parents.get(lower)
                if parent is None or lower in seen or len(seen) > _MOST_PARENTS:
                    continue
                seen.add(lower)
                above.append(parent)
                given = parent.values if parent.kind == "xdata" else _given(entry.kind, parent)
                _fill(values, given)
            level = above
        return Entry(entry.kind, entry.key, entry.line, values)


def _references(entry: Entry) -> Iterator[str]:
    for name in (*entry.values.get("xdata", "").split(","), entry.values.get("crossref", "")):
        if lower := name.strip().lower():
            yield lower


def _given(kind: str, parent: Entry) -> dict[str, str]:
    """What an entry of `kind` takes from the volume it is in; last what is least sure."""
    of_parent = parent.values
    given = {name: value for name, value in of_parent.items() if name in _OF_VOLUME}
    if kind in _IN_BOOKS and not parent.kind.startswith("mv"):
        titles = _BOOK_TITLES
    elif kind in _IN_JOURNALS:
        titles = _JOURNAL_TITLES
    else:
        titles = _MAIN_TITLES
    is_volume = titles is not _MAIN_TITLES or parent.kind.startswith("mv")
    if is_volume and titles[0] not in given:
        for name, own in zip(titles, _TITLES, strict=True):
            if value := of_parent.get(own):
                given[name] = value
    if title := of_parent.get("title"):
        given["title"] = title
    return given


def _fill(values: dict[str, str], given: Mapping[str, str]) -> None:
    """Add what is not there, and what does not say otherwise what is there."""
    had = set(values)
    for name, value in given.items():
        if value and name not in had and had.isdisjoint(_GROUPS.get(name, ())):
            values[name] = value
