"""PubMed's "Abstract (text)": which paragraph is what."""

from __future__ import annotations

from source_support import read_with

from assistant.reading import pubmed_abstracts
from assistant.reading.format import Failure

TEXT = """
1. J Cats. 2020 May 14;5(1):1-3. doi: 10.1000/it. Epub 2020 Apr 1.

A study of cats that has a title which goes on in the second
line.

Smith J(1)(2), van der Berg C(#)(1); COVID Group.

Collaborators: Jones A, Brown B.

Author information:
(1)Department of Cats, University of City, City, Country.

Comment in
    J Cats. 2020 Jun;6:7. doi: 10.1000/other.

BACKGROUND: We study cats in a sentence that is
wrapped.
METHODS: 1. We look. 2. We write.

© 2020 The Authors.

DOI: 10.1000/it
PMCID: PMC7
PMID: 123 [Indexed for MEDLINE]

Conflict of interest statement: Nobody has paid us for what we have written here.


2. Rev Mice. 2021 Jan-Feb;4(2):9.

[Second].

[Article in French]

PMID: 124
"""


def test_the_records() -> None:
    (first, second), failures = read_with(pubmed_abstracts.FORMAT, TEXT)
    assert not failures
    assert first.title == "A study of cats that has a title which goes on in the second line."
    assert first.authors == ("Smith J", "van der Berg C", "COVID Group")
    assert first.abstract == (
        "BACKGROUND: We study cats in a sentence that is wrapped.\n"
        "METHODS: 1. We look. 2. We write."
    )
    assert (first.published, first.doi, first.pmid) == ("2020-05-14", "10.1000/it", "123")
    assert (second.title, second.abstract, second.authors) == ("[Second].", "", ())
    assert (second.published, second.pmid) == ("2021-01", "124")


def test_a_damaged_record_costs_itself() -> None:
    papers, failures = read_with(
        pubmed_abstracts.FORMAT, TEXT.encode().replace(b"We look", b"\xff\xfe\xfd")
    )
    assert [paper.pmid for paper in papers] == ["124"]
    assert [failure.where for failure in failures] == ["x:2"]
    assert isinstance(failures[0], Failure)


def test_a_numbered_list_is_none() -> None:
    assert not pubmed_abstracts.FORMAT.matches("1. Buy cats. 2020 of them.\n\nNow.\n")
