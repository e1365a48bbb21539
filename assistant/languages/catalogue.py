"""Catalogues of translated texts: gettext files, which the programs of translators can edit."""

from __future__ import annotations

import gettext
import io
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polib


@cache
def catalogue(code: str) -> gettext.NullTranslations:
    """The translations of the language with this `code`; English is the source and has none."""
    if code == "en":
        return gettext.NullTranslations()
    return gettext.GNUTranslations(io.BytesIO(read_catalogue(code).to_binary()))


def read_catalogue(code: str) -> polib.POFile:
    """The file of a catalogue, with its header and where each text is used."""
    import polib

    text = files("assistant.languages").joinpath(f"{code}.po").read_text(encoding="utf-8")
    return polib.pofile(text)
