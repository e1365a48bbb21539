"""Texts that can be said again in another language."""

from __future__ import annotations

import copy
import json
import re
import threading

from assistant.html import render
from assistant.languages import (
    LANGUAGES,
    Language,
    Later,
    _,
    current_language,
    format_date,
    joined,
    ngettext,
    said,
    script_texts,
    speaking,
)
from assistant.languages.script_texts import _RULE
from assistant.progress import Report

ENGLISH, GERMAN, CHINESE = LANGUAGES


def test_a_text_is_english_without_a_request() -> None:
    assert _("Settings") == "Settings"
    assert ngettext("{count} question", "{count} questions", 1) == "1 question"
    assert ngettext("{count} question", "{count} questions", 1234) == "1,234 questions"


def test_a_text_is_said_again_with_what_it_contains() -> None:
    text = _("{step}: {done} of {total}", step=_("Reading papers"), done=1200, total=3400)
    assert text == "Reading papers: 1,200 of 3,400"
    with speaking(GERMAN):
        assert said(text) == "Artikel werden gelesen: 1.200 von 3.400"
    with speaking(CHINESE):
        assert said(text) == "正在读取论文：1,200 / 3,400"
    assert said(text) == "Reading papers: 1,200 of 3,400"


def test_a_text_that_was_made_in_german_is_english_for_others() -> None:
    with speaking(GERMAN):
        text = _("Settings")
    assert text == "Einstellungen"
    assert said(text) == "Settings"


def test_texts_are_joined_and_made_later() -> None:
    text = joined([_("Saved."), "x", ngettext("{count} file", "{count} files", 2)], " ")
    assert text == "Saved. x 2 files"
    with speaking(GERMAN):
        assert said(text) == "Gespeichert. x 2 Dateien"
        assert said(Later(lambda: current_language().code)) == "de"


def test_years_and_names_stay_as_they_are() -> None:
    with speaking(GERMAN):
        assert _("No. {number}", number="12345") == "Nr. 12345"
        assert said("Settings") == "Settings"  # the title of a paper, not a text of the page


def test_braces_of_a_value_are_no_placeholders() -> None:
    assert _("Only “{title}”", title="{x} {0} {") == "Only “{x} {0} {”"


def test_gradio_may_copy_a_text() -> None:
    text = _("Settings")
    assert copy.deepcopy({"label": text})["label"] is text
    assert json.dumps(text) == '"Settings"'


def test_each_thread_has_its_own_language() -> None:
    heard: dict[str, str] = {}
    both = threading.Barrier(2)

    def speak(language: Language) -> None:
        with speaking(language):
            both.wait(10)
            heard[language.code] = _("Settings")
            both.wait(10)

    threads = [threading.Thread(target=speak, args=(one,)) for one in (GERMAN, CHINESE)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert heard == {"de": "Einstellungen", "zh": "设置"}


def test_the_report_of_a_job_is_told_in_the_language_of_each_window() -> None:
    report = Report(_("Writing TL;DRs"), 3, 2000, 44, 3600)
    assert (report.text, report.rate, report.time_left) == (
        "Writing TL;DRs: 3 of 2,000", "44 a minute", "about 1 hour left",
    )  # fmt: skip
    with speaking(GERMAN):
        assert report.text == "TL;DRs werden geschrieben: 3 von 2.000"
        assert report.rate == "44 pro Minute"
        assert report.time_left == "noch etwa 1 Stunde"


def test_dates_follow_the_language() -> None:
    assert format_date("2025-03-04") == "4 March 2025"
    assert format_date("2025-03") == "March 2025"
    assert format_date("2025") == "2025"
    assert format_date("soon") == ""
    with speaking(GERMAN):
        assert format_date("2025-03-04") == "4. März 2025"
    with speaking(CHINESE):
        assert format_date("2025-03-04") == "2025年3月4日"


def test_templates_speak_the_language_of_the_reader_and_escape_values() -> None:
    text = _("Only “{title}”", title="<b>")
    with speaking(GERMAN):
        shown = render("text.html", text=text, kind="note", heading=False)
        chips = render("chips.html", scope="<i>x</i>", editing=False, problem="")
    assert "Nur „&lt;b&gt;“" in shown
    assert "Nur „&lt;i&gt;x&lt;/i&gt;“" in chips


def test_markup_in_a_marked_text_stays_and_other_values_are_escaped() -> None:
    with speaking(GERMAN):
        table = render("settings_table.html", settings=[], file="<x>\u202e")
    assert 'in <span class="id">&lt;x&gt;</span> gespeichert' in table


def test_scripts_get_their_texts_and_cannot_be_ended_by_one() -> None:
    assert '"texts": {}' in script_texts()
    with speaking(GERMAN):
        german = script_texts()
    assert '"Copied": "Kopiert"' in german
    assert "Einstellungen" not in german
    assert "plural: (n) => Number((n != 1))" in german
    assert "</script" not in german


def test_a_plural_rule_is_arithmetic_and_nothing_else() -> None:
    assert _RULE.search("nplurals=3; plural=(n%10==1 && n%100!=11 ? 0 : n%10>=2 ? 1 : 2);")
    assert not re.search(_RULE, "nplurals=2; plural=alert(n);")
