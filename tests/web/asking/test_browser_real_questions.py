"""Every kind of question on the page, with the bundled models, in a real browser."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from real_questions import ASKED
from web_support import ask, opened, served

from assistant.paper import Paper
from assistant.sample import sample_papers
from assistant.session import Session
from assistant.settings import load_settings

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("model")]

TRIAL = Paper(
    title="Evening exercise and the sleep of shift workers: a randomised trial",
    abstract=(
        "Shift workers often sleep badly. We randomised 240 nurses to evening exercise or to no "
        "exercise for twelve weeks. In men, evening exercise lengthened sleep by 18 minutes. In "
        "women, evening exercise lengthened sleep by 31 minutes. Exercise did not change blood "
        "pressure."
    ),
)


@pytest.fixture(scope="module")
def page(
    tmp_path_factory: pytest.TempPathFactory, model_cache: Path, browser: Browser
) -> Iterator[Page]:
    """The page of a library with the sample papers and a trial; models are loaded once."""
    settings = load_settings(
        library=tmp_path_factory.mktemp("asked") / "papers", cache=model_cache, auto_tldrs=False
    )
    with Session(settings) as session:
        session.library.add([*sample_papers(), TRIAL])
        session.library.vectors.embed_missing()
        with served(session) as server, opened(browser, server.address) as page:
            yield page


@pytest.fixture(autouse=True)
def _new_chat(request: pytest.FixtureRequest) -> None:
    if "page" in request.fixturenames:
        opened_page: Page = request.getfixturevalue("page")
        opened_page.click("#new-chat")
        opened_page.locator(".welcome").wait_for()


def answered(page: Page, question: str, turn: int = 1) -> str:
    """The text of the complete turn `turn`, which answers `question`."""
    ask(page, question)
    # Not the turn of the chat before, which may still be there.
    page.locator(f"#turn-{turn}[aria-busy=false]", has_text=question).wait_for()
    assert page.locator(f"#turn-{turn} .problem").count() == 0
    return page.inner_text(f"#turn-{turn}")


def claims(page: Page, turn: int = 1) -> str:
    """What is shown as the answer; "" without one."""
    return " ".join(page.locator(f"#turn-{turn} .claim").all_inner_texts())


def ask_only(page: Page, title: str) -> None:
    """Choose the paper with `title`, one of those shown, for the next question."""
    evidence = page.locator("#turn-1 .evidence li", has_text=title).first
    evidence.locator("summary").click()
    evidence.locator(".ask-paper").click()
    page.locator(".chips").get_by_text(f"Only “{title}").wait_for()


@pytest.mark.parametrize(
    ("question", "status", "texts", "title"),
    [(question, status, texts, title) for question, _, status, texts, title in ASKED],
)
def test_a_question_of_every_kind(
    page: Page, question: str, status: str, texts: list[str], title: str
) -> None:
    shown = answered(page, question)
    assert (claims(page) != "") == (status == "answered")
    assert page.locator("#turn-1 .refusal").count() == (status != "answered")
    said = claims(page) if status == "answered" else page.inner_text("#turn-1 .refusal")
    assert all(text in said for text in texts), said
    assert title in shown
    if status == "not_in_library":
        assert page.locator("#turn-1 .evidence").count() == 0


def test_one_selected_paper_says_what_its_abstract_says_and_what_not(page: Page) -> None:
    answered(page, "How long did evening exercise lengthen sleep in men?")
    assert "18 minutes" in claims(page)
    ask_only(page, TRIAL.title)
    shown = answered(page, "How many nurses took part?", 2)
    assert f"Asked of one paper only: “{TRIAL.title}”" in shown
    assert "240 nurses" in claims(page, 2)
    answered(page, "What statistical software was used?", 3)
    assert "does not say what statistical software was used" in page.inner_text("#turn-3 .refusal")
    answered(page, "What is this paper about?", 4)
    assert "randomised 240 nurses" in claims(page, 4)
    page.click(".chips [data-press=ask-all]")
    page.locator(".chips").wait_for(state="detached")


def test_yes_or_no_comes_first(page: Page) -> None:
    answered(page, "Did evening exercise change the blood pressure of the nurses?")
    assert claims(page).startswith("No")


def test_follow_ups_of_three_turns(page: Page) -> None:
    answered(page, "How much did evening exercise lengthen sleep in men?")
    assert "18 minutes" in claims(page)
    shown = answered(page, "and in women?", 2)
    assert "Understood as: “" in shown
    assert "31 minutes" in claims(page, 2)
    answered(page, "Did it change blood pressure?", 3)
    assert "blood pressure" in claims(page, 3)


def test_the_second_one_is_that_of_the_list(page: Page) -> None:
    answered(page, "papers about neural networks")
    listed = page.locator("#turn-1 .papers-found .heading").all_inner_texts()
    assert len(listed) > 1
    answered(page, "What is the second one about?", 2)
    assert listed[1].split(":")[0] in page.inner_text("#turn-2 .evidence")


def test_an_empty_library_says_so(tmp_path: Path, model_cache: Path, browser: Browser) -> None:
    settings = load_settings(library=tmp_path / "nothing", cache=model_cache, auto_tldrs=False)
    with (
        Session(settings) as session,
        served(session) as server,
        opened(browser, server.address) as empty,
    ):
        # Only an address leads to the chat of an empty library: the page offers an import instead.
        answered(empty, "How long do cats sleep?")
        assert "The library is empty" in empty.inner_text("#turn-1 .refusal")
