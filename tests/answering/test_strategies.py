"""Each kind of question finds its own kind of evidence, with the real embedder."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

import pytest

from assistant.answering.definitions import defines
from assistant.answering.question import Question
from assistant.answering.question_kinds import classify_question
from assistant.answering.retrieval import RetrievedEvidence
from assistant.answering.strategies import retrieve
from assistant.library import EVERYTHING, Filters, Library
from assistant.models import open_embedder
from assistant.models.fake import HashingEmbedder
from assistant.paper import Paper
from assistant.sample import sample_papers
from assistant.settings import load_settings

PAPERS = [
    Paper(
        title="Waggle: decoding the dances of honey bees",
        abstract="Honey bees tell each other where flowers are by dancing. We present Waggle, a "
        "camera system that decodes the dances of bees on the comb. Waggle is right about the "
        "direction in 94% of 1,200 dances. Its code is at https://example.org/waggle.",
        authors=("Ada Blume", "Karl Frisch"),
        published="2023-05-02",
        doi="10.1000/waggle",
        tags=("bees",),
    ),
    Paper(
        title="Red roofs mislead bees",
        abstract="Cities change what bees see. We study how young bees find flowers in cities. Red "
        "roofs mislead young bees in 42% of flights, while old bees ignore them.",
        authors=("Mia Stein",),
        published="2021",
    ),
    Paper(
        title="Sleep of penguins at sea",
        abstract="Penguins swim for weeks. We show that penguins sleep in naps of four seconds "
        "while they breed. These naps add up to eleven hours a day.",
    ),
    Paper(
        title="Counting sort on small keys",
        abstract="Sorting is everywhere. We propose a counting sort for keys of one byte. It is 7 "
        "times faster than quicksort on such keys. The code is released under the MIT license.",
    ),
    Paper(
        title="Rivers that carry sand",
        abstract="Rivers carry sand to the sea. We measure the sand of 12 rivers in Norway. Dams "
        "hold back two thirds of it.",
    ),
    Paper(
        title="Quantum kernels for images",
        abstract="We study quantum kernels for classifying images. On MNIST the kernel reaches 97% "
        "with four qubits. Noise reduces that by five points.",
    ),
    Paper(
        title="Bread that keeps fresh",
        abstract="Bread gets stale. We add sourdough of rye (SOR) to wheat bread, which keeps it "
        "fresh for nine days. SOR costs nothing.",
    ),
    Paper(
        title="Old stars and their metals",
        abstract="Old stars have few metals. We find 40 stars of the first generation. They are "
        "all dim.",
    ),
]


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    embedder = open_embedder(load_settings(), lambda note: None)
    with Library.open(tmp_path_factory.mktemp("finding"), embedder) as library:
        library.add(PAPERS)
        library.vectors.embed_missing()
        yield library


def found(library: Library, question: str, filters: Filters = EVERYTHING) -> RetrievedEvidence:
    return retrieve(Question.parse(question), classify_question(question), library, 4, filters)


def titles(one: RetrievedEvidence) -> list[str]:
    return [source.stored.title for source in one.evidence]


def test_a_list_has_one_sentence_of_every_paper_that_fits(library: Library) -> None:
    bees = found(library, "Which papers are about bees?")
    assert sorted(titles(bees)) == ["Red roofs mislead bees", PAPERS[0].title]
    assert bees.extractive and bees.headed and bees.answerability > 0
    for source in bees.evidence:
        assert source.stored.abstract[source.start : source.end] == source.sentence


def test_a_list_of_nothing_is_a_refusal(library: Library) -> None:
    nothing = found(library, "Which papers are about volcanoes on Io?")
    assert (nothing.evidence, nothing.answerability) == ((), -math.inf)
    assert nothing.nearest


def test_a_list_keeps_to_the_filters(library: Library) -> None:
    recent = found(library, "Which papers are about bees?", Filters(since="2022"))
    assert titles(recent) == [PAPERS[0].title]


def test_an_overview_quotes_what_the_papers_say(library: Library) -> None:
    overview = found(library, "What does the library say about bees in cities?")
    assert "Red roofs mislead bees" in titles(overview)
    assert "Sleep of penguins at sea" not in titles(overview)


def test_a_comparison_hears_both_sides(library: Library) -> None:
    both = found(library, "Compare Waggle with counting sort")
    assert {PAPERS[0].title, PAPERS[3].title} <= set(titles(both))
    # One block for each paper.
    blocks = [title for title, _ in groupby(titles(both))]
    assert len(blocks) == len(set(blocks))
    assert both.note is None


def test_a_comparison_says_which_side_is_missing(library: Library) -> None:
    one = found(library, "Compare Waggle with ResNet")
    assert set(titles(one)) == {PAPERS[0].title}
    assert one.note == "The library has no paper about “ResNet”."


def test_two_papers_on_a_topic_are_compared(library: Library) -> None:
    two = found(library, "How do the two studies of bees differ, and what is seen in each?")
    assert set(titles(two)) == {PAPERS[0].title, "Red roofs mislead bees"}


@pytest.mark.parametrize(
    "question",
    [
        "Summarise the paper “Sleep of penguins at sea”",
        "Give me the gist of the penguin paper",
        "Summarise #3",
    ],
)
def test_a_summary_says_what_was_done_and_what_came_out(library: Library, question: str) -> None:
    summary = found(library, question)
    assert set(titles(summary)) == {"Sleep of penguins at sea"}
    assert "naps of four seconds" in summary.evidence[0].sentence
    assert summary.extractive and not summary.headed


@pytest.mark.parametrize(
    ("question", "field", "text"),
    [
        ("Who wrote Waggle?", "authors", "Authors: Ada Blume, Karl Frisch"),
        ("When was the paper on red roofs published?", "published", "Date of publication: 2021"),
        ("What is the DOI of Waggle?", "doi", "DOI: 10.1000/waggle"),
    ],
)
def test_the_catalogue_answers_what_it_knows(
    library: Library, question: str, field: str, text: str
) -> None:
    (source,) = found(library, question).evidence
    assert (source.field, source.sentence) == (field, text)
    assert (source.start, source.end) == (0, 0)


@pytest.mark.parametrize(
    ("question", "why"),
    [
        ("Who wrote the paper on penguins?", "does not know the authors of “Sleep of penguins"),
        ("Which licence does Waggle have?", "does not know the licence of “Waggle"),
        ("Who wrote the paper on volcanoes of Io?", "No paper in the library has this name."),
    ],
)
def test_what_the_catalogue_does_not_know_is_refused(
    library: Library, question: str, why: str
) -> None:
    refused = found(library, question)
    assert (refused.evidence, refused.answerability) == ((), -math.inf)
    assert why in (refused.refusal or "")
    assert refused.on_topic == ("Waggle" in question or "penguins" in question)


def test_a_name_in_the_abstract_finds_its_paper_though_another_title_has_its_words(
    tmp_path: Path,
) -> None:
    papers = (
        Paper(title="Mastering Go with tree search", abstract="We search trees of moves."),
        Paper(title="Maintenance of large indexes", abstract="We introduce the B-tree, an index."),
    )
    with Library.open(tmp_path / "trees", HashingEmbedder()) as library:
        library.add(papers)
        library.vectors.embed_missing()
        refused = found(library, "When was the B-tree paper published?").refusal
    assert refused is not None and "Maintenance of large indexes" in refused


def test_a_licence_that_the_abstract_names_is_quoted(library: Library) -> None:
    (source,) = found(library, "Which licence does the counting sort have?").evidence
    assert "MIT license" in source.sentence


def test_a_question_for_a_paper_names_it(library: Library) -> None:
    told = found(library, "which study looked at penguins?")
    assert [source.stored.title for source in told.evidence] == ["Sleep of penguins at sea"]
    assert told.extractive and told.headed
    then = found(library, "which study looked at penguins? how long are their naps?")
    assert not then.extractive


def test_a_list_has_papers_that_say_it_in_other_words(tmp_path: Path) -> None:
    embedder = open_embedder(load_settings(), lambda note: None)
    with Library.open(tmp_path / "landmarks", embedder) as library:
        library.add(sample_papers())
        library.vectors.embed_missing()
        titles = {one.stored.title for one in found(library, "papers on cryptography").evidence}
        databases = {one.stored.title for one in found(library, "papers on databases").evidence}
    assert titles == {
        "New Directions in Cryptography",
        "A Method for Obtaining Digital Signatures and Public-Key Cryptosystems",
    }
    assert len(databases) == 1


def test_a_definition_comes_first(library: Library) -> None:
    defined = found(library, "What does SOR stand for?")
    assert "sourdough of rye (SOR)" in defined.evidence[0].sentence


@pytest.mark.parametrize(
    ("sentence", "defined"),
    [
        ("We add sourdough of rye (SOR) to bread.", True),
        ("SOR is a dough of rye.", True),
        ("SOR (sourdough of rye) costs nothing.", True),
        ("We introduce a dough called SOR.", True),
        ("SOR, a dough of rye, keeps it fresh.", True),
        ("Doughs of rye, i.e., SORs, keep fresh.", True),
        ("We state the SOR: rye keeps dough fresh.", True),
        ("It keeps fresh with SOR.", False),
        ("SORTING is a task.", False),
        ("The code of SOR costs nothing.", False),
    ],
)
def test_what_defines(sentence: str, defined: bool) -> None:
    assert defines(sentence, "SOR") is defined


def test_a_title_that_begins_with_the_term_introduces_it(tmp_path: Path) -> None:
    paper = Paper(
        title="Dozy: training of sleepy networks",
        abstract="Networks never rest. We train a network that naps between batches. It learns "
        "faster than others.",
    )
    with Library.open(tmp_path / "dozy", HashingEmbedder()) as library:
        library.add([paper, Paper(title="Naps", abstract="Dozy networks nap. Cats nap, too.")])
        library.vectors.embed_missing()
        told = found(library, "What is Dozy?")
        other = found(library, "What is a nap?")
    assert [one.sentence for one in told.evidence] == [
        "We train a network that naps between batches."
    ]
    assert told.extractive and told.answerability >= 0
    assert not other.extractive


def test_hyphens_of_a_term_make_no_difference() -> None:
    assert defines("The Rye-Dough Conjecture: rye keeps dough fresh.", "rye dough conjecture")
