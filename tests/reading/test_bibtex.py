"""BibTeX: every entry is read or is a failure of its own."""

from __future__ import annotations

import io
import random
from pathlib import Path

import pytest
from hang_guard import hang_guard
from source_support import read_source

from assistant.paper import Paper
from assistant.reading import bibtex
from assistant.reading.format import Failure
from assistant.reading.source import Source

# Papers and failures of each file, the papers being the entries that have a title.
EXPECTED = {
    "article.bib": (1, 0),
    "article_comma_first.bib": (2, 0),
    "article_comma_first_and_trailing_comma_output.bib": (1, 0),
    "article_comma_normal_multiple.bib": (3, 0),
    "article_missing_coma.bib": (4, 0),
    "article_no_braces.bib": (1, 0),
    "article_oneline.bib": (2, 0),
    "article_start_with_bom.bib": (1, 0),
    "article_start_with_whitespace.bib": (2, 0),
    "article_with_annotation.bib": (1, 0),
    "article_with_protection_braces.bib": (1, 0),
    "article_with_strings.bib": (1, 0),
    "biber-examples.bib": (97, 18),
    "comments_only.bib": (0, 0),
    "comments_percentage_nolastcoma.bib": (2, 0),
    "comments_spaces_and_declarations.bib": (1, 0),
    "common_strings.bib": (0, 0),
    "crossref_cascading_cycle.bib": (0, 2),
    "crossref_entries.bib": (14, 0),
    "encoding.bib": (1, 0),
    "features.bib": (1, 0),
    "features2.bib": (1, 0),
    "multiline_comments.bib": (0, 0),
    "multiple_entries_and_comments.bib": (3, 0),
    "traps.bib": (1, 0),
    "wrong.bib": (0, 2),
    "xref_entries.bib": (8, 0),
}


def read(text: str | bytes) -> tuple[list[Paper], list[Failure]]:
    data = text.encode() if isinstance(text, str) else text
    source = Source(io.BufferedReader(io.BytesIO(data)), "x.bib")
    return read_source(bibtex.FORMAT, source)


def entry(**values: str) -> str:
    given = {"title": "A title", "abstract": "An abstract.", **values}
    written = "".join(f"  {name} = {{{value}}},\n" for name, value in given.items())
    return f"@article{{key,\n{written}}}\n"


def only(**values: str) -> Paper:
    (paper,), failures = read(entry(**values))
    assert failures == []
    return paper


def test_fields() -> None:
    text = r"""% Encoding: UTF-8
@string{acm = "Special {ACM} Issue"}
@inproceedings{vaswani:17,
  author = {Vaswani, Ashish and Noam Shazeer and G{\"o}del, Kurt and {Example, Inc and Sons}
            and de la Cruz, Jr., Ana and others},
  title = "{A}ttention " # {Is {All}} # " You~Need --- " # acm,
  abstract = {The first line
              and 5\% of the {second}, with $x_{1}$.

              A paragraph.},
  year = 2017, month = "12~" # jun,
  eprint = {1706.03762v5}, archivePrefix = {arXiv}, primaryClass={cs.CL},
  doi = {https://doi.org/10.1000/a\_b{\_}c},
  url = {\url{https://example.org/a_b~c--d}},
  pmid = 12345,
  keywords = {attention, {M}achine translation}
}
"""
    papers, failures = read(text)
    assert failures == []
    assert papers == [
        Paper(
            title="Attention Is All You Need — Special ACM Issue",
            abstract="The first line and 5% of the second, with $x_{1}$.\nA paragraph.",
            authors=(
                "Ashish Vaswani",
                "Noam Shazeer",
                "Kurt Gödel",
                "Example, Inc and Sons",
                "Ana de la Cruz Jr.",
            ),
            published="2017-06-12",
            arxiv="1706.03762v5",
            doi="10.1000/a_b_c",
            pmid="12345",
            url="https://example.org/a_b~c--d",
            tags=("attention", "Machine translation"),
            source="x.bib",
            reference={
                "citation-key": "vaswani:17",
                "type": "paper-conference",
                "author": [
                    {"family": "Vaswani", "given": "Ashish"},
                    {"family": "Shazeer", "given": "Noam"},
                    {"family": "Gödel", "given": "Kurt"},
                    {"literal": "Example, Inc and Sons"},
                    {
                        "non-dropping-particle": "de la",
                        "family": "Cruz",
                        "suffix": "Jr.",
                        "given": "Ana",
                    },
                ],
                "custom": {
                    "bibtex": {
                        "entry-type": "inproceedings",
                        "and-others": ["author 5"],
                        "title": "{A}ttention Is {All} You~Need --- Special {ACM} Issue",
                        "year": "2017",
                        "month": "12~jun",
                        "primaryclass": "cs.CL",
                        "doi": "https://doi.org/10.1000/a\\_b{\\_}c",
                        "url": "\\url{https://example.org/a_b~c--d}",
                        "keywords": "attention, {M}achine translation",
                    }
                },
            },
        )
    ]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"date": "2009-08-21/2009-08-24"}, "2009-08-21"),
        ({"date": "2004"}, "2004"),
        ({"date": "1988~"}, "1988"),
        ({"year": "{2013}", "month": "Sept."}, "2013-09"),
        ({"year": "2013", "month": "3", "day": "7"}, "2013-03-07"),
        ({"year": "2013", "month": "13"}, "2013"),
        ({"year": "2013", "month": "feb", "day": "30"}, "2013-02"),
        ({"year": "2013", "month": "Brumaire"}, "2013"),
        ({"year": "in press"}, None),
        ({}, None),
    ],
)
def test_dates(values: dict[str, str], expected: str | None) -> None:
    assert only(**values).published == expected


@pytest.mark.parametrize(
    ("author", "expected"),
    [
        ("Doe, Jane AND Roe, R. and et al.", ("Jane Doe", "R. Roe")),
        ("{\\'E}mile Zola and\n  van Gogh, Vincent", ("Émile Zola", "Vincent van Gogh")),
        ("Ann Author; Ben Author", ("Ann Author", "Ben Author")),
        ("Ann Author, Ben Author, Cy Author", ("Ann Author", "Ben Author", "Cy Author")),
        ("given=Hans, prefix=von, family=Harman", ("Hans von Harman",)),
        ("{World Health Organization}", ("World Health Organization",)),
        ("Anders and Sons", ("Anders", "Sons")),
        ("others", ()),
    ],
)
def test_authors(author: str, expected: tuple[str, ...]) -> None:
    assert only(author=author).authors == expected


@pytest.mark.parametrize(
    ("values", "arxiv", "pmid", "doi"),
    [
        ({"eprint": "hep-th/9603067", "eprinttype": "arxiv"}, "hep-th/9603067", None, None),
        ({"eprint": "2403.01234"}, "2403.01234", None, None),
        ({"eprint": "2403.01234", "eprinttype": "jstor"}, None, None, None),
        ({"eprint": "12345", "eprinttype": "pubmed"}, None, "12345", None),
        ({"arxivId": "2403.01234"}, "2403.01234", None, None),
        ({"url": "https://arxiv.org/abs/2403.01234"}, "2403.01234", None, None),
        ({"doi": "10.48550/arXiv.2403.01234"}, "2403.01234", None, "10.48550/arXiv.2403.01234"),
        ({"url": "https://doi.org/10.1000/182"}, None, None, "10.1000/182"),
        ({"doi": "10.1/none"}, None, None, None),
        (
            {"doi": "10.1002/(SICI)19:4{\\textless}377::A{\\textgreater}3.0.CO;2-P"},
            None,
            None,
            "10.1002/(SICI)19:4<377::A>3.0.CO;2-P",
        ),
    ],
)
def test_identifiers(
    values: dict[str, str], arxiv: str | None, pmid: str | None, doi: str | None
) -> None:
    paper = only(**values)
    assert (paper.arxiv, paper.pmid, paper.doi) == (arxiv, pmid, doi)


def test_broken_entries_cost_only_themselves() -> None:
    papers, failures = read(
        "@article{a,\n title={A}, abstract={x}\n}\n"
        "@article{b,\n title={B {unclosed},\n abstract={y}\n}\n"
        "@article{c,\n title={C}, abstract={z}}\n"
        "@article{d, title, abstract={z}}\n"
        "@article{e,title={E}}\n"
        "@article{f,abstract={E}}\n"
        '@article{g title="G" abstract={w}}\n'
        "@string{not closed\n"
        "@article(h, title={H}, abstract={x (y)}) @misc{i, title={I}, abstract=x}\n"
        "@misc{j, title={J}, abstract={cut sho"
    )
    assert [paper.title for paper in papers] == ["A", "C", "E", "G", "H", "I"]
    assert [(failure.where, failure.why) for failure in failures] == [
        ("x.bib:4", 'it is not closed: "}" is missing'),
        ("x.bib:10", "'title, abstract={z}}' is not a field as in name = {...}"),
        ("x.bib:12", "it has no title"),
        ("x.bib:14", "'not closed' is not a field as in name = {...}"),
        ("x.bib:16", '"abstract" is not closed'),
    ]


def test_what_only_looks_like_an_entry_or_a_brace() -> None:
    papers, failures = read(
        "mail me@example.org or {not}\n"
        '@comment{\n@article{x, title={X}, abstract={x}}\n}\n@preamble{ "\\@if{a}" }\n'
        "@article{a, title={A}, abstract={as in\n@article{ foo }\n and so on}}\n"
        "@article{b, title={B}, abstract={half open \\{0, 1) and\n % 50}}\n"
        "@article{c, title={C}, abstract={closed \\} only}}\n"
        "@article{d, title={D}, abstract={D}, title={again}}\n"
    )
    assert failures == []
    assert [paper.abstract for paper in papers] == [
        "as in @article foo and so on",
        "half open {0, 1) and % 50",
        "closed } only",
        "D",
    ]
    assert papers[-1].title == "D"


def test_cross_references() -> None:
    papers, failures = read(
        "@inproceedings{a, title={A}, abstract={a}, crossref={ALIAS}}\n"
        "@inproceedings{b, title={B}, abstract={b}, year=1999, crossref={none}, xdata={x, y}}\n"
        "@proceedings{p, ids={alias}, title={P}, abstract={p}, doi={10.1000/p}, crossref={q}}\n"
        "@proceedings{q, title={Q}, year=2020, month=may, crossref={p}}\n"
        "@xdata{x, author={Ada Author}}\n"
        "@inbook{i, abstract={i}, crossref={q}}\n"
    )
    assert [(paper.title, paper.published, paper.doi, paper.authors) for paper in papers] == [
        ("A", "2020-05", None, ()),
        ("B", "1999", None, ("Ada Author",)),
        ("P", "2020-05", "10.1000/p", ()),
        ("Q", "2020-05", None, ()),
        ("Q", "2020-05", None, ()),
    ]
    assert [paper.abstract for paper in papers] == ["a", "b", "p", "", "i"]
    assert failures == []


def test_macros_do_not_fill_the_memory() -> None:
    doubling = "".join(f"@string{{s{n + 1} = s{n} # s{n}}}\n" for n in range(60))
    papers, failures = read('@string{s0 = "0123456789"}\n' + doubling + entry())
    assert len(papers) == 1
    assert failures[0].why == '"s17" is longer than 1,000,000 characters'


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        ("@article{key,\n title={x}", True),
        ("@ARTICLE{key\n , title={x}", True),
        ("Scopus\nEXPORT DATE: 12 March 2020\n\n@CONFERENCE{key,", True),
        ("% a comment\n" * 2000 + "\n" * 2000 + "@string(x = {y})", True),
        ("@comment{jabref-meta: x}", True),
        ("@lib_made_up{key1, a = {b}", False),
        ("@dataset2{x", False),
        ("Prose, prose.\n" * 200 + "@article{key,\n", False),
        ('{"bibtex": "@article{key,"}', False),
        ("A title\n\nmail me@article{key, title}", False),
        ("@dataclass(frozen=True)\nclass X: ...", False),
        ("@media screen { a: b }", False),
        ("", False),
    ],
)
def test_recognised_by_content(head: str, expected: bool) -> None:
    assert bibtex.FORMAT.matches(head) is expected


def test_real_files(shared_data: Path) -> None:
    folder = shared_data / "exports" / "bibtex_bibtexparser"
    for name, counts in EXPECTED.items():
        data = (folder / name).read_bytes()
        assert bibtex.FORMAT.matches(data.decode("utf-8-sig")), name
        papers, failures = read(data)
        assert (len(papers), len(failures)) == counts, name
        assert {failure.why for failure in failures} <= {"it has no title"}
        # Formulas stay as they are written.
        titles = [paper.title for paper in papers if "$" not in paper.title]
        assert not any(mark in title for title in titles for mark in "\\{}"), name


def test_fields_of_a_real_file(shared_data: Path) -> None:
    path = shared_data / "exports" / "bibtex_bibtexparser" / "biber-examples.bib"
    papers, _ = read(path.read_bytes())
    by_start = {paper.title[:20]: paper for paper in papers}
    gases = by_start["Computation of metho"]
    assert gases.title.startswith("Computation of methodology-independent ionic solvation")
    assert gases.authors == ("M. A. Kastenholz", "Philippe H. Hünenberger")
    assert (gases.doi, gases.published) == ("10.1063/1.2172593", "2006")
    assert gases.abstract.endswith("(and inside cavities within them).")
    holes = by_start["Some remarks on 't H"]
    assert (holes.arxiv, holes.published) == ("hep-th/9603067", "1996-03-11")


def test_damaged_files_never_raise(shared_data: Path) -> None:
    folder = shared_data / "exports" / "bibtex_bibtexparser"
    chance = random.Random(3)
    texts = [(folder / name).read_text(encoding="utf-8-sig")[:3000] for name in EXPECTED]
    for _ in range(2_000):
        text = chance.choice(texts)
        at = chance.randrange(len(text))
        damage = chance.choice('{}"#@,=()\\%')
        read(chance.choice([text[: at + 1], text[:at] + damage + text[at:], text[at:]]))


@pytest.mark.parametrize(
    "unit", ["@a{", "\n@a{b,c={", '\n@a{b,c="', "@a(b,c={d}) ", "{", "\n", "@a{b,title=a#", "}\\"]
)
def test_no_file_takes_long(unit: str) -> None:
    with hang_guard():
        read("@a{b, title={A}}" + unit * (400_000 // len(unit)))


@pytest.mark.parametrize(
    "fields",
    [
        "journal = {arXiv preprint arXiv:2005.12345}",
        "note = {arXiv:2005.12345 [cs]}",
        "journal = {CoRR}, volume = {abs/2005.12345}",
    ],
)
def test_arxiv_in_the_place_of_a_journal(fields: str) -> None:
    (paper,), _ = read(f"@article{{a, title = {{x}}, {fields}}}")
    assert paper.arxiv == "2005.12345"


def test_a_note_on_another_paper_names_none() -> None:
    (paper,), _ = read("@article{a, title = {x}, note = {Extends arXiv:2005.12345}}")
    assert paper.arxiv is None


def test_names_in_parts_with_what_biblatex_adds() -> None:
    (paper,), _ = read(
        "@online{a, title = {x}, eprinttype = {pmid}, eprint = {123},"
        " author = {family=Berg, given=Anna, prefix=van den, useprefix=true and Lee, A.}}"
    )
    assert paper.authors == ("Anna van den Berg", "A. Lee")
    assert paper.pmid == "123"


def test_a_keyword_a_line_as_endnote_has_them() -> None:
    (paper,), _ = read("@article{a, title = {x}, keywords = {*Cats\nMice\nOwls}}")
    assert paper.tags == ("Cats", "Mice", "Owls")
    (paper,), _ = read("@article{a, title = {x}, keywords = {cats and\ndogs, mice}}")
    assert paper.tags == ("cats and dogs", "mice")
