"""Items of Zotero's own JSON -> references: its fields by kind of item, its roles of people."""

from __future__ import annotations

from typing import Any

from assistant.reading import fields
from assistant.reading.names import csl_person
from assistant.reading.verbatim import verbatim
from assistant.reading.work_types import csl_type
from assistant.reference import CUSTOM, ENTRY_TYPE, ZOTERO

# https://aurimasv.github.io/z2csl/typeMap.xml lists these for each kind of item. The first field
# that has a value counts.
_FIELDS = {
    "container-title": """publicationTitle bookTitle proceedingsTitle encyclopediaTitle
        dictionaryTitle programTitle blogTitle websiteTitle forumTitle reporter code""",
    "container-title-short": "journalAbbreviation",
    "collection-title": "series seriesTitle",
    "collection-number": "seriesNumber",
    "volume": "volume reporterVolume codeVolume codeNumber",
    "issue": "issue",
    "page": "pages firstPage codePages",
    "number-of-pages": "numPages",
    "number-of-volumes": "numberOfVolumes",
    "edition": "edition",
    "publisher": """publisher institution university label studio network distributor company
        repository organization""",
    "publisher-place": "place",
    "event-title": "conferenceName meetingName",
    "number": """reportNumber patentNumber billNumber docketNumber publicLawNumber documentNumber
        episodeNumber archiveID number identifier""",
    "genre": """thesisType reportType letterType manuscriptType mapType presentationType websiteType
        postType audioFileType genre type""",
    "medium": """medium artworkMedium audioRecordingFormat videoRecordingFormat interviewMedium
        system""",
    "dimensions": "artworkSize runningTime",
    "authority": "court issuingAuthority legislativeBody committee",
    "ISBN": "ISBN",
    "ISSN": "ISSN",
    "PMCID": "PMCID",
    "language": "language",
    "license": "rights",
    "title-short": "shortTitle",
    "call-number": "callNumber",
    "archive": "archive",
    "archive_location": "archiveLocation",
    "archive-place": "archivePlace",
    "source": "libraryCatalog",
    "scale": "scale",
    "section": "section",
    "references": "references history",
    "status": "legalStatus status",
    "version": "versionNumber",
    "note": "extra",
    "citation-key": "citationKey citekey",
}
_DATES = {
    "accessed": "accessDate",
    "submitted": "filingDate",
    "original-date": "originalDate",
}
_ROLES = {
    "seriesEditor": "collection-editor",
    "bookAuthor": "container-author",
    "reviewedAuthor": "reviewed-author",
    "scriptwriter": "script-writer",
    "castMember": "performer",
    "editor": "editor",
    "translator": "translator",
    "contributor": "contributor",
    "composer": "composer",
    "director": "director",
    "performer": "performer",
    "producer": "producer",
    "interviewer": "interviewer",
    "recipient": "recipient",
    "guest": "guest",
    "host": "host",
    "narrator": "narrator",
    "originalCreator": "original-author",
    "executiveProducer": "producer",
    "chair": "chair",
    "organizer": "organizer",
}
# Who made the work, by kind of item.
_MAKERS = frozenset(
    """author artist cartographer programmer presenter inventor interviewee podcaster sponsor
    creator""".split()  # noqa: SIM905
)
_OF_PAPER = frozenset(
    """title subject nameOfAct caseName creators abstractNote date dateEnacted dateDecided issueDate
    DOI url tags PMID itemType""".split()  # noqa: SIM905
)


def zotero_reference(item: dict[str, Any]) -> dict[str, Any]:
    """The reference of an item; what CSL has no place for, such as collections, is kept."""
    reference: dict[str, Any] = {}
    used = set(_OF_PAPER)
    for key, names in {**_FIELDS, **_DATES}.items():
        known = (name for name in names.split() if isinstance(item.get(name), str | int))
        if name := next((name for name in known if item[name] not in ("", None)), ""):
            reference[key] = item[name]
            if key not in _DATES or fields.date(item[name]) == item[name]:
                used.add(name)
    written = str(item.get("itemType", ""))
    is_letter = written == "letter"  # elsewhere, it is one to the editor
    reference["type"] = "personal_communication" if is_letter else csl_type(written) or "document"
    if item.get("subject") and written != "email":
        used.discard("subject")
    people, others = _people(item.get("creators"))
    rest = {**item, ENTRY_TYPE: written, **({"creators": others} if others else {})}
    used -= {"creators"} if others else set()
    kept = verbatim(rest, used)
    return {**reference, **people, **({CUSTOM: {ZOTERO: kept}} if kept else {})}


def with_authors(item: dict[str, Any]) -> dict[str, Any]:
    """`item` with everybody who made the work as its author, such as presenters and inventors."""
    creators = item.get("creators")
    if not isinstance(creators, list):
        return item
    people = [
        {**person, "creatorType": "author"}
        if isinstance(person, dict) and person.get("creatorType") in _MAKERS
        else person
        for person in creators
    ]
    return {**item, "creators": people}


def _people(creators: Any) -> tuple[dict[str, list[dict[str, str]]], list[Any]]:
    """People by their role in CSL, without the authors; and those whose role it does not know."""
    people: dict[str, list[dict[str, str]]] = {}
    others = []
    for person in creators if isinstance(creators, list) else []:
        role = person.get("creatorType", "author") if isinstance(person, dict) else ""
        if isinstance(role, str) and role in _ROLES:
            people.setdefault(_ROLES[role], []).append(csl_person(person))
        elif role not in _MAKERS:
            others.append(person)
    return people, others
