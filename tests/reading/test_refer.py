"""EndNote's tagged text, as EndNote, Google Scholar, ACM and ADS write it."""

from __future__ import annotations

from source_support import read_with

from assistant.reading import detect, tagged_formats

ENDNOTE = """\ufeff%0 Journal Article
%A Lovelace, Ada
%A Turing, Alan M.
%D 2020
%T Of engines and
mice
%X First line.
Second line.

Third, 50 % of all.
%! Of engines
%@ 1476-4687 (Electronic)
1476-4687 (Linking)
%R 10.1000/it
%U https://www.ncbi.nlm.nih.gov/pubmed/123
%K *Cats
Mice, Nude
%8 May 14
%M 123
%~ PubMed
%[ 2020/05/15

%0 Web Page
%A World Health Organization,
%D 2021
%T Second
"""
ADS = """%R 2020ApJ...900....1S
%T Of stars
%A Lovelace, Ada
%D 2020
%8 May 1, 2020
%X Text.

%R 2021ApJ...900....1S
%T Second
%A Turing, Alan
%U http://arxiv.org/abs/2403.01234
"""


def test_the_records_of_endnote() -> None:
    (first, second), failures = read_with(tagged_formats.ENDNOTE, ENDNOTE)
    assert not failures
    assert (first.title, first.abstract) == (
        "Of engines and mice",
        "First line.\nSecond line.\n\nThird, 50 % of all.",
    )
    assert first.authors == ("Ada Lovelace", "Alan M. Turing")
    assert (first.published, first.doi, first.pmid) == ("2020-05-14", "10.1000/it", "123")
    assert first.url == "https://www.ncbi.nlm.nih.gov/pubmed/123"
    assert first.tags == ("Cats", "Mice, Nude")
    assert (second.title, second.abstract, second.published) == ("Second", "", "2021")
    assert second.authors == ("World Health Organization",)


def test_blank_lines_part_records_without_a_type() -> None:
    (first, second), failures = read_with(tagged_formats.ENDNOTE, ADS)
    assert not failures
    assert (first.title, first.authors, first.published) == (
        "Of stars",
        ("Ada Lovelace",),
        "2020-05-01",
    )
    assert (second.title, second.authors, second.arxiv) == (
        "Second",
        ("Alan Turing",),
        "2403.01234",
    )


def test_keywords_in_one_line() -> None:
    (paper,), _ = read_with(
        tagged_formats.ENDNOTE, "%0 Conference Paper\n%T x\n%K cats, mice\n%A A. Lee\n"
    )
    assert paper.tags == ("cats", "mice")


def test_a_number_is_pubmeds_only_where_it_is_said() -> None:
    (paper,), _ = read_with(tagged_formats.ENDNOTE, "%0 Journal Article\n%T x\n%M 123\n%~ Embase\n")
    assert paper.pmid is None


def test_comments_of_tex_are_none() -> None:
    assert not tagged_formats.ENDNOTE.matches(
        "%T his is a comment\n% and another\n@article{a, title={x}}"
    )
    found = detect("% Encoding: UTF-8\n\n@article{a, title={x}}")
    assert found is not None
    assert found.name == "BibTeX"


def test_arxiv_in_the_place_of_a_journal() -> None:
    (paper,), _ = read_with(
        tagged_formats.ENDNOTE, "%0 Journal Article\n%T x\n%J arXiv preprint arXiv:2005.12345\n"
    )
    assert paper.arxiv == "2005.12345"
