"""References as a library may hold them: cleaned, with texts that are hostile to every format."""

from __future__ import annotations

from typing import Any

from exporting.strategies import FRAGMENTS
from hypothesis import strategies as st

from assistant.reading.reference_fields import cleaned
from assistant.reading.work_types import CSL_TYPES
from assistant.reference import DATES, NAMES, TEXTS

_WORDS = st.sampled_from(
    ["Soil", "12", "3rd", "Ada", "van", "der", "Berg", "and", "others", "12-34"]
)
_TEXT = st.lists(_WORDS | st.sampled_from(FRAGMENTS) | st.text(max_size=3), max_size=8).map("".join)
_LINE = st.lists(_WORDS | _TEXT, min_size=1, max_size=3).map(" ".join)
_NAME = st.one_of(
    st.fixed_dictionaries({"literal": _LINE}),
    st.fixed_dictionaries(
        {"family": _LINE},
        optional={"given": _LINE, "suffix": st.sampled_from(["Jr.", "III", "PhD"]) | _LINE,
                  "non-dropping-particle": st.sampled_from(["van", "de la"]) | _LINE},
    ),
)  # fmt: skip
_DATE = st.dates().map(lambda day: {"date-parts": [[day.year, day.month, day.day]]})
# Of other keys: readers of other formats put them elsewhere.
_OTHERWISE = {"type", "citation-key", "keyword", "status"}
_OWN_NAMES = [
    "file",
    "title",
    "subtitle",
    "month",
    "pages",
    "journaltitle",
    "editor",
    "eprint",
    "x y",
    "number",
]
_OWN = st.dictionaries(st.sampled_from(_OWN_NAMES), _LINE, max_size=3)
_FIELDS: dict[str, st.SearchStrategy[Any]] = {
    **{key: _LINE for key in TEXTS if key not in _OTHERWISE},
    **{key: st.lists(_NAME, max_size=3) for key in NAMES if key != "author"},
    **dict.fromkeys(DATES, _DATE),
    "type": st.sampled_from(sorted(CSL_TYPES)),
    "PMCID": st.sampled_from(["PMC12", "PMC3456789"]),
    "custom": st.builds(lambda fields: {"bibtex": fields}, _OWN),
    "citation-key": st.sampled_from(["Lovelace:2019_soil", "a/b-c", "10.1/x", "Müller20"]),
}


@st.composite
def references(draw: st.DrawFn) -> dict[str, Any]:
    """Some fields of all; each is as it is after an import."""
    keys = draw(st.lists(st.sampled_from(sorted(_FIELDS)), max_size=6, unique=True))
    found: dict[str, Any] = cleaned({key: draw(_FIELDS[key]) for key in keys})
    # Once more, as what looks like markup may be left after the first time.
    return cleaned(found)
