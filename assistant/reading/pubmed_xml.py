"""The XML of PubMed: from its download, E-utilities and yearly baseline files.

https://www.nlm.nih.gov/bsd/licensee/elements_descriptions.html
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from xml.etree.ElementTree import Element

from assistant.paper import Paper
from assistant.reading import dates, xml_records
from assistant.reading.pages import full_pages
from assistant.reading.record import paper_of
from assistant.reading.retraction import status_of_words
from assistant.reading.tagged_fields import titles
from assistant.reading.xml_records import texts
from assistant.reference import CslName

_RECORDS = frozenset({"PubmedArticle", "PubmedBookArticle", "MedlineCitation"})
_ROOTS = _RECORDS | {f"{name}Set" for name in _RECORDS}
_NO_LABEL = frozenset({"", "UNLABELLED"})


def _paper(record: Element, source: str) -> Paper:
    book = record.find("BookDocument")
    citation = _first(record.find("MedlineCitation"), book, record)
    article = _first(citation.find("Article"), citation)
    data = _first(record.find("PubmedData"), record.find("PubmedBookData"), record)
    ids = [*data.iterfind("ArticleIdList/ArticleId"), *citation.iterfind("ArticleIdList/ArticleId")]
    pmc = _of_type(ids, "IdType", "pmc")
    title, original = titles(
        _text(article, "ArticleTitle", "Book/BookTitle"), _text(article, "VernacularTitle")
    )
    reference = _reference(record, citation, article)
    if original:
        reference["original-title"] = original
    if pmc:
        reference["PMCID"] = pmc
    return paper_of(
        source,
        title=title,
        abstract=_abstract(article, "Abstract") or _abstract(citation, "OtherAbstract"),
        published=_date(article),
        doi=_of_type(ids, "IdType", "doi")
        or _of_type(article.iterfind("ELocationID"), "EIdType", "doi"),
        pmid=_text(citation, "PMID") or _of_type(ids, "IdType", "pubmed"),
        url=f"https://pmc.ncbi.nlm.nih.gov/articles/{pmc}/" if pmc else None,
        tags=[
            _line(element)
            for path in ("KeywordList/Keyword", "MeshHeadingList/MeshHeading/DescriptorName")
            for element in citation.iterfind(path)
        ],
        reference=reference,
        stated={
            "doi": [
                *_all_of_type(ids, "IdType", "doi"),
                *_all_of_type(article.iterfind("ELocationID"), "EIdType", "doi"),
            ],
            "pmid": [_text(citation, "PMID"), *_all_of_type(ids, "IdType", "pubmed")],
        },
    )


def _reference(record: Element, citation: Element, article: Element) -> dict[str, Any]:
    """The rest of the record."""
    kinds = texts(article, "PublicationTypeList/PublicationType", "PublicationType")
    corrections = [
        it.get("RefType", "")
        for it in citation.iterfind("CommentsCorrectionsList/CommentsCorrections")
    ]
    # Those of the article or chapter; of the book, which may be its editors, if it has none.
    lists = article.findall("AuthorList") or article.findall("Book/AuthorList")
    roles: dict[str, list[CslName]] = {}
    for people in (*lists, *article.findall("Book/AuthorList")):
        role = "editor" if people.get("Type") == "editors" else "author"
        if role not in roles:
            roles[role] = [_name(one) for one in people.iterfind("Author")]
    if "author" not in roles and "editor" in roles and article.find("ArticleTitle") is None:
        roles["author"] = roles["editor"]
    is_chapter = article.find("Book") is not None and article.find("ArticleTitle") is not None
    is_book = article.find("Book") is not None and not is_chapter
    custom = {
        "entry-type": kinds,
        "affiliation": _distinct(texts(article, ".//AffiliationInfo/Affiliation")),
        "grant": [
            " ".join(filter(None, (_text(it, "GrantID"), _text(it, "Agency"))))
            for it in article.iterfind("GrantList/Grant")
        ],
        "accession": texts(article, ".//AccessionNumber"),
        "copyright": texts(article, "Abstract/CopyrightInformation"),
    }
    reference: dict[str, Any] = {
        "type": "chapter" if is_chapter else "book" if is_book else "article-journal",
        "container-title": _text(article, "Journal/Title")
        or (_text(article, "Book/BookTitle") if is_chapter else "")
        or _text(citation, "MedlineJournalInfo/MedlineTA"),
        "container-title-short": _text(article, "Journal/ISOAbbreviation")
        or _text(citation, "MedlineJournalInfo/MedlineTA"),
        "collection-title": _text(article, "Book/CollectionTitle"),
        "volume": _text(article, "Journal/JournalIssue/Volume", "Book/Volume"),
        "issue": _text(article, "Journal/JournalIssue/Issue"),
        "page": full_pages(_text(article, "Pagination/MedlinePgn")),
        "number": _of_type(article.iterfind("ELocationID"), "EIdType", "pii"),
        "publisher": _text(article, "Book/Publisher/PublisherName"),
        "publisher-place": _text(article, "Book/Publisher/PublisherLocation"),
        "edition": _text(article, "Book/Edition"),
        "ISBN": _text(article, "Book/Isbn"),
        "ISSN": _text(article, "Journal/ISSN") or _text(citation, "MedlineJournalInfo/ISSNLinking"),
        "language": ", ".join(texts(article, "Language")),
        "status": status_of_words([*kinds, *corrections]),
        "custom": {"pubmed": custom},
        **roles,
    }
    return reference


def _abstract(parent: Element, name: str) -> str:
    """Its parts under their labels; of abstracts in several languages the first."""
    parts = []
    for part in parent.iterfind(f"{name}[1]/AbstractText"):
        label, text = part.get("Label", "").strip(), _line(part)
        parts.append(text if label.upper() in _NO_LABEL else f"{label}: {text}")
    return "\n".join(parts)


def _name(author: Element) -> CslName:
    if group := _text(author, "CollectiveName"):
        return {"literal": group}
    return {
        "family": _text(author, "LastName"),
        "given": _text(author, "ForeName", "FirstName", "Initials"),
        "suffix": _text(author, "Suffix"),
    }


def _distinct(values: list[str]) -> list[str]:
    return list(dict.fromkeys(values))


def _date(article: Element) -> str | None:
    """The issue's date, else that of the electronic article; `<MedlineDate>` is prose."""
    for path in ("Journal/JournalIssue/PubDate", "ArticleDate", "ContributionDate", "Book/PubDate"):
        element = article.find(path)
        if element is None:
            continue
        if parts := [part for name in ("Year", "Month", "Day") if (part := _text(element, name))]:
            # A month is a number or a name, and each way of writing it has its own order.
            is_number = len(parts) > 1 and parts[1].isdecimal()
            return dates.iso(("-" if is_number else " ").join(parts))
        return dates.iso(_text(element, "MedlineDate"))
    return None


def _of_type(elements: Iterable[Element], attribute: str, kind: str) -> str:
    return next(iter(_all_of_type(elements, attribute, kind)), "")


def _all_of_type(elements: Iterable[Element], attribute: str, kind: str) -> list[str]:
    return [_line(it) for it in elements if it.get(attribute) == kind]


def _text(parent: Element, *paths: str) -> str:
    return " ".join(xml_records.first_text(parent, *paths).split())


def _line(element: Element) -> str:
    """Its text without the line breaks and indents of files that are laid out for people."""
    return " ".join(xml_records.text(element).split())


def _first(*elements: Element | None) -> Element:
    return next(element for element in elements if element is not None)


FORMAT = xml_records.xml_format(
    "PubMed XML",
    "PubMed XML: a <PubmedArticleSet> of articles that have a title and an abstract",
    lambda head: xml_records.root(head) in _ROOTS,
    _RECORDS,
    _paper,
)
