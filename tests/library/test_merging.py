from __future__ import annotations

import pytest

from assistant.library.merging import merged
from assistant.paper import Paper

WHOLE = "We measure how glaciers melt. The rate doubled within ten years."


def paper(**fields: object) -> Paper:
    return Paper.model_validate({"title": "Melting", "abstract": WHOLE} | fields)


def test_what_is_missing_is_filled_and_what_is_there_stays() -> None:
    known = paper(doi="10.1/a", source="page.txt", authors=("A. One",))
    other = paper(
        doi="10.1/B",
        arxiv="2101.00001",
        pmid="7",
        url="https://example.org",
        published="2021",
        source="other.jsonl",
        authors=("A. One", "B. Two"),
        tags=("ice",),
    )
    assert merged(known, other) == paper(
        doi="10.1/a",
        arxiv="2101.00001",
        pmid="7",
        url="https://example.org",
        published="2021",
        source="page.txt",
        authors=("A. One", "B. Two"),
        tags=("ice",),
    )


def test_the_same_paper_changes_nothing() -> None:
    known = paper(doi="10.1/a", tags=("x", "y"), published="2021-03")
    assert merged(known, known) == known
    assert merged(known, paper(tags=("y",), published="2021")) == known


def test_the_more_precise_date_wins() -> None:
    assert merged(paper(published="2021"), paper(published="2021-03-14")).published == "2021-03-14"
    assert merged(paper(published="2020"), paper(published="2021-03-14")).published == "2020"


@pytest.mark.parametrize(
    ("known", "other", "winner"),
    [
        ("We measure how glaciers melt.", WHOLE, WHOLE),  # the beginning of the other
        ("We measure how glaciers …", WHOLE, WHOLE),
        ("We measure how glaciers...", WHOLE, WHOLE),
        (WHOLE, "We measure how glaciers melt.", WHOLE),
        (WHOLE, WHOLE.replace("ten", "about eleven"), WHOLE),  # longer, but not clearly richer
        ("No abstract.", WHOLE, WHOLE),
        (WHOLE, WHOLE.upper(), WHOLE),
    ],
)
def test_an_abstract_gives_way_only_to_one_that_is_clearly_richer(
    known: str, other: str, winner: str
) -> None:
    assert merged(paper(abstract=known), paper(abstract=other)).abstract == winner


def test_a_cut_title_is_completed() -> None:
    known, other = paper(title="On the melting of gl…"), paper(title="On the melting of glaciers")
    assert merged(known, other).title == "On the melting of glaciers"
    assert merged(other, known).title == "On the melting of glaciers"
