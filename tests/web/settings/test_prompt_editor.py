"""Prompts on the page: looked at as text, checked before they replace anything, and put back."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from web_support import EVIL, MakeSession, Tags

from assistant.models.fake import ScriptedModel
from assistant.prompt import TEMPLATES, Prompt, prompt_text
from assistant.session import Session
from assistant.web.settings.prompt_editor import PURPOSES, Draft, PromptEditor

OWN = "# user\nSum up {title}: {abstract}\n"


@pytest.fixture
def session(make_session: MakeSession) -> Session:
    return make_session()


@pytest.fixture
def editor(session: Session) -> PromptEditor:
    return PromptEditor(session)


def test_every_prompt_can_be_opened_and_says_what_it_must_use(editor: PromptEditor) -> None:
    assert set(PURPOSES) == set(TEMPLATES)
    for name in PURPOSES:
        opened = editor.open(name)
        assert (opened.text, opened.own, opened.message) == (prompt_text(name), False, "")
        assert Prompt.load(name).fingerprint in opened.about
        assert all(f"{{{variable}}}" in opened.about for variable in TEMPLATES[name])


def test_an_own_prompt_is_saved_and_used_at_once(session: Session, editor: PromptEditor) -> None:
    before = session.summarizer.prompt
    opened = editor.save("tldr", OWN.replace("\n", "\r\n"), editor.open("tldr").version)
    assert (opened.text, opened.own) == (OWN, True)
    assert "rewritten" in opened.message
    assert Prompt.load("tldr", session.prompts).fingerprint in opened.about
    assert "Compare with the shipped prompt" in opened.about
    assert session.summarizer.prompt != before
    assert [file.name for file in session.prompts.iterdir()] == ["tldr.md"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("# user\n{title}", "must use {abstract}"),
        ("# user\n{title}\n{abstract}\n{papers}", "uses the unknown variable {papers} (line 4)"),
        ("Hello\n# user\n{title} {abstract}", "must start with"),
        ("", "must start with"),
        ("# user\n{title} {abstract} \ud800", "UTF-8 cannot encode"),
        ("# user\n{title} {abstract} " + "a" * 50_000, "the limit is 50,000"),
    ],
)
def test_a_wrong_prompt_replaces_nothing(
    session: Session, editor: PromptEditor, text: str, said: str
) -> None:
    version = editor.save("tldr", OWN, editor.open("tldr").version).version
    refused = editor.save("tldr", text, version)
    assert refused.text is None
    assert said in Tags(refused.message).text
    assert (session.prompts / "tldr.md").read_text(encoding="utf-8") == OWN
    assert editor.save("tldr", OWN + "In a line.", version).text == OWN + "In a line.\n"


def test_a_prompt_that_was_changed_meanwhile_is_not_overwritten(
    session: Session, editor: PromptEditor
) -> None:
    version = editor.open("tldr").version
    editor.save("tldr", OWN, version)
    refused = editor.save("tldr", OWN + "Mine.", version)
    assert "changed in the meantime" in refused.message
    assert (session.prompts / "tldr.md").read_text(encoding="utf-8") == OWN


def test_back_to_the_shipped_one_keeps_the_own_one_aside(
    session: Session, editor: PromptEditor
) -> None:
    shipped = editor.open("tldr")
    assert "This is the shipped prompt" in editor.reset("tldr").message
    editor.save("tldr", OWN, shipped.version)
    back = editor.reset("tldr")
    assert (back.text, back.own) == (shipped.text, False)
    assert "tldr.md.bak" in back.message
    assert (session.prompts / "tldr.md.bak").read_text(encoding="utf-8") == OWN
    # The text of the shipped one is no own version of it.
    own = editor.save("tldr", OWN, back.version)
    assert not editor.save("tldr", f"{shipped.text}\n\n", own.version).own


def test_what_was_typed_and_not_saved_comes_back(editor: PromptEditor) -> None:
    opened = editor.open("tldr", Draft("# user\nHalf", "as it was"))
    assert (opened.text, opened.version) == ("# user\nHalf", "as it was")
    assert "Not saved yet" in opened.message


def test_an_own_file_that_is_wrong_is_shown_with_what_is_wrong(
    session: Session, editor: PromptEditor
) -> None:
    session.prompts.mkdir()
    file = session.prompts / "tldr.md"
    file.write_text("# user\n{title}", encoding="utf-8")
    opened = editor.open("tldr")
    assert (opened.text, opened.own) == ("# user\n{title}", True)
    assert f"{file} must use {{abstract}}" in Tags(opened.message).text
    assert editor.save("tldr", OWN, opened.version).text == OWN
    file.write_bytes(b"\xff\xfe\xff")
    unreadable = editor.open("tldr")
    assert "cannot be read" in unreadable.message
    assert editor.save("tldr", OWN, unreadable.version).text == OWN


def test_prompts_are_shown_as_text(session: Session, editor: PromptEditor) -> None:
    own = f"# user\n{EVIL.replace('{', '(').replace('}', ')')} {{title}} {{abstract}}"
    opened = editor.save("tldr", own, editor.open("tldr").version)
    assert opened.text == own + "\n"
    wrong = editor.save("tldr", own + "{nothing}" + EVIL, opened.version)
    tags = Tags(opened.about + opened.message + wrong.about + wrong.message)
    assert not {"img", "script", "a", "textarea", "input"} & set(tags.tags)


def test_a_prompt_that_fills_the_context_is_told(make_session: MakeSession) -> None:
    session = make_session(ScriptedModel([], context_tokens=100))
    assert session.model.context_tokens == 100
    editor = PromptEditor(session)
    long = editor.save("tldr", OWN + "word " * 60, editor.open("tldr").version)
    assert "of the 100 tokens of context" in long.message


def test_a_name_that_is_no_prompt_reaches_no_file(session: Session, editor: PromptEditor) -> None:
    outside = Path(session.settings.library / "secret.md")
    outside.write_text("# user\nsecret", encoding="utf-8")
    for opened in (
        editor.open("../secret"),
        editor.save("../secret", OWN, ""),
        editor.reset("../secret"),
    ):
        assert "There is no prompt" in opened.message
        assert not opened.text
    assert outside.read_text(encoding="utf-8") == "# user\nsecret"


def test_two_windows_that_save_at_once_do_not_overwrite_each_other(
    session: Session, editor: PromptEditor
) -> None:
    version = editor.open("tldr").version
    barrier = threading.Barrier(8)
    saved: list[int] = []

    def save(number: int) -> None:
        barrier.wait()
        if editor.save("tldr", f"{OWN}{number}", version).text is not None:
            saved.append(number)

    threads = [threading.Thread(target=save, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    (winner,) = saved
    assert (session.prompts / "tldr.md").read_text(encoding="utf-8") == f"{OWN}{winner}\n"
