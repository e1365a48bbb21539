"""The saved chats on the page: the list, what is open, and its Markdown, without a server."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any, get_args

import pytest
from hostile import HOSTILE, unseen, words_of, writable
from web_support import EVIL, MakeSession, Tags, stored_paper

from assistant.answering import Answer, Claim, Evidence
from assistant.answering.answer import NearestPaper, Status, Timings
from assistant.errors import LibraryReadOnly
from assistant.library import ChatSummary, Library, StoredTurn
from assistant.paper import Paper
from assistant.session import Session
from assistant.web.asking import chats as chats_module
from assistant.web.asking.chat import Chat
from assistant.web.asking.chats import (
    GONE,
    ChatHistory,
    chat_markdown,
    markdown_name,
    render_chats,
)
from assistant.web.asking.saved_turn import UNREADABLE, saved_turn, saved_turns, unanswered_json
from assistant.web.asking.turn import TurnView
from assistant.web.asking.turn_html import render_turn
from assistant.web.jobs import Jobs

SENTENCE = "Cats sleep fourteen hours a day."


@pytest.fixture
def session(make_session: MakeSession) -> Session:
    return make_session()


def saved_answer(library: Library, **changed: Any) -> str:
    """An answer about cats as it is saved."""
    cats = next(library.papers.all())
    start = cats.abstract.index(SENTENCE)
    source = Evidence(cats, SENTENCE, start, start + len(SENTENCE), 1.0)
    claims = (Claim(SENTENCE, "quoted", (1,)), Claim("They fly.", "dropped", (1,)))
    answer = Answer(
        question="q",
        text=f"{SENTENCE} [1]",
        status="answered",
        claims=claims,
        sources=(source,),
        nearest=(NearestPaper(cats.id, cats.title, 1.0),),
        model="model-1",
        timings=Timings(0.05, 1.25, 2.5),
    )
    return json.dumps({**answer.as_json(), **changed}, ensure_ascii=False)


def test_chats_are_listed_searched_and_none_is_said_so(session: Session) -> None:
    history = history_of(session)
    assert "No chats yet." in history.listing()
    session.library.chats.save_turn("a", "How long do cats sleep?", saved_answer(session.library))
    session.library.chats.save_turn("b", "And owls?", "{}")
    both = history.listing()
    assert both.index("And owls?") < both.index("How long do cats sleep?")
    assert 'href="/chat/1"' in both
    assert '· 1 question"' in both
    assert "<h2>Today</h2>" in both
    assert 'href="/chat/2"' not in history.listing("fourteen hours")
    assert 'href="/chat/1"' in history.listing("fourteen hours")
    assert "No chats match." in history.listing("penguins")


def history_of(session: Session) -> ChatHistory:
    return ChatHistory(session, Chat(session, Jobs(), at_once=1))


def shown(session: Session, chat_id: str = "a", owner: str = "") -> str:
    """All turns of a chat as HTML."""
    turns = saved_turns(session.library, chat_id, owner, first=1)
    return "".join(map(render_turn, turns))


def test_a_saved_chat_shows_answers_within_their_abstracts(session: Session) -> None:
    session.library.chats.save_turn("a", "How long?", saved_answer(session.library))
    session.library.chats.save_turn("a", "How long, again?", saved_answer(session.library))
    html = shown(session)
    assert f"Sleep is a riddle. <mark>{SENTENCE}</mark> We counted 120 cats." in html
    assert html.count("They fly.") == html.count("<li>They fly.</li>") == 2
    assert "1 unsupported sentence left out" in html
    links = [value for name, value in Tags(html).attributes if name == "href"]
    ids = [value for name, value in Tags(html).attributes if name == "id"]
    assert {str(link)[1:] for link in links if str(link).startswith("#")} <= set(map(str, ids))
    assert len(ids) == len(set(ids))


def test_chats_are_grouped_by_day() -> None:
    now = datetime.now(UTC)
    days = [0, 0, 1, 3, 400]
    chats = [
        ChatSummary(f"{n}", f"Chat {n}", "q", 1, "", (now - timedelta(days=day)).isoformat(), n)
        for n, day in enumerate(days, 1)
    ]
    html = render_chats([*chats, ChatSummary("x", "Chat x", "q", 1, "", "", 9)], running={2})
    heads = re.findall("<h2>(.*?)</h2>", html)
    assert heads[:3] == ["Today", "Yesterday", "Previous 7 days"]
    assert heads[4] == "Earlier"
    assert html.count("Being answered") == 1


def test_only_the_paper_that_was_asked_is_remembered(session: Session) -> None:
    turn = TurnView(1, "How long?", paper=7, scope="On cats")
    session.library.chats.save_turn("a", "How long?", unanswered_json(turn))
    (view,) = saved_turns(session.library, "a", "", first=1)
    assert (view.state, view.paper, view.scope) == ("interrupted", 7, "On cats")
    assert "Asked of one paper only: “On cats”" in render_turn(view)


def test_evidence_of_a_paper_that_is_gone_or_has_changed_is_shown_alone(session: Session) -> None:
    library = session.library
    library.chats.save_turn("a", "How long?", saved_answer(library))
    library.remove([next(library.papers.all()).number])
    html = shown(session)
    assert f"<blockquote>{SENTENCE}</blockquote>" in html
    assert "In its abstract" not in html
    stored = StoredTurn("q", saved_answer(library_with_cats(session)), "")
    turn = saved_turn(
        1, stored, lambda paper_id: stored_paper("x", "Another abstract, written anew since then.")
    )
    assert (turn.evidence[0].before, turn.evidence[0].marked) == ("", "")


def library_with_cats(session: Session) -> Library:
    session.library.add([Paper(title="On cats", abstract=f"Yes. {SENTENCE}")])
    numbers = [one.number for one in session.library.papers.all()]
    session.library.remove(numbers[:-1])
    return session.library


def test_a_saved_refusal_is_shown_with_the_nearest_papers(session: Session) -> None:
    refused = saved_answer(
        session.library, status=None, refused=True, answer="Nothing.", sources=[], claims=[]
    )
    session.library.chats.save_turn("a", "Who is it?", refused)
    html = shown(session)
    assert '<p class="refusal">Nothing.</p>' in html
    assert "On the sleep of cats" in html


@pytest.mark.parametrize(
    "answer",
    ["", "{}", "no JSON", "[]", "null", '{"answer": 1}', "\ud800", '{"answer": "' + "[" * 9_999],
)
def test_an_answer_that_cannot_be_read_is_said_so(session: Session, answer: str) -> None:
    session.library.chats.save_turn("a", "How long?", answer)
    html = shown(session)
    assert UNREADABLE in html
    assert "How long?" in html


def test_an_unknown_verdict_is_not_shown_as_checked(session: Session) -> None:
    claim = {"text": "They fly.", "verdict": "certain", "citations": [1]}
    stored = StoredTurn("q", saved_answer(session.library, claims=[claim]), "")
    html = render_turn(saved_turn(1, stored, lambda paper_id: None))
    assert UNREADABLE in html
    assert "They fly." not in html


def test_a_chat_is_renamed_deleted_and_brought_back(session: Session) -> None:
    history = history_of(session)
    session.library.chats.save_turn("a", "How long?", saved_answer(session.library))
    (chat,) = session.library.chats.all()
    assert history.rename(chat.number, "Sleep") == ""
    assert "Sleep</span>" in history.listing()
    assert history.rename(chat.number, "") == ""
    assert "How long?</span>" in history.listing()
    assert "Chat deleted." in history.delete(chat.number, "visitor")
    assert session.library.chats.all() == []
    for gone in (
        history.delete(chat.number, "visitor"),
        history.rename(chat.number, "Sleep"),
        history.file(chat.number),
    ):
        assert GONE in gone
    assert history.undo("another") == ("", 0)
    assert history.undo("visitor") == ("", chat.number)
    assert session.library.chats.all() == [chat]
    assert history.undo("visitor") == ("", 0)
    history.delete(chat.number, "visitor")
    history.forget_deleted("visitor")
    assert history.undo("visitor") == ("", 0)


def test_all_chats_that_a_window_deleted_are_brought_back_one_by_one(session: Session) -> None:
    history = history_of(session)
    for name in ("a", "b", "c"):
        session.library.chats.save_turn(name, "How long?", saved_answer(session.library))
    numbers = [chat.number for chat in session.library.chats.all()]
    assert "Chat deleted." in history.delete(numbers[0], "visitor")
    assert "2 chats deleted." in history.delete(numbers[1], "visitor")
    assert "Chat deleted." in history.delete(numbers[2], "another window")
    said, number = history.undo("visitor")
    assert number == numbers[1]
    assert "Chat deleted." in said
    assert history.undo("visitor") == ("", numbers[0])
    assert history.undo("visitor") == ("", 0)
    assert len(session.library.chats.all()) == 2


def test_the_chats_of_others_are_not_there(session: Session) -> None:
    history = history_of(session)
    session.library.chats.save_turn("a", "How long?", saved_answer(session.library), "ann")
    session.library.chats.save_turn("b", "Who?", saved_answer(session.library))
    (chat,) = session.library.chats.all("ann")
    for other in ("ben", ""):
        assert "How long?" not in history.listing(owner=other)
        assert "How long?" not in history.listing("fourteen", other)
        for said in (
            history.file(chat.number, other),
            history.rename(chat.number, "Mine", other),
            history.delete(chat.number, f"{other}/1", other),
        ):
            assert GONE in said
            assert SENTENCE not in said
    assert "Who?" not in history.listing(owner="ann")
    assert SENTENCE in history.file(chat.number, "ann")
    assert history.rename(chat.number, "Sleep", "ann") == ""
    assert "deleted" in history.delete(chat.number, "ann/1", "ann")
    assert "Who?" in history.listing()


def test_what_cannot_be_written_is_said(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> bool:
        raise LibraryReadOnly("The folder is read-only.")

    session.library.chats.save_turn("a", "How long?", saved_answer(session.library))
    (chat,) = session.library.chats.all()
    for name in ("rename", "delete"):
        monkeypatch.setattr(session.library.chats, name, refuse)
    history = history_of(session)
    for said in (history.rename(chat.number, "Sleep"), history.delete(chat.number, "visitor")):
        assert "The folder is read-only." in said
    assert session.library.chats.all() == [chat]


def test_a_library_that_cannot_be_opened_is_said(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> Iterator[None]:
        raise LibraryReadOnly("No library.")

    monkeypatch.setattr(session.library.chats, "search", refuse)
    monkeypatch.setattr(session.library.chats, "all", refuse)
    history = history_of(session)
    assert "No library." in history.listing()
    assert "No library." in history.file(1)


def test_many_chats_are_cut() -> None:
    chats = [ChatSummary(f"id-{n}", f"Chat {n}", "q", 1, "", "", n) for n in range(1, 206)]
    html = render_chats(chats)
    assert html.count("data-chat") == chats_module.MAX_CHATS
    assert "5 older chats are not listed" in html


def test_the_markdown_has_questions_answers_citations_and_evidence(session: Session) -> None:
    library = session.library
    library.chats.save_turn("a", "How long?", saved_answer(library))
    library.chats.save_turn(
        "a", "Who?", saved_answer(library, status=None, refused=True, answer="No.", sources=[])
    )
    listed = [{"text": "Fourteen.", "verdict": "supported", "citations": [1], "heading": "On cats"}]
    library.chats.save_turn("a", "Which?", saved_answer(library, claims=listed, note="A *note*."))
    library.chats.save_turn("a", "Why?", "{}")
    cats = next(library.papers.all())
    turns = [
        saved_turn(n, turn, lambda key: None) for n, turn in enumerate(library.chats.turns("a"), 1)
    ]
    evidence = f"Evidence:\n\n1. “{SENTENCE}” — On the sleep of cats ({cats.id})"
    assert chat_markdown("On *cats*", "4 questions", turns).split("\n\n## ") == [
        "# On \\*cats\\*\n\n4 questions",
        f"How long?\n\n“{SENTENCE}” \\[1\\]\n\n{evidence}",
        f"Who?\n\nNo.\n\nNearest papers:\n\n- On the sleep of cats ({cats.id})",
        f"Which?\n\n- **On cats**: Fourteen. \\[1\\]\n\n*A \\*note\\*.*\n\n{evidence}",
        f"Why?\n\n*{UNREADABLE}*\n",
    ]


def test_the_markdown_lies_in_the_page_as_it_is(session: Session) -> None:
    session.library.chats.save_turn("a", "How <long>?", saved_answer(session.library))
    html = history_of(session).file(session.library.chats.all()[0].number)
    written = unescape(html.split('class="chat-file"')[1].split(">", 1)[1].split("</pre>")[0])
    assert written.startswith("# How \\<long\\>?\n\n")
    assert f"“{SENTENCE}” \\[1\\]" in written
    assert 'data-name="how-long.md"' in html


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("How long do cats sleep?", "how-long-do-cats-sleep.md"),
        ("../../etc/passwd", "etc-passwd.md"),
        ("Où est-il ?", "où-est-il.md"),
        ("\u202e???\0", "chat.md"),
        ("a" * 200, "a" * 60 + ".md"),
    ],
)
def test_the_file_is_named_after_the_chat(title: str, name: str) -> None:
    assert markdown_name(title) == name


def test_hostile_text_stays_text(make_session: MakeSession) -> None:
    texts = [EVIL, *map(writable, HOSTILE.values())]
    papers = [
        Paper(title=f"{text} {n}", abstract=f"{text} Abstract {n}.") for n, text in enumerate(texts)
    ]
    session = make_session(papers=papers)
    for n, (text, stored) in enumerate(zip(texts, list(session.library.papers.all()), strict=True)):
        source = Evidence(stored, stored.abstract, 0, len(stored.abstract), 1.0)
        claims = (Claim(text, "supported", (1,), text),)
        near = (NearestPaper(text, text, 1.0),)
        for status in get_args(Status):
            answer = Answer(
                text, text, status, claims, (source,), near, text, Timings(0, 0, 0), text
            )
            session.library.chats.save_turn(f"chat-{n}", text, json.dumps(answer.as_json()))
        session.library.chats.rename(f"chat-{n}", f"{n} {text}")
    check_harmless(history_of(session).listing())
    for n, text in enumerate(texts):
        html = shown(session, f"chat-{n}")
        check_harmless(html)
        # Of both turns: question, answer, note, model or nearest paper.
        assert words_of(Tags(html).text).count(words_of(text[:100])) >= 6


def check_harmless(html: str) -> None:
    shown = Tags(html)
    assert not {"img", "script", "iframe", "style", "link", "base", "form"} & set(shown.tags)
    links = [value for name, value in shown.attributes if name in ("href", "src")]
    assert all(link and link.startswith(("#evidence-", "/chat/", "/papers/")) for link in links)
    assert not [name for name, _ in shown.attributes if name.startswith("on")]
    assert not unseen(shown.text)
    assert not unseen("".join(value or "" for _, value in shown.attributes))
