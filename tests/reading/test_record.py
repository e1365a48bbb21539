"""One record -> a Paper, the same in every format: what is kept without an abstract, what fails."""

from __future__ import annotations

import json

import pytest

from assistant.paper import Paper
from assistant.reading import Failure, read_bytes
from assistant.reading.format import NoPaper
from assistant.reading.record import LONGEST_ABSTRACT, LONGEST_TITLE, paper_of

PROSE = "Owls sleep by day, and nobody has asked them why. "


def made(title: str, abstract: str, doi: str | None = None) -> Paper:
    return paper_of("x", title=title, abstract=abstract, doi=doi)


@pytest.mark.parametrize(
    "abstract",
    [
        *("", " ", "-", "---", "–", "N/A", "n.a.", "NA", "null", "None.", "???", "(...)", "."),
        *(
            "No abstract available",
            "[No abstract available]",
            "No abstract available.",
            "No abstract",
        ),
        *("Abstract not available", "Abstract unavailable", "NO ABSTRACT PROVIDED", "<p>N/A</p>"),
    ],
)
def test_what_says_that_there_is_no_abstract(abstract: str) -> None:
    assert made("A title", abstract) == Paper(title="A title", source="x")


@pytest.mark.parametrize("abstract", ["No abstract art is shown.", "None of us sleeps."])
def test_what_only_begins_so_is_one(abstract: str) -> None:
    assert made("A title", abstract).abstract == abstract


@pytest.mark.parametrize(
    ("title", "abstract", "why"),
    [
        ("", PROSE, "it has no title"),
        ("<b> </b>", PROSE, "it has no title"),
        ("1234 ???", PROSE, "its title has no letters"),
        ("A title", "12 345 678 901 234 567 890", "its abstract has no letters"),
        ("x" * (LONGEST_TITLE + 1), PROSE, "its title has 2,001 characters; the limit is 2,000"),
        ("A title", "x" * 1_000_000, "its abstract has 1,000,000 characters; the limit is 100,000"),
    ],
)
def test_what_is_no_paper(title: str, abstract: str, why: str) -> None:
    with pytest.raises(NoPaper, match=f"^{why.replace('?', '[?]')}"):
        made(title, abstract)


def test_bounds_are_those_of_the_longest_that_are_taken() -> None:
    assert len(made("x" * LONGEST_TITLE, "y" * LONGEST_ABSTRACT).abstract) == LONGEST_ABSTRACT


def test_a_paper_with_abstract_and_identifier_may_be_called_by_a_number() -> None:
    assert made("0", PROSE, "10.1000/0").title == "0"
    with pytest.raises(NoPaper):
        made("0", "", "10.1000/0")
    with pytest.raises(NoPaper):
        made("1234 ???", PROSE, "10.1000/0")


LONG = "x" * 1_000_000
BAD = {"no title": ("", PROSE), "no letters": ("1234 ???", PROSE), "too long": ("Long", LONG)}
WHY = {"no title": "no title", "no letters": "no letters", "too long": "1,000,000 characters"}


def records(form: str, *pairs: tuple[str, str]) -> str:
    """A file of these titles and abstracts."""
    made = {
        "ris": "TY  - JOUR\nTI  - {}\nAB  - {}\nER  - \n",
        "nbib": "PMID- 1\nTI  - {}\nAB  - {}\n\n",
        "wos": "PT J\nTI {}\nAB {}\nER\n\n",
        "bib": "@article{{k,\n title = {{{}}},\n abstract = {{{}}}\n}}\n",
        "csv": '"{}","{}"\n',
        "rss": "<item><title>{}</title><link>https://arxiv.org/abs/2101.00001</link><description>{}"
        "</description></item>\n",
        "pubmed": "<PubmedArticle><MedlineCitation><PMID>1</PMID><Article><ArticleTitle>{}"
        "</ArticleTitle><Abstract><AbstractText>{}</AbstractText></Abstract></Article>"
        "</MedlineCitation></PubmedArticle>\n",
        "listing": "\\\\\narXiv:2101.00001\nTitle: {}\nCategories: cs.LG\n\\\\\n  {}\n"
        "\\\\ ( x ,  1kb)\n",
    }
    around = {
        "csv": "title,abstract\n{}",
        "rss": '<rss version="2.0"><channel>{}</channel></rss>',
        "pubmed": "<PubmedArticleSet>{}</PubmedArticleSet>",
    }
    if form in ("jsonl", "json"):
        found = [json.dumps({"title": title, "abstract": text}) for title, text in pairs]
        if form == "jsonl":
            return "\n".join(found)
        return json.dumps([{"paper": json.loads(text)} for text in found])
    written = [made[form].format(title, text) for title, text in pairs]
    return around.get(form, "{}").replace("{}", "".join(written))


FORMS = ("ris", "nbib", "wos", "bib", "csv", "rss", "pubmed", "listing", "jsonl", "json")


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("kind", BAD)
def test_a_bad_record_costs_itself_in_every_format(form: str, kind: str) -> None:
    text = records(form, ("First title", PROSE), BAD[kind], ("Last title", PROSE))
    failures: list[Failure] = []
    papers = list(read_bytes(text.encode(), "file.x", failures.append))
    assert [paper.title for paper in papers] == ["First title", "Last title"]
    (failure,) = failures
    assert failure.where.startswith("file.x:")
    assert WHY[kind] in failure.why or (form == "csv" and "more than" in failure.why)


@pytest.mark.parametrize("form", FORMS)
def test_bytes_that_are_no_text_cost_their_record_in_every_format(form: str) -> None:
    text = records(form, ("First title", PROSE), ("B#d", PROSE), ("Last title", PROSE))
    failures: list[Failure] = []
    papers = list(read_bytes(text.encode().replace(b"#", b"\xff"), "file.x", failures.append))
    assert [paper.title for paper in papers] == ["First title", "Last title"]
    assert len(failures) == 1
    assert "text" in failures[0].why


@pytest.mark.parametrize("form", [form for form in FORMS if form not in ("rss", "json")])
def test_titles_alone_come_in_from_every_format(form: str) -> None:
    failures: list[Failure] = []
    text = records(form, ("First title", "[No abstract available]"), ("Last title", ""))
    papers = list(read_bytes(text.encode(), "file.x", failures.append))
    assert [(paper.title, paper.abstract) for paper in papers] == [
        ("First title", ""),
        ("Last title", ""),
    ]
    assert failures == []


def test_nobody_is_no_author() -> None:
    names = ["Anonymous", "[Anonymous]", "Anonymous Authors", "et al.", "Ada Anonymous"]
    assert paper_of("x", title="Cats", abstract="", authors=names).authors == ("Ada Anonymous",)
