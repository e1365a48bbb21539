"""Structured abstracts on saved pages: the label of a section never begins a paper."""

from __future__ import annotations

import itertools
import textwrap
from collections.abc import Callable

import pytest
from source_support import read_with, unexpected

from assistant.reading import ReadAs, paper_text, read_bytes
from assistant.reading.section_labels import CLOSING, METHODS, OPENING, RESULTS, label_of

# Invented.
Invented = tuple[str, str, tuple[tuple[str, str], ...]]
PAPERS: tuple[Invented, ...] = (
    (
        "Warm milk before bedtime and the sleep of shelter cats: a randomised trial.",
        "Ada Adler, Ben Baker, Cara Cohen",
        (
            ("Background", "Cats in shelters sleep badly, and little is known about what helps."),
            ("Objective", "To determine whether warm milk before bedtime prolongs their sleep."),
            ("Design, setting, and participants", "Randomised trial of 84 cats in one shelter."),
            ("Main outcome measures", "Hours of sleep per night, measured with collars."),
            ("Results", "Cats with milk slept 1.4 hours longer (95% CI 0.8 to 2.0; p < 0.001)."),
            ("Conclusions", "Our findings suggest that warm milk before bedtime prolongs sleep."),
            ("Trial registration", "ISRCTN00000000"),
        ),
    ),
    (
        "Effects of river slope on the transport of gravel in steep streams",
        "Dorn E, Ekman F",
        (
            ("Aims", "We investigated how the transport of gravel depends on the slope of rivers."),
            (
                "Materials and methods",
                "Stones with transmitters were followed for two years in four streams, and a model "
                "of their paths was fitted to the measurements by maximum likelihood. Discharge "
                "was measured every ten minutes, and the beds were surveyed twice a year with the "
                "same instruments.",
            ),
            ("Findings", "Transport increased with slope up to 8%, and decreased above it."),
            ("Interpretation", "Models of gravel transport should not be linear in the slope."),
        ),
    ),
    (
        "Reading aloud to preschool children at home and their vocabulary one year later",
        "Finn Fabre 1, Gil G Grote 2",
        (
            ("Purpose", "Reading aloud is recommended, but evidence from trials is scarce."),
            ("Methods and results", "We followed 212 families; vocabulary grew by 9% more words."),
            ("Conclusion", "The study supports recommendations to read aloud at home every day."),
            ("Funding", "None."),
        ),
    ),
)
CASES: tuple[Callable[[str], str], ...] = (str.upper, str.title, str)
SIGNS = (" ", ": ", " – ", "— ", ". ", ".—", "\n", ":\n", "\n\n")


def written(paper: Invented, case: Callable[[str], str], sign: str, gap: str) -> str:
    title, authors, sections = paper
    return gap.join([title, authors, *(f"{case(label)}{sign}{text}" for label, text in sections)])


def squeezed(text: str) -> str:
    return " ".join(text.split())


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("sign", SIGNS)
@pytest.mark.parametrize("gap", ["\n", "\n\n"])
def test_each_way_to_write_labels(case: Callable[[str], str], sign: str, gap: str) -> None:
    expected = [
        (title, squeezed(" ".join(f"{case(label)}{sign}{text}" for label, text in sections)))
        for title, _, sections in PAPERS
    ]
    pages = [
        (written(paper, case, sign, gap), [found])
        for paper, found in zip(PAPERS, expected, strict=True)
    ]
    pages.append((f"{gap}".join(page for page, _ in pages), expected))
    for page, papers in pages:
        found = list(read_bytes(page.encode(), "page.txt", unexpected, None, ReadAs.saved_page))
        assert [(paper.title, squeezed(paper.abstract)) for paper in found] == papers


def test_pages_are_certain() -> None:
    page = "\n\n".join(written(paper, str.upper, " ", "\n\n") for paper in PAPERS)
    papers = list(read_bytes(page.encode(), "page.txt", unexpected))
    assert [paper.title for paper in papers] == [title for title, _, _ in PAPERS]


def test_structured_and_other_abstracts_in_turn() -> None:
    prose = (
        "We study how the wind moves dunes and propose a model of their speed, which was evaluated "
        "with images of forty dunes over ten years. The results suggest that small dunes are "
        "faster, and that their speed depends on the wind of few days in every year."
    )
    pages = [written(paper, str.upper, ": ", "\n\n") for paper in PAPERS]
    other = f"The speed of dunes in the wind\n\n{prose}"
    text = "\n\n".join(itertools.chain.from_iterable((page, other) for page in pages))
    papers = list(read_bytes(text.encode(), "page.txt", unexpected, None, ReadAs.saved_page))
    assert [paper.title for paper in papers[::2]] == [title for title, _, _ in PAPERS]
    assert [paper.abstract for paper in papers[1::2]] == [prose] * 3


def test_a_menu_of_sections_is_no_abstract() -> None:
    title, _, sections = PAPERS[1]
    menu = "Abstract\nBackground\nMethods\nResults\nDiscussion\nReferences\nCited by\n\n"
    page = menu + written(PAPERS[1], str.title, "\n", "\n\n")
    (paper,) = read_bytes(page.encode(), "page.txt", unexpected, None, ReadAs.saved_page)
    assert paper.title == title
    assert squeezed(paper.abstract).startswith(f"Aims {sections[0][1]}")


def test_the_text_of_one_paper_with_labels_like_headings() -> None:
    title, authors, sections = PAPERS[0]
    abstract = "\n".join(f"{label}\n{text}" for label, text in sections[:6])
    text = f"{title}\n{authors}\nAbstract\n{abstract}\nKeywords: cats\nIntroduction\nCats sleep.\n"
    (paper,), failures = read_with(paper_text.FORMAT, text)
    assert failures == []
    assert squeezed(paper.abstract) == squeezed(abstract)
    assert paper.authors == ("Ada Adler", "Ben Baker", "Cara Cohen")


@pytest.mark.parametrize(
    ("line", "first", "last"),
    [
        ("RESULTS", RESULTS, RESULTS),
        ("Methods:", METHODS, METHODS),
        ("## Background", OPENING, OPENING),
        ("**Conclusions:** Cats sleep.", CLOSING, CLOSING),
        ("METHODS AND RESULTS We slept and then we wrote.", METHODS, RESULTS),
        ("METHODS Patients were asked.", METHODS, METHODS),
        ("RESULTS p53 was found in cats.", RESULTS, RESULTS),
        ("OBJECTIVE to study cats.", OPENING, OPENING),
        ("Data Sources and Study Selection: MEDLINE", METHODS, METHODS),
        ("CONCLUSIONS/SIGNIFICANCE: Cats sleep.", CLOSING, OPENING),
        ("What is already known on this topic", OPENING, OPENING),
        ("Participants/materials, setting, methods: 12 cats.", METHODS, METHODS),
        ("Conclusion Our findings suggest that cats sleep.", CLOSING, CLOSING),
        ("Ergebnisse: Katzen schlafen.", RESULTS, RESULTS),
        ("Résultats : Les chats dorment.", RESULTS, RESULTS),
        ("TRIAL REGISTRATION clinicaltrials.gov NCT0", CLOSING, CLOSING),
    ],
)
def test_labels(line: str, first: int, last: int) -> None:
    label = label_of(line)
    assert label is not None
    assert (label.first, label.last) == (first, last)


@pytest.mark.parametrize(
    "line",
    [
        "Results From a Randomised Trial of Cats",
        "RESULTS OF A RANDOMISED TRIAL OF CATS",
        "Methods for finding cats",
        "Background noise reduces the accuracy of hearing.",
        "Outcome Prediction in Stroke",
        "Patient Safety in Hospitals",
        "Objective Measures of Sleep in Cats",
        "Conclusions Drawn From Ten Years of Cats",
        "Method-based reasoning",
        "results",
        "Settings2",
        "BERT: Pre-training of Transformers",
        "Study: cats sleep",
        "",
    ],
)
def test_titles_are_no_labels(line: str) -> None:
    assert label_of(line) is None


def test_a_title_like_a_label_is_kept() -> None:
    prose = "We look at cats and mice for long, and find what nobody else has seen. " * 4
    page = f"Motivation: A Theory of Cats\n\n{prose}\n\nMice in the wild\n\n{prose}"
    papers = list(read_bytes(page.encode(), "x", unexpected, None, ReadAs.saved_page))
    assert [paper.title for paper in papers] == ["Motivation: A Theory of Cats", "Mice in the wild"]


def test_many_labels_take_time_by_their_number() -> None:
    page = "Methods\n" * 20_000 + "METHODS AND " * 20_000 + "\n" + "Aims, of\n" * 5_000
    with pytest.raises(Exception, match="page"):
        list(read_bytes(page.encode(), "page", lambda failure: None, None, ReadAs.saved_page))


@pytest.mark.parametrize("width", [60, 72, 100])
def test_wrapped_pages(width: int) -> None:
    expected = [
        (title, squeezed(" ".join(f"{label.upper()}: {text}" for label, text in sections)))
        for title, _, sections in PAPERS
    ]
    lines = "\n".join(written(paper, str.upper, ": ", "\n") for paper in PAPERS).split("\n")
    text = "\n".join(textwrap.fill(line, width, break_long_words=False) for line in lines)
    papers = list(read_bytes(text.encode(), "page.txt", unexpected, None, ReadAs.saved_page))
    assert [squeezed(paper.abstract) for paper in papers] == [it for _, it in expected]
