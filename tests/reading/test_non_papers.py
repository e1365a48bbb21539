"""Files that are not papers: none becomes one, and each is refused in one line that helps.

`non_papers/` has one file for each: letters, licences, programs, tables, stories and more. Their
content is invented. Before there was a measure of confidence, most of them gave papers.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from source_support import PROBABLE as PROBABLE_PAGE
from source_support import VAGUE

from assistant.errors import NoPapersFound, PapersUncertain, ReadingError
from assistant.paper import Paper
from assistant.reading import Failure, ReadAs, read_bytes, read_file
from assistant.reading.confidence import Confidence, abstract_score
from assistant.reading.saved_page import FORMAT as SAVED_PAGE
from assistant.reading.unsupported import unsupported_kind

FOLDER = Path(__file__).parent / "non_papers"
FILES = sorted(path.name for path in FOLDER.iterdir())
# They read like abstracts, or speak about one, so the user is asked.
PROBABLE = {
    "company_report.txt",
    "lecture_notes.txt",
    "model_card.txt",
    "pep.txt",
    "review_report.txt",
    "seminar.txt",
    "study_news.txt",
    "whitepaper.txt",
}
KINDS = {
    "bank_statement.csv.txt": "a table without a column of titles",
    "calendar.ics.txt": "a calendar (iCalendar)",
    "chat_messenger.txt": "a chat",
    "contacts.vcf.txt": "an address book (vCard)",
    "diff_patch.txt": "a patch",
    "ini_config.txt": "a file of settings (INI or TOML)",
    "ja_mail.txt": "an e-mail",
    "json_settings.txt": "a JSON file without papers",
    "log_server.txt": "a log file",
    "log_syslog.txt": "a log file",
    "mail_german.txt": "an e-mail",
    "mail_mime.txt": "an e-mail",
    "mail_minutes.txt": "an e-mail",
    "mail_seminar.txt": "an e-mail",
    "mail_spanish.txt": "an e-mail",
    "mail_thread_quoted.txt": "an e-mail",
    "opml.xml.txt": "an XML file of a kind that is not supported",
    "page.html.txt": "a web page (HTML)",
    "source_c.txt": "source code",
    "source_css.txt": "source code",
    "source_java.txt": "source code",
    "source_javascript.txt": "source code",
    "source_latex.txt": "a LaTeX document",
    "source_python.txt": "a script",
    "source_shell.txt": "a script",
    "sql_dump.txt": "a database dump (SQL)",
    "subtitles.srt.txt": "a file of subtitles",
    "tagged_unknown.txt": "an export of an unknown program",
    "toml_project.txt": "a file of settings (INI or TOML)",
    "yaml_compose.txt": "a YAML file",
    "yaml_openapi.txt": "a YAML file",
}

ABSTRACT = (
    "We investigate how gravel moves in steep rivers and propose a model that predicts it from "
    "slope and discharge. The model was evaluated with measurements at two sites over three years "
    "and compared with previous methods. Our results suggest that most of the transport occurs "
    "during few floods."
)


def refusal(data: bytes, name: str = "x.txt") -> str:
    """What is said about data of which nothing is read."""
    with pytest.raises(ReadingError) as caught:
        list(read_bytes(data, name, lambda failure: None))
    return str(caught.value)


def test_there_are_enough() -> None:
    assert len(FILES) >= 60


@pytest.mark.parametrize("name", FILES)
def test_no_paper_is_made_up(name: str) -> None:
    papers: list[Paper] = []
    with pytest.raises(PapersUncertain if name in PROBABLE else NoPapersFound) as caught:
        papers.extend(read_file(FOLDER / name, lambda failure: None))
    assert papers == []
    assert name in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", FILES)
def test_none_is_taken_for_a_page_without_a_look_at_its_kind(name: str) -> None:
    head = (FOLDER / name).read_text(encoding="utf-8")
    assert SAVED_PAGE.confidence(head) is not Confidence.CERTAIN


@pytest.mark.parametrize("name", KINDS)
def test_known_kinds_are_refused_by_name(name: str) -> None:
    said = refusal((FOLDER / name).read_bytes(), name)
    assert said.startswith(f"{name} is {KINDS[name]}: ")
    assert len(said) > len(f"{name} is {KINDS[name]}: ") + 10


def test_a_folder_of_them_has_no_papers_and_each_is_reported() -> None:
    failures: list[Failure] = []
    with pytest.raises(NoPapersFound):
        list(read_file(FOLDER, failures.append))
    assert {failure.where.split(":")[0] for failure in failures} == set(FILES)


@pytest.mark.parametrize(
    ("head", "name"),
    [
        ("From dora@x.example Mon Mar  3 10:00:00 2025\nFrom: Dora\nSubject: Hi\n", "an e-mail"),
        ("Subject: Hello\n\nDear all", "an e-mail"),
        ("---\nlayout: post\ntitle: A\n---\nText", "a YAML file"),
        ("WEBVTT\n\n00:01.000 --> 00:04.000\nHello", "a file of subtitles"),
        ("-----BEGIN CERTIFICATE-----\nMIIB", "a key or certificate"),
        ("{\\rtf1\\ansi Hello}", "an RTF document"),
        ("%!PS-Adobe-3.0\n", "a PostScript file"),
        ("<!DOCTYPE NETSCAPE-Bookmark-file-1>\n", "bookmarks of a browser"),
        ("10/5/24, 9:41 PM - Ann: hi\n10/5/24, 9:42 PM - Bo: hello\n", "a chat"),
        ("<svg><title>x</title></svg>", "an XML file of a kind that is not supported"),
    ],
)
def test_kinds(head: str, name: str) -> None:
    found = unsupported_kind(head)
    assert found is not None
    assert found.name == name


@pytest.mark.parametrize(
    "head",
    [
        f"From slope to gravel: a model of rivers\n\n{ABSTRACT}",
        f"Gravel {{1, 2}} in steep rivers\n\n{ABSTRACT}",
        f"[Re] Gravel in steep rivers\n\n{ABSTRACT}",
        f"Mar 14, 2025\n\nGravel: how it moves in rivers\n\n{ABSTRACT}\n\n12 upvotes\n",
        f"# Papers\n\n## How gravel moves in rivers\n\n- Ann Adler\n- Bo Baker\n\n{ABSTRACT}",
    ],
)
def test_pages_of_papers_are_none_of_these_kinds(head: str) -> None:
    assert unsupported_kind(head) is None
    (paper,) = read_bytes(head.encode(), "x", lambda failure: None)
    assert paper.abstract == ABSTRACT


def test_what_is_probable_is_not_read_unless_the_user_says_so() -> None:
    data = PROBABLE_PAGE.encode()
    with pytest.raises(PapersUncertain) as caught:
        list(read_bytes(data, "gravel.txt", lambda failure: None))
    said = str(caught.value)
    assert said.startswith("gravel.txt may be a saved page")
    assert said.endswith("--as saved-page")
    (paper,) = read_bytes(data, "gravel.txt", lambda failure: None, read_as=ReadAs.saved_page)
    assert (paper.title, paper.abstract) == ("Gravel in rivers", VAGUE)


def test_the_text_of_one_paper_can_be_probable() -> None:
    data = f"Gravel in rivers\n\nAbstract\n\n{VAGUE}\n\n1 Introduction\n\nMore.\n".encode()
    said = refusal(data)
    assert "may be a text of one paper" in said
    assert said.endswith("--as paper")
    (paper,) = read_bytes(data, "x", lambda failure: None, read_as=ReadAs.paper)
    assert (paper.title, paper.abstract) == ("Gravel in rivers", VAGUE)


def test_anything_can_be_forced() -> None:
    (paper,) = read_bytes(
        (FOLDER / "mail_plain_greeting.txt").read_bytes(), "x", print, read_as=ReadAs.saved_page
    )
    assert paper.title == "Dear all,"
    bib = b"@article{a, title = {A}}\n"
    with pytest.raises(NoPapersFound):
        list(read_bytes(bib, "x", lambda failure: None, read_as=ReadAs.saved_page))
    with pytest.raises(ReadingError, match="without --as"):
        list(read_bytes(b"%PDF-1.7\n", "x", lambda failure: None, read_as=ReadAs.paper))


def test_a_saved_page_in_a_folder_is_reported_as_what_it_may_be(tmp_path: Path) -> None:
    (tmp_path / "a.bib").write_text("@article{a, title = {A}}\n", encoding="utf-8")
    (tmp_path / "b.txt").write_text(f"A title\n\n{ABSTRACT}\n", encoding="utf-8")
    failures: list[Failure] = []
    assert len(list(read_file(tmp_path, failures.append))) == 1
    assert [failure.where for failure in failures] == ["b.txt"]
    assert "may be a saved page of papers: import it by itself" in failures[0].why


def test_pages_of_real_abstracts_are_certain(
    shared_data: Path, pairs: list[tuple[str, str]]
) -> None:
    text = (shared_data / "trending_page.txt").read_text(encoding="utf-8")
    assert SAVED_PAGE.confidence(text[:65_536]) is Confidence.CERTAIN
    assert all(abstract_score(abstract) > 0.8 for _, abstract in pairs)
    found = [SAVED_PAGE.confidence(f"{title}\n\n{abstract}") for title, abstract in pairs]
    assert found.count(Confidence.CERTAIN) >= 70
    assert Confidence.NONE not in found
    corpus = (shared_data / "scifact" / "corpus.jsonl").read_text(encoding="utf-8").splitlines()
    records = [json.loads(line) for line in corpus[:200]]
    alone = [f"{it['title']}\n\n{' '.join(it['sentences'])}" for it in records]
    found = [SAVED_PAGE.confidence(page) for page in alone]
    assert found.count(Confidence.CERTAIN) >= 160
    for at in range(0, len(alone), 10):
        assert SAVED_PAGE.confidence("\n\n".join(alone[at : at + 10])) is Confidence.CERTAIN


@pytest.mark.parametrize(
    ("text", "papers"),
    [
        ("title,description,price\nLamp,A lamp for the desk.,12\n", 0),
        (f'title,description\nGravel,"{ABSTRACT}"\n', 1),
        ('{"name": "x", "version": "1.0", "title": "Maps", "author": {"name": "Osa"}}\n', 0),
        ('[{"title": "Lamp", "summary": "Your lamp."}, {"title": "Bed", "summary": "A bed."}]', 0),
        (json.dumps([{"title": "Gravel", "summary": ABSTRACT}]), 1),
    ],
)
def test_structured_data_without_marks_of_papers(text: str, papers: int) -> None:
    found: list[Paper] = []
    if papers:
        found.extend(read_bytes(text.encode(), "x", lambda failure: None))
    else:
        with pytest.raises(NoPapersFound):
            found.extend(read_bytes(text.encode(), "x", lambda failure: None))
    assert len(found) == papers
