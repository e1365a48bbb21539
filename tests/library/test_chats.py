from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest

from assistant.library import Library
from assistant.library.schema import APPLICATION_ID, MIGRATIONS


def answer(text: str) -> str:
    return json.dumps({"answer": text, "claims": []}, ensure_ascii=False)


def test_turns_come_back_in_order(library: Library) -> None:
    library.save_turn("a", "First?", '{"answer": "ä"}')
    library.save_turn("b", "Other?", "{}")
    library.save_turn("a", "Second?", "{}")
    assert [(turn.question, turn.answer_json) for turn in library.turns("a")] == [
        ("First?", '{"answer": "ä"}'),
        ("Second?", "{}"),
    ]
    assert library.turns("none") == []
    assert [(chat.chat_id, chat.first_question, chat.turns) for chat in library.chats()] == [
        ("a", "First?", 2),
        ("b", "Other?", 1),
    ]
    first = library.chats()[0]
    assert first.started_at <= first.last_at
    assert first.started_at.endswith("+00:00")


def test_bytes_that_are_no_text_do_not_break_the_history(library: Library) -> None:
    library.save_turn("c", "What is \udcff?", "{}")
    assert library.turns("c")[0].question == "What is ??"


def test_a_chat_is_called_by_its_first_question_until_it_is_renamed(library: Library) -> None:
    library.save_turn("a", "First?", "{}")
    assert library.chats()[0].title == "First?"
    assert library.rename_chat("a", "  Cats \udcff ")
    assert library.rename_chat("a", "Cats and owls")
    (chat,) = library.chats()
    assert (chat.title, chat.first_question) == ("Cats and owls", "First?")
    assert library.rename_chat("a", " ")
    assert library.chats()[0].title == "First?"


def test_titles_survive_a_restart(folder: Path) -> None:
    with Library.open(folder, None) as library:
        library.save_turn("a", "First?", "{}")
        library.rename_chat("a", "Kept")
    with Library.open(folder, None) as library:
        assert [chat.title for chat in library.chats()] == ["Kept"]


def test_a_chat_that_is_not_there_is_neither_renamed_nor_deleted(library: Library) -> None:
    assert not library.rename_chat("none", "Title")
    assert not library.delete_chat("none")
    library.save_turn("none", "First?", "{}")
    assert library.chats()[0].title == "First?"


def test_a_deleted_chat_is_gone_and_the_others_stay(library: Library) -> None:
    library.save_turn("a", "First?", "{}")
    library.save_turn("b", "Other?", "{}")
    library.rename_chat("a", "Title of a")
    assert library.delete_chat("a")
    assert library.turns("a") == []
    assert [chat.chat_id for chat in library.chats()] == ["b"]
    library.save_turn("a", "Again?", "{}")
    assert library.chats()[0].title == "Again?"


def test_nothing_of_a_deleted_chat_stays_in_any_file(library: Library, folder: Path) -> None:
    library.save_turn("a", "Where is zanzibarquest?", answer("In zanzibarreply."))
    library.rename_chat("a", "The zanzibartitle")
    library.delete_chat("a")
    for path in folder.rglob("*"):
        if path.is_file():
            assert b"zanzibar" not in path.read_bytes(), path


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("", ["c", "b", "a"]),
        ("owls", ["b"]),
        ("OWLS sleep", ["b"]),
        ("sleep", ["b", "a"]),
        ("zurich", ["c"]),
        ("machine-learning", ["c"]),
        ("cats machine", []),
        ("claims", []),
        ("%", []),
        ("' OR 1=1 --", []),
        ("favourite", ["a"]),
    ],
)
def test_chats_are_found_by_title_questions_and_answers(
    library: Library, words: str, found: list[str]
) -> None:
    library.save_turn("a", "How long do cats sleep?", answer("Fourteen hours."))
    library.rename_chat("a", "A favourite")
    library.save_turn("b", "And then?", answer("Owls nap."))
    library.save_turn("b", "When do they sleep?", "no JSON")
    library.save_turn("c", "Who is in Zürich?", answer("Machine learning."))
    assert [chat.chat_id for chat in library.search_chats(words)] == found


def test_chats_of_an_older_catalogue_are_there(folder: Path) -> None:
    with Library.open(folder, None) as library:
        library.save_turn("a", "First?", "{}")
    connection = sqlite3.connect(folder / "catalog.sqlite")
    connection.execute("DROP TABLE chats")
    connection.execute(f"PRAGMA user_version = {_before_titles()}")
    assert connection.execute("PRAGMA application_id").fetchone() == (APPLICATION_ID,)
    connection.close()
    with Library.open(folder, None) as library:
        assert [chat.title for chat in library.chats()] == ["First?"]
        assert library.rename_chat("a", "Title")


def _before_titles() -> int:
    """The version of a catalogue whose chats have no titles yet."""
    return next(n for n, one in enumerate(MIGRATIONS) if "CREATE TABLE chats" in one[0])
