"""Passages of English papers for questions in other languages."""

from __future__ import annotations

import pytest

from assistant.answering.shared_terms import closest_passages
from assistant.library import EVERYTHING, Library
from assistant.paper import Paper

PAPERS = (
    Paper(
        title="Bread in numbers",
        abstract="RYE+ tasks are a variant. The Rye (RYE) dataset contains 974 baking tasks. The "
        "best oven solves many problems of RYE. Ovens are hot.",
    ),
    Paper(
        title="Optimising circuits",
        abstract="Circuits are small. The quantum classifier had 5 features. Two local optimizers "
        "were compared in a variational quantum classifier.",
    ),
    Paper(
        title="Halitosis and dialysis",
        abstract="Breath is important. The halitosis of 42 patients was measured before "
        "peritoneal dialysis. Saliva flowed more.",
    ),
    Paper(title="FlashRye on GPUs", abstract="Rye is slow. FlashRye is 50x faster than PyBake."),
)


@pytest.mark.parametrize(
    ("question", "passage"),
    [
        ("Wie viele Aufgaben hat RYE?", "The Rye (RYE) dataset contains 974"),
        ("¿Cuántas tareas tiene RYE?", "The Rye (RYE) dataset contains 974"),
        ("Quels optimiseurs ont été comparés pour le classifieur quantique ?", "Two local optim"),
        ("Combien de patients sous dialyse péritonéale avaient une halitose ?", "The halitosis of"),
        ("FlashRye比PyBake快多少？", "FlashRye is 50x faster"),
    ],
)
def test_names_numbers_and_alike_words_find_the_sentence(
    library: Library, question: str, passage: str
) -> None:
    found = closest_passages(question, library, 3, EVERYTHING)
    assert found.evidence[0].sentence.startswith(passage)
    assert found.evidence[0].score == 1.0


def test_without_a_shared_term_it_is_what_search_finds(library: Library) -> None:
    found = closest_passages("它有多快？", library, 3, EVERYTHING)
    assert len(found.evidence) <= 3
