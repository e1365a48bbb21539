"""MODS, the XML of library catalogues and repositories.

https://www.loc.gov/standards/mods/userguide/
"""

from __future__ import annotations

from typing import Any
from xml.etree.ElementTree import Element

from assistant.paper import Paper
from assistant.reading import dates, xml_records
from assistant.reading.pages import full_pages, joined_pages
from assistant.reading.record import paper_of
from assistant.reading.single_names import csl_name
from assistant.reading.titles import with_subtitle
from assistant.reading.work_types import csl_type
from assistant.reading.xml_records import first_text, text, texts
from assistant.reference import CslName

# Codes and terms of MARC for what people did.
_ROLES = {
    "author": ("aut", "author", "cre", "creator", "dis", "dissertant", ""),
    "editor": ("edt", "editor"),
    "translator": ("trl", "translator"),
    "illustrator": ("ill", "illustrator"),
    "compiler": ("com", "compiler"),
    "director": ("drt", "director"),
    "composer": ("cmp", "composer"),
    "interviewer": ("ivr", "interviewer"),
}
_ROLE_OF = {term: role for role, terms in _ROLES.items() for term in terms}
_DATES = ("dateIssued", "copyrightDate", "dateCreated", "dateOther")


def _paper(record: Element, source: str) -> Paper:
    host = record.find("relatedItem[@type='host']")
    identifiers = {
        (it.get("type") or "").lower(): text(it) for it in reversed(record.findall("identifier"))
    }
    urls = [*texts(record, "location/url"), identifiers.get("uri", ""), identifiers.get("url", "")]
    genres = texts(record, "genre")
    reference: dict[str, Any] = {
        "type": _type(genres, first_text(record, "typeOfResource"), host is not None),
        "genre": "; ".join(genres),
        "publisher": first_text(record, "originInfo/publisher"),
        "publisher-place": _place(record),
        "edition": first_text(record, "originInfo/edition"),
        "language": first_text(record, "language/languageTerm"),
        "ISBN": identifiers.get("isbn", ""),
        "ISSN": identifiers.get("issn", ""),
        "call-number": first_text(record, "location/shelfLocator", "classification"),
        "citation-key": identifiers.get("citekey", ""),
        "note": "\n".join(texts(record, "note")),
        "collection-title": _title(record.find("relatedItem[@type='series']")),
        "original-title": _title(record, "translated"),
        "title-short": _title(record, "abbreviated"),
    }
    for name in record.iterfind("name"):
        role = next(
            (_ROLE_OF.get(it.lower(), "contributor") for it in texts(name, "role/roleTerm")),
            "author",
        )
        reference.setdefault(role, []).append(_name(name))
    parts = [record, *([host] if host is not None else [])]
    for key, kind in (("volume", "volume"), ("issue", "issue"), ("number", "number")):
        path = f"part/detail[@type='{kind}']/number"
        reference[key] = next((found for it in parts if (found := first_text(it, path))), "")
    reference["page"] = next((found for it in parts if (found := _pages(it))), "")
    if host is not None:
        reference["container-title"] = _title(host)
        reference["ISSN"] = reference["ISSN"] or first_text(host, "identifier[@type='issn']")
        reference["ISBN"] = reference["ISBN"] or first_text(host, "identifier[@type='isbn']")
        reference["publisher"] = reference["publisher"] or first_text(host, "originInfo/publisher")
        reference["publisher-place"] = reference["publisher-place"] or _place(host)
        for name in host.iterfind("name"):
            if any(_ROLE_OF.get(it.lower()) == "editor" for it in texts(name, "role/roleTerm")):
                reference.setdefault("editor", []).append(_name(name))
    return paper_of(
        source,
        title=_title(record),
        abstract=first_text(record, "abstract"),
        published=_date(parts),
        arxiv=[identifiers.get("arxiv", ""), *urls],
        doi=[identifiers.get("doi", ""), *urls],
        pmid=identifiers.get("pmid") or identifiers.get("pubmed"),
        url=urls,
        tags=texts(record, "subject/topic", "subject/name/namePart"),
        reference=reference,
        stated={
            "doi": identifiers.get("doi"),
            "arxiv": identifiers.get("arxiv"),
            "pmid": [identifiers.get("pmid"), identifiers.get("pubmed")],
        },
    )


def _type(genres: list[str], resource: str, is_part: bool) -> str:
    found = next(filter(None, map(csl_type, genres)), "")
    if not found and resource == "text":
        found = "chapter" if is_part else "book"
    return found or csl_type(resource)


def _title(record: Element | None, kind: str | None = None) -> str:
    """The title without a type, or that of a type: its article, title, subtitle and part."""
    for title in record.iterfind("titleInfo") if record is not None else ():
        if title.get("type") == kind:
            whole = " ".join(
                filter(None, (first_text(title, "nonSort"), first_text(title, "title")))
            )
            whole = with_subtitle(whole, first_text(title, "subTitle"))
            part = ". ".join(texts(title, "partNumber", "partName"))
            return f"{whole}. {part}" if part else whole
    return ""


def _name(name: Element) -> CslName:
    parts = {part.get("type") or "": text(part) for part in name.iterfind("namePart")}
    if name.get("type") in ("corporate", "conference"):
        return {"literal": " ".join(texts(name, "namePart"))}
    if "family" in parts:
        suffix = parts.get("termsOfAddress", "")
        return {"family": parts["family"], "given": parts.get("given", ""), "suffix": suffix}
    return csl_name(parts.get("", "") or first_text(name, "displayForm"))


def _place(record: Element) -> str:
    places = texts(record, "originInfo/place/placeTerm[@type='text']", "originInfo/place/placeTerm")
    return places[0] if places else ""


def _pages(record: Element) -> str:
    extent = record.find("part/extent[@unit='pages']")
    extent = record.find("part/extent") if extent is None else extent
    if extent is None:
        return ""
    first, last = first_text(extent, "start"), first_text(extent, "end")
    pages = joined_pages(first, last)
    return full_pages(pages) if pages != first else first or first_text(extent, "list")


def _date(parts: list[Element]) -> str | None:
    for part in parts:
        paths = [*(f"originInfo/{name}" for name in _DATES), "part/date"]
        written = texts(part, *(f"{path}[@keyDate='yes']" for path in paths), *paths)
        if found := dates.most_exact(written):
            return found
    return None


FORMAT = xml_records.xml_format(
    "MODS",
    "MODS: a <modsCollection> of <mods> records that have a title",
    lambda head: xml_records.root(head) in ("modsCollection", "mods"),
    frozenset({"mods"}),
    _paper,
)
