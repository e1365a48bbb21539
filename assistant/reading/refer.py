"""The tagged text of EndNote (`.enw`), which Google Scholar, ACM, ADS and Zotero export too.

https://en.wikipedia.org/wiki/Refer_(software): a percent sign, one character, a space, a value that
may go on in lines without a tag. Programs of today begin each record with its type (`%0`); older
ones only leave a blank line between records.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from assistant.paper import Paper
from assistant.reading import dates, fields, names, tagged
from assistant.reading.format import OnFailure
from assistant.reading.record import paper_of
from assistant.reading.source import Source

_TAG = re.compile(r"%([0-9A-Z@!$&(){}\[\]<>~^*+=?#-])(?:[ \t]+(.*)|$)")
_FIRST = re.compile(r"%(?:0[ \t]+[A-Z]|[ABDJRT][ \t]+\S)")
_TYPE = re.compile(r"^%0[ \t]", re.MULTILINE)
_TYPED = tagged.Layout(_TAG, begins=frozenset({"0"}))
_APART = tagged.Layout(_TAG, apart=True)
_PUBMED = re.compile(r"pubmed|medline|\bnlm\b", re.IGNORECASE)


class Refer:
    """Records of lines such as `%T Title`."""

    name = "EndNote tagged"
    expected = "EndNote's tagged text (.enw): lines such as %T with a title and %X with an abstract"

    def matches(self, head: str) -> bool:
        """The first record opens with its type, or with another tag that records begin with."""
        return tagged.opens(head, _FIRST, _TAG)

    def read(self, source: Source, on_failure: OnFailure) -> Iterator[Paper]:
        """Yield a paper for every record that has a title."""
        layout = _TYPED if _TYPE.search(source.head) else _APART
        return tagged.papers(source, layout, lambda it: _paper(it, source.name), on_failure)


def _paper(record: tagged.Record, source: str) -> Paper:
    addresses = [address for value in record.all("U", ">") for address in value.split()]
    year = record.first("D")
    words = record.lines("K")
    # EndNote has a keyword a line, others all of them in one.
    words = list(fields.tags(words[0])) if len(words) == 1 else words
    return paper_of(
        source,
        title=record.first("T"),
        abstract="\n".join(record.all("X", join="\n")),
        authors=[
            names.given_first(name) for value in record.lines("A") for name in value.split(";")
        ],
        published=dates.most_exact([year, record.first("8"), f"{year} {record.first('8')}"]),
        arxiv=next(
            filter(
                None,
                [
                    *map(fields.arxiv, addresses),
                    *map(fields.arxiv_of_journal, record.all("J", "B", "M", "Z")),
                ],
            ),
            None,
        ),
        doi=next(filter(None, map(fields.doi, record.all("R", "M") + addresses)), None),
        pmid=_pmid(record, addresses),
        url=next(filter(None, map(fields.url, addresses)), None),
        tags=[word.strip(" *") for word in words],
    )


def _pmid(record: tagged.Record, addresses: list[str]) -> str | None:
    """Its number in the database, where the record says that this is PubMed."""
    said = any(map(_PUBMED.search, [*record.all("~", "W"), *addresses]))
    return fields.pmid(record.first("M")) if said else None
