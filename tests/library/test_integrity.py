"""Libraries damaged in every place: what check finds, what repair does, what check says then."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from assistant.errors import LibraryDamaged, LibraryReadOnly
from assistant.library import Filters, IntegrityProblem, Library
from assistant.models.fake import HashingEmbedder
from assistant.paper import Paper
from assistant.progress import Progress

COUNT = 12


@pytest.fixture
def filled(library: Library, make_papers: Callable[..., list[Paper]], folder: Path) -> Path:
    """The closed library: twelve papers with vectors, two of them merged, tagged or starred."""
    library.add(make_papers(COUNT - 2))
    record = Paper(title="On the colour of tulips", authors=("Ann Lee",), doi="10.1/tulip")
    library.add([record.model_copy(update={"source": "a.bib"})])
    library.add(
        [record.model_copy(update={"abstract": "Red.", "tags": ("Plants",), "source": "b.bib"})]
    )
    library.add([Paper(title="Owls", abstract="They sleep.", authors=("Zoë O'Neil", "B. Ek"))])
    library.papers.tag([3], ["star"])
    library.vectors.embed_missing()
    library.search("tulips", 3)
    library.close()
    return folder


def damage(folder: Path, *statements: str) -> None:
    with closing(sqlite3.connect(folder / "catalog.sqlite")) as connection, connection:
        for statement in statements:
            connection.execute(statement)


def examined(
    folder: Path, *, repair: bool, notes: list[str] | None = None
) -> list[IntegrityProblem]:
    told = (lambda note: None) if notes is None else notes.append
    with Library.open(folder, HashingEmbedder(), told) as library:
        return library.check(repair=repair)


def test_an_empty_library_is_sound(library: Library) -> None:
    assert library.check() == []
    assert library.check(repair=True) == []


def test_a_sound_library_is_sound_and_each_step_is_told(filled: Path) -> None:
    steps: list[str] = []
    with Library.open(filled, HashingEmbedder()) as library:
        before = [library.papers.records(stored.number) for stored in library.papers.all()]
        assert library.check(Progress(lambda report: steps.append(report.step))) == []
        assert library.check(repair=True) == []
        assert [library.papers.records(stored.number) for stored in library.papers.all()] == before
    assert steps[0] == "File"
    assert steps[-1] == "Chroma"


DAMAGE = {
    "full text without rows": (["DELETE FROM full_text_data WHERE id > 10"], "full-text"),
    "full text of a paper gone": (
        [
            "INSERT INTO full_text (full_text, rowid, title, abstract) "
            "SELECT 'delete', number, title, abstract FROM papers WHERE number = 2"
        ],
        "full-text",
    ),
    "text changed behind the index": (
        ["DROP TRIGGER papers_changed", "UPDATE papers SET abstract = 'Zebras.' WHERE number = 2"],
        "full-text",
    ),
    "rows without a paper": (
        [
            "INSERT INTO keys VALUES ('doi:x', 99)",
            "INSERT INTO own_tags VALUES (98, 'a', 'a', 1)",
            "INSERT INTO chunks (paper, start_at, end_at, vector) VALUES (97, 0, 1, x'00')",
        ],
        "3 rows belong to no paper (chunks, keys, own_tags)",
    ),
    "a key gone": (["DELETE FROM keys WHERE paper = 2"], "1 paper (#2) cannot be found"),
    "a key of another": (
        ["UPDATE keys SET paper = 3 WHERE key = 'doi:10.1/tulip'"],
        "2 papers (#3, #11) cannot be found",
    ),
    "another id": (["UPDATE papers SET id = 'doi:y' WHERE number = 4"], "1 paper (#4)"),
    "labels gone": (["DELETE FROM labels WHERE kind = 'author'"], "2 papers (#11, #12)"),
    "a wrong label": (
        ["INSERT INTO labels VALUES ('tag', 'nonsense', 5)"],
        "1 paper (#5) cannot be found",
    ),
    "a title gone": (["DELETE FROM titles"], "cannot be found"),
    "authors that are no list": (
        ["UPDATE papers SET authors = '[\"Ann' WHERE number = 12"],
        "authors or tags of 1 paper (#12)",
    ),
    "tags of numbers": (["UPDATE papers SET tags = '[1]' WHERE number = 2"], "tags of 1 paper"),
    "a record cut short": (
        ["UPDATE records SET content = substr(content, 1, 9) WHERE paper = 11"],
        "Source records of 1 paper (#11)",
    ),
    "no generation": (["DELETE FROM metadata WHERE name = 'generation'"], "state of the vectors"),
    "no log of the vectors": (["DELETE FROM chunk_log"], "state of the vectors"),
    "spans beyond the abstract": (
        ["UPDATE chunks SET end_at = 9999 WHERE paper = 6"],
        "vectors of 1 paper (#6)",
    ),
    "vectors of text": (["UPDATE chunks SET vector = 'text'"], "vectors of 12 papers (#1, "),
}  # fmt: skip


@pytest.mark.parametrize(("statements", "said"), DAMAGE.values(), ids=list(DAMAGE))
def test_damage_is_found_repaired_and_gone(filled: Path, statements: list[str], said: str) -> None:
    damage(filled, *statements)
    found = examined(filled, repair=False)
    assert said in found[0].what
    assert not any(problem.repaired for problem in found)
    assert examined(filled, repair=False) == found, "looking changes nothing"
    repaired = examined(filled, repair=True)
    assert repaired[0].what == found[0].what
    assert all(problem.repaired for problem in repaired), repaired
    assert examined(filled, repair=False) == []
    with Library.open(filled, HashingEmbedder()) as library:
        assert library.papers.count() == COUNT
        library.vectors.embed_missing()
        assert library.search("tulips", 3)


def test_names_and_tags_are_those_from_before(filled: Path) -> None:
    damage(filled, "DELETE FROM keys", "DELETE FROM labels", "DELETE FROM titles")
    assert examined(filled, repair=True)[0].repaired
    with Library.open(filled, HashingEmbedder()) as library:
        assert library.papers.get("10.1/tulip").number == 11
        assert list(library.statistics().tags) == [("plants", 1), ("star", 1)]
        assert library.papers.count(Filters(sources=("A.bib",))) == 1
        assert library.papers.count(Filters(sources=("b.bib",))) == 1


def _cut(vector: bytes) -> bytes:
    return vector[:-4]


def _not_a_number(vector: bytes) -> bytes:
    return np.full(len(vector) // 4, np.nan, dtype="<f4").tobytes()


def _huge(vector: bytes) -> bytes:
    return np.full(len(vector) // 4, 3e38, dtype="<f4").tobytes()


@pytest.mark.parametrize("spoil", [_cut, _not_a_number, _huge, lambda vector: b""])
# The first row must not be taken for the measure of the others.
@pytest.mark.parametrize("number", [1, 7])
def test_a_damaged_vector_alone_is_removed_and_made_anew(
    filled: Path, spoil: Callable[[bytes], bytes], number: int
) -> None:
    with closing(sqlite3.connect(filled / "catalog.sqlite")) as connection, connection:
        (whole,) = connection.execute(
            "SELECT vector FROM chunks WHERE paper = ?", (number,)
        ).fetchone()
        connection.execute("UPDATE chunks SET vector = ? WHERE paper = ?", (spoil(whole), number))
    (problem,) = examined(filled, repair=True)
    assert f"vectors of 1 paper (#{number}) are damaged" in problem.what
    assert problem.repaired
    with Library.open(filled, HashingEmbedder()) as library:
        assert library.vectors.missing() == 1
        assert library.vectors.embed_missing() == 1
        assert library.check() == []
    with closing(sqlite3.connect(filled / "catalog.sqlite")) as connection:
        rows = connection.execute("SELECT vector FROM chunks WHERE paper = ?", (number,)).fetchall()
    assert rows == [(whole,)]


def test_several_faults_at_once(filled: Path) -> None:
    damage(
        filled,
        "DELETE FROM full_text_data WHERE id > 10",
        "DELETE FROM keys WHERE paper = 1",
        "UPDATE chunks SET vector = x'' WHERE paper = 3",
        "INSERT INTO tldrs (paper, text, model, prompt, method, seconds, made_at) "
        "VALUES (77, 't', 'm', 'p', 'generated', 1, '')",
    )
    assert len(examined(filled, repair=False)) == 4
    repaired = examined(filled, repair=True)
    assert [problem.repaired for problem in repaired] == [True] * 4
    assert examined(filled, repair=False) == []


def test_papers_that_contradict_each_other_are_sound(library: Library) -> None:
    title = "A long title that two different papers bear"
    library.add(
        [
            Paper(title=title, abstract=f"Text {n}.", authors=("Ann Lee",), doi=f"10.1/{n}")
            for n in range(3)
        ]
        + [Paper(title=title, abstract="Without.", authors=("Ann Lee",))]
    )
    library.papers.untag([1], ["nothing"])
    assert library.check() == []


def test_a_damaged_page_is_a_problem_or_a_damaged_library(filled: Path, tmp_path: Path) -> None:
    size = 4096
    content = (filled / "catalog.sqlite").read_bytes()
    outcomes = set()
    for page in range(1, len(content) // size):
        copy = tmp_path / f"page{page}"
        shutil.copytree(filled, copy)
        spoiled = content[: page * size] + b"\xa5" * size + content[(page + 1) * size :]
        (copy / "catalog.sqlite").write_bytes(spoiled)
        try:
            found = examined(copy, repair=False)
            repaired = examined(copy, repair=True)
            left = examined(copy, repair=False)
        except LibraryDamaged:
            outcomes.add("damaged")
            continue
        finally:
            shutil.rmtree(copy)
        assert found, f"the damage of page {page} was not seen"
        outcomes.add("repaired" if not left else "told")
        # What is said to be repaired is.
        assert bool(left) == any(not problem.repaired for problem in repaired), page
    assert "damaged" in outcomes


def test_a_full_text_index_without_its_settings_is_told(filled: Path) -> None:
    damage(filled, "DELETE FROM full_text_config")
    assert "full-text" in examined(filled, repair=False)[0].what
    assert [problem.repaired for problem in examined(filled, repair=True)] == [False]


def test_what_cannot_be_repaired_is_not_said_to_be(filled: Path) -> None:
    damage(
        filled,
        "PRAGMA writable_schema = ON",
        # A column that must not be empty is, in the eyes of a stricter schema.
        "UPDATE sqlite_master SET sql = replace(sql, 'published TEXT', 'published TEXT NOT NULL') "
        "WHERE name = 'papers'",
    )
    assert "NULL value in papers.published" in examined(filled, repair=False)[0].what
    (problem,) = examined(filled, repair=True)
    assert not problem.repaired
    assert "restore a backup" in problem.repair


def _database_deleted(chroma: Path) -> None:
    (chroma / "chroma.sqlite3").unlink()


def _database_overwritten(chroma: Path) -> None:
    (chroma / "chroma.sqlite3").write_bytes(b"\xa5" * 8192)


def _exchanged(chroma: Path) -> None:
    _through_chromadb(chroma, lambda chunks: chunks.update(ids=["2"], embeddings=[[1.0] * 64]))


def _one_more(chroma: Path) -> None:
    _through_chromadb(chroma, lambda chunks: chunks.add(ids=["900"], embeddings=[[1.0] * 64]))


def _of_another_paper(chroma: Path) -> None:
    _through_chromadb(chroma, lambda chunks: chunks.update(ids=["2"], metadatas=[{"paper": 5}]))


def _through_chromadb(chroma: Path, change: Callable[[Any], object]) -> None:
    import chromadb

    client: Any = chromadb.PersistentClient(path=str(chroma))
    change(client.get_collection("chunks", embedding_function=None))
    client.close()


@pytest.mark.parametrize(
    "spoil",
    [
        _database_deleted, _database_overwritten, _exchanged, _one_more, _of_another_paper,
    ],
)  # fmt: skip
def test_chroma_is_made_anew_and_that_is_said(filled: Path, spoil: Callable[[Path], None]) -> None:
    (build,) = (filled / "chroma").iterdir()
    spoil(build)
    notes: list[str] = []
    examined(filled, repair=True, notes=notes)
    assert len(notes) == 1, notes
    assert "rebuilt from the catalogue (12 vectors, nothing was embedded again)" in notes[0]
    notes.clear()
    assert examined(filled, repair=False, notes=notes) == []
    assert notes == []


def test_a_library_that_cannot_be_written_is_not_said_to_be_sound(
    filled: Path, mount: Callable[..., None]
) -> None:
    mount("--bind", filled, filled)
    mount("-o", "remount,ro,bind", filled)
    with pytest.raises(LibraryReadOnly):
        examined(filled, repair=False)
