from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from assistant.library import Library, StoredCell
from assistant.library.database import Database
from assistant.library.schema import READ_ONLY_VIEWS, SCHEMA_VERSION
from assistant.paper import Paper

MakePapers = Callable[..., list[Paper]]
QUESTION = "How many people took part?"
CELL = StoredCell(
    1, QUESTION, "small", "abc", "120.", ((0, 12), (13, 20)), "written", 0.9, 0.5, "2026-01-01"
)


def test_cells_are_found_by_paper_question_model_and_recipe(
    library: Library, make_papers: MakePapers
) -> None:
    papers = make_papers(3)
    library.add(papers)
    assert library.cells.save(CELL, papers[0])
    assert library.cells.save(replace(CELL, number=2, answer="", method="empty"), papers[1])
    assert library.cells.save(replace(CELL, model="big", answer="130."), papers[0])
    found = library.cells.get([1, 2, 3], [QUESTION, "Why?"], model="small", recipe="abc")
    assert found == {
        (1, QUESTION): CELL,
        (2, QUESTION): replace(CELL, number=2, answer="", method="empty"),
    }
    assert library.cells.get([1], [QUESTION], model="small", recipe="other") == {}
    assert library.cells.get([1], ["Why?"], model="small", recipe="abc") == {}
    assert library.cells.save(replace(CELL, answer="140."), papers[0])
    assert library.cells.get([1], [QUESTION], model="small", recipe="abc")[1, QUESTION].answer == (
        "140."
    )
    assert library.cells.count() == 3


def test_a_cell_about_older_text_is_not_kept(library: Library) -> None:
    cut = Paper(title="T", abstract="Walrus…", doi="10.1/x")
    library.add([cut])
    assert library.cells.save(CELL, cut)
    library.add([Paper(title="T", abstract="Seal and more.", doi="10.1/x")])
    assert library.cells.get([1], [QUESTION], model="small", recipe="abc") == {}
    assert not library.cells.save(CELL, cut)
    assert not library.cells.save(replace(CELL, number=77), cut)


def test_cells_go_and_come_back_with_their_paper(library: Library, make_papers: MakePapers) -> None:
    papers = make_papers(2)
    library.add(papers)
    library.cells.save(CELL, papers[0])
    removed = library.remove([1])
    assert library.cells.count() == 0
    (number,) = library.undo_removal(removed)
    found = library.cells.get([number], [QUESTION], model="small", recipe="abc")
    assert found == {(number, QUESTION): replace(CELL, number=number)}


def test_sets_of_columns_are_saved_replaced_and_deleted(library: Library) -> None:
    assert library.column_sets.all() == {}
    library.column_sets.save("trials", [("sample", QUESTION), ("effect", "Größe?")])
    library.column_sets.save("a", [("x", "y?")])
    assert list(library.column_sets.all()) == ["a", "trials"]
    assert library.column_sets.all()["trials"] == (("sample", QUESTION), ("effect", "Größe?"))
    library.column_sets.save("trials", [("sample", QUESTION)])
    assert library.column_sets.all()["trials"] == (("sample", QUESTION),)
    assert library.column_sets.delete("trials")
    assert not library.column_sets.delete("trials")
    assert list(library.column_sets.all()) == ["a"]


@pytest.mark.parametrize("version", [version for version in READ_ONLY_VIEWS if version < 11])
def test_an_older_catalogue_on_a_read_only_disk_has_no_cells(tmp_path: Path, version: int) -> None:
    assert version < SCHEMA_VERSION
    database = Database(tmp_path / "catalog.sqlite")
    with database.read() as connection:
        for view in READ_ONLY_VIEWS[version]:
            connection.execute(view)
        assert connection.execute("SELECT * FROM cells").fetchall() == []
        columns = {row[0] for row in connection.execute("SELECT * FROM temp.cells").description}
        assert columns == {
            row[0] for row in connection.execute("SELECT * FROM main.cells").description
        }
        columns = {
            row[0] for row in connection.execute("SELECT * FROM temp.column_sets").description
        }
        assert columns == {
            row[0] for row in connection.execute("SELECT * FROM main.column_sets").description
        }
    database.close()
