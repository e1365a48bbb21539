"""The catalogues: complete, without leftovers, with the placeholders and forms they need."""

from __future__ import annotations

import string
from pathlib import Path

import polib
import pytest
from collect_texts import Ids, catalogue_file, collected, update

from assistant.languages import LANGUAGES, _, ngettext, speaking
from assistant.languages.catalogue import catalogue
from assistant.languages.language import Language

TRANSLATED = LANGUAGES[1:]


@pytest.fixture(scope="module")
def texts() -> dict[Ids, set[str]]:
    return collected()


@pytest.fixture(params=TRANSLATED, ids=lambda language: language.code)
def language(request: pytest.FixtureRequest) -> Language:
    language: Language = request.param
    return language


@pytest.fixture
def entries(language: Language) -> polib.POFile:
    return polib.pofile(str(catalogue_file(language.code)))


def test_a_catalogue_is_complete_and_has_no_leftovers(
    language: Language, texts: dict[Ids, set[str]], tmp_path: Path
) -> None:
    file = catalogue_file(language.code)
    assert update(language.code, texts, tmp_path / "new.po") == 0, "texts without a translation"
    new = (tmp_path / "new.po").read_text(encoding="utf-8")
    assert file.read_text(encoding="utf-8") == new, "run: python tests/collect_texts.py"


def test_translations_have_the_placeholders_of_the_english_text(entries: polib.POFile) -> None:
    wrong = []
    for entry in entries:
        given = _placeholders(entry.msgid) | _placeholders(entry.msgid_plural)
        for said in (entry.msgstr, *entry.msgstr_plural.values()):
            if (
                said
                and _placeholders(said) != given
                and _placeholders(said) != _placeholders(entry.msgid)
            ):
                wrong.append((entry.msgid, said))
    assert not wrong


def test_counted_texts_have_every_form_of_the_language(
    language: Language, entries: polib.POFile
) -> None:
    rule = catalogue(language.code).plural  # type: ignore[attr-defined]
    forms = {rule(n) for n in range(200)}
    for entry in entries:
        if entry.msgid_plural:
            assert set(entry.msgstr_plural) == forms, entry.msgid
            assert all(entry.msgstr_plural.values()), entry.msgid


def test_sentences_keep_their_end(entries: polib.POFile) -> None:
    for entry in entries:
        for said in (entry.msgstr, *entry.msgstr_plural.values()):
            if said and entry.msgid.endswith("…"):
                assert said.endswith("…"), entry.msgid
            assert said == said.strip(), entry.msgid


def test_an_english_text_is_used_once_per_catalogue(texts: dict[Ids, set[str]]) -> None:
    first = [ids[0] for ids in texts]
    assert len(first) == len(set(first)), "a text is marked with and without a plural"


def test_a_catalogue_is_found_in_the_package(language: Language) -> None:
    with speaking(language):
        assert _("Settings") != "Settings"
        one, many = (ngettext("{count} question", "{count} questions", n) for n in (1, 2))
    assert one.startswith("1 ")
    assert many.startswith("2 ")


def _placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}
