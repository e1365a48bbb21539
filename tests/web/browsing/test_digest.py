"""What is new, on the page: since when, what is shown, what is kept, and what is remembered."""

from __future__ import annotations

import base64
import email
import email.policy
import smtplib
from datetime import datetime, timedelta

import pytest
from hostile import HOSTILE, unseen, words_of, writable
from web_support import EVIL, PAPERS, MakeSession, OpenPage, Serve, Tags
from web_walk import open_tab

from assistant.digesting.new_papers import (
    FACT,
    LibraryDigest,
    Period,
    library_digest,
    start_next_after,
)
from assistant.errors import LibraryReadOnly
from assistant.library import StoredTldr
from assistant.library.catalog import Catalog
from assistant.library.metadata import Metadata
from assistant.models.fake import ScriptedModel
from assistant.paper import Paper
from assistant.session import Session
from assistant.web.browsing.digest import DATE, LAST, SHOWN_NOTHING, SINCE, Digests, DigestView
from assistant.web.browsing.map import Maps
from assistant.web.jobs import Jobs


def digests_of(session: Session) -> Digests:
    return Digests(session, Maps(session, Jobs()))


LONG_AGO = "2000-01-01T00:00:00.000+00:00"
FAR_OFF = "2999-01-01T00:00:00.000+00:00"


def files(view: DigestView) -> dict[str, str]:
    """The files that a digest can be kept as, by the ends of their names."""
    found = {}
    attributes = Tags(view.html).attributes
    names = [value or "" for name, value in attributes if name == "download"]
    addresses = [value or "" for name, value in attributes if name == "href"]
    for name, address in zip(names, addresses, strict=True):
        content = base64.b64decode(address.partition(";base64,")[2], validate=True)
        found[name.rpartition(".")[2]] = content.decode("utf-8")
    return found


def test_what_was_added_is_shown_with_a_line_each_and_no_model_is_opened(
    make_session: MakeSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = make_session()
    monkeypatch.setattr(Session, "model", property(lambda self: pytest.fail("a model was opened")))
    view = digests_of(session).view(LAST)
    text = Tags(view.html).text
    assert "This is the first digest; it covers 7 days." in text
    assert "2 papers" in text
    for line in ("Cats sleep fourteen hours a day.", "Owls sleep nine hours"):
        assert line in text
    for stored in session.library.papers.all():
        assert stored.title in text
        assert f'class="open-in-library" data-paper="{stored.number}"' in view.html


def test_a_tldr_that_is_kept_is_the_line(make_session: MakeSession) -> None:
    session = make_session()
    first = session.library.papers.get("#1")
    tldr = StoredTldr(1, "Cats rest a lot.", "m", "p", "generated", 1.0, "")
    session.library.tldrs.save(tldr, first.paper)
    text = Tags(digests_of(session).view("7d").html).text
    assert "Cats rest a lot." in text
    assert "Cats sleep fourteen hours a day." not in text


def test_papers_are_grouped_by_topic(make_session: MakeSession) -> None:
    papers = [
        Paper(
            title=f"{kind} {n}", abstract=f"The {kind} of {subject} is studied. We show {subject}."
        )
        for kind, subject in (("telescope", "stars"), ("sourdough", "bread"))
        for n in range(6)
    ]
    session = make_session(papers=papers)
    view = digests_of(session).view("30d")
    headings = [line for line in files(view)["md"].splitlines() if line.startswith("## ")]
    assert len(headings) > 1
    assert Tags(view.html).tags.count("h3") == len(headings)


@pytest.mark.parametrize("since", [value for _, value in SINCE if value not in (LAST, DATE)])
def test_every_span_that_can_be_chosen_is_understood(make_session: MakeSession, since: str) -> None:
    view = digests_of(make_session()).view(since)
    assert isinstance(view.period, Period)
    began = datetime.fromisoformat(view.period.start)
    days = timedelta(days=int(since.removesuffix("d")))
    assert abs(datetime.now().astimezone() - began - days) < timedelta(hours=3)


def test_a_date_can_be_given(make_session: MakeSession) -> None:
    digests = digests_of(make_session())
    view = digests.view(DATE, " 2026-03-14 ")
    assert view.period is not None
    assert datetime.fromisoformat(view.period.start) == datetime(2026, 3, 14).astimezone()
    assert "No new papers since 2999-01-01." in digests.view(DATE, "2999-01-01").html


@pytest.mark.parametrize("date", [None, "", "  ", "soon", "2026-02-30", "99999w", EVIL])
def test_what_is_no_date_is_told_and_stays_text(
    make_session: MakeSession, date: str | None
) -> None:
    view = digests_of(make_session()).view(DATE, date)
    assert view.period is None
    assert "2026-03-14" in view.html
    assert 'role="alert"' in view.html
    assert set(Tags(view.html).tags) <= {"div", "p"}
    assert "--since" not in view.html


def test_an_empty_library_says_what_to_do(make_session: MakeSession) -> None:
    view = digests_of(make_session(papers=[])).view(LAST)
    assert "The library is empty" in view.html
    assert view.period is None


def test_a_library_that_cannot_be_read_is_a_message(
    make_session: MakeSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = make_session()

    def fail(self: Catalog, *given: object) -> None:
        raise ValueError("<b>broken</b>")

    monkeypatch.setattr(Catalog, "added_since", fail)
    html = digests_of(session).view(LAST).html
    assert "ValueError: &lt;b&gt;broken" in html
    assert 'role="alert"' in html


def test_it_can_be_kept_in_every_form(make_session: MakeSession) -> None:
    kept = files(digests_of(make_session()).view(LAST))
    assert list(kept) == ["md", "html", "eml"]
    assert kept["md"].startswith("# New papers, ")
    assert kept["html"].startswith("<!DOCTYPE html>")
    mail = email.message_from_string(kept["eml"], policy=email.policy.default)
    assert mail["Subject"].startswith("2 new papers")
    assert all("sleep of cats" in content for content in kept.values())


def test_letters_of_every_language_survive_in_the_files(make_session: MakeSession) -> None:
    papers = [Paper(title="Über Katzen 猫", abstract="Schlaf é.")]
    kept = files(digests_of(make_session(papers=papers)).view(LAST))
    assert "Über Katzen 猫" in kept["md"]
    assert "Über Katzen 猫" in kept["html"]


def test_nothing_is_sent_and_looking_changes_nothing(
    make_session: MakeSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {
        "SMTP_HOST": "127.0.0.1",
        "SMTP_SECURITY": "none",
        "SMTP_USER": "ada",
        "SMTP_PASSWORD": "hunter2hunter2",
        "MAIL_FROM": "ada@example.org",
        "MAIL_TO": "grace@example.org",
    }.items():
        monkeypatch.setenv(f"ASSISTANT_{name}", value)
    monkeypatch.setattr(smtplib, "SMTP", lambda *_, **__: pytest.fail("a mail was sent"))
    session = make_session()
    view = digests_of(session).view(LAST)
    assert "To: grace@example.org" in files(view)["eml"]
    assert "hunter2" not in view.html + "".join(files(view).values())
    assert session.library.metadata.get(FACT) is None


def test_the_next_one_begins_after_this_one_if_asked(make_session: MakeSession) -> None:
    session = make_session()
    digests = Digests(session, Maps(session, Jobs()))
    view = digests.view(LAST)
    assert "The next digest starts where this one ended" in digests.start_next(view.period)
    assert "No new papers since " in digests.view(LAST).html
    session.library.add([Paper(title="On newts", abstract="Newts sleep.")])
    later = Tags(digests.view(LAST).html).text
    assert "On newts" in later
    assert PAPERS[0].title not in later
    assert "This is the first digest" not in later


def test_one_that_goes_back_less_far_does_not_move_the_next(make_session: MakeSession) -> None:
    session = make_session()
    session.library.metadata.set(FACT, LONG_AGO)
    digests = Digests(session, Maps(session, Jobs()))
    assert "Nothing was changed" in digests.start_next(digests.view("7d").period)
    assert session.library.metadata.get(FACT) == LONG_AGO
    assert SHOWN_NOTHING in digests.start_next(None)


def test_what_is_remembered_never_goes_back(make_session: MakeSession) -> None:
    library = make_session().library
    library.metadata.set(FACT, FAR_OFF)
    assert start_next_after(library, Period(LONG_AGO, LONG_AGO))
    assert library.metadata.get(FACT) == FAR_OFF


def test_what_cannot_be_remembered_is_told(
    make_session: MakeSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    digests = digests_of(make_session())
    period = digests.view(LAST).period

    def refuse(self: Metadata, name: str, value: str) -> None:
        raise LibraryReadOnly("The library cannot be written.")

    monkeypatch.setattr(Metadata, "set", refuse)
    assert "The library cannot be written." in digests.start_next(period)


def test_papers_without_vectors_are_counted(make_session: MakeSession) -> None:
    session = make_session()
    session.library.add([Paper(title="On newts", abstract="Newts sleep.")])
    made = library_digest(session.library, LONG_AGO, datetime.now().astimezone())
    assert isinstance(made, LibraryDigest)
    assert (made.digest.count, made.without_vectors) == (3, 1)
    assert "1 of the new papers has no vectors yet" in digests_of(session).view("7d").html


def test_hostile_papers_stay_text(make_session: MakeSession) -> None:
    texts = [writable(text) for text in HOSTILE.values()]
    papers = [
        Paper(
            title=f"{text} {n}",
            abstract=f"{text} Abstract {n}.",
            authors=(text,),
            tags=(text,),
            url=text,
        )
        for n, text in enumerate([EVIL, *texts][:95])
    ]
    session = make_session(ScriptedModel([]), papers)
    view = digests_of(session).view("7d")
    tags = Tags(view.html)
    assert set(tags.tags) <= set("article h2 p span a section h3 ul li bdi div button".split())  # noqa: SIM905
    assert {name for name, _ in tags.attributes} <= {
        *("class", "id", "role", "aria-label", "dir", "href", "download"),
        *("type", "title", "data-paper"),
    }
    assert all(
        (value or "").startswith("data:") for name, value in tags.attributes if name == "href"
    )
    assert unseen(tags.text) == []
    shown = words_of(tags.text)
    assert all(words_of(f"{text} {n}") in shown for n, text in enumerate([EVIL, *texts][:95]))


def test_a_digest_is_shown_and_kept_in_a_browser(
    make_session: MakeSession, serve: Serve, open_page: OpenPage
) -> None:
    session = make_session(papers=[Paper(title=f"{EVIL} 1", abstract="Cats sleep.", tags=(EVIL,))])
    with serve(session) as server, open_page(server.address) as page:
        open_tab(page, "Digest")
        page.click("#digest-show")
        page.locator("#digest .digest").wait_for()
        assert words_of(EVIL) in words_of(page.inner_text("#digest"))
        assert page.locator("#digest :is(img, script, iframe)").count() == 0
        # A title opens its paper in the Library.
        page.locator("#digest .open-in-library").first.click()
        page.locator("#detail-title").wait_for()
        page.click("#close-detail")
        open_tab(page, "Digest")
        for label, ending in (("Markdown", "md"), ("HTML", "html"), ("Mail (.eml)", "eml")):
            with page.expect_download() as download:
                page.get_by_role("link", name=f"Download the digest as {label}").click()
            assert download.value.suggested_filename.endswith(f".{ending}")
            assert b"Cats sleep." in download.value.path().read_bytes()
        page.click("#digest-begin")
        page.locator("#digest-said").get_by_text("The next digest starts").wait_for()
        page.get_by_label("A date").check()
        page.get_by_role("textbox", name="Date", exact=True).fill("soon")
        page.click("#digest-show")
        page.locator("#digest").get_by_text("“soon” is not a date").wait_for()
