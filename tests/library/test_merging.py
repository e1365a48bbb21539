from __future__ import annotations

import pytest

from assistant.library.merging import merge_records
from assistant.paper import Paper

WHOLE = "We measure how glaciers melt. The rate doubled within ten years."


def paper(**fields: object) -> Paper:
    return Paper.model_validate({"title": "Melting", "abstract": WHOLE} | fields)


def both(one: Paper, other: Paper) -> Paper:
    together = merge_records([one, other])
    assert together == merge_records([other, one])
    return together


def test_one_record_is_the_paper() -> None:
    one = paper(doi="10.1/a", tags=("x", "y"), published="2021-03", source="a.bib")
    assert merge_records([one]) == one
    assert merge_records([one, one]) == one


def test_what_one_record_lacks_the_other_fills() -> None:
    one = paper(doi="10.1/a", source="page.txt", authors=("A. One",))
    other = paper(
        arxiv="2101.00001",
        pmid="7",
        url="https://example.org",
        published="2021",
        source="other.jsonl",
        authors=("A. One", "B. Two"),
        tags=("ice",),
    )
    assert both(one, other) == paper(
        doi="10.1/a",
        arxiv="2101.00001",
        pmid="7",
        url="https://example.org",
        published="2021",
        source="other.jsonl",
        authors=("A. One", "B. Two"),
        tags=("ice",),
    )


@pytest.mark.parametrize(
    ("one", "other", "winner"),
    [
        ("2021", "2021-03-14", "2021-03-14"),
        ("2020", "2021-03-14", "2020"),  # the preprint came out first
        (None, "2021", "2021"),
        ("2021-03-14", "2021-02", "2021-03-14"),
    ],
)
def test_the_date_is_the_first_one_as_exactly_as_known(
    one: str | None, other: str, winner: str
) -> None:
    assert both(paper(published=one), paper(published=other)).published == winner


@pytest.mark.parametrize(
    ("one", "other", "winner"),
    [
        ("We measure how glaciers melt.", WHOLE, WHOLE),
        ("We measure how glaciers …", WHOLE, WHOLE),
        (WHOLE * 2 + "...", WHOLE, WHOLE),  # longer, and cut all the same
        ("", WHOLE, WHOLE),
        ("We measure how glaciers...", "We measure...", "We measure how glaciers..."),
    ],
)
def test_the_abstract_that_is_whole_and_says_most_wins(one: str, other: str, winner: str) -> None:
    assert both(paper(abstract=one), paper(abstract=other)).abstract == winner


def test_a_title_in_capitals_and_a_cut_one_lose() -> None:
    assert both(paper(title="MELTING"), paper()).title == "Melting"
    assert both(paper(title="Melting of ice in the ..."), paper()).title == "Melting"
    assert both(paper(title="Melting: a study"), paper()).title == "Melting: a study"
    assert both(paper(title="The other title", abstract="Cut ..."), paper()).title == "Melting"


def test_the_published_doi_and_the_latest_version_win() -> None:
    preprint = paper(doi="10.48550/arXiv.2101.00001", arxiv="2101.00001v1")
    published = paper(doi="10.1/z", arxiv="2101.00001v2")
    together = both(preprint, published)
    assert (together.doi, together.arxiv) == ("10.1/z", "2101.00001v2")


def test_full_names_win_over_initials() -> None:
    short, full = paper(authors=("Melt, I.",)), paper(authors=("Melt, Ingrid",))
    assert both(short, full).authors == ("Melt, Ingrid",)


def test_titles_and_authors_of_different_records_do_not_mix() -> None:
    book = paper(title="A handbook of everything", authors=("Ed Itor", "Al So", "An Other"))
    chapter = paper(title="Melting of old ice", authors=("I. Melt",), abstract=WHOLE + " More.")
    together = both(book, chapter)
    assert (together.title, together.authors) == ("Melting of old ice", ("I. Melt",))
    unnamed = paper(title="Proceedings in full", abstract=WHOLE * 2)
    together = both(chapter, unnamed)
    assert (together.title, together.authors) == ("Melting of old ice", ("I. Melt",))
    translated = paper(title="Schmelzen von altem Eis", authors=("Ingrid Melt",))
    together = both(chapter, translated)
    assert (together.title, together.authors) == ("Melting of old ice", ("Ingrid Melt",))


def test_the_reference_names_the_authors_of_the_paper() -> None:
    short = paper(authors=("I. Melt",), reference={"author": [{"family": "Melt", "given": "I."}]})
    full = paper(
        authors=("Ingrid Melt",), reference={"author": [{"family": "Melt", "given": "Ingrid"}]}
    )
    assert both(short, full).reference == full.reference
    assert both(short, paper(authors=("Ingrid Melt",))).reference == {}


def test_tags_that_differ_in_writing_alone_are_one() -> None:
    one, other = paper(tags=("Sea-Ice", "snow")), paper(tags=("sea ice", "rain"))
    assert both(one, other).tags == ("Sea-Ice", "rain", "snow")
