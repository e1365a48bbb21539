"""The plain text of the Cochrane Library."""

from __future__ import annotations

from source_support import read_with

from assistant.reading import tagged_formats

TEXT = """Record #1 of 2
ID: CN-01234
AU: Smith J
AU: Lovelace, Ada
TI: A trial of cats
SO: Lancet
YR: 2020
PM: PUBMED 123
XR: EMBASE 600
KY: *Cats; Mice
DOI: 10.1000/it
AB: First line.
AIM: to go on.
US: https://www.cochranelibrary.com/central/doi/10.1002/central/CN-01234/full


Record #2 of 2
ID: CN-01235
TI: Second
YR: 2021
CC: Other
"""


def test_the_records() -> None:
    (first, second), failures = read_with(tagged_formats.COCHRANE, TEXT)
    assert not failures
    assert (first.title, first.abstract) == ("A trial of cats", "First line.\nAIM: to go on.")
    assert first.authors == ("J Smith", "Ada Lovelace")
    assert (first.published, first.doi, first.pmid) == ("2020", "10.1000/it", "123")
    assert first.url == "https://www.cochranelibrary.com/central/doi/10.1002/central/CN-01234/full"
    assert first.tags == ("Cats", "Mice")
    assert (second.title, second.published, second.url) == ("Second", "2021", None)
